"""The benchmarks as TensorFlow Datasets builders, and folders of one's own.

Importing this registers the builders, so that `tfds.load("icoseg", ...)` finds them.
"""

from tfcoseg.datasets.coco_coseg import coco_coseg_dataset_builder
from tfcoseg.datasets.davis_coseg import davis_coseg_dataset_builder
from tfcoseg.datasets.folder import CoSegFolder as CoSegFolder
from tfcoseg.datasets.icoseg import icoseg_dataset_builder
from tfcoseg.datasets.internet_coseg import internet_coseg_dataset_builder
from tfcoseg.datasets.layout import FOLDER_VOID as FOLDER_VOID
from tfcoseg.datasets.layout import as_folder as as_folder
from tfcoseg.datasets.msrc_coseg import msrc_coseg_dataset_builder
from tfcoseg.datasets.pascal_voc_coseg import pascal_voc_coseg_dataset_builder

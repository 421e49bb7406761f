"""Co-segmentation models ready to use, in the manner of keras.applications."""

from tfcoseg.applications.coseg import CoSegMobileNetV2 as CoSegMobileNetV2
from tfcoseg.applications.coseg import CoSegResNet50 as CoSegResNet50
from tfcoseg.applications.coseg import CoSegVGG16 as CoSegVGG16
from tfcoseg.applications.coseg import preprocess_input as preprocess_input

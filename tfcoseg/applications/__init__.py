"""Co-segmentation models ready to use, in the manner of keras.applications."""

from tfcoseg.applications.coseg import CoSeg as CoSeg
from tfcoseg.applications.coseg import CoSegEfficientNetLite0 as CoSegEfficientNetLite0
from tfcoseg.applications.coseg import CoSegEfficientNetLite2 as CoSegEfficientNetLite2
from tfcoseg.applications.coseg import CoSegMobileNetV2 as CoSegMobileNetV2
from tfcoseg.applications.coseg import CoSegResNet50 as CoSegResNet50
from tfcoseg.applications.coseg import CoSegVGG16 as CoSegVGG16
from tfcoseg.applications.coseg import load_model as load_model
from tfcoseg.applications.coseg import preprocess_input as preprocess_input
from tfcoseg.applications.settings import save_weights as save_weights

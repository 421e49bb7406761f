"""Models in the formats of other runtimes: SavedModel, LiteRT and ONNX.

Everything here takes a Keras model of `tfcoseg.applications` and knows no architecture.
"""

from tfcoseg.export.litert import Exported as Exported
from tfcoseg.export.litert import export_litert as export_litert
from tfcoseg.export.onnx import export_onnx as export_onnx
from tfcoseg.export.rebuild import with_implementation as with_implementation
from tfcoseg.export.saved_model import export_saved_model as export_saved_model
from tfcoseg.export.signatures import Signature as Signature
from tfcoseg.export.signatures import signatures_of as signatures_of

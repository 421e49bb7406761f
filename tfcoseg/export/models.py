"""Which models can be exported."""

import keras

from tfcoseg.applications.endpoints import has_verification
from tfcoseg.inference.keras_runtime import check_layers
from tfcoseg.signature import IMAGE_A, IMAGE_B


def check_exportable(model: keras.Model) -> None:
    """Makes sure that a model has the parts, and takes the pictures, that a file needs.

    Raises:
        ValueError: if it is no model of `tfcoseg.applications`, compares no
            descriptors, or was built for pictures of one size or with reference masks.
    """
    check_layers(model)
    if not has_verification(model):
        raise ValueError(
            "An exported model compares descriptors: build it with `descriptors`, the "
            f"name of a layer. Received: {model.name!r} with descriptors=None"
        )
    shapes = {tensor.name: tuple(tensor.shape)[1:] for tensor in model.inputs}
    if shapes != dict.fromkeys((IMAGE_A, IMAGE_B), (None, None, 3)):
        raise ValueError(
            "An exported model takes two pictures of any size: build it with "
            "`input_shape=(None, None, 3)` and `reference_masks=False`, the defaults, "
            "and `set_weights` of the one that you have. Received: "
            f"{model.name!r} with the inputs {shapes}"
        )

"""Which models can be exported."""

import keras

from tfcoseg.inference.keras_runtime import check_layers


def check_exportable(model: keras.Model) -> None:
    """Makes sure that a model has the parts, and takes the pictures, that a file needs.

    Raises:
        ValueError: if it is no model of `tfcoseg.applications`, or was built for
            pictures of one size.
    """
    check_layers(model)
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    if any(shape[1:] != (None, None, 3) for shape in shapes):
        raise ValueError(
            "An exported model takes pictures of any size: build it with "
            "`input_shape=(None, None, 3)`, the default, and `set_weights` of the one "
            f"that you have. Received: {model.name!r} with the inputs {shapes}"
        )

"""Settings of Keras for all models, of which the network needs the usual ones."""

import keras


def check_global_settings() -> None:
    """Makes sure that Keras builds layers as the network needs them.

    Raises:
        ValueError: if images are not channels_last, or numbers not float32, by default.
    """
    for name, wanted, instead in (
        ("image_data_format", "channels_last", ""),
        (
            "floatx",
            "float32",
            "; for less memory keras.config.set_dtype_policy('mixed_float16') works",
        ),
    ):
        found = getattr(keras.config, name)()
        if found != wanted:
            raise ValueError(
                f"The network needs Keras' setting {name} to be {wanted!r}: call "
                f"keras.config.set_{name}({wanted!r}) first, or change it in "
                f"keras.json{instead}. Received: {found!r}"
            )

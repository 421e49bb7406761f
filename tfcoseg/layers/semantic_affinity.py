"""Similarities between the deepest descriptors of two images."""

import keras

from tfcoseg.ops import affinity
from tfcoseg.ops.resize import area_weights


@keras.saving.register_keras_serializable(package="tfcoseg")
class SemanticAffinity(keras.layers.Layer):
    """How much each position of an image resembles what its partner shows.

    A decoder that sees deep descriptors memorises the kinds of object of its training
    images. Of their similarities it can only learn what it means that two images
    resemble each other. So this layer returns four similarities per position and no
    descriptor; see `tfcoseg.ops.semantic_affinity`. It has no weights.

    Args:
        top: int. Number of the best matches whose mean is the second similarity.
            Defaults to 12.
        chunk_size: int or None. Number of positions compared at a time, which bounds
            the memory for large images; None for all at once, as the conversion to
            LiteRT requires. Defaults to 4096.

    Call arguments:
        descriptors_a, descriptors_b: unit vectors of the two images, from
            `SiameseEncoder`; sizes may differ.
        reference_a, reference_b: optional masks of the object, of 0 or more and of any
            size. They restrict what the other image is compared with. None, ones
            everywhere and zeros everywhere are the same.

    Input shape:
        `(batch, height_a, width_a, channels)`, `(batch, height_b, width_b, channels)`
        and `(batch, any height, any width, 1)` for the masks.

    Output shape:
        Two tensors, `(batch, height_a, width_a, 4)` and `(batch, height_b, width_b,
        4)`, in the layer's compute dtype, with values in -1..1.

    Raises:
        ValueError: if `top` or `chunk_size` is not a positive integer, or the
            descriptors differ in their number of channels.

    Example:

    >>> layer = SemanticAffinity()
    >>> a, b = layer(np.ones((2, 9, 7, 4)), np.ones((2, 6, 6, 4)))
    >>> tuple(a.shape), tuple(b.shape)
    ((2, 9, 7, 4), (2, 6, 6, 4))
    """

    def __init__(self, top=12, chunk_size=4096, **kwargs):
        kwargs.setdefault("name", "semantic_affinity")
        super().__init__(**kwargs)
        self.top = _positive_integer("top", top)
        self.chunk_size = chunk_size
        if chunk_size is not None:
            self.chunk_size = _positive_integer("chunk_size", chunk_size)

    def build(
        self,
        descriptors_a_shape,
        descriptors_b_shape,
        reference_a_shape=None,
        reference_b_shape=None,
    ):
        if descriptors_a_shape[-1] != descriptors_b_shape[-1]:
            raise ValueError(
                "`descriptors_a` and `descriptors_b` must have the same number of "
                f"channels. Received shapes: {tuple(descriptors_a_shape)} and "
                f"{tuple(descriptors_b_shape)}"
            )

    def call(self, descriptors_a, descriptors_b, reference_a=None, reference_b=None):
        partner_a = self.as_partner(descriptors_a, reference_a)
        partner_b = self.as_partner(descriptors_b, reference_b)
        return (
            self.compare(descriptors_a, *partner_b),
            self.compare(descriptors_b, *partner_a),
        )

    def as_partner(self, descriptors, reference=None):
        """What `compare` takes of one partner: its descriptors, and weights or None.

        (batch, 1, positions, channels) and (batch, 1, positions).
        """
        batch, height, width, channels = keras.ops.shape(descriptors)
        flat = keras.ops.reshape(descriptors, (batch, 1, height * width, channels))
        if reference is None:
            return flat, None
        weights = area_weights(reference, descriptors)
        return flat, keras.ops.reshape(weights, (batch, 1, height * width))

    def compare(self, descriptors, partners, weights=None):
        """Similarities of an image with n partners: (batch, height, width, 4).

        Partners (batch, n, positions, channels), weights (batch, n, positions) or None.
        """
        similarities = affinity.semantic_affinity(
            descriptors, partners, weights, self.top, self.chunk_size
        )
        return keras.ops.cast(similarities, self.compute_dtype)

    def compute_output_shape(
        self,
        descriptors_a_shape,
        descriptors_b_shape,
        reference_a_shape=None,
        reference_b_shape=None,
    ):
        return (*descriptors_a_shape[:-1], 4), (*descriptors_b_shape[:-1], 4)

    def get_config(self):
        return {
            **super().get_config(),
            "top": self.top,
            "chunk_size": self.chunk_size,
        }


def _positive_integer(name, value):
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"`{name}` must be a positive integer. Received: {value!r}")
    return int(value)

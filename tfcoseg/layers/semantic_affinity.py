"""Similarities between the deepest descriptors of two images."""

import keras

from tfcoseg.ops import affinity
from tfcoseg.ops.resize import area_weights


@keras.saving.register_keras_serializable(package="tfcoseg")
class SemanticAffinity(keras.layers.Layer):
    """Where an image shows a kind of thing that its partner shows too.

    Descriptors of a deep layer know kinds of object. A decoder that sees them learns
    the kinds of its training pictures by heart; of their similarities it can only learn
    what it means that two images resemble each other. So this layer passes on four
    similarities per position, and no descriptor; see `ops.semantic_affinity`.

    Nothing here is trained.

    Args:
        top: int. Number of the best matches whose mean is the second similarity.
            Defaults to 12.
        chunk_size: int or None. Number of positions compared at a time, which bounds
            the memory for large images; None for all at once. Defaults to 4096.

    Call arguments:
        descriptors_a, descriptors_b: unit vectors of the two images, from
            `SiameseEncoder`; sizes may differ.
        reference_a, reference_b: optional masks of the object, of any size, that
            restrict what the other image is compared with; ones everywhere are the same
            as None.

    Input shape:
        `(batch, height_a, width_a, channels)`, `(batch, height_b, width_b, channels)`
        and `(batch, any height, any width, 1)` for masks.

    Output shape:
        Two tensors, `(batch, height_a, width_a, 4)` and `(batch, height_b, width_b,
        4)`, in the layer's compute dtype, with values in -1..1.

    Example:

    >>> layer = SemanticAffinity()
    >>> a, b = layer(np.ones((2, 9, 7, 4)), np.ones((2, 6, 6, 4)))
    >>> tuple(a.shape), tuple(b.shape)
    ((2, 9, 7, 4), (2, 6, 6, 4))
    """

    def __init__(self, top=12, chunk_size=4096, **kwargs):
        kwargs.setdefault("name", "semantic_affinity")
        super().__init__(**kwargs)
        if isinstance(top, bool) or int(top) != top or top < 1:
            raise ValueError(
                f"`top` must be a whole number of at least 1. Received: top={top!r}"
            )
        if chunk_size is not None and chunk_size < 1:
            raise ValueError(
                "`chunk_size` must be None or a whole number of at least 1. "
                f"Received: chunk_size={chunk_size!r}"
            )
        self.top, self.chunk_size = int(top), chunk_size

    def build(self, descriptors_a_shape, descriptors_b_shape, **references):
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
        """What a partner is compared with: (batch, 1, positions, c), and weights."""
        batch, height, width, channels = keras.ops.shape(descriptors)
        flat = keras.ops.reshape(descriptors, (batch, 1, height * width, channels))
        if reference is None:
            return flat, None
        weights = area_weights(reference, descriptors)
        return flat, keras.ops.reshape(weights, (batch, 1, height * width))

    def compare(self, descriptors, partners, weights=None):
        """The similarities of an image with one or several partners."""
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

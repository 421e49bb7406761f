"""The correlation's rival: attention from each position to all of the partner's."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tfcoseg")
class NonLocal(keras.layers.Layer):
    """Attends from each position of an image to all positions of its partner.

    With `f` the features, A's positions in rows and B's in columns:

    - attention: `W = softmax(theta(f_A) phi(f_B)^T / sqrt(width))`, over B's positions;
    - result: `F_A = out(W g(f_B))`, and F_B by exchanging the images.

    theta, phi and g are 1 x 1 convolutions, out is one with ReLU, all shared by both
    directions. The image's own features are not added to the result, since the decoder
    gets them anyway, as with `PyramidXCorr`. Time and memory grow with the
    product of the two images' positions.

    Reference: Wang et al., "Non-local Neural Networks", CVPR 2018, the embedded
    Gaussian form, between two images; the scale is that of Vaswani et al., "Attention
    Is All You Need", NeurIPS 2017.

    Args:
        filters: channels of the result.
        width: channels of theta, phi and g. From 840 channels to 256 filters, 101 make
            as many parameters as `PyramidXCorr` has, to one percent.

    Call arguments:
        features_a, features_b: features of the two images; sizes may differ.

    Input shape:
        `(batch, height_a, width_a, channels)`, `(batch, height_b, width_b, channels)`.

    Output shape:
        Two tensors, `(batch, height_a, width_a, filters)` and
        `(batch, height_b, width_b, filters)`, in the layer's compute dtype.

    Raises:
        ValueError: for filters or a width below 1.

    Example:

    >>> layer = NonLocal(filters=8, width=4)
    >>> a, b = layer(np.ones((2, 9, 7, 4)), np.ones((2, 6, 6, 4)))
    >>> tuple(a.shape), tuple(b.shape)
    ((2, 9, 7, 8), (2, 6, 6, 8))
    """

    def __init__(self, filters, width, **kwargs):
        kwargs.setdefault("name", "non_local")
        super().__init__(**kwargs)
        if min(filters, width) < 1:
            raise ValueError(
                "`filters` and `width` must be positive. Received: "
                f"filters={filters!r}, width={width!r}"
            )
        self.filters, self.width = filters, width
        shared = {"kernel_size": 1, "dtype": self.dtype_policy}
        self.theta = keras.layers.Conv2D(width, name="theta", **shared)
        self.phi = keras.layers.Conv2D(width, name="phi", **shared)
        self.g = keras.layers.Conv2D(width, name="g", **shared)
        self.out = keras.layers.Conv2D(filters, name="out", activation="relu", **shared)

    def build(self, features_a_shape, features_b_shape):
        for convolution in (self.theta, self.phi, self.g):
            convolution.build(features_a_shape)
        self.out.build((*features_a_shape[:-1], self.width))

    def call(self, features_a, features_b):
        return self._attend(features_a, features_b), self._attend(
            features_b, features_a
        )

    def compute_output_shape(self, features_a_shape, features_b_shape):
        return (
            (*features_a_shape[:-1], self.filters),
            (*features_b_shape[:-1], self.filters),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "width": self.width,
        }

    def _attend(self, features, partner):
        query, key = self._flat(self.theta(features)), self._flat(self.phi(partner))
        affinity = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
        attention = ops.softmax(affinity / self.width**0.5, axis=-1)
        found = ops.matmul(attention, self._flat(self.g(partner)))
        shape = ops.shape(features)
        return self.out(ops.reshape(found, (-1, shape[1], shape[2], self.width)))

    def _flat(self, x):
        """(batch, height * width, channels)."""
        shape = ops.shape(x)
        return ops.reshape(x, (-1, shape[1] * shape[2], self.width))

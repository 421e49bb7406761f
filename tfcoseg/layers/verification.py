"""Whether two images share a kind of object at all."""

import keras

from tfcoseg.ops.affinity import pooled_descriptor

# Until `calibrate` sets them: about what they are for descriptors of ImageNet.
_SLOPE, _BIAS = 10.0, -3.0


@keras.saving.register_keras_serializable(package="tfcoseg")
class Verification(keras.layers.Layer):
    """The probability that two images share a kind of object; without one, no masks.

    The descriptors of each image are pooled over its soft mask. The probability is a
    logistic function of the cosine of the two, whose slope and bias are calibrated on
    pairs with and without an object in common, not trained with the network. Below
    `min_score` both masks become zeros, except while training.

    Call arguments:
        descriptors_a, descriptors_b: unit vectors, from `SiameseEncoder`.
        mask_a, mask_b: probabilities of the common object, from the decoder.

    Input shape:
        `(batch, h, w, channels)` twice, `(batch, height, width, 1)` twice; the sizes of
        the two images may differ.

    Output shape:
        The two masks, of the shapes that they had and in the layer's dtype, which
        defaults to float32 under any global policy.

    Example:

    >>> layer = Verification()
    >>> maps = [np.ones((1, 2, 2, 4)), np.ones((1, 2, 2, 4))]
    >>> mask_a, mask_b = layer(*maps, np.ones((1, 32, 32, 1)), np.ones((1, 32, 32, 1)))
    >>> objects = layer.pool(maps[0], mask_a), layer.pool(maps[1], mask_b)
    >>> round(float(layer.score(*objects)[0]), 4)
    0.9991
    """

    def __init__(self, **kwargs):
        kwargs.setdefault("name", "verification")
        # Under any global policy: probabilities that leave the model are float32.
        kwargs.setdefault("dtype", "float32")
        super().__init__(autocast=False, **kwargs)
        self.slope, self.bias, self.min_score = (
            self.add_weight(
                name=name,
                shape=(),
                initializer=keras.initializers.Constant(value),
                trainable=False,
                dtype="float32",
                autocast=False,
            )
            for name, value in (("slope", _SLOPE), ("bias", _BIAS), ("min_score", 0.0))
        )

    def build(
        self, descriptors_a_shape, descriptors_b_shape, mask_a_shape, mask_b_shape
    ):
        """All is built when it is made; nothing here depends on the inputs."""

    def call(self, descriptors_a, descriptors_b, mask_a, mask_b, training=None):
        masks = [keras.ops.cast(mask, self.compute_dtype) for mask in (mask_a, mask_b)]
        if training:
            return tuple(masks)
        object_a = self.pool(descriptors_a, mask_a)
        object_b = self.pool(descriptors_b, mask_b)
        shared = self.score(object_a, object_b) >= self.min_score
        shared = keras.ops.cast(shared, self.compute_dtype)[:, None, None, None]
        return tuple(mask * shared for mask in masks)

    def pool(self, descriptors, mask):
        """The unit descriptor of what a soft mask covers: (batch, channels)."""
        return pooled_descriptor(descriptors, mask)

    def score(self, objects_a, objects_b):
        """Probabilities of pooled descriptors (..., channels) that share a kind."""
        cosine = keras.ops.sum(objects_a * objects_b, axis=-1)
        return keras.ops.sigmoid(self.slope * cosine + self.bias)

    def compute_output_shape(
        self, descriptors_a_shape, descriptors_b_shape, mask_a_shape, mask_b_shape
    ):
        return tuple(mask_a_shape), tuple(mask_b_shape)

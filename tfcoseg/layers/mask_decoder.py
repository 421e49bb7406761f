"""From correlation and features to a mask."""

import keras

from tfcoseg.ops.resize import resize_like

# Of the moving statistics: after an epoch of 100 steps Keras' own 0.99 still keeps a
# third of their initial values, and the validation loss was 3.4 instead of 1.9.
_MOMENTUM = 0.95


@keras.saving.register_keras_serializable(package="tfcoseg")
class MaskDecoder(keras.layers.Layer):
    """Logits of the common object, at the size of the image; used for A and B alike.

    The correlation, the affinity where there is one, and the features are concatenated
    and convolved, the first two batch-normalised. With `context` the result is also
    convolved at half its size, which enlarges the receptive field. At each skip the
    result is enlarged to the skip's size, concatenated with a 1 x 1 convolution of it,
    and convolved again. A last 1 x 1 convolution gives the logits, which are enlarged
    bilinearly to the image's own size.

    Args:
        filters: tuple of int. Channels of each stage: the first at the features' size,
            then one for each skip. Defaults to (128, 64, 32).
        context: int. Convolutions at half the features' size, whose result joins that
            of the first stage; 0 for none. Defaults to 0.

    Call arguments:
        correlation: output of `PyramidXCorr` for this image.
        features: `[features, *skips]` of this image, from `SiameseEncoder`.
        image: the image; only its height and width are used.
        affinity: optional output of `SemanticAffinity` for this image. A decoder gets
            one in all of its calls or in none.

    Input shape:
        `(batch, h, w, channels)`, a list of maps of which the first is h x w too,
        `(batch, height, width, 3)`, and `(batch, h, w, 4)` for the affinity.

    Output shape:
        `(batch, height, width, 1)`, in the layer's compute dtype.

    Raises:
        ValueError: if the number of maps is not that of `filters`, or the affinity is
            missing or superfluous.

    Example:

    >>> decoder = MaskDecoder(filters=(8, 4))
    >>> maps = [np.ones((1, 4, 4, 16)), np.ones((1, 8, 8, 6))]
    >>> tuple(decoder(np.ones((1, 4, 4, 10)), maps, np.ones((1, 63, 63, 3))).shape)
    (1, 63, 63, 1)
    """

    def __init__(self, filters=(128, 64, 32), context=0, **kwargs):
        kwargs.setdefault("name", "mask_decoder")
        super().__init__(**kwargs)
        self.filters = tuple(int(count) for count in filters)
        if not self.filters or min(self.filters) < 1:
            raise ValueError(
                "`filters` must be one positive number of channels for each stage, as "
                f"in (128, 64, 32). Received: filters={filters!r}"
            )
        if isinstance(context, bool) or int(context) != context or context < 0:
            raise ValueError(
                "`context` must be a number of convolutions, 0 or more. "
                f"Received: context={context!r}"
            )
        self.context = int(context)
        shared = {"dtype": self.dtype_policy}
        self.correlation_norm = keras.layers.BatchNormalization(
            momentum=_MOMENTUM, name="correlation_norm", **shared
        )
        self.reduce = self._block(self.filters[0], 1, "reduce")
        self.stages = [
            self._block(count, 3, f"stage_{index}")
            for index, count in enumerate(self.filters)
        ]
        if self.context:
            self.context_stages = [
                self._block(self.filters[0], 3, f"context_{index}")
                for index in range(self.context)
            ]
            self.join = self._block(self.filters[0], 1, "join")
        self.skip_reduces = [
            self._block(max(count // 2, 1), 1, f"skip_{index}")
            for index, count in enumerate(self.filters[1:], 1)
        ]
        self.to_logits = keras.layers.Conv2D(1, 1, name="logits", **shared)
        # Built where there is an affinity. Last, so that the order of the weights is
        # that of files which were saved before.
        self.affinity_norm = keras.layers.BatchNormalization(
            momentum=_MOMENTUM, name="affinity_norm", **shared
        )

    def build(
        self, correlation_shape, features_shape, image_shape, affinity_shape=None
    ):
        if len(features_shape) != len(self.filters):
            raise ValueError(
                "`filters` must name one stage for the features and one for each skip. "
                f"Received: filters={self.filters} and {len(features_shape)} maps"
            )
        self.correlation_norm.build(correlation_shape)
        *positions, channels = features_shape[0]
        guided = channels + correlation_shape[-1]
        if affinity_shape is not None:
            self.affinity_norm.build(affinity_shape)
            guided += affinity_shape[-1]
        self.reduce.build((*positions, guided))
        width = self.filters[0]
        self.stages[0].build((*positions, width))
        if self.context:
            for stage in self.context_stages:
                stage.build((*positions, width))
            self.join.build((*positions, 2 * width))
        for stage, reduce, shape in zip(
            self.stages[1:], self.skip_reduces, features_shape[1:]
        ):
            reduce.build(tuple(shape))
            reduced = reduce.compute_output_shape(tuple(shape))[-1]
            stage.build((*shape[:-1], width + reduced))
            width = stage.compute_output_shape((*shape[:-1], width + reduced))[-1]
        self.to_logits.build((*positions, width))

    def call(self, correlation, features, image, affinity=None):
        return resize_like(self.decode(correlation, features, affinity), image)

    def decode(self, correlation, features, affinity=None):
        """The logits at the size of the last skip (of the features without skips)."""
        if self.affinity_norm.built != (affinity is not None):
            raise ValueError(
                "`affinity` must be given in all calls of a decoder or in none. "
                f"Received: affinity={affinity}, after a first call "
                f"{'with' if self.affinity_norm.built else 'without'} one"
            )
        guides = [self.correlation_norm(correlation), features[0]]
        if affinity is not None:
            guides.append(self.affinity_norm(affinity))
        x = keras.ops.concatenate(guides, axis=-1)
        x = self._in_context(self.stages[0](self.reduce(x)))
        for stage, reduce, skip in zip(
            self.stages[1:], self.skip_reduces, features[1:]
        ):
            x = keras.ops.concatenate([resize_like(x, skip), reduce(skip)], axis=-1)
            x = stage(x)
        return self.to_logits(x)

    def _in_context(self, x):
        if not self.context:
            return x
        coarse = keras.ops.average_pool(x, 2, 2, padding="same")
        for stage in self.context_stages:
            coarse = stage(coarse)
        return self.join(keras.ops.concatenate([x, resize_like(coarse, x)], axis=-1))

    def compute_output_shape(
        self, correlation_shape, features_shape, image_shape, affinity_shape=None
    ):
        return (*image_shape[:-1], 1)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "context": self.context,
        }

    def _block(self, filters, kernel_size, name):
        """Convolution, batch normalisation, ReLU."""
        return keras.Sequential(
            [
                keras.layers.Conv2D(
                    filters,
                    kernel_size,
                    padding="same",
                    use_bias=False,
                    dtype=self.dtype_policy,
                ),
                keras.layers.BatchNormalization(
                    momentum=_MOMENTUM, dtype=self.dtype_policy
                ),
                keras.layers.ReLU(dtype=self.dtype_policy),
            ],
            name=name,
        )

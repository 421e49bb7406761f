"""One backbone that sees both images."""

import keras

from tfcoseg.layers import backbones


@keras.saving.register_keras_serializable(package="tfcoseg")
class SiameseEncoder(keras.layers.Layer):
    """Features of two images through one backbone with one set of weights.

    The backbone comes from keras.applications, with dilation in place of its last
    strides, and takes photographs as they are: the preprocessing is part of the layer.
    Its batch normalisation always runs in inference mode, since a few pairs are too
    small a batch for statistics of their own; everything else trains while `trainable`.

    Args:
        backbone: `"mobilenetv2"`, `"resnet50"` or `"vgg16"`.
        output_stride: pixels per position of the features, 16 or 8.
        features: name of the layer whose output is the features, or names of several,
            of one size, whose outputs are concatenated; None for the backbone's last
            (`block_16_project_BN`, `conv5_block3_out`, `block5_conv3`). The backbone is
            cut behind the last layer that is named.
        skips: names of earlier layers whose outputs the decoder gets too, deepest
            first.

    Call arguments:
        image_a, image_b: RGB images with values in 0..255; sizes may differ.

    Input shape:
        `(batch, height_a, width_a, 3)` and `(batch, height_b, width_b, 3)`.

    Output shape:
        Two lists `[features, *skips]`, of image A and of image B; the features are
        `(batch, ceil(height / output_stride), ceil(width / output_stride), channels)`,
        with VGG16 rounded down.

    Raises:
        ValueError: for an unknown backbone, output stride or layer name.

    Example:

    >>> encoder = SiameseEncoder("mobilenetv2", skips=("block_5_add",))
    >>> of_a, of_b = encoder(np.zeros((1, 64, 64, 3)), np.zeros((1, 96, 64, 3)))
    >>> tuple(of_b[0].shape), tuple(of_b[1].shape)
    ((1, 6, 4, 320), (1, 12, 8, 32))
    """

    def __init__(
        self,
        backbone="mobilenetv2",
        output_stride=16,
        features=None,
        skips=(),
        **kwargs,
    ):
        kwargs.setdefault("name", "siamese_encoder")
        # bfloat16 loses whole grey levels above 256 / 8: cast after preprocessing.
        super().__init__(autocast=False, **kwargs)
        if backbone not in backbones.BACKBONES:
            raise ValueError(
                f"`backbone` must be one of {list(backbones.BACKBONES)}. "
                f"Received: backbone={backbone!r}"
            )
        if output_stride not in (8, 16):
            raise ValueError(
                "`output_stride` must be 8 or 16, the strides at which a 19 x 19 "
                "kernel is smaller than the feature map of a 513 x 513 image. "
                f"Received: output_stride={output_stride!r}"
            )
        if features is not None and not features:
            raise ValueError(
                "`features` must be None or name at least one layer, as in "
                '("block_12_add", "block_13_expand_relu"). '
                f"Received: features={features!r}"
            )
        self.backbone = backbone
        self.output_stride = output_stride
        # A list in a config that was read from JSON is a tuple again here.
        several = isinstance(features, (list, tuple))
        self.features = tuple(features) if several else features
        self.skips = tuple(skips)
        self._deepest = (
            self.features
            if several
            else (features or backbones.BACKBONES[backbone][1],)
        )
        self.trunk = backbones.dilated_backbone(
            backbone,
            output_stride,
            (*self._deepest, *self.skips),
            self.dtype_policy,
        )

    def build(self, image_a_shape, image_b_shape):
        """The trunk is built when it is made; nothing here depends on the images."""

    def call(self, image_a, image_b):
        return self.encode(image_a), self.encode(image_b)

    def encode(self, image):
        """`[features, *skips]` of one batch of images."""
        image = keras.ops.cast(image, "float32")
        prepared = backbones.preprocess(self.backbone, image)
        maps = self.trunk(keras.ops.cast(prepared, self.compute_dtype), training=False)
        return [self._joined(maps), *(maps[name] for name in self.skips)]

    def above_skip(self):
        """`keras.Model` from the deepest skip to the features, sharing the layers.

        Raises:
            ValueError: for an encoder without skips.
        """
        if not self.skips:
            raise ValueError("Only an encoder with `skips` can be cut at one of them.")
        outputs = {name: self.trunk.get_layer(name).output for name in self._deepest}
        skip = self.trunk.get_layer(self.skips[0]).output
        return keras.Model(skip, self._joined(outputs))

    def load_backbone(self, weights):
        """Loads the backbone's weights, leaving the rest of the model as it is.

        Args:
            weights: `"imagenet"` for the weights that keras.applications downloads, or
                the path of a weights file of the stock model without its top.
        """
        donor = backbones.stock_backbone(self.backbone, weights)
        for layer in self.trunk.layers:
            if layer.weights:
                layer.set_weights(donor.get_layer(layer.name).get_weights())

    def compute_output_shape(self, image_a_shape, image_b_shape):
        return self._shapes(image_a_shape), self._shapes(image_b_shape)

    def _shapes(self, image_shape):
        shapes = self.trunk.compute_output_shape(image_shape)
        *positions, _ = shapes[self._deepest[0]]
        channels = sum(shapes[name][-1] for name in self._deepest)
        return [(*positions, channels), *(shapes[name] for name in self.skips)]

    def _joined(self, maps):
        """The features, of what each layer gives."""
        deepest = [maps[name] for name in self._deepest]
        if len(deepest) == 1:
            return deepest[0]
        return keras.ops.concatenate(deepest, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "backbone": self.backbone,
            "output_stride": self.output_stride,
            "features": self.features,
            "skips": self.skips,
        }

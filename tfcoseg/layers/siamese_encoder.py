"""One backbone that sees both images."""

import functools

import keras
import numpy as np

from tfcoseg.layers import backbones
from tfcoseg.ops.affinity import unit


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
        descriptors=None,
        branch_from=None,
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
        self.descriptors, self.branch_from = descriptors, branch_from
        self._deepest = (
            self.features
            if several
            else (features or backbones.BACKBONES[backbone][1],)
        )
        named = [*self.skips, *([descriptors] if descriptors else [])]
        joins = [branch_from] if branch_from else [*self._deepest]
        whole = functools.partial(
            backbones.dilated_backbone, backbone, output_stride, dtype=self.dtype_policy
        )
        self.trunk = whole(outputs=list(dict.fromkeys([*joins, *named])))
        self.branch = None
        if branch_from:
            other = whole(outputs=[branch_from, *self._deepest])
            inputs = other.output[branch_from]
            maps = {name: other.output[name] for name in self._deepest}
            self.branch = keras.Model(inputs, maps, name="branch")

    def build(self, image_a_shape, image_b_shape):
        """The trunk is built when it is made; only the statistics are added."""
        if self.descriptors is None:
            return
        channels = self.trunk.get_layer(self.descriptors).output.shape[-1]
        self.descriptor_mean, self.descriptor_variance = (
            self.add_weight(
                name=name, shape=(channels,), initializer=initializer, trainable=False
            )
            for name, initializer in (
                ("descriptor_mean", "zeros"),
                ("descriptor_variance", "ones"),
            )
        )

    def call(self, image_a, image_b):
        return self.encode(image_a), self.encode(image_b)

    def encode(self, image):
        """`[features, *skips]` of one batch of images, and the descriptors if any."""
        maps = self._trunk_maps(image)
        deepest = maps
        if self.branch is not None:
            deepest = self.branch(maps[self.branch_from], training=False)
        encoded = [self._joined(deepest), *(maps[name] for name in self.skips)]
        if self.descriptors is None:
            return encoded
        return [*encoded, self._normalised(maps[self.descriptors])]

    def adapt(self, images):
        """Sets the descriptors' statistics, as `keras.layers.Normalization.adapt`.

        Args:
            images: iterable of batches of images (batch, height, width, 3), 0..255.
        """
        maps = [np.asarray(self._raw_descriptors(batch)) for batch in images]
        flat = np.concatenate([m.reshape(-1, m.shape[-1]) for m in maps])
        self.descriptor_mean.assign(flat.mean(0))
        self.descriptor_variance.assign(flat.var(0))

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
        for part in (self.trunk, self.branch):
            for layer in part.layers if part is not None else ():
                if layer.weights:
                    layer.set_weights(donor.get_layer(layer.name).get_weights())

    def compute_output_shape(self, image_a_shape, image_b_shape):
        return self._shapes(image_a_shape), self._shapes(image_b_shape)

    def _trunk_maps(self, image):
        image = keras.ops.cast(image, "float32")
        prepared = backbones.preprocess(self.backbone, image)
        return self.trunk(keras.ops.cast(prepared, self.compute_dtype), training=False)

    def _raw_descriptors(self, image):
        return keras.ops.cast(self._trunk_maps(image)[self.descriptors], "float32")

    def _normalised(self, descriptors):
        """Zero mean and unit variance per channel, and unit length per position."""
        descriptors = keras.ops.cast(descriptors, "float32") - self.descriptor_mean
        scaled = descriptors / keras.ops.sqrt(self.descriptor_variance + 1e-6)
        return keras.ops.cast(unit(scaled), self.compute_dtype)

    def _shapes(self, image_shape):
        shapes = self.trunk.compute_output_shape(image_shape)
        deepest = shapes
        if self.branch is not None:
            deepest = self.branch.compute_output_shape(shapes[self.branch_from])
        *positions, _ = deepest[self._deepest[0]]
        channels = sum(deepest[name][-1] for name in self._deepest)
        encoded = [(*positions, channels), *(shapes[name] for name in self.skips)]
        return encoded + ([shapes[self.descriptors]] if self.descriptors else [])

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
            "descriptors": self.descriptors,
            "branch_from": self.branch_from,
        }

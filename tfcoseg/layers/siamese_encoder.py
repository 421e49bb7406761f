"""One backbone that sees both images."""

import keras
import numpy as np

from tfcoseg.layers import backbones
from tfcoseg.layers.global_settings import check_global_settings
from tfcoseg.ops.affinity import unit
from tfcoseg.ops.resize import resize_like


@keras.saving.register_keras_serializable(package="tfcoseg")
class SiameseEncoder(keras.layers.Layer):
    """Features of two images through one backbone with one set of weights.

    The five backbones whose names are in lower case have dilation in place of their
    last strides. Images are given as they are: the preprocessing is part of the layer.
    Batch normalisation always runs in inference mode, since a few pairs are too small a
    batch for statistics of their own; everything else trains while `trainable`.

    Descriptors are for comparisons: they have zero mean and unit variance per channel,
    by statistics that `adapt` sets, and unit length at each position. To train the
    features while the descriptors keep the pretrained weights, give the features a
    branch of their own with `branch_from` and set `encoder.trunk.trainable = False`.

    Args:
        backbone: str or `keras.Model`. `"mobilenetv2"`, `"resnet50"`, `"vgg16"`,
            `"efficientnet_lite0"` or `"efficientnet_lite2"`; the name of any
            constructor of keras.applications, as `"EfficientNetV2B0"`; or a functional
            or sequential model of RGB images of 0..255, which is used with its weights.
            Defaults to `"mobilenetv2"`.
        output_stride: int. Pixels per position of the features, 16 or 8; of backbones
            without dilation the features may have fewer. Defaults to 16.
        features: str, tuple of str or None. Layer whose output is the features, or
            several, of one size, whose outputs are concatenated. The backbone is cut
            behind the last layer that is named. None, with dilation only, is the
            backbone's last: `block_16_project_BN`, `conv5_block3_out`, `block5_conv3`,
            `block_15_project_BN` and `block_20_project_BN`.
        skips: tuple of str. Earlier layers whose outputs the decoder gets too, deepest
            first. Defaults to ().
        descriptors: str or None. Deeper layer whose normalised output is returned last,
            resized to the positions of the features where it has others. Defaults to
            None.
        branch_from: str or None. Layer from which on the features come from a second
            copy of the backbone's layers, with weights of its own. All paths to the
            features must lead through it, as at the end of a block. Defaults to None:
            no copy.

    Call arguments:
        image_a, image_b: RGB images with values in 0..255; sizes may differ.

    Input shape:
        `(batch, height_a, width_a, 3)` and `(batch, height_b, width_b, 3)`.

    Output shape:
        Two lists, of image A and of image B: `[features, *skips]`, or `[features,
        *skips, descriptors]`. Features and descriptors are `(batch, ceil(height /
        output_stride), ceil(width / output_stride), channels)`, with VGG16 rounded
        down.

    Raises:
        ValueError: for an unknown backbone, output stride or layer name, for features
            of too large a stride, or if the features do not all come from
            `branch_from`.

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
        # bfloat16 loses fractions of grey levels: the layers cast, after preprocessing.
        super().__init__(autocast=False, **kwargs)
        if output_stride not in (8, 16):
            raise ValueError(
                "`output_stride` must be 8 or 16, the strides at which a 19 x 19 "
                "kernel is smaller than the feature map of a 513 x 513 image. "
                f"Received: output_stride={output_stride!r}"
            )
        if isinstance(backbone, dict):  # from a config
            backbone = keras.saving.deserialize_keras_object(backbone)
        own = isinstance(backbone, keras.Model)
        check_global_settings()
        if not own and not backbones.is_known(backbone):
            raise ValueError(
                f"`backbone` must be one of {list(backbones.BACKBONES)}, the name of a "
                'constructor of keras.applications, as "EfficientNetV2B0", or a '
                f"`keras.Model`. Received: backbone={backbone!r}"
            )
        if own:
            backbone = backbones.functional(backbone)
        self.backbone = keras.saving.serialize_keras_object(backbone)
        self.output_stride = output_stride
        # A list in a config that was read from JSON is a tuple again here.
        several = isinstance(features, (list, tuple))
        self.features = tuple(features) if several else features
        self.skips = tuple(skips)
        self.descriptors, self.branch_from = descriptors, branch_from
        self._deepest = self._feature_names()
        stock = backbone if own else backbones.stock_backbone(backbone)
        self._layer_names = tuple(layer.name for layer in stock.layers)
        self._check_layers(stock)

        def copy():
            return backbones.dilated_copy(
                stock, None if own else backbone, output_stride, self.dtype_policy
            )

        joint = self._deepest if branch_from is None else (branch_from,)
        others = [*self.skips, *([] if descriptors is None else [descriptors])]
        name = stock.name if own else backbone
        self.trunk = backbones.cut(copy(), dict.fromkeys([*joint, *others]), name=name)
        self.branch = None if branch_from is None else self._cut_branch(copy())
        if descriptors is not None:
            self._add_statistics()
            self._resizes = self._sizes_may_differ()

    def _feature_names(self):
        dilated = self.backbone in list(backbones.BACKBONES)
        if self.features is None and dilated:
            return (backbones.BACKBONES[self.backbone][1],)
        if not self.features:
            raise ValueError(
                "`features` must name at least one layer, as in "
                '("block_12_add", "block_13_expand_relu"), or be None for the last of '
                f"{list(backbones.BACKBONES)}. Received: features={self.features!r}"
            )
        several = isinstance(self.features, tuple)
        return self.features if several else (self.features,)

    def _check_layers(self, stock):
        named = [*self._deepest, *self.skips, self.descriptors, self.branch_from]
        backbones.check_layers(stock, [name for name in named if name is not None])
        if self.backbone not in list(backbones.BACKBONES):
            backbones.check_strides(stock, self._deepest, self.output_stride)

    def _cut_branch(self, model):
        try:
            return backbones.cut(model, self._deepest, self.branch_from, "branch")
        except ValueError as error:
            raise ValueError(
                "`branch_from` must be a layer before the features through which all "
                "paths to them lead, such as the last of a block. Received: "
                f"branch_from={self.branch_from!r} and features={self._deepest}"
            ) from error

    def _add_statistics(self):
        channels = self.trunk.get_layer(self.descriptors).output.shape[-1]
        self.descriptor_mean, self.descriptor_variance = (
            self.add_weight(
                name=name,
                shape=(channels,),
                initializer=initializer,
                dtype="float32",
                autocast=False,
                trainable=False,
            )
            for name, initializer in (
                ("descriptor_mean", "zeros"),
                ("descriptor_variance", "ones"),
            )
        )

    def _sizes_may_differ(self):
        """Whether the descriptors may not have the positions of the features.

        Without dilation always: convolutions may lose positions at the border.
        """
        if self.backbone not in list(backbones.BACKBONES):
            return True
        image_shape = (1, 512, 512, 3)
        own = self.trunk.compute_output_shape(image_shape)[self.descriptors]
        return own[1:3] != self._shapes(image_shape)[0][1:3]

    def build(self, image_a_shape, image_b_shape):
        """All is built when it is made; nothing here depends on the images."""

    def call(self, image_a, image_b):
        return self.encode(image_a), self.encode(image_b)

    def encode(self, image):
        """`[features, *skips]` of one batch of images, and the descriptors if any."""
        maps = self._trunk_maps(image)
        deepest = maps
        if self.branch is not None:
            deepest = self.branch(maps[self.branch_from], training=False)
        encoded = [self._joined(deepest), *(maps[name] for name in self.skips)]
        if self.descriptors is not None:
            descriptors = self._normalised(maps[self.descriptors])
            if self._resizes:
                descriptors = unit(resize_like(descriptors, encoded[0]))
            encoded.append(descriptors)
        # The layers of a user's own model may have another dtype policy.
        return [keras.ops.cast(each, self.compute_dtype) for each in encoded]

    def adapt(self, images):
        """Sets the descriptors' statistics, as `keras.layers.Normalization.adapt`.

        Args:
            images: iterable of batches of images (batch, height, width, 3), 0..255.

        Raises:
            ValueError: for an encoder without descriptors.
        """
        if self.descriptors is None:
            raise ValueError(
                "Only an encoder with `descriptors` has statistics to set. "
                "Received: descriptors=None"
            )
        maps = [np.asarray(self._raw_descriptors(batch)) for batch in images]
        flat = np.concatenate([each.reshape(-1, each.shape[-1]) for each in maps])
        # In float64: NumPy's float32 sums over so many positions lose digits.
        self.descriptor_mean.assign(flat.mean(0, dtype="float64"))
        self.descriptor_variance.assign(flat.var(0, dtype="float64"))

    def layers_up_to_skips(self):
        """The trunk's layers up to the deepest skip.

        Raises:
            ValueError: for an encoder without skips.
        """
        if not self.skips:
            raise ValueError("Only an encoder with `skips` can be cut at one of them.")
        names = [layer.name for layer in self.trunk.layers]
        return self.trunk.layers[: names.index(self.skips[0]) + 1]

    def load_backbone(self, weights):
        """Loads the backbone's weights, leaving the rest of the model as it is.

        Args:
            weights: path of a weights file of the stock model without its top (an
                `.npz` file for EfficientNet-Lite), or `"imagenet"` for the weights that
                keras.applications downloads.

        Raises:
            OSError: if "imagenet" cannot be downloaded.
            ValueError: if the file is for another model, or for "imagenet" with a
                user's own model.
        """
        stock = backbones.stock_backbone(self.backbone, weights)
        # By position, since some constructors number their layers anew in each model.
        donors = dict(zip(self._layer_names, stock.layers))
        for part in (self.trunk, self.branch):
            for layer in part.layers if part is not None else ():
                if layer.weights:
                    layer.set_weights(donors[layer.name].get_weights())

    def compute_output_shape(self, image_a_shape, image_b_shape):
        return self._shapes(image_a_shape), self._shapes(image_b_shape)

    def _trunk_maps(self, image):
        image = keras.ops.cast(image, "float32")
        prepared = backbones.preprocess(self.backbone, image)
        return self.trunk(prepared, training=False)

    def _raw_descriptors(self, image):
        return keras.ops.cast(self._trunk_maps(image)[self.descriptors], "float32")

    def _normalised(self, descriptors):
        """Zero mean and unit variance per channel, and unit length per position."""
        descriptors = keras.ops.cast(descriptors, "float32") - self.descriptor_mean
        scaled = descriptors / keras.ops.sqrt(self.descriptor_variance + 1e-6)
        return unit(scaled)

    def _shapes(self, image_shape):
        shapes = self.trunk.compute_output_shape(image_shape)
        deepest = shapes
        if self.branch is not None:
            deepest = self.branch.compute_output_shape(shapes[self.branch_from])
        *positions, _ = deepest[self._deepest[0]]
        channels = sum(deepest[name][-1] for name in self._deepest)
        encoded = [(*positions, channels), *(shapes[name] for name in self.skips)]
        if self.descriptors is not None:
            encoded.append((*positions, shapes[self.descriptors][-1]))
        return encoded

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

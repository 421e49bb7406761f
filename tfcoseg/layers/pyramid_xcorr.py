"""The pyramid features cross-correlation layer."""

import keras

from tfcoseg.ops import cross_correlation as xcorr
from tfcoseg.ops.resize import area_weights


@keras.saving.register_keras_serializable(package="tfcoseg")
class PyramidXCorr(keras.layers.Layer):
    """Correlates the features of two images with each other, in both directions.

    Where image A shows what image B shows too, the correlation of A's features with the
    features of B, taken as kernels of several sizes, is high. With `f` the features:

    - embedding: `f' = phi_1(f)`, a 1 x 1 convolution shared by both images;
    - kernel: `S_i = L2(resize(f', k_i x k_i))` of the partner, for each `k_i`;
    - correlation: `F = phi_2(mean_i(S_i (x) f'))`, channel by channel at the map's own
      size, then a 1 x 1 convolution with ReLU.

    `get_weights()` is [phi_1 kernel, phi_1 bias, phi_2 kernel, phi_2 bias], after one
    logit per level where the levels' weights are learned.

    Reference: Chen et al., "Image co-segmentation based on pyramid features
    cross-correlation network", Sci China Inf Sci 66(1):119101, 2023, equations (1) to
    (4).

    Args:
        filters: channels of the embedding and of the correlation.
        kernel_sizes: sides of the square kernels in positions of the feature map; odd
            or even, smaller or larger than the map.
        normalization: what of a kernel has unit L2 norm: `"channel"`, `"position"`,
            `"kernel"` or `None`; see `tfcoseg.ops.pyramid_levels`.
        implementation: `"auto"`, `"vectorized_map"`, `"fft"` or `"depthwise"`; see
            `tfcoseg.ops.cross_correlate`. All give the same result; the config keeps
            the word, so that `"auto"` is decided anew on each machine.
        level_weights: `"mean"`, as in the paper, or `"learned"`: a weighted mean over
            the levels, of weights that are the softmax of one trained logit for each
            and start out equal. Either way one correlation is computed.

    Call arguments:
        features_a, features_b: features of the two images; sizes may differ.
        reference_a, reference_b: optional masks of the object, of 0 or more and of any
            size. They restrict the kernel made from that image: its embedding is
            multiplied by the mask. None, ones everywhere and zeros everywhere are the
            same.

    Input shape:
        `(batch, height_a, width_a, channels)`, `(batch, height_b, width_b, channels)`
        and `(batch, any height, any width, 1)` for the masks.

    Output shape:
        Two tensors, `(batch, height_a, width_a, filters)` and
        `(batch, height_b, width_b, filters)`, in the layer's compute dtype.

    Raises:
        ValueError: for filters or sizes that are not positive integers, no sizes at
            all, or an unknown normalization, implementation or level weighting.

    Example:

    >>> layer = PyramidXCorr(filters=8, kernel_sizes=(3, 5))
    >>> a, b = layer(np.ones((2, 9, 7, 4)), np.ones((2, 6, 6, 4)))
    >>> tuple(a.shape), tuple(b.shape)
    ((2, 9, 7, 8), (2, 6, 6, 8))
    """

    def __init__(
        self,
        filters,
        kernel_sizes=(11, 15, 19),
        normalization="channel",
        implementation="auto",
        level_weights="mean",
        **kwargs,
    ):
        kwargs.setdefault("name", "pyramid_xcorr")
        super().__init__(**kwargs)
        self.filters = _positive_integer("filters", filters)
        if isinstance(kernel_sizes, int) or not len(kernel_sizes):
            raise ValueError(
                f"`kernel_sizes` must be a sequence of at least one size, as in "
                f"(11, 15, 19). Received: kernel_sizes={kernel_sizes!r}"
            )
        self.kernel_sizes = tuple(
            _positive_integer("kernel_sizes", size) for size in kernel_sizes
        )
        self.normalization = _one_of(
            "normalization", normalization, [*xcorr.NORMALIZATION_AXES, None]
        )
        self.implementation = _one_of(
            "implementation", implementation, ["auto", *xcorr.IMPLEMENTATIONS]
        )
        self.level_weights = _one_of(
            "level_weights", level_weights, ["mean", "learned"]
        )
        self.level_logits = None
        convolution = {"filters": self.filters, "kernel_size": 1}
        convolution["dtype"] = self.dtype_policy
        self.phi_1 = keras.layers.Conv2D(**convolution, name="phi_1")
        self.phi_2 = keras.layers.Conv2D(**convolution, activation="relu", name="phi_2")

    def build(
        self,
        features_a_shape,
        features_b_shape,
        reference_a_shape=None,
        reference_b_shape=None,
    ):
        if features_a_shape[-1] != features_b_shape[-1]:
            raise ValueError(
                "`features_a` and `features_b` must have the same number of channels, "
                "since phi_1 is shared. Received shapes: "
                f"{tuple(features_a_shape)} and {tuple(features_b_shape)}"
            )
        if self.level_weights == "learned":
            # In float32 under any policy, as the kernels that they weigh are.
            self.level_logits = self.add_weight(
                name="level_logits",
                shape=(len(self.kernel_sizes),),
                initializer="zeros",
                autocast=False,
            )
        self.phi_1.build(features_a_shape)
        self.phi_2.build((*features_a_shape[:-1], self.filters))

    def call(self, features_a, features_b, reference_a=None, reference_b=None):
        embedding_a, embedding_b = self.embed(features_a), self.embed(features_b)
        return (
            self.correlate(embedding_a, self.kernel_of(embedding_b, reference_b)),
            self.correlate(embedding_b, self.kernel_of(embedding_a, reference_a)),
        )

    def embed(self, features):
        """phi_1 of the features: (batch, height, width, filters)."""
        return self.phi_1(features)

    def kernel_of(self, embedding, reference=None):
        """The summed pyramid kernel, float32 (batch, K, K, filters), K the largest.

        A reference mask (batch, any height, any width, 1) restricts it to the object.
        """
        if reference is not None:
            weights = area_weights(reference, embedding)
            embedding = keras.ops.cast(embedding, "float32") * weights
        weights = None
        if self.level_logits is not None:
            weights = keras.ops.softmax(self.level_logits)
        return xcorr.pyramid_kernel(
            embedding, self.kernel_sizes, self.normalization, weights
        )

    def correlate(self, embedding, kernel):
        """phi_2 of the embedding correlated with a kernel: (batch, h, w, filters)."""
        return self.phi_2(xcorr.cross_correlate(embedding, kernel, self.implementation))

    def compute_output_shape(
        self,
        features_a_shape,
        features_b_shape,
        reference_a_shape=None,
        reference_b_shape=None,
    ):
        return (
            (*features_a_shape[:-1], self.filters),
            (*features_b_shape[:-1], self.filters),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_sizes": self.kernel_sizes,
            "normalization": self.normalization,
            "implementation": self.implementation,
            "level_weights": self.level_weights,
        }


def _positive_integer(name, value):
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"`{name}` must be positive integers. Received: {value!r}")
    return int(value)


def _one_of(name, value, allowed):
    if value not in allowed:
        raise ValueError(
            f"`{name}` must be one of {allowed}. Received: {name}={value!r}"
        )
    return value

"""Pure TensorFlow functions: no Keras layer, no state."""

from tfcoseg.ops.affinity import pooled_descriptor as pooled_descriptor
from tfcoseg.ops.affinity import semantic_affinity as semantic_affinity
from tfcoseg.ops.cross_correlation import cross_correlate as cross_correlate
from tfcoseg.ops.cross_correlation import mean_kernel_of_others as mean_kernel_of_others
from tfcoseg.ops.cross_correlation import pyramid_kernel as pyramid_kernel
from tfcoseg.ops.cross_correlation import pyramid_levels as pyramid_levels
from tfcoseg.ops.resize import area_weights as area_weights
from tfcoseg.ops.resize import resize_bilinear as resize_bilinear
from tfcoseg.ops.resize import resize_like as resize_like

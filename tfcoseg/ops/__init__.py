"""Pure TensorFlow functions: no Keras layer, no state."""

from tfcoseg.ops.cross_correlation import cross_correlate as cross_correlate
from tfcoseg.ops.cross_correlation import mean_kernel_of_others as mean_kernel_of_others
from tfcoseg.ops.cross_correlation import pyramid_kernel as pyramid_kernel
from tfcoseg.ops.cross_correlation import pyramid_levels as pyramid_levels
from tfcoseg.ops.resize import resize_bilinear as resize_bilinear
from tfcoseg.ops.resize import resize_like as resize_like

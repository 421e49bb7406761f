"""Keras' metrics, with void pixels left out."""

import keras
from keras import ops

from tfcoseg.signature import VOID
from tfcoseg.weighting import pixel_weights


@keras.saving.register_keras_serializable(package="tfcoseg")
class BinaryIoU(keras.metrics.BinaryIoU):
    """Intersection over union of the object, pooled over all pixels seen.

    This is the figure to watch during `fit`; `tfcoseg evaluate` reports J at the
    pictures' own sizes, and averages it in three ways.

    Args:
        target_class_ids: (1,) for the object, (0, 1) for the mean with the background.
        threshold: a pixel is object from this probability on.
        name: name of the metric.
        dtype: of the confusion matrix; by default "float64", which counts every pixel.

    Call arguments:
        y_true: masks of 0, 1 and `VOID`.
        y_pred: probabilities of the same shape.
        sample_weight: None, or weights of samples or of pixels, as for `CoSegLoss`.

    Example:

    >>> metric = BinaryIoU()
    >>> _ = metric.update_state([[0, 1, 1, VOID]], [[0.9, 0.8, 0.3, 0.9]])
    >>> round(float(metric.result()), 3)  # one pixel of three
    0.333
    """

    def __init__(
        self,
        target_class_ids=(1,),
        threshold=0.5,
        name="binary_iou",
        dtype=None,
    ):
        super().__init__(target_class_ids, threshold, name, dtype or "float64")
        self.ignore_class = VOID

    def update_state(self, y_true, y_pred, sample_weight=None):
        if sample_weight is not None:
            y_true = ops.convert_to_tensor(y_true)
            sample_weight = pixel_weights(sample_weight, y_true)
        return super().update_state(y_true, y_pred, sample_weight)


@keras.saving.register_keras_serializable(package="tfcoseg")
class PixelAccuracy(keras.metrics.Mean):
    """Share of the pixels that are labelled rightly, pooled over all pixels seen.

    Args:
        threshold: a pixel is object from this probability on.
        name: name of the metric.
        dtype: of the result.

    Call arguments:
        y_true: masks (batch, height, width, 1) of 0, 1 and `VOID`.
        y_pred: probabilities of the same shape.
        sample_weight: None, or weights of samples or of pixels, as for `CoSegLoss`.

    Example:

    >>> metric = PixelAccuracy()
    >>> metric.update_state([[0, 1, 1, VOID]], [[0.9, 0.8, 0.3, 0.9]])
    >>> round(float(metric.result()), 3)  # one pixel of three
    0.333
    """

    def __init__(self, threshold=0.5, name="pixel_accuracy", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.threshold = threshold
        self._direction = "up"

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        right = ops.equal(y_pred >= self.threshold, ops.equal(y_true, 1))
        weight = ops.cast(ops.not_equal(y_true, VOID), self.dtype)
        if sample_weight is not None:
            weight *= ops.cast(pixel_weights(sample_weight, y_true), self.dtype)
        super().update_state(ops.cast(right, self.dtype), sample_weight=weight)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}

"""The training loss that Keras lacks: pixels and regions, with void left out."""

import keras
from keras import ops

from tfcoseg.signature import VOID
from tfcoseg.weighting import pixel_weights


@keras.saving.register_keras_serializable(package="tfcoseg")
class CoSegLoss(keras.losses.Loss):
    """Binary cross-entropy plus one minus a soft overlap, one value per sample.

    The cross-entropy treats pixels alike, so that a small object hardly counts; the
    overlap treats objects alike. With p the prediction and y the truth, summed over the
    pixels of a sample that are not void, and s the smoothing:

        soft IoU  = (sum(p y) + s) / (sum(p) + sum(y) - sum(p y) + s)
        soft Dice = (2 sum(p y) + s) / (sum(p) + sum(y) + s)

    An empty truth with an empty prediction is a perfect overlap.

    Args:
        iou: "soft", "dice", or None for the cross-entropy alone.
        weights: factors of the cross-entropy and of the overlap term.
        smoothing: s, in pixels, above 0.
        name: name of the loss.
        reduction: as in `keras.losses.Loss`.
        dtype: as in `keras.losses.Loss`.

    Call arguments:
        y_true: masks (batch, height, width, 1) of 0, 1 and `VOID`.
        y_pred: probabilities of the same shape.
        sample_weight: None; or (batch,), factors of the samples' values; or (batch,
            height, width) with or without a last axis of 1, how much each pixel counts
            in its sample's value, where 0 is as void.

    Example:

    >>> loss = CoSegLoss()
    >>> truth = np.array([[0, 1], [1, VOID]], np.float32).reshape((1, 2, 2, 1))
    >>> good = np.array([[0, 1], [1, 0]], np.float32).reshape((1, 2, 2, 1))
    >>> float(loss(truth, good)) < 1e-6
    True
    >>> float(loss(truth, 1 - good)) > 10
    True
    """

    def __init__(
        self,
        iou="soft",
        weights=(1.0, 1.0),
        smoothing=1.0,
        name="coseg_loss",
        reduction="sum_over_batch_size",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if iou not in ("soft", "dice", None):
            raise ValueError(
                f'`iou` must be "soft", "dice" or None. Received: iou={iou!r}'
            )
        if smoothing <= 0:
            raise ValueError(
                "`smoothing` must be above 0, or an empty mask divides by zero. "
                f"Received: smoothing={smoothing}"
            )
        self.iou = iou
        self.weights = tuple(weights)
        self.smoothing = smoothing

    def __call__(self, y_true, y_pred, sample_weight=None):
        if sample_weight is None or len(ops.shape(sample_weight)) < 3:
            return super().__call__(y_true, y_pred, sample_weight)
        # Keras reduces one value per sample, so weights of pixels go in with the truth.
        y_true = ops.cast(y_true, self.dtype)
        weights = ops.cast(pixel_weights(sample_weight, y_true), self.dtype)
        return super().__call__(ops.concatenate([y_true, weights], -1), y_pred)

    def call(self, y_true, y_pred):
        weights = 1.0
        if y_true.shape[-1] == 2 * y_pred.shape[-1]:
            y_true, weights = ops.split(y_true, 2, axis=-1)
        known = ops.cast(ops.not_equal(y_true, VOID), y_pred.dtype)
        y_true, counts = y_true * known, known * weights
        axes = list(range(1, len(y_pred.shape)))
        entropy = ops.sum(ops.binary_crossentropy(y_true, y_pred) * counts, axes)
        total = ops.sum(counts, axes)
        loss = self.weights[0] * entropy / ops.where(total > 0, total, 1.0)
        if self.iou is not None:
            overlap = self._overlap(y_true, y_pred, counts, axes)
            loss = loss + self.weights[1] * (1.0 - overlap)
        return loss

    def get_config(self):
        config = super().get_config()
        config.update(
            iou=self.iou,
            weights=self.weights,
            smoothing=self.smoothing,
            dtype=self.dtype,
        )
        return config

    def _overlap(self, y_true, y_pred, counts, axes):
        common = ops.sum(y_true * y_pred * counts, axes)
        total = ops.sum((y_true + y_pred) * counts, axes)
        if self.iou == "dice":
            return (2.0 * common + self.smoothing) / (total + self.smoothing)
        return (common + self.smoothing) / (total - common + self.smoothing)

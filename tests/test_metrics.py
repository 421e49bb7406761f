import keras
import numpy as np
import pytest

from tfcoseg.metrics import BinaryIoU, PixelAccuracy
from tfcoseg.signature import VOID


def masks(*samples):
    """Samples of four pixels as (batch, 2, 2, 1)."""
    return np.array(samples, np.float32).reshape(len(samples), 2, 2, 1)


def measured(metric, *batches):
    for y_true, y_pred in batches:
        metric.update_state(y_true, y_pred)
    return float(metric.result())


EMPTY, FULL = masks([0] * 4), masks([1] * 4)


@pytest.mark.parametrize(
    "y_true, y_pred, iou, accuracy",
    [
        (masks([1, 1, 0, 0]), masks([0.9, 0.1, 0.8, 0.2]), 1 / 3, 1 / 2),
        (masks([1, 1, 0, 0]), masks([0.5, 0.4, 0.4, 0.4]), 1 / 2, 3 / 4),
        (masks([1, 1, VOID, 0]), masks([0.9, 0.1, 0.8, 0.2]), 1 / 2, 2 / 3),
        (masks([1, VOID, VOID, 0]), masks([0.9, 0.9, 0.1, 0.2]), 1, 1),
        (FULL, FULL, 1, 1),
        (FULL, EMPTY, 0, 0),
        (EMPTY, FULL, 0, 0),
    ],
)
def test_by_hand(y_true, y_pred, iou, accuracy):
    np.testing.assert_allclose(measured(BinaryIoU(), (y_true, y_pred)), iou, rtol=1e-6)
    np.testing.assert_allclose(
        measured(PixelAccuracy(), (y_true, y_pred)), accuracy, rtol=1e-6
    )


def test_nothing_to_find_and_nothing_found():
    assert measured(BinaryIoU(), (EMPTY, EMPTY)) == 0
    assert measured(PixelAccuracy(), (EMPTY, EMPTY)) == 1


@pytest.mark.parametrize("metric", [BinaryIoU, PixelAccuracy])
def test_all_void_changes_nothing(metric):
    some = masks([1, 1, 0, 0]), masks([0.9, 0.1, 0.8, 0.2])
    void = masks([VOID] * 4), FULL
    assert measured(metric(), some, void) == measured(metric(), some)
    assert measured(metric(), void) == 0


@pytest.mark.parametrize("metric", [BinaryIoU, PixelAccuracy])
def test_pools_pixels_over_batches_until_reset(metric):
    generator = np.random.default_rng(0)
    y_true = generator.choice([0, 1, VOID], (6, 8, 8, 1)).astype(np.float32)
    y_pred = generator.random((6, 8, 8, 1), np.float32)
    valid, found, truth = y_true != VOID, y_pred >= 0.5, y_true == 1
    expected = {
        BinaryIoU: (found & truth).sum() / ((found | truth) & valid).sum(),
        PixelAccuracy: ((found == truth) & valid).sum() / valid.sum(),
    }[metric]
    pooled = metric()
    batches = (y_true[:1], y_pred[:1]), (y_true[1:], y_pred[1:])
    np.testing.assert_allclose(measured(pooled, *batches), expected, rtol=1e-6)
    pooled.reset_state()
    assert measured(pooled, (FULL, FULL)) == pytest.approx(1)


@pytest.mark.parametrize("metric", [BinaryIoU, PixelAccuracy])
def test_threshold(metric):
    y_true, y_pred = masks([1, 1, 0, 0]), masks([0.9, 0.6, 0.6, 0.2])
    assert measured(metric(threshold=0.7), (y_true, y_pred)) < 0.9
    assert measured(
        metric(threshold=0.7), (masks([1, 0, 0, 0]), y_pred)
    ) == pytest.approx(1)


def test_sample_weight():
    y_true, y_pred = masks([1, 1, 0, 0], [1, 1, 0, VOID]), masks([1] * 4, [1] * 4)
    accuracy = PixelAccuracy()
    accuracy.update_state(y_true, y_pred, np.array([1, 3]).reshape(2, 1, 1, 1))
    # Of the first, 2 of 4 pixels; of the second, three times as heavy, 2 of 3.
    np.testing.assert_allclose(accuracy.result(), (2 + 6) / (4 + 9), rtol=1e-6)


def test_integers_and_graph_mode():
    import tensorflow as tf

    y_true, y_pred = masks([1, 1, VOID, 0]), masks([0.9, 0.1, 0.8, 0.2])
    for metric in (BinaryIoU(), PixelAccuracy()):
        tf.function(metric.update_state)(y_true.astype(np.uint8), y_pred)
        expected = measured(type(metric)(), (y_true, y_pred))
        assert float(metric.result()) == expected


@pytest.mark.parametrize("metric", [BinaryIoU, PixelAccuracy])
def test_serializes(metric):
    config = keras.saving.serialize_keras_object(metric(threshold=0.7, name="mine"))
    assert config["registered_name"] == f"tfcoseg>{metric.__name__}"
    again = keras.saving.deserialize_keras_object(config)
    y_true, y_pred = masks([1, VOID, 0, 0]), masks([0.9, 0.6, 0.6, 0.2])
    assert again.name == "mine"
    assert measured(again, (y_true, y_pred)) == pytest.approx(1)
    assert measured(metric(), (y_true, y_pred)) < 0.9

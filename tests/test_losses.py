import keras
import numpy as np
import pytest

from tfcoseg.losses import CoSegLoss
from tfcoseg.signature import VOID

EPSILON = 1e-7


def masks(*samples):
    """Samples of four pixels as (batch, 2, 2, 1)."""
    return np.array(samples, np.float32).reshape(len(samples), 2, 2, 1)


def oracle(y_true, y_pred, iou="soft", weights=(1, 1), smoothing=1.0):
    """One sample, pixel by pixel."""
    pairs = [(t, p) for t, p in zip(y_true.ravel(), y_pred.ravel()) if t != VOID]
    entropy = common = object_ = predicted = 0.0
    for truth, p in pairs:
        clipped = min(max(float(p), EPSILON), 1 - EPSILON)
        entropy -= np.log(clipped if truth == 1 else 1 - clipped)
        common += truth * p
        object_ += truth
        predicted += p
    entropy /= max(len(pairs), 1)
    if iou == "soft":
        union = object_ + predicted - common
        overlap = (common + smoothing) / (union + smoothing)
    elif iou == "dice":
        overlap = (2 * common + smoothing) / (object_ + predicted + smoothing)
    else:
        overlap = 1
    return weights[0] * entropy + weights[1] * (1 - overlap)


@pytest.mark.parametrize("iou", ["soft", "dice", None])
@pytest.mark.parametrize("weights, smoothing", [((1, 1), 1.0), ((0.5, 2), 3.0)])
def test_equals_the_oracle(iou, weights, smoothing):
    generator = np.random.default_rng(0)
    y_true = generator.choice([0, 1, VOID], (3, 5, 4, 1)).astype(np.float32)
    y_pred = generator.uniform(0.01, 0.99, (3, 5, 4, 1)).astype(np.float32)
    loss = CoSegLoss(iou, weights, smoothing, reduction=None)(y_true, y_pred)
    expected = [oracle(t, p, iou, weights, smoothing) for t, p in zip(y_true, y_pred)]
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    mean = CoSegLoss(iou, weights, smoothing)(y_true, y_pred)
    np.testing.assert_allclose(mean, np.mean(expected), rtol=1e-5)


def test_by_hand():
    # Half of the object found, nothing else: IoU (1 + 1) / (2 + 1), Dice (2 + 1) / 4.
    y_true, y_pred = masks([1, 1, 0, 0]), masks([1, 0, 0, 0])
    np.testing.assert_allclose(
        CoSegLoss("soft", (0, 1))(y_true, y_pred), 1 / 3, rtol=1e-6
    )
    np.testing.assert_allclose(
        CoSegLoss("dice", (0, 1))(y_true, y_pred), 1 / 4, rtol=1e-6
    )
    y_pred = masks([0.5, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(CoSegLoss(None)(y_true, y_pred), np.log(2), rtol=1e-6)


@pytest.mark.parametrize("iou", ["soft", "dice", None])
@pytest.mark.parametrize("value", [0, 1], ids=["empty", "all object"])
def test_right_everywhere_costs_nothing(iou, value):
    mask = masks([value] * 4)
    assert CoSegLoss(iou)(mask, mask) < 1e-6


@pytest.mark.parametrize("iou", ["soft", "dice"])
def test_wrong_everywhere_costs_much_but_not_infinitely(iou):
    empty, full = masks([0] * 4), masks([1] * 4)
    for y_true, y_pred in ((empty, full), (full, empty)):
        loss = float(CoSegLoss(iou)(y_true, y_pred))
        np.testing.assert_allclose(loss, -np.log(EPSILON) + 0.8, rtol=0.02)


@pytest.mark.parametrize("iou", ["soft", "dice", None])
def test_void_counts_nowhere(iou):
    loss = CoSegLoss(iou, reduction=None)
    y_true = masks([1, 0, VOID, VOID], [1, 0, VOID, VOID])
    y_pred = masks([0.7, 0.2, 0, 0], [0.7, 0.2, 1, 0.5])
    values = np.array(loss(y_true, y_pred))
    assert values[0] == values[1]
    short = loss(y_true[:1, :1], y_pred[:1, :1])
    np.testing.assert_allclose(values[:1], short, rtol=1e-6)
    assert loss(masks([VOID] * 4), masks([0, 1, 0.5, 0.1])) == 0


def test_gradient_is_finite_and_zero_at_void():
    import tensorflow as tf

    y_true = masks([1, 0, VOID, 1])
    y_pred = tf.constant(masks([0.0, 1.0, 0.3, 0.5]))
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        loss = CoSegLoss()(y_true, y_pred)
    gradient = np.array(tape.gradient(loss, y_pred)).ravel()
    assert np.all(np.isfinite(gradient))
    assert gradient[2] == 0 and gradient[3] < 0


def test_truths_of_integers():
    y_true, y_pred = masks([1, 0, VOID, 1]), masks([0.6, 0.1, 0.2, 0.7])
    np.testing.assert_array_equal(
        CoSegLoss()(y_true.astype(np.uint8), y_pred), CoSegLoss()(y_true, y_pred)
    )


def test_serializes():
    loss = CoSegLoss("dice", (0.5, 2.0), 3.0, name="mine", reduction="sum")
    config = keras.saving.serialize_keras_object(loss)
    assert config["registered_name"] == "tfcoseg>CoSegLoss"
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == loss.get_config()
    y_true, y_pred = masks([1, 1, 0, 0]), masks([0.9, 0.2, 0.3, 0])
    assert again(y_true, y_pred) == loss(y_true, y_pred) != CoSegLoss()(y_true, y_pred)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="iou='jaccard'"):
        CoSegLoss("jaccard")
    with pytest.raises(ValueError, match="smoothing=0"):
        CoSegLoss(smoothing=0)


def weighted_oracle(y_true, y_pred, counts):
    """One sample, of which each pixel counts as much as its weight says."""
    counts = np.where(y_true == VOID, 0, counts)
    y_true = np.where(y_true == VOID, 0, y_true)
    clipped = np.clip(y_pred, EPSILON, 1 - EPSILON)
    entropy = -np.log(np.where(y_true == 1, clipped, 1 - clipped))
    common = (counts * y_true * y_pred).sum()
    union = (counts * (y_true + y_pred)).sum() - common
    mean = (entropy * counts).sum() / counts.sum() if counts.sum() else 0
    return mean + 1 - (common + 1) / (union + 1)


@pytest.fixture
def random_pairs():
    generator = np.random.default_rng(0)
    y_true = generator.choice([0, 1, VOID], (4, 6, 4, 1)).astype(np.float32)
    return y_true, generator.uniform(0.01, 0.99, (4, 6, 4, 1)).astype(np.float32)


@pytest.mark.parametrize("shape", [(4, 6, 4, 1), (4, 6, 4), (1, 6, 4, 1)])
def test_weights_of_pixels(shape, random_pairs):
    weights = np.random.default_rng(1).uniform(0, 3, shape).astype(np.float32)
    weights[:, :2] = 0
    found = CoSegLoss(reduction=None)(*random_pairs, weights)
    each = np.broadcast_to(weights.reshape(*shape[:3], 1), (4, 6, 4, 1))
    expected = [weighted_oracle(*sample) for sample in zip(*random_pairs, each)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_pixels_of_no_weight_are_void(random_pairs):
    y_true, y_pred = random_pairs
    weights = np.ones_like(y_true)
    weights[:, 3:] = 0
    void = np.where(weights > 0, y_true, VOID)
    loss = CoSegLoss()
    assert float(loss(y_true, y_pred, weights)) == pytest.approx(
        float(loss(void, y_pred)), rel=1e-6
    )
    assert float(loss(y_true, y_pred, 0 * weights)) == 0


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_weights_of_samples(shape, random_pairs):
    weights = np.array([0, 1, 2, 0.5], np.float32)
    each = [oracle(*sample) for sample in zip(*random_pairs)]
    found = CoSegLoss()(*random_pairs, weights.reshape(shape))
    assert float(found) == pytest.approx(np.mean(weights * each), rel=1e-5)


@pytest.mark.parametrize("shape", [(4, 4, 6, 1), (3, 6, 4, 1), (4, 6, 4, 2)])
def test_weights_of_another_shape_are_refused(shape, random_pairs):
    with pytest.raises(ValueError, match="`sample_weight`.*Received: shape"):
        CoSegLoss()(*random_pairs, np.ones(shape, np.float32))


@pytest.mark.parametrize("shape", [(4,), (4, 6, 4, 1), (4, 6, 4)])
def test_weights_through_fit(shape, random_pairs):
    """The loss and the metrics that `fit` prints are the oracle's."""
    from tfcoseg.metrics import BinaryIoU, PixelAccuracy

    y_true, y_pred = random_pairs
    weights = np.random.default_rng(1).uniform(0, 3, shape).astype(np.float32)
    inputs = keras.Input((6, 4, 1))
    passes_on = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Model(inputs, passes_on(inputs))
    metrics = [BinaryIoU(), PixelAccuracy()]
    model.compile(keras.optimizers.SGD(0.0), CoSegLoss(), weighted_metrics=metrics)
    history = model.fit(y_pred, y_true, 4, sample_weight=weights, verbose=0).history
    if len(shape) == 1:
        each = [oracle(*sample) for sample in zip(y_true, y_pred)]
        expected = np.mean(weights * each)
    else:
        each = weights.reshape(4, 6, 4, 1)
        samples = zip(y_true, y_pred, each)
        expected = np.mean([weighted_oracle(*sample) for sample in samples])
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)
    counts = weights.reshape(shape[:3] + (1,) * (4 - len(shape[:3])))
    counts = np.broadcast_to(counts, y_true.shape) * (y_true != VOID)
    found, truth = y_pred >= 0.5, y_true == 1
    union = (counts * (found | truth)).sum()
    iou = (counts * (found & truth)).sum() / union
    accuracy = (counts * (found == truth)).sum() / counts.sum()
    assert history["binary_iou"][0] == pytest.approx(iou, rel=1e-5)
    assert history["pixel_accuracy"][0] == pytest.approx(accuracy, rel=1e-5)

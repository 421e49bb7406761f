"""What verification takes for the same kind: set on pairs, after the training."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from tfcoseg.data.pairing import Pair
from tfcoseg.data.pipeline import pair_dataset

# Of the pairs that have an object in common, so many may be lost.
_LOST = 0.03
_BATCH = 8


def calibrate(
    network: keras.Model, pairs: Sequence[Pair], size: int
) -> dict[str, float]:
    """Sets slope, bias and `min_score` of a network's `Verification`.

    A logistic regression of the cosine on whether a pair has an object in common,
    positive and negative pairs weighing the same in all (Platt, "Probabilistic outputs
    for support vector machines", 1999). `min_score` is what 3 % of the positive pairs
    do not reach.

    Args:
        network: a model of `tfcoseg.applications`; changed in place.
        pairs: positive and negative ones, not trained on.
        size: side of the square in pixels at which the network sees the pictures.

    Returns:
        "slope", "bias", "min_score", and the number of "positive" and "negative" pairs.

    Raises:
        ValueError: if the pairs are all of one sort.
    """
    positive = np.array([pair.positive for pair in pairs])
    if positive.all() or not positive.any():
        raise ValueError(
            "Calibration takes pairs with an object in common and pairs without. "
            f"Received: {positive.sum()} and {(~positive).sum()}"
        )
    # As people have them: with objects pasted in, scores of real pairs come out wrong.
    dataset = pair_dataset(pairs, size, _BATCH, augment=False, drop_remainder=False)
    cosines = _cosines(network, dataset)
    slope, bias = fit_logistic(cosines, positive)
    least = float(np.quantile(cosines[positive], _LOST))
    found = {"slope": slope, "bias": bias}
    found["min_score"] = float(1 / (1 + np.exp(-(slope * least + bias))))
    verification = network.get_layer("verification")
    for name, value in found.items():
        getattr(verification, name).assign(value)
    counts = {"positive": int(positive.sum()), "negative": int((~positive).sum())}
    return found | counts


def fit_logistic(values: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """Slope and bias of a logistic regression, both classes weighing the same.

    Args:
        values: (n,) what is observed.
        positive: (n,) bool.

    Returns:
        Those of the highest likelihood; a weak pull towards 0 keeps them finite where
        the classes do not overlap.

    Example:

    >>> slope, bias = fit_logistic(np.array([0.0, 1.0]), np.array([False, True]))
    >>> slope > 0, round(-bias / slope, 3)
    (True, 0.5)
    """
    design = np.stack([values, np.ones_like(values)], axis=1).astype(np.float64)
    weights = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum())
    pull = np.diag([1e-4, 1e-6])
    found = np.zeros(2)
    for _ in range(100):  # Newton's method
        expected = 1 / (1 + np.exp(-design @ found))
        gradient = design.T @ (weights * (positive - expected)) - pull @ found
        curved = (design * (weights * expected * (1 - expected))[:, None]).T @ design
        step = np.linalg.solve(curved + pull, gradient)
        found += step
        if np.abs(step).max() < 1e-9:
            break
    return float(found[0]), float(found[1])


def _cosines(network, dataset):
    """Of each pair the cosine of what both soft masks cover."""
    verification = network.get_layer("verification")
    before = keras.Model(network.input, verification.input)

    @tf.function(reduce_retracing=True)
    def cosines(images):
        descriptors_a, descriptors_b, mask_a, mask_b = before(images, training=False)
        object_a = verification.pool(descriptors_a, mask_a)
        object_b = verification.pool(descriptors_b, mask_b)
        return tf.reduce_sum(object_a * object_b, axis=-1)

    return np.concatenate([cosines(images).numpy() for images, _ in dataset])

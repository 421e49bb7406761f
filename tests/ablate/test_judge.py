"""Figures against those counted by hand, with a head and features that are known."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.ablate.judge import judge
from tfcoseg.data import Record
from tfcoseg.signature import VOID

SIDE = 6


class KnownFeatures:
    """In place of a `FeatureCache`: noise for features, a mask for each record."""

    def __init__(self, records):
        generator = np.random.default_rng(0)
        shape = (SIDE, SIDE, 1)
        self.maps = {r: generator.random(shape).astype("f4") for r in records}
        self.masks = {r: (generator.random(shape) < 0.4).astype("f4") for r in records}
        for mask in self.masks.values():
            mask[0] = VOID

    def dataset(self, pairs, batch_size):
        for start in range(0, len(pairs), batch_size):
            inputs = {}
            for side in "ab":
                records = [
                    getattr(pair, f"record_{side}")
                    for pair in pairs[start : start + batch_size]
                ]
                for name, of in (("0", self.maps), ("like", self.masks)):
                    key = f"like_{side}" if name == "like" else f"{side}_0"
                    inputs[key] = tf.constant(np.stack([of[r] for r in records]))
            yield inputs, None


def head(inputs):
    """The product of both pictures' features: whoever the partner is matters."""
    product = inputs["a_0"] * inputs["b_0"] * 2
    return {"mask_a": product, "mask_b": product}


def jaccard(prediction, mask):
    counted = mask != VOID
    true, found = (mask == 1) & counted, (prediction >= 0.5) & counted
    return (true & found).sum() / (true | found).sum()


@pytest.fixture
def sets():
    def group(name, count):
        return [
            Record(name, str(i), Path(f"{name}{i}.png"), Path(f"{name}{i}.png"))
            for i in range(count)
        ]

    return {
        "held out": group("red", 3) + group("blue", 2),
        "seen kinds": group("green", 2),
    }


def test_figures_are_those_counted_by_hand(sets, monkeypatch):
    # No picture is read here, so none is known to be another's copy.
    monkeypatch.setattr("tfcoseg.data.trust.duplicate_images", lambda records: set())
    records = [record for of in sets.values() for record in of]
    cache = KnownFeatures(records)
    figures = judge(head, cache, sets, 2, lambda iterable, **_: iterable)

    def judged(record, partner):
        product = cache.maps[record] * cache.maps[partner] * 2
        return jaccard(product, cache.masks[record])

    r, b, g = sets["held out"][:3], sets["held out"][3:], sets["seen kinds"]
    red = [judged(r[0], r[1]), judged(r[1], r[0]), judged(r[2], r[0])]
    blue = [judged(b[0], b[1]), judged(b[1], b[0])]
    held_out = figures["held out"]
    expected = 100 * np.mean([np.mean(red), np.mean(blue)])
    assert held_out["J"] == pytest.approx(expected, abs=1e-3)
    expected = 100 * np.mean(red + blue)
    assert held_out["J_images"] == pytest.approx(expected, abs=1e-3)
    assert held_out["pictures"] == held_out["wrong_pictures"] == 5
    # Picture i of red meets picture i of blue, and the third the first, which counts
    # once.
    wrong_red = [judged(r[0], b[0]), judged(r[1], b[1]), judged(r[2], b[0])]
    wrong_blue = [judged(b[0], r[0]), judged(b[1], r[1])]
    expected = 100 * np.mean([np.mean(wrong_red), np.mean(wrong_blue)])
    assert held_out["wrong_J"] == pytest.approx(expected, abs=1e-3)
    shares = [
        (cache.maps[one] * cache.maps[two] * 2 >= 0.5)[1:].mean()
        for one, two in zip([*r, *b], [b[0], b[1], b[0], r[0], r[1]])
    ]
    expected = 100 * np.mean(shares)
    assert held_out["wrong_predicted"] == pytest.approx(expected, abs=1e-3)
    seen = figures["seen kinds"]
    expected = 100 * np.mean([judged(g[0], g[1]), judged(g[1], g[0])])
    assert seen["J"] == pytest.approx(expected, abs=1e-3)
    # One group has no other to take a wrong partner from.
    assert seen["wrong_J"] is None and seen["wrong_pictures"] == 0

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
    """In place of a `FeatureCache`: noise for maps, a mask for each record.

    Descriptors are one vector for each record, everywhere.
    """

    def __init__(self, records):
        generator = np.random.default_rng(0)
        shape = (SIDE, SIDE, 1)
        self.maps = {r: generator.random(shape).astype("f4") for r in records}
        self.masks = {r: (generator.random(shape) < 0.4).astype("f4") for r in records}
        self.vectors = {r: generator.normal(size=3).astype("f4") for r in records}
        for vector in self.vectors.values():
            vector /= np.linalg.norm(vector)
        everywhere = np.ones((SIDE, SIDE, 3), "f4")
        self.descriptors = {r: everywhere * self.vectors[r] for r in records}
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
                for key, of in (
                    (f"{side}_0", self.maps),
                    (f"{side}_1", self.descriptors),
                    (f"like_{side}", self.masks),
                ):
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


def test_figures_are_those_counted_by_hand(sets):
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


def test_verification_empties_the_masks_of_pairs_that_do_not_match(sets):
    records = [record for of in sets.values() for record in of]
    cache = KnownFeatures(records)
    figures = judge(head, cache, sets, 2, lambda iterable, **_: iterable)
    r, b, g = sets["held out"][:3], sets["held out"][3:], sets["seen kinds"]
    right = [*zip(r, [r[1], r[0], r[0]]), *zip(b, b[::-1])]
    wrong = [*zip(r, [b[0], b[1], b[0]]), *zip(b, r)]

    def cosine(pair):
        return float(cache.vectors[pair[0]] @ cache.vectors[pair[1]])

    # Of seven masks, none may be lost.
    least = min(map(cosine, [*right, *zip(g, g[::-1])]))
    rejected = [pair for pair in wrong if cosine(pair) < least - 1e-6]
    assert 0 < len(rejected) < len(wrong)
    found = figures["held out"]
    assert found["verified_J"] == found["J"]
    shares = [
        (
            0.0
            if pair in rejected
            else (cache.maps[pair[0]] * cache.maps[pair[1]] * 2 >= 0.5)[1:].mean()
        )
        for pair in wrong
    ]
    assert found["verified_wrong_predicted"] == pytest.approx(
        100 * np.mean(shares), abs=1e-3
    )
    assert not any(name.startswith("masked") for name in found)


class MaskedHead:
    """Finds nothing but what the partner's mask covers, where there is one."""

    input = {"reference_a": None, "reference_b": None}

    def __call__(self, inputs):
        return {
            "mask_a": 0.5 * inputs["reference_b"],
            "mask_b": 0.5 * inputs["reference_a"],
        }


def test_heads_with_references_are_judged_with_and_without_masks(sets):
    records = [record for of in sets.values() for record in of]
    cache = KnownFeatures(records)
    figures = judge(MaskedHead(), cache, sets, 2, lambda iterable, **_: iterable)
    r, b = sets["held out"][:3], sets["held out"][3:]
    partners = dict(zip([*r, *b], [r[1], r[0], r[0], b[1], b[0]]))
    everything = np.ones((SIDE, SIDE, 1))
    for way, given in (
        ("", dict.fromkeys(records, everything)),
        ("masked_", {record: cache.masks[record] == 1 for record in records}),
    ):
        by_hand = [jaccard(given[p], cache.masks[o]) for o, p in partners.items()]
        expected = 100 * np.mean(by_hand)
        found = figures["held out"][f"{way}J_images"]
        assert found == pytest.approx(expected, abs=1e-3)
    assert "masked_verified_J" not in figures["held out"]

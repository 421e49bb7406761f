"""Training of a head, against Keras' own loop; heads and features are tiny."""

import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.ablate import Cell, format_table
from tfcoseg.ablate.judge import FIGURES
from tfcoseg.ablate.trial import train_head, training_step, trial, with_references
from tfcoseg.data import Pair, read_folder
from tfcoseg.losses import CoSegLoss


def tiny_head():
    """A convolution that both images share."""
    inputs = {name: keras.Input((4, 4, 3), name=name) for name in ("a_0", "b_0")}
    convolution = keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    masks = {f"mask_{name[0]}": convolution(x) for name, x in inputs.items()}
    return keras.Model(inputs, masks)


class Batches:
    """In place of a `FeatureCache`: the same batch again, and what it was asked for."""

    def __init__(self, factor=1.0):
        generator = np.random.default_rng(0)
        self.inputs, self.truths = {}, {}
        for side in "ab":
            features = factor * generator.normal(size=(2, 4, 4, 3)).astype("f4")
            self.inputs[f"{side}_0"] = tf.constant(features)
            truth = (features[..., :1] > 0.3).astype("f4")
            self.truths[f"mask_{side}"] = tf.constant(truth)

    def dataset(self, pairs, batch_size, first_index):
        self.pairs, self.first_index = pairs, first_index
        return [(self.inputs, self.truths)] * (len(pairs) // batch_size)


def no_progress(iterable, **_):
    return iterable


@pytest.fixture
def short(settings):
    return dataclasses.replace(settings, steps=40, learning_rate=0.1)


def test_a_step_is_that_of_keras_with_the_recipe_s_optimizer(short):
    ours, theirs = tiny_head(), tiny_head()
    theirs.set_weights(ours.get_weights())
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=38, warmup_target=0.1, warmup_steps=2
    )
    optimizer = keras.optimizers.AdamW(rate, short.weight_decay, clipnorm=1.0)
    theirs.compile(optimizer, {"mask_a": CoSegLoss(), "mask_b": CoSegLoss()})
    batches, step = Batches(), training_step(ours, short)
    for _ in range(4):
        loss = step(batches.inputs, batches.truths)
        expected = theirs.train_on_batch(batches.inputs, batches.truths)
        assert float(loss) == pytest.approx(np.ravel(expected)[0], rel=1e-4)
    for one, two in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(one, two, atol=1e-5)


def test_a_head_learns_from_the_pairs_of_its_cell_and_seed(short, data):
    records = read_folder(data)
    for seed, share in ((0, 0.25), (1, 0.25), (1, 0.0)):
        cell = Cell("tiny", "all of it", negative_share=share)
        cache, head = Batches(), tiny_head()
        before = float(training_step(head, short)(cache.inputs, cache.truths))
        after = train_head(head, cell, seed, short, records, cache, no_progress)
        assert after < 0.6 * before
        assert len(cache.pairs) == 80 and cache.first_index == seed * 80
        assert sum(not pair.positive for pair in cache.pairs) == 80 * share


def test_a_loss_that_does_not_stay_finite_is_a_row_without_figures(short, data):
    cell = Cell("tiny", "all of it", build=lambda *_: tiny_head())
    cache = Batches(np.nan)
    cache.channels = {0: 3}
    caches = SimpleNamespace(
        of=lambda cell: (cache, None),
        sets={"held out": read_folder(data)},
        training_records=read_folder(data),
    )
    row = trial(cell, 0, short, caches, no_progress)[1]
    assert row["loss"] is None
    assert row["figures"] == {"held out": dict.fromkeys(FIGURES)}
    (line,) = format_table([row]).splitlines()[1:]
    assert line.split()[:4] == ["tiny", "base", "-", "-"]


def test_references_are_those_of_the_share_of_the_pairs(data):
    records = read_folder(data)
    pairs = [Pair(records[0], records[i], i % 2 == 0) for i in range(20)]
    masks = np.zeros((20, 4, 4, 1), "f4")
    masks[:, 1:3, 1:3] = 1
    masks[:, 0] = 255
    inputs = {"a_0": None, "like_a": tf.constant(masks), "like_b": tf.constant(masks)}
    for share in (0.0, 0.5, 1.0):
        found = with_references(inputs, pairs, share, (3, 4))
        assert found.keys() == {*inputs, "reference_a", "reference_b"}
        given = [found[f"reference_{side}"].numpy() < 1 for side in "ab"]
        given = [one.any(axis=(1, 2, 3)) for one in given]
        pairs_with = np.logical_or(*given)
        assert abs(pairs_with.mean() - share) < 0.25
        # Of a negative pair it is B's, whose object A does not show.
        assert not given[0][1::2].any()
        for name in ("reference_a", "reference_b"):
            values = found[name].numpy()
            own = [(one == (masks[0] == 1)).all() for one in values]
            assert all(own[i] or (values[i] == 1).all() for i in range(20))
    again = with_references(inputs, pairs, 0.5, (3, 4))
    other = with_references(inputs, pairs, 0.5, (3, 5))
    half = with_references(inputs, pairs, 0.5, (3, 4))
    np.testing.assert_array_equal(again["reference_b"], half["reference_b"])
    assert np.any(other["reference_b"] != half["reference_b"])


def test_a_cell_with_references_trains_with_them(short, data):
    seen = []

    class Head(keras.Model):
        """Keeps the names of what it gets, and a convolution."""

        def __init__(self):
            super().__init__()
            self.convolution = keras.layers.Conv2D(1, 3, padding="same")

        def call(self, inputs):
            seen.append(set(inputs))
            found = keras.ops.sigmoid(self.convolution(inputs["a_0"]))
            return {"mask_a": found}

    cache, head = Batches(), Head()
    for side in "ab":
        cache.inputs[f"like_{side}"] = cache.truths[f"mask_{side}"]
    head(cache.inputs)
    for share in (0.0, 0.5):
        seen.clear()
        cell = Cell("tiny", "all of it", reference_share=share)
        brief = dataclasses.replace(short, steps=2)
        train_head(head, cell, 0, brief, read_folder(data), cache, no_progress)
        assert all(("reference_a" in names) == (share > 0) for names in seen)

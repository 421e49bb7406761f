"""Planted outliers: what is drawn, and how well they are told."""

from pathlib import Path

import numpy as np
import pytest

from tfcoseg.data import Record
from tfcoseg.evaluate.outliers import auc, describe, fit, measure, plant
from tfcoseg.inference import Encoded, Find
from tfcoseg.inference.group import OUTLIER_THRESHOLD
from tfcoseg.inference.membership import QUANTITIES, logistic


@pytest.fixture
def records(tmp_path):
    for group in ("car", "sheep", "person"):
        for i in range(14):
            (tmp_path / f"{group}{i}.png").write_text(f"{group} {i}")
    return [
        Record(group, str(i), tmp_path / f"{group}{i}.png", tmp_path / "m.png")
        for group in ("car", "sheep", "person")
        for i in range(14)
    ]


def test_outliers_are_of_other_kinds_and_the_fewer(records):
    planted = plant(records, 40)
    assert len(planted) == 120
    sizes = {len(group.records) for group in planted}
    assert sizes <= {3, 4, 5, 6, 8, 12} and len(sizes) > 4
    clean = [all(group.belongs) for group in planted]
    assert 0.15 < np.mean(clean) < 0.45
    for group in planted:
        (own,) = {
            r.group for r, belongs in zip(group.records, group.belongs) if belongs
        }
        foreign = {r.group for r, b in zip(group.records, group.belongs) if not b}
        assert own not in foreign
        # A person may sit in a car.
        assert {own, *foreign} != {"car", "person"}
        assert sum(group.belongs) * 2 >= len(group.belongs)
        members = [r for r, belongs in zip(group.records, group.belongs) if belongs]
        assert len(set(members)) == len(members)


def test_the_seed_decides(records):
    assert plant(records, 3, seed=1) == plant(records, 3, seed=1)
    assert plant(records, 3, seed=1) != plant(records, 3, seed=2)


def test_groups_that_may_share_something(records):
    with pytest.raises(ValueError, match="surely have nothing in common"):
        plant([r for r in records if r.group == "car"], 3)


class ByGroup:
    """A predictor whose features are those of the group that a file's name says."""

    def encode(self, path):
        group = path.name[:3]
        vector = np.eye(3)[["car", "she", "per"].index(group)]
        noise = np.random.default_rng(abs(hash(path.name)) % 2**32).normal(size=3)
        features = np.ones((1, 4, 4, 1)) * (vector + 0.1 * noise)
        return Encoded({"features": features, "kernel": features}, (4, 4))

    def find(self, encoded, outlier_threshold):
        assert outlier_threshold is None
        return [Find(np.ones((4, 4)), 0.9, one.size) for one in encoded]


def test_what_is_measured_tells_kinds_apart(records):
    quantities, belongs = measure(ByGroup(), plant(records, 10))
    assert quantities.shape == (len(belongs), len(QUANTITIES))
    for name, values in zip(QUANTITIES, quantities.T):
        found = auc(values, belongs)
        assert found == 0.5 if name == "score" else found > 0.95
    weights, bias = fit(quantities, belongs)
    assert auc(logistic(quantities @ weights + bias), belongs) > 0.98


def test_auc_against_all_pairs():
    generator = np.random.default_rng(0)
    values = generator.integers(0, 10, 60) / 10
    belongs = generator.random(60) < 0.7
    pairs = [(m > o) + (m == o) / 2 for m in values[belongs] for o in values[~belongs]]
    assert auc(values, belongs) == pytest.approx(np.mean(pairs))


def test_the_regression_finds_what_made_the_data():
    generator = np.random.default_rng(0)
    quantities = generator.normal(size=(20_000, 2))
    belongs = generator.random(20_000) < logistic(quantities @ [2.0, -1.0] + 0.5)
    weights, bias = fit(quantities, belongs)
    np.testing.assert_allclose([*weights, bias], [2.0, -1.0, 0.5], atol=0.1)


def test_a_threshold_in_words():
    memberships = np.array([0.9, 0.8, 0.3, 0.2, 0.7])
    belongs = np.array([True, True, True, False, False])
    line = describe(memberships, belongs, 0.5)
    assert line == ("AUC 0.833; below 0.5: 50.0% of 2 outliers, 33.3% of 3 members")


def test_what_is_published_is_the_threshold_in_use():
    text = (Path(__file__).parents[2] / "docs" / "groups.md").read_text()
    assert f"Below {OUTLIER_THRESHOLD} a picture is an outlier" in text

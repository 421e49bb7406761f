"""Planted outliers: what is drawn, and how well they are detected."""

from pathlib import Path

import numpy as np
import pytest

from tfcoseg.data import Record
from tfcoseg.evaluate import outliers
from tfcoseg.evaluate.outliers import describe, main, measure, plant
from tfcoseg.inference import Encoded, Find


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
    mixed = set()
    for group in planted:
        (own,) = {
            r.group for r, belongs in zip(group.records, group.belongs) if belongs
        }
        foreign = {r.group for r, b in zip(group.records, group.belongs) if not b}
        assert own not in foreign
        mixed |= {(own, other) for other in foreign}
        assert sum(group.belongs) * 2 >= len(group.belongs)
        assert len(set(group.records)) == len(group.records)
    # Also of kinds that are often in one picture, such as people and cars.
    assert len(mixed) == 6


def test_a_picture_that_is_known_to_show_the_kind_is_no_outlier(records):
    both = Record("sheep", "both", records[0].image, records[0].mask)  # a car, too
    for group in plant([*records, both], 40):
        own = group.records[0].group
        assert own != "car" or both not in group.records
        assert own != "sheep" or records[0] not in group.records


def test_the_seed_decides(records):
    assert plant(records, 3, seed=1) == plant(records, 3, seed=1)
    assert plant(records, 3, seed=1) != plant(records, 3, seed=2)


def test_groups_of_one_kind(records):
    with pytest.raises(ValueError, match="different kinds of object. Received: "):
        plant([r for r in records if r.group == "car"], 3)


class ByGroup:
    """A predictor that scores by how many of the others are of a picture's group."""

    working_size = 64

    def __init__(self, *_, min_score=None):
        self.min_score = 0.6 if min_score is None else min_score

    def encode(self, path):
        return Encoded({"group": Path(path).name[:3]}, (4, 4))

    def find(self, encoded):
        names = [one.tensors["group"] for one in encoded]
        shares = [(names.count(name) - 1) / (len(names) - 1) for name in names]
        mask = np.ones((4, 4), np.float32)
        return [Find(mask, share, (4, 4), self.min_score) for share in shares]


def test_scores_of_the_groups_are_measured(records):
    planted = plant(records, 10)
    scores, belongs, min_score = measure(ByGroup(), planted)
    groups = [group for group in planted if len(group.records) > 2]
    assert belongs.tolist() == [b for group in groups for b in group.belongs]
    assert min_score == 0.6 and scores.shape == belongs.shape
    assert scores[belongs].min() >= 1 / 2 and scores[~belongs].max() <= 1 / 2


def test_the_command_prints_a_line_for_each_folder(records, monkeypatch, capsys):
    """The first pictures are skipped, and no more than so many are taken."""
    asked = []
    monkeypatch.setattr(outliers, "Predictor", ByGroup)
    monkeypatch.setattr(outliers, "read_folder", lambda data, on_error: records)
    monkeypatch.setattr(
        outliers, "plant", lambda *given: asked.append(given) or plant(*given)
    )
    options = "--skip-first 10 --per-group 3 --count 2 --seed 5 --min-score 0.4"
    main(["--data", "a", "b", *options.split()])
    (chosen, count, seed), _ = asked
    assert [r.name for r in chosen] == ["10", "11", "12"] * 3
    assert (count, seed) == (2, 5)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("a, 6 groups: AUC ") and "; below 0.4: " in first
    assert second.removeprefix("b") == first.removeprefix("a")


def test_a_least_score_in_words():
    scores = np.array([0.9, 0.8, 0.3, 0.2, 0.7])
    belongs = np.array([True, True, True, False, False])
    line = describe(scores, belongs, 0.5)
    assert line == ("AUC 0.833; below 0.5: 50.0% of 2 outliers, 33.3% of 3 members")

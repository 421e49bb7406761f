import numpy as np
import pytest
from PIL import Image

from tfcoseg.export import gate

SIDE = 10


def stages_that_find(columns, staged=None, score=0.5):
    """Signatures of a network that finds the first columns of pictures of light."""

    def mask(image, columns=columns):
        found = np.zeros((1, *image.shape[1:3], 1), np.float32)
        found[:, :, :columns] = 0.5 * image.any()
        return found

    def decode(inputs):
        found = mask(inputs["skip_1"], columns if staged is None else staged)
        return {"mask": found, "object": np.ones((1, 4))}

    return {
        "serving_default": lambda inputs: {
            "mask_a": mask(inputs["image_a"]),
            "mask_b": mask(inputs["image_b"]),
        },
        "encode": lambda inputs: {
            **dict.fromkeys(("embedding", "descriptors"), np.zeros((1, 2, 2, 4))),
            "kernel": np.zeros((1, 3, 3, 4)),
            "skip_1": inputs["image"],
        },
        "refer": lambda inputs: {
            "kernel": np.zeros((1, 3, 3, 4)),
            "partner_weights": np.ones((1, 1, 4)),
        },
        "correlate": lambda inputs: {"correlation": None, "affinity": None},
        "decode": decode,
        "verify": lambda inputs: {
            "scores": np.full((1, 1), score),
            "min_score": np.full(1, 0.5),
        },
    }


@pytest.fixture(autouse=True)
def files(monkeypatch):
    """Stages stand for the files that would hold them."""
    monkeypatch.setattr(gate, "load_stages", lambda stages: stages)


@pytest.fixture
def pairs():
    return [(np.ones((SIDE, SIDE, 3), np.uint8),) * 2] * 3


@pytest.fixture
def dark():
    """Pairs in which these networks find nothing."""
    return [(np.zeros((SIDE, SIDE, 3), np.uint8),) * 2] * 40


def test_the_figure_is_the_mean_iou(pairs):
    reference, candidate = stages_that_find(8), stages_that_find(6)
    found = gate.check_masks(candidate, reference, pairs, 0.7)
    assert found == pytest.approx(6 / 8)


def test_too_far_is_refused_with_the_figure(pairs):
    reference, candidate = stages_that_find(8), stages_that_find(6)
    with pytest.raises(ValueError, match="at least 0.8.*Received: 0.750 on 3 pairs"):
        gate.check_masks(candidate, reference, pairs, 0.8)


def test_the_stages_count_as_well(pairs):
    reference, candidate = stages_that_find(8), stages_that_find(8, staged=4)
    with pytest.raises(ValueError, match="Received: 0.500"):
        gate.check_masks(candidate, reference, pairs, 0.9)


@pytest.mark.parametrize("light, found", [(0, 0), (1, 2)])
def test_pictures_without_objects_tell_too_little(light, found, pairs, dark):
    good, few = stages_that_find(5), [*pairs[:light], *dark]
    expected = f"--gate FOLDER.*{len(few)} pairs in which it finds {found}$"
    with pytest.raises(ValueError, match=expected):
        gate.check_masks(good, good, few, 0.9)


def test_masks_that_are_empty_in_both_files_do_not_count(pairs, dark):
    reference, candidate = stages_that_find(8), stages_that_find(6)
    found = gate.check_masks(candidate, reference, [*pairs, *dark], 0.7)
    assert found == pytest.approx(6 / 8)


def test_masks_are_empty_below_the_least_score(pairs):
    unsure = stages_that_find(8, score=0.49)
    with pytest.raises(ValueError, match="Received: 0.000"):
        gate.check_masks(unsure, stages_that_find(8), pairs, 0.5)


@pytest.mark.parametrize("way", [{}, {"staged": 8}])
def test_masks_that_are_empty_in_one_file_do(way, pairs):
    with pytest.raises(ValueError, match="Received: 0.000"):
        gate.check_masks(stages_that_find(0, **way), stages_that_find(8), pairs, 0.5)


def test_nan_is_refused(pairs):
    good, broken = stages_that_find(5), stages_that_find(5)
    masks = {name: np.full((1, SIDE, SIDE, 1), np.nan) for name in ("mask_a", "mask_b")}
    broken["serving_default"] = lambda inputs: masks
    with pytest.raises(ValueError, match="NaN"):
        gate.check_masks(broken, good, pairs, 0.0)


@pytest.mark.parametrize(
    "columns, other, expected", [(5, 5, 1), (5, 0, 0), (0, 0, 1), (4, 5, 0.8)]
)
def test_iou(columns, other, expected):
    mask = np.arange(SIDE) < np.array([[columns]] * SIDE)
    assert gate.iou(mask, np.arange(SIDE) < np.array([[other]] * SIDE)) == expected


def test_the_samples_are_eight_views_of_two_sheep_or_more():
    pairs = gate.sample_pairs()
    assert len(pairs) >= 8
    assert {image.shape[0] for pair in pairs for image in pair} == {257, 321, 385}
    assert len({image.tobytes() for pair in pairs for image in pair}) == 12
    for pair in pairs:
        assert all(image.dtype == np.uint8 and image.ndim == 3 for image in pair)


def test_pairs_of_a_folder(tmp_path):
    for group, count in (("cat", 3), ("dog", 1)):
        folder = tmp_path / "images" / group
        folder.mkdir(parents=True)
        (folder / ".hidden").write_text("no picture")
        for index in range(count):
            picture = Image.new("RGB", (30 + index, 20), (index, 0, 0))
            picture.save(folder / f"{index}.png")
    pairs = gate.read_pairs(tmp_path, size=33)
    assert [(a[0, 0, 0], b[0, 0, 0]) for a, b in pairs] == [(0, 1), (1, 2)]
    assert {image.shape for pair in pairs for image in pair} == {(33, 33, 3)}


def test_a_folder_without_pairs(tmp_path):
    with pytest.raises(FileNotFoundError, match="images/<group>/"):
        gate.read_pairs(tmp_path)
    (tmp_path / "images" / "cat").mkdir(parents=True)
    with pytest.raises(ValueError, match="two pictures"):
        gate.read_pairs(tmp_path)


def test_a_file_that_is_no_picture_is_named(tmp_path):
    folder = tmp_path / "images" / "cat"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("no picture")
    with pytest.raises(ValueError, match="notes.txt"):
        gate.read_pairs(tmp_path)

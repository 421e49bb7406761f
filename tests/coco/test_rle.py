"""Run lengths, against pycocotools and against the mask itself."""

import numpy as np
import pytest

from tfcoseg.coco import decode_rle, encode_rle


def masks():
    """Noise of several densities and sizes, and the extremes."""
    generator = np.random.default_rng(0)
    for _ in range(40):
        size = generator.integers(1, 40, 2)
        yield generator.random(size) < generator.random()
    yield from (np.zeros((3, 4), bool), np.ones((3, 4), bool), np.ones((1, 1), bool))
    wide = np.zeros((300, 400), bool)  # runs of several characters, and shorter ones
    wide[20:290, 100:103] = wide[:, 200:390] = True
    yield wide


def test_counts_are_those_of_pycocotools():
    coco = pytest.importorskip("pycocotools.mask", reason="needs pycocotools")
    for mask in masks():
        theirs = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
        ours = encode_rle(mask)
        assert ours == {**theirs, "counts": theirs["counts"].decode()}
        np.testing.assert_array_equal(coco.decode(ours), mask)
        np.testing.assert_array_equal(decode_rle(theirs), mask)


def test_the_mask_comes_back():
    for mask in masks():
        back = decode_rle(encode_rle(mask))
        assert back.dtype == bool
        np.testing.assert_array_equal(back, mask)


def test_runs_go_down_the_columns_and_begin_with_background():
    mask = np.array([[0, 0, 1], [1, 0, 1]])
    # 1 of background, 1 of object, 2 of background, and 2, one more than the one before
    # the last: that difference is what the fourth stands for.
    assert encode_rle(mask) == {"size": [2, 3], "counts": "1121"}
    assert encode_rle(255 * mask) == encode_rle(mask)
    assert encode_rle(mask == 0)["counts"] == "01111"


@pytest.mark.parametrize("counts", ["", "1", "1129", "-", b"99"])
def test_counts_that_do_not_fit(counts):
    with pytest.raises(ValueError, match="Expected run lengths of 2 x 3 pixels"):
        decode_rle({"size": [2, 3], "counts": counts})


def test_a_mask_of_another_rank():
    with pytest.raises(ValueError, match=r"Received: shape=\(2, 3, 1\)"):
        encode_rle(np.zeros((2, 3, 1)))

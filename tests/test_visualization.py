"""Overlays, cut-outs, heat maps and contact sheets, against hand-computed pixels."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.visualization import contact_sheet, cutout, heatmap, overlay


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


@pytest.fixture
def mask():
    mask = np.zeros((40, 60), np.uint8)
    mask[10:30, 20:50] = 255
    return mask


def test_overlay_tints_the_object_only(picture, mask):
    drawn = overlay(picture, mask, colour=(255, 0, 0), strength=0.5)
    assert drawn.shape == picture.shape and drawn.dtype == np.uint8
    expected = picture[20, 35] * (127 / 255) + np.array([255, 0, 0]) * (128 / 255)
    np.testing.assert_allclose(drawn[20, 35], expected, atol=1)
    np.testing.assert_array_equal(drawn[:8], picture[:8])
    np.testing.assert_array_equal(drawn[:, :18], picture[:, :18])


def test_overlay_outlines_a_binary_mask_in_white(picture, mask):
    drawn = overlay(picture, mask)
    for row, column in [(10, 35), (29, 35), (20, 20), (20, 49)]:
        np.testing.assert_array_equal(drawn[row, column], [255, 255, 255])


@pytest.mark.parametrize("dtype", [bool, np.uint8])
def test_overlay_reads_any_nonzero_as_object(picture, mask, dtype):
    ones = (mask > 0).astype(dtype)
    np.testing.assert_array_equal(overlay(picture, ones), overlay(picture, mask))


def test_overlay_of_a_soft_mask_tints_in_proportion():
    grey = np.full((1, 3, 3), 100, np.uint8)
    soft = np.array([[0.0, 0.5, 1.0]], np.float32)
    drawn = overlay(grey, soft, colour=(200, 100, 0), strength=1.0)
    expected = [[100, 100, 100], [150, 100, 50], [200, 100, 0]]
    np.testing.assert_allclose(drawn[0], expected, atol=1)


def test_overlay_of_an_empty_mask_is_the_picture(picture):
    empty = np.zeros((40, 60), np.uint8)
    np.testing.assert_array_equal(overlay(picture, empty), picture)


@pytest.mark.parametrize("draw", [overlay, cutout])
def test_a_mask_of_another_size_is_refused(draw, picture):
    with pytest.raises(ValueError, match=r"Received: mask of shape \(60, 40\)"):
        draw(picture, np.zeros((60, 40), np.uint8))


def test_cutout_keeps_the_object_and_nothing_of_the_background(picture, mask):
    drawn = cutout(picture, mask)
    assert drawn.shape == (40, 60, 4) and drawn.dtype == np.uint8
    np.testing.assert_array_equal(drawn[..., 3], mask)
    np.testing.assert_array_equal(drawn[mask > 0][:, :3], picture[mask > 0])
    assert not drawn[mask == 0].any()


def test_cutout_of_a_soft_mask_has_soft_edges(picture, mask):
    drawn = cutout(picture, mask.astype(np.float32) / 255 * 0.4)
    assert set(np.unique(drawn[..., 3])) == {0, 102}
    np.testing.assert_array_equal(drawn[20, 35, :3], picture[20, 35])


def test_heatmap_rises_in_lightness_from_least_to_greatest():
    drawn = heatmap(np.linspace(-3.0, 5.0, 256, dtype=np.float32)[None])
    lightness = drawn[0].astype(np.float64) @ [0.299, 0.587, 0.114]
    assert (np.diff(lightness) >= 0).all()
    assert lightness[0] < 20 and lightness[-1] > 220


def test_heatmap_between_given_limits_clips():
    drawn = heatmap(np.array([[-9.0, 0.0, 1.0, 9.0]]), low=0.0, high=1.0)
    np.testing.assert_array_equal(drawn[0, 0], drawn[0, 1])
    np.testing.assert_array_equal(drawn[0, 2], drawn[0, 3])
    assert (drawn[0, 1] != drawn[0, 2]).any()


def test_heatmap_of_one_value_is_dark():
    drawn = heatmap(np.full((3, 4), 7.0))
    darkest = heatmap(np.array([[0.0, 1.0]]))[0, 0]
    np.testing.assert_array_equal(drawn, np.broadcast_to(darkest, (3, 4, 3)))


def test_heatmap_refuses_more_than_two_dimensions():
    with pytest.raises(ValueError, match=r"Received: shape=\(2, 3, 1\)"):
        heatmap(np.zeros((2, 3, 1)))


def test_contact_sheet_scales_every_picture_to_one_height(picture):
    tall = np.full((100, 50, 3), 200, np.uint8)
    sheet = contact_sheet([[picture, tall], [tall]], height=20, gap=5)
    assert isinstance(sheet, Image.Image) and sheet.mode == "RGB"
    # Widths at height 20 are 30 and 10: gaps outside and between, two rows.
    assert sheet.size == (5 + 30 + 5 + 10 + 5, 5 + 20 + 5 + 20 + 5)
    pixels = np.asarray(sheet)
    assert (pixels[5:25, 40:50] == 200).all() and (pixels[30:50, 5:15] == 200).all()
    assert (pixels[25:30] == 255).all()


def test_contact_sheet_writes_captions_in_full():
    dark = np.zeros((10, 10), np.uint8)
    plain = contact_sheet([[dark]], height=20)
    captioned = contact_sheet([[dark]], ["a caption wider than the picture"], height=20)
    assert captioned.width > plain.width and captioned.height > plain.height
    ink = np.asarray(captioned).min(axis=2) < 128
    assert ink[: captioned.height - 28, plain.width :].any()
    margin = ink[:, -8:]
    assert not margin.any()


def test_contact_sheet_wants_a_caption_for_each_row(picture):
    with pytest.raises(ValueError, match="1 captions for 2 rows"):
        contact_sheet([[picture], [picture]], ["only one"])


def test_contact_sheet_of_nothing_is_blank_paper():
    assert contact_sheet([], gap=4).size == (8, 4)


@pytest.mark.parametrize("shape", [(2, 20000, 3), (20000, 2, 3), (1, 1, 3)])
def test_contact_sheet_is_bounded_whatever_is_on_it(shape, picture):
    sheet = contact_sheet([[np.zeros(shape, np.uint8), picture]], height=80, gap=4)
    small = contact_sheet([[picture]], height=80, gap=4)
    assert sheet.height == small.height
    assert small.width < sheet.width <= small.width + 4 * 80 + 4

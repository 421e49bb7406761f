import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.data.transforms import random_colour, random_crop, random_flip, resize
from tfcoseg.signature import VOID

HEIGHT, WIDTH = 60, 80
OBJECT, GROUND, IGNORED = (200, 40, 40), (30, 180, 60), (20, 30, 220)


def scene(seed=0, rectangle=(10, 5, 40, 45), void=True):
    """An example whose colours say what the mask must say, at any geometry."""
    mask = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    top, left, bottom, right = rectangle
    mask[top:bottom, left:right] = 1
    if void:
        mask[top : top + 8, left : left + 8] = VOID
    image = np.select([mask == 1, mask == VOID], [OBJECT, IGNORED], GROUND)
    return {
        "image": tf.constant(image, tf.float32),
        "mask": tf.constant(mask),
        "seed": tf.constant([seed, 7], tf.int32),
    }


def share_that_agrees(example):
    """Share of the pixels whose colour says the same as their mask."""
    image, mask = np.array(example["image"]), np.array(example["mask"])[..., 0]
    colours = np.array([GROUND, OBJECT, IGNORED], np.float32)
    distances = np.abs(image[:, :, None] - colours).sum(axis=-1)
    said = np.array([0, 1, VOID])[distances.argmin(axis=-1)]
    return np.mean(said == mask)


def equal(example, other):
    return all(
        example[key].shape == other[key].shape
        and np.allclose(example[key], other[key], atol=1e-4)
        for key in ("image", "mask")
    )


GEOMETRIC = [resize(33), resize((120, 50)), random_crop(), random_flip()]
GEOMETRIC_NAMES = ["shrink", "stretch", "crop", "flip"]
EACH = [resize(33), resize((HEIGHT, WIDTH)), *GEOMETRIC[2:], random_colour()]
EACH_NAMES = ["resize", "own size", *GEOMETRIC_NAMES[2:], "colour"]
RANDOM = [random_crop(), random_flip(), random_colour()]
RANDOM_NAMES = ["crop", "flip", "colour"]


@pytest.mark.parametrize("transform", GEOMETRIC, ids=GEOMETRIC_NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_picture_and_mask_share_the_geometry(transform, seed):
    example = transform(scene(seed))
    # Colours mix along edges where the picture is resized, and nowhere else.
    assert share_that_agrees(example) > 0.9
    assert example["mask"].shape[:2] == example["image"].shape[:2]


def test_the_law_would_see_another_geometry():
    example = scene()
    example["mask"] = example["mask"][:, ::-1]
    assert share_that_agrees(example) < 0.8


@pytest.mark.parametrize("transform", GEOMETRIC + [random_colour()])
def test_values_stay_in_their_ranges(transform):
    before = scene()
    example = transform(before)
    assert example["image"].dtype == tf.float32 and example["mask"].dtype == tf.uint8
    assert set(np.unique(example["mask"])) <= {0, 1, VOID}
    image = np.array(example["image"])
    assert image.min() >= 0 and image.max() <= 255 and image.max() > 100
    np.testing.assert_array_equal(example["seed"], before["seed"])
    assert equal(before, scene())


@pytest.mark.parametrize("transform", EACH, ids=EACH_NAMES)
def test_a_picture_may_be_uint8_as_it_was_read(transform):
    example = scene(1)
    example["image"] = tf.cast(example["image"], tf.uint8)
    assert equal(transform(example), transform(scene(1)))


def test_uint8_stays_until_the_resizing_and_no_longer():
    example = scene()
    example["image"] = tf.cast(example["image"], tf.uint8)
    for transform in (random_crop(), random_flip(0), random_flip(1)):
        assert transform(example)["image"].dtype == tf.uint8
    for size in (33, (HEIGHT, WIDTH)):
        assert resize(size)(example)["image"].dtype == tf.float32


@pytest.mark.parametrize("transform", RANDOM, ids=RANDOM_NAMES)
def test_the_seed_decides(transform):
    assert equal(transform(scene(5)), transform(scene(5)))
    first = transform(scene(0))
    assert any(not equal(transform(scene(seed)), first) for seed in range(1, 6))


@pytest.mark.parametrize("transform", GEOMETRIC + [random_colour()])
def test_alone_equals_inside_tf_data(transform):
    examples = [scene(seed) for seed in range(3)]
    stacked = {key: tf.stack([e[key] for e in examples]) for key in examples[0]}
    dataset = tf.data.Dataset.from_tensor_slices(stacked).map(transform)
    results = list(dataset)
    assert len(results) == 3
    for example, inside in zip(examples, results):
        assert equal(transform(example), inside)


class TestResize:
    def test_size(self):
        assert resize(33)(scene())["image"].shape == (33, 33, 3)
        example = resize((40, 20))(scene())
        assert example["image"].shape == (40, 20, 3)
        assert example["mask"].shape == (40, 20, 1)

    def test_picture_is_antialiased_and_mask_is_not(self):
        stripes = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
        stripes[:, ::2] = 1
        example = scene()
        example["mask"] = tf.constant(stripes)
        example["image"] = tf.constant(
            np.repeat(stripes * 255.0, 3, axis=-1), "float32"
        )
        small = resize((15, 20))(example)
        inner = np.array(small["image"])[:, 2:-2]
        assert np.all(np.abs(inner - 127.5) < 3)
        assert set(np.unique(small["mask"])) <= {0, 1}

    def test_own_size_changes_nothing(self):
        assert equal(resize((HEIGHT, WIDTH))(scene()), scene())


class TestRandomFlip:
    def test_mirrors_both_or_neither(self):
        flipped = []
        for seed in range(40):
            before = scene(seed)
            after = random_flip()(before)
            mirrored = {**before, "image": before["image"][:, ::-1]}
            mirrored["mask"] = before["mask"][:, ::-1]
            assert equal(after, before) != equal(after, mirrored)
            flipped.append(equal(after, mirrored))
        assert 10 < sum(flipped) < 30

    def test_probability(self):
        for probability in (0, 1):
            after = random_flip(probability)(scene())
            assert equal(after, scene()) == (probability == 0)


class TestRandomColour:
    def test_mask_stays(self):
        before = scene()
        after = random_colour()(before)
        np.testing.assert_array_equal(after["mask"], before["mask"])
        assert not np.allclose(after["image"], before["image"])

    def test_nothing_asked_for_changes_nothing(self):
        still = random_colour(brightness=0, contrast=0, saturation=0, hue=0, grey=0)
        # Not exactly: through hue and saturation and back costs some rounding.
        np.testing.assert_allclose(still(scene())["image"], scene()["image"], atol=0.01)

    def test_grey(self):
        image = np.array(random_colour(grey=1)(scene())["image"])
        np.testing.assert_allclose(image[..., 0], image[..., 1], atol=1e-4)
        np.testing.assert_allclose(image[..., 0], image[..., 2], atol=1e-4)
        assert image.std() > 1

    def test_leaving_the_grey_out_leaves_the_rest_as_it_was(self):
        plain = random_colour(grey=0)(scene(2))
        sometimes = [random_colour(grey=0.5)(scene(2)), random_colour()(scene(2))]
        assert any(equal(plain, example) for example in sometimes)


def test_transforms_draw_independently():
    """Were two of them to use one number, flips and crops would go together."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    flips, positions = [], []
    for seed in range(60):
        example = scene(seed)
        example["image"] = tf.constant(np.stack([rows, columns, rows], axis=-1))
        flips.append(np.array(random_flip()(example)["image"])[0, 0, 1] > 0)
        positions.append(
            np.array(random_crop((0.3, 0.4), 0.1)(example)["image"])[0, 0, 1]
        )
    assert abs(np.corrcoef(flips, positions)[0, 1]) < 0.4

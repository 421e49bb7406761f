"""Objects of other pictures, pasted into pairs."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.data import pair_dataset, read_folder, sample_pairs
from tfcoseg.data.composites import Composites
from tfcoseg.data.folder import scan_folder
from tfcoseg.data.pairs import Pair, consecutive_pairs
from tfcoseg.data.record import read_record
from tfcoseg.data.transforms import random_flip

DATA = os.environ.get("TFCOSEG_DATA")
# A kind's objects have its colour, and so has nothing else.
COLOURS = {
    "aeroplane": (250, 0, 0),
    "apple": (0, 250, 0),
    "bird": (0, 0, 250),
    "person": (250, 250, 0),
    "pizza": (250, 0, 250),
}


@pytest.fixture
def records(tmp_path, write_picture):
    for kind, colour in COLOURS.items():
        for number in range(3):
            image = np.full((80, 100, 3), 20 + number, np.uint8)
            mask = np.zeros((80, 100), np.uint8)
            image[5:45, 30:80], mask[5:45, 30:80] = colour, 255
            write_picture(kind, f"{number}.png", image, mask)
    return read_folder(tmp_path)


def colours_in(image):
    """The kinds whose colour is found in a picture."""
    return {k for k, colour in COLOURS.items() if (image == colour).all(-1).any()}


def colours_of(image, mask):
    return colours_in(image[mask == 1][None])


def assert_same(sides, others):
    for (image, mask), (other_image, other_mask) in zip(sides, others, strict=True):
        np.testing.assert_array_equal(image, other_image)
        np.testing.assert_array_equal(mask, other_mask)


def test_distractors_are_of_two_other_kinds(records):
    composites = Composites(records, 1.0, 0.0)
    seen = set()
    for number, pair in enumerate(sample_pairs(records, 60, 0.3)):
        sides = composites.read(pair, number)
        foreign = []
        for record, (image, mask) in zip(pair.records, sides):
            # The mask is about the picture's own object still.
            assert colours_of(image, mask) == {record.group}
            foreign.append(colours_in(image) - {record.group})
            own = read_record(record)[1]
            assert 0.6 * own.sum() <= mask.sum() <= own.sum()
        kinds = {record.group for record in pair.records}
        # One each, where a place was found for it.
        assert max(map(len, foreign)) == 1
        assert foreign[0] != foreign[1]
        assert kinds.isdisjoint(foreign[0] | foreign[1])
        seen |= foreign[0] | foreign[1]
    # People, too, but only where no other picture of the pair is likely to hold some.
    assert seen == set(COLOURS)


def test_people_are_not_pasted_where_others_may_be(records):
    composites = Composites(records, 1.0, 0.0)
    for group, expected in (("pizza", set()), ("bird", {"person"})):
        pairs = [p for p in consecutive_pairs(records) if p.record_a.group == group]
        found = set()
        for number in range(20):
            for image, _ in composites.read(pairs[0], number):
                found |= colours_in(image)
        assert found & {"person"} == expected


def test_swapped_roles(records):
    composites = Composites(records, 0.0, 1.0)
    pairs = consecutive_pairs(records)
    partners = set()
    for number in range(60):
        pair = pairs[number % len(pairs)]
        (image_a, mask_a), (image_b, mask_b) = composites.read(pair, number)
        # What both masks show is one kind, and neither picture's own.
        (common,) = colours_of(image_a, mask_a)
        assert colours_of(image_b, mask_b) == {common}
        own_a, own_b = (colours_in(i) - {common} for i in (image_a, image_b))
        assert own_a == {pair.record_a.group} and len(own_b) == 1 and own_a != own_b
        partners |= own_b
    assert len(partners) > 3


def test_swapped_roles_take_two_instances_where_there_are_two(records):
    # Pictures 0, 1 and 2 of a kind differ in a corner of their object.
    for record in records:
        image = np.array(read_record(record)[0])
        image[5:25, 30:55] = 100 + 50 * int(record.name)
        Image.fromarray(image).save(record.image)
    composites = Composites(records, 0.0, 1.0)
    for number, pair in enumerate(consecutive_pairs(records)):
        shades = []
        for image, mask in composites.read(pair, number):
            values = image[mask == 1]
            grey = values[np.ptp(values, axis=1) == 0][:, 0]
            shades.append(np.bincount(grey, minlength=256)[[100, 150, 200]].argmax())
        assert shades[0] != shades[1]


def test_negative_pairs_are_not_swapped(records):
    pair = Pair(records[0], records[-1], False)
    plain = [read_record(record) for record in pair.records]
    for number in range(5):
        assert_same(Composites(records, 0.0, 1.0).read(pair, number), plain)


def test_a_pair_depends_on_seed_and_number_alone(records):
    pairs = sample_pairs(records, 30)
    composites = Composites(records, 0.5, 0.3, seed=4)
    whole = [composites.read(pair, number) for number, pair in enumerate(pairs)]
    for number in (29, 3, 17):
        again = Composites(records, 0.5, 0.3, seed=4).read(pairs[number], number)
        assert_same(again, whole[number])
    others = Composites(records, 0.5, 0.3, seed=5)
    images = [others.read(pair, n)[0][0] for n, pair in enumerate(pairs)]
    assert any(not np.array_equal(a, b[0][0]) for a, b in zip(images, whole))


def test_shares(records):
    pairs = consecutive_pairs(records)
    composites = Composites(records, 0.3, 0.2)
    counts = {"plain": 0, "distracted": 0, "swapped": 0}
    for number in range(200):
        pair = pairs[number % len(pairs)]
        image, mask = composites.read(pair, number)[0]
        if colours_of(image, mask) != {pair.record_a.group}:
            counts["swapped"] += 1
        elif colours_in(image) != {pair.record_a.group}:
            counts["distracted"] += 1
        else:
            counts["plain"] += 1
    assert 42 <= counts["distracted"] <= 78 and 24 <= counts["swapped"] <= 56


def test_objects_that_may_not_be_pasted_are_not(records):
    small = [r for r in records if r.group != "bird"]
    for record in records:
        if record.group == "bird":
            mask = np.zeros((80, 100), np.uint8)
            mask[10:20, 40:50] = 255
            Image.fromarray(mask).save(record.mask)
    pair = consecutive_pairs(small)[0]
    for number in range(20):
        for image, _ in Composites(records, 1.0, 0.0).read(pair, number):
            assert "bird" not in colours_in(image)


def test_a_kind_that_a_picture_is_known_to_hold_is_not_pasted(records, write_picture):
    root = records[0].image.parents[2]
    apple = next(r for r in records if r.group == "apple")
    image, mask = read_record(apple)
    write_picture("bird", "copy.png", image, mask)
    (root / "images" / "bird" / "copy.png").write_bytes(apple.image.read_bytes())
    records = read_folder(root)
    pair = Pair(apple, apple, True)
    for number in range(30):
        for image, _ in Composites(records, 1.0, 0.0).read(pair, number):
            assert "bird" not in colours_in(image)


def test_without_another_kind_the_pair_stays(records):
    birds = [r for r in records if r.group == "bird"]
    pair = consecutive_pairs(birds)[0]
    plain = [read_record(record) for record in pair.records]
    for shares in ((1.0, 0.0), (0.0, 1.0)):
        assert_same(Composites(birds, *shares).read(pair, 0), plain)


@pytest.mark.parametrize("shares", [(-0.1, 0), (0, -0.1), (0.6, 0.6), (np.nan, 0)])
def test_shares_out_of_range(records, shares):
    with pytest.raises(ValueError, match="`distractor_share` and.*Received"):
        Composites(records, *shares)


def test_donors_are_needed():
    with pytest.raises(ValueError, match="pass `donors`"):
        pair_dataset([], distractor_share=0.5)
    with pytest.raises(ValueError, match="pass `donors`"):
        pair_dataset([], swap_share=0.5)


class TestPairDataset:
    def test_it_pastes_before_the_augmentation(self, records):
        pairs = sample_pairs(records, 4)
        options = {"distractor_share": 0.5, "swap_share": 0.5, "seed": 3}
        dataset = pair_dataset(
            pairs, (80, 100), 4, augment=False, donors=records, **options
        )
        ((images, masks),) = dataset
        composites = Composites(records, 0.5, 0.5, seed=3)
        for number, pair in enumerate(pairs):
            sides = composites.read(pair, number)
            for side, (image, mask) in zip("ab", sides):
                np.testing.assert_array_equal(images[f"image_{side}"][number], image)
                truth = mask * pair.positive
                np.testing.assert_array_equal(
                    masks[f"mask_{side}"][number][..., 0], truth
                )

    def test_resuming_gives_the_rest_of_the_run(self, records):
        options = {"size": 40, "augment": [random_flip()], "donors": records}
        options |= {"distractor_share": 0.4, "swap_share": 0.4, "reference_share": 0.5}
        whole = list(pair_dataset(sample_pairs(records, 12), **options))
        rest = sample_pairs(records, 8, start=4)
        rest = list(pair_dataset(rest, first_index=4, **options))
        for batch, again in zip(whole[1:], rest, strict=True):
            for arrays, others in zip(batch, again):
                assert arrays.keys() == others.keys()
                for name in arrays:
                    np.testing.assert_array_equal(arrays[name], others[name])


@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_real_pictures():
    root = Path(DATA) / "pascal_coseg"
    if not root.is_dir():
        pytest.skip("TFCOSEG_DATA holds no pascal_coseg")
    records = scan_folder(root)[0]
    pairs = sample_pairs(records, 24, 0)
    composites = Composites(records, 0.5, 0.5)
    changed = 0
    for number, pair in enumerate(pairs):
        for record, (image, mask) in zip(pair.records, composites.read(pair, number)):
            plain = read_record(record)[0]
            assert mask.any() and image.shape[:2] == mask.shape
            changed += image.shape != plain.shape or not np.array_equal(image, plain)
    assert changed >= 40


def test_one_scene_is_no_object_in_common(records):
    """Two pictures of one background, with an object of another kind in each."""
    composites = Composites(records, 0.0, 0.0, 1.0)
    pairs = [pair for pair in sample_pairs(records, 40, 1.0)]
    seen = set()
    for number, pair in enumerate(pairs):
        (image_a, mask_a), (image_b, mask_b) = composites.read(pair, number)
        (one,), (other,) = colours_of(image_a, mask_a), colours_of(image_b, mask_b)
        assert one != other and pair.record_a.group not in (one, other)
        assert colours_in(image_a) == {one} and colours_in(image_b) == {other}
        # What neither object hides is the same, and lies beside the picture's own.
        both = (mask_a == 0) & (mask_b == 0)
        values = np.unique(image_a[both]), np.unique(image_b[both])
        own = 20 + int(pair.record_a.name)
        assert all(own in found for found in values)
        assert image_a.shape == image_b.shape != (80, 100, 3)
        seen |= {one, other}
    assert len(seen) > 3


def test_of_one_scene_only_negative_pairs(records):
    composites = Composites(records, 0.0, 0.0, 1.0)
    pair = consecutive_pairs(records)[0]
    assert_same(composites.read(pair, 0), [read_record(r) for r in pair.records])


def test_where_too_little_is_left_beside_the_object_the_pair_stays(
    tmp_path, write_picture
):
    for kind in ("aeroplane", "apple", "bird"):
        for number in range(2):
            mask = np.zeros((80, 100), np.uint8)
            mask[10:70, 12:88] = 255
            image = np.full((80, 100, 3), 20, np.uint8)
            image[mask > 0] = COLOURS[kind]
            write_picture(kind, f"{number}.png", image, mask)
    records = read_folder(tmp_path)
    composites = Composites(records, 0.0, 0.0, 1.0)
    for number, pair in enumerate(sample_pairs(records, 10, 1.0)):
        sides = composites.read(pair, number)
        assert_same(sides, [read_record(record) for record in pair.records])

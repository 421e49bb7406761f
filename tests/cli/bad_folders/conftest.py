"""Every way in which a folder of pictures and masks can be broken."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

CATS = ["0", "1", "2", "3"]


@pytest.fixture
def root(tmp_path):
    """Two groups of four pictures each."""
    generator = np.random.default_rng(0)
    for group in ("bus", "cat"):
        for kind in ("images", "masks"):
            (tmp_path / "set" / kind / group).mkdir(parents=True)
        for name in CATS:
            pixels = generator.integers(0, 256, (32, 48, 3), np.uint8)
            mask = np.zeros((32, 48), np.uint8)
            mask[4:20, 6:30] = 255
            for kind, array in (
                (f"images/{group}/{name}.jpg", pixels),
                (f"masks/{group}/{name}.png", mask),
            ):
                Image.fromarray(array).save(tmp_path / "set" / kind)
    return tmp_path / "set"


def cut(file, share):
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])


def link(file, target):
    file.unlink(missing_ok=True)
    file.symlink_to(target)


def new_group(root, name, pictures):
    for kind, suffix in (("images", "jpg"), ("masks", "png")):
        folder = os.path.join(os.fsencode(root / kind), name)
        os.mkdir(folder)
        for index in range(pictures):
            data = (root / kind / "cat" / f"{index}.{suffix}").read_bytes()
            Path(os.fsdecode(folder), f"{index}.{suffix}").write_bytes(data)


def truncated_jpeg(root):
    cut(root / "images/cat/1.jpg", 0.6)


def truncated_mask(root):
    cut(root / "masks/cat/1.png", 0.6)


def header_cut(root):
    cut(root / "images/cat/1.jpg", 0.02)


def empty_file(root):
    cut(root / "images/cat/1.jpg", 0)


def no_picture(root):
    (root / "images/cat/1.jpg").write_text("no picture\nat all\n")


def folder_for_a_picture(root):
    (root / "images/cat/1.jpg").unlink()
    (root / "images/cat/1.jpg").mkdir()


def mask_of_another_size(root):
    Image.new("L", (48, 31)).save(root / "masks/cat/1.png")


def mask_of_other_values(root):
    Image.new("L", (48, 32), 7).save(root / "masks/cat/1.png")


def mask_missing(root):
    (root / "masks/cat/1.png").unlink()


def empty_group(root):
    (root / "images/empty").mkdir()


def group_of_one(root):
    new_group(root, b"lone", 1)


def two_files_of_one_stem(root):
    # A name that is sorted between the two of them.
    Image.open(root / "images/cat/1.jpg").save(root / "images/cat/1.png")
    for kind, suffix in (("images", "jpg"), ("masks", "png")):
        folder = root / kind / "cat"
        (folder / f"2.{suffix}").rename(folder / f"1.k.{suffix}")


def name_not_utf_8(root):
    for kind, suffix in (("images", b"jpg"), ("masks", b"png")):
        folder = os.fsencode(root / kind / "cat")
        os.rename(folder + b"/1." + suffix, folder + b"/caf\xe9." + suffix)


def group_not_utf_8(root):
    new_group(root, b"gr\xfcn", 2)


def name_with_a_line_break(root):
    (root / "images/cat/1.jpg").rename(root / "images/cat/o\nne.jpg")


def picture_linked_to_itself(root):
    link(root / "images/cat/1.jpg", "1.jpg")


def picture_linked_to_nothing(root):
    link(root / "images/cat/1.jpg", "nothing.jpg")


def mask_linked_in_a_circle(root):
    link(root / "masks/cat/1.png", "a.png")
    link(root / "masks/cat/a.png", "1.png")


def group_linked_in_a_circle(root):
    link(root / "images/round", "round")


def group_linked_to_the_groups(root):
    link(root / "images/round", "../images")


def group_without_masks(root):
    new_group(root, b"bare", 3)
    for mask in (root / "masks/bare").iterdir():
        mask.unlink()
    (root / "masks/bare").rmdir()


def file_for_a_group_of_masks(root):
    group_without_masks(root)
    (root / "masks/bare").write_text("masks")


# What is wrong, what the line says, and which cats are left.
CASES = [
    (truncated_jpeg, "images/cat/1.jpg: it cannot be read: image file is trunc", "023"),
    (truncated_mask, "masks/cat/1.png: it cannot be read: image file is trunc", "023"),
    (header_cut, "images/cat/1.jpg: it cannot be read: ", "023"),
    (empty_file, "images/cat/1.jpg: it cannot be read: no format", "023"),
    (no_picture, "images/cat/1.jpg: it cannot be read: no format", "023"),
    (folder_for_a_picture, "images/cat/1.jpg: it cannot be read: Is a dir", "023"),
    (mask_of_another_size, "images/cat/1.jpg: height x width is 32 x 48, but", "023"),
    (mask_of_other_values, "masks/cat/1.png with the values [7]", "023"),
    (mask_missing, "images/cat/1.jpg: its mask is missing, ", "023"),
    (empty_group, "images/empty: a group without pictures", "0123"),
    (
        group_of_one,
        "images/lone/0.jpg: the only usable picture of group 'lone'",
        "0123",
    ),
    (two_files_of_one_stem, "images/cat/1.png: another picture has the same", "01+3"),
    (name_not_utf_8, r"images/cat/caf\xe9.jpg: its name is not UTF-8", "023"),
    (group_not_utf_8, r"images/gr\xfcn: the name of this group is not UTF-8", "0123"),
    (name_with_a_line_break, r"images/cat/o\nne.jpg: its mask is missing", "023"),
    (picture_linked_to_itself, "images/cat/1.jpg: a link that leads nowhere", "023"),
    (picture_linked_to_nothing, "images/cat/1.jpg: a link that leads nowhere", "023"),
    (mask_linked_in_a_circle, "masks/cat/1.png: a link that leads nowhere", "023"),
    (group_linked_in_a_circle, "images/round: a link that leads nowhere", "0123"),
    (group_linked_to_the_groups, "images/round: a group without pictures", "0123"),
    (group_without_masks, "images/bare: the masks of this group are missing", "0123"),
    (file_for_a_group_of_masks, "images/bare: the masks of this group are", "0123"),
]
# Only seen where the pixels are read.
DEEP = {truncated_jpeg, truncated_mask, mask_of_other_values}
SPOILERS = {spoil.__name__: spoil for spoil, *_ in CASES}


@pytest.fixture(params=CASES, ids=list(SPOILERS))
def spoiled(request, root):
    """Spoils the folder in one way after the other.

    Tells what the line on it says, which pictures are left, as (group, name), and
    whether the pixels have to be read to notice.
    """
    spoil, said, left = request.param
    spoil(root)
    cats = ["1.k" if name == "+" else name for name in left]
    pictures = {("bus", name) for name in CATS} | {("cat", name) for name in cats}
    return SimpleNamespace(said=said, left=pictures, deep=spoil in DEEP)


@pytest.fixture
def spoil(root):
    """Spoils the folder in several ways, by their names."""

    def spoil(*names):
        for name in names:
            SPOILERS[name](root)

    return spoil

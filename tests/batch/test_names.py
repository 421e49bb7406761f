"""What files are called."""

from pathlib import Path

import pytest

from tfcoseg.batch import Group
from tfcoseg.batch.drawings import Drawings
from tfcoseg.batch.names import all_names, distinct_stems


@pytest.mark.parametrize(
    "paths, stems",
    [
        (["a.jpg", "b.jpg"], ["a", "b"]),
        (["x/cat.jpg", "y/cat.jpg"], ["cat_1", "cat_2"]),
        (["cat.jpg", "cat.png"], ["cat_1", "cat_2"]),
        (["cat.jpg", "cat.jpg"], ["cat_1", "cat_2"]),
        (["cat.jpg", "CAT.jpg"], ["cat_1", "CAT_2"]),
        (["cat.jpg", "x/cat.jpg", "cat_1.jpg"], ["cat_2", "cat_3", "cat_1"]),
        ([Path("a.b.jpg"), "a.jpg"], ["a.b", "a"]),
    ],
)
def test_stems_are_distinct(paths, stems):
    assert distinct_stems(paths) == stems


def test_files_of_groups_lie_in_folders_of_their_names():
    groups = [
        Group("", (Path("x/a.jpg"),)),
        Group("cats", (Path("a.jpg"), Path("b.png"))),
    ]
    assert all_names(groups, Drawings(overlay=True, sheet=True)) == [
        *("a_mask.png", "a_overlay.png", "contact_sheet.png"),
        *("cats/a_mask.png", "cats/a_overlay.png"),
        *("cats/b_mask.png", "cats/b_overlay.png", "cats/contact_sheet.png"),
    ]

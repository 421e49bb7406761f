import itertools
import os
from pathlib import Path

import pytest

from tfcoseg.data import read_folder, wrong_partners
from tfcoseg.evaluate.exclusions import CLASSES_FILE, read_exclusions

DATA = os.environ.get("TFCOSEG_DATA")


def written(tmp_path, text):
    path = tmp_path / "groups.tsv"
    path.write_text(text)
    return path


def test_list_of_look_alikes(tmp_path):
    path = written(
        tmp_path, "# comment\ncow\tsheep\tgoat\n\nface\ntea pot\tkettle # same\n"
    )
    assert read_exclusions(path) == [
        ("cow", "sheep"),
        ("cow", "goat"),
        ("sheep", "goat"),
        ("face",),
        ("tea pot", "kettle"),
    ]


def test_names_separated_by_spaces(tmp_path):
    assert read_exclusions(written(tmp_path, "cow sheep\n")) == [("cow", "sheep")]


def test_table_of_classes(tmp_path):
    text = (
        "video\tclass\nrally\tcar\nparking\tcar\nbus\tbus\nduck\tbird\nlucia\tperson\n"
    )
    excluded = {frozenset(pair) for pair in read_exclusions(written(tmp_path, text))}
    assert {"rally", "parking"} in excluded  # one class
    assert {"rally", "bus"} in excluded  # often on one picture
    assert {"lucia", "rally"} in excluded  # people are everywhere,
    assert {"lucia", "duck"} not in excluded  # but seldom among ducks
    assert {"rally", "duck"} not in excluded


def test_classes_made_of_several_kinds(tmp_path):
    text = (
        "video\tclass\njump\thorse+rider\nlaunch\tparaglider\nwalk\tkite-surfer\n"
        "fly\tduck/goose\nherd\tCows\n"
    )
    excluded = {frozenset(pair) for pair in read_exclusions(written(tmp_path, text))}
    people = {"jump", "launch", "walk"}
    everyone = {frozenset(pair) for pair in itertools.combinations(people, 2)}
    # Nobody is another's wrong partner, nor horses cows'.
    assert excluded == everyone | {frozenset({"jump", "herd"})}


def test_table_with_a_short_line_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"two columns.*groups.tsv.*\['rally'\]"):
        read_exclusions(written(tmp_path, "video\tclass\nrally\n"))


def test_file_that_is_no_text_is_an_error(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ValueError, match="text file.*picture.png"):
        read_exclusions(path)


@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_real_wrong_partners_show_no_person_on_both_sides():
    root = Path(DATA) / "davis2016"
    if not root.is_dir():
        pytest.skip("TFCOSEG_DATA holds no davis2016")
    pairs = wrong_partners(read_folder(root), read_exclusions(root / CLASSES_FILE))
    groups = {r.group for pair in pairs for r in (pair.record_a, pair.record_b)}
    assert len(pairs) >= 150 and "elephant" in groups
    # Every video in which a person is to be seen, looked through by eye.
    people = set(
        "bmx-bumps bmx-trees breakdance breakdance-flare dance-jump dance-twirl hike "
        "hockey horsejump-high horsejump-low kite-surf kite-walk lucia motocross-bumps "
        "motocross-jump motorbike paragliding paragliding-launch parkour rollerblade "
        "scooter-black scooter-gray soapbox stroller surf swing tennis".split()
    )
    assert people & groups
    for pair in pairs:
        assert not {pair.record_a.group, pair.record_b.group} <= people

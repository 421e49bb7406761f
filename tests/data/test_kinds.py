"""One name for each kind of object."""

import os
from pathlib import Path

import pytest

from tfcoseg.data.kinds import ALIASES, KNOWN, kinds

DATA = os.environ.get("TFCOSEG_DATA")


def test_other_words_lead_to_a_kind_in_one_step():
    assert set(ALIASES.values()).isdisjoint(ALIASES)
    for word, kind in ALIASES.items():
        assert kinds(word) == kinds(kind) == {kind}


def test_known_kinds_stay_what_they_are():
    for word in KNOWN - ALIASES.keys():
        assert kinds(word) == {word}


@pytest.mark.parametrize(
    "names",
    [
        "airplane aeroplane",
        "motorcycle motorbike",
        "cellphone cell_phone",
        "car_side car",
        "mug cup",
        "dining_table diningtable",
        "tv tvmonitor",
        "potted_plant pottedplant bonsai",
        "couch sofa",
        "face person",
        "flamingo emu blackswan bird",
        "kayak boat",
        "fire_truck truck",
        "mandarin orange",
        "stop_sign sign",
    ],
)
def test_names_of_one_kind_in_different_sets(names):
    assert len(set(map(kinds, names.split()))) == 1


@pytest.mark.parametrize(
    "names",
    ["hot_dog dog", "teddy_bear bear", "wine_glass cup", "parking_meter parking_lot"],
)
def test_a_compound_is_a_kind_of_its_own(names):
    one, other = map(kinds, names.split())
    assert one.isdisjoint(other)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("horse+rider", {"horse", "person"}),
        ("bird (water)", {"bird", "water"}),
        # What a folder is called is no kind of object that its groups would share.
        ("cat (my_pictures)", {"cat"}),
        ("couch (tiny set)", {"sofa"}),
        ("gizmo (horse)", {"gizmo", "horse"}),
        ("(my_pictures)", {"my_picture"}),
        ("()", {"()"}),
        # Videos that are named after what happens.
        ("horsejump-high", {"horse", "person"}),
        ("drift-turn (davis2016)", {"car"}),
        ("hike", {"person"}),
    ],
)
def test_kinds(name, expected):
    assert kinds(name) == expected


@pytest.mark.parametrize(
    "one, many",
    [
        ("puppy", "puppies"),
        ("pony", "ponies"),
        ("wolf", "wolves"),
        ("calf", "calves"),
        ("ox", "oxen"),
        ("lorry", "lorries"),
        ("butterfly", "butterflies"),
        ("cookie", "cookies"),
        ("knife", "knives"),
        ("glove", "gloves"),
        ("box", "boxes"),
        ("glass", "glasses"),
        ("brush", "brushes"),
        ("watch", "watches"),
        ("bus", "buses"),
        ("bench", "benches"),
        ("horse", "horses"),
    ],
)
def test_both_numbers_are_one_kind(one, many):
    assert kinds(one) == kinds(many)


def test_babies_are_people():
    assert kinds("babies") == {"person"}


def test_asking_again_gives_the_same_set():
    assert kinds("horse+rider") is kinds("horse+rider")


@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_real_groups_are_of_one_kind_but_for_riders():
    names = {path.name for path in Path(DATA).glob("*/images/*")}
    if not names:
        pytest.skip("TFCOSEG_DATA holds no sets")
    several = {name for name in names if len(kinds(name)) > 1}
    assert all("person" in kinds(name) for name in several)

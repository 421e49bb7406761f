import json

import pytest

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.benchmarks import Benchmark, find_benchmark
from tfcoseg.evaluate.beside import beside
from tfcoseg.evaluate.protocols import AVERAGES, ORIGINAL, PROTOCOLS
from tfcoseg.evaluate.setting import SOME, Setting, setting_of

# Of which nobody says how many groups there are.
MSRC = Benchmark("msrc_coseg")
SEVEN = ("aeroplane", "bird", "car", "cat", "cow", "dog", "sheep")


@pytest.fixture
def seven(folder, write):
    """The seven groups of MSRC that most papers judge, four pictures each."""
    for group in SEVEN[3:]:
        for index in range(4):
            write(folder, group, f"{index}", (255, 255, 0), side=4)
    return folder


@pytest.fixture
def setting(predictor):
    """What an evaluation of a folder counts as."""

    def of(root, benchmark=MSRC, name="ours", **options):
        declaration = PROTOCOLS[name]
        protocol = declaration.protocol(**options)
        evaluation = evaluate_folder(predictor, root, protocol, extremes=0)
        return setting_of(evaluation, benchmark, declaration)

    return of


def test_all_of_a_folder(setting, folder):
    assert setting(folder) == Setting(
        "msrc_coseg", "all", 12, "consecutive", 64, ORIGINAL, AVERAGES, 0.5
    )


def test_reference_masks_are_part_of_it(setting, folder):
    assert setting(folder, pairs="first", reference_masks=True).reference_masks
    assert not setting(folder, pairs="first").reference_masks


def test_size_and_average_of_a_protocol(setting, folder):
    found = setting(folder, name="saa", groups=["car"])
    assert (found.pairs, found.metric_size) == ("all", 512)
    assert found.averages == ("pooled",) and found.groups == SOME
    assert setting(folder, name="gong").averages == AVERAGES


def test_groups_that_make_a_part_are_known_as_that_part(setting, seven, write):
    part = find_benchmark("msrc_coseg/groups7")
    assert setting(seven, part).groups == "groups7"
    for index in range(2):
        write(seven, "tree", f"{index}", (255, 0, 255), side=4)
    assert setting(seven).groups == "all"
    assert setting(seven, groups=SEVEN).groups == "groups7"
    assert setting(seven, groups=SEVEN[1:]).groups == SOME
    assert setting(seven, part).groups == SOME


def test_where_only_the_builder_knows_the_groups_the_folder_is_believed(
    setting, folder
):
    part = Benchmark("icoseg", "subset8", groups=None)
    assert setting(folder, part).groups == "subset8"
    assert setting(folder, part, groups=["car"]).groups == SOME


def test_a_folder_with_another_number_of_groups_is_not_that_part(setting, folder):
    for name in ("icoseg/subset8", "icoseg", "msrc_coseg"):
        assert setting(folder, find_benchmark(name)).groups == SOME
    assert setting(folder, find_benchmark("internet_coseg")).groups == "all"
    part = Benchmark("icoseg", "subset8", groups=None, number=3)
    assert setting(folder, part).groups == "subset8"


@pytest.mark.parametrize(
    "options",
    [
        {"limit": 2},
        {"per_group": 2},
        {"leave_out": ["car/0"]},
        {"folds": 3, "fold": 0, "fold_by": "class"},
    ],
)
def test_a_choice_of_pictures_is_known_as_one(setting, folder, options):
    assert setting(folder, **options).pictures == SOME


def test_the_first_pictures_of_each_group_are_counted_where_they_are_the_part(
    setting, folder
):
    part = Benchmark("pets", "first2", per_group=2)
    assert setting(folder, part, per_group=2).pictures == 6
    assert setting(folder, part, per_group=3).pictures == SOME


def test_pictures_that_cannot_be_used_make_it_another_set(setting, folder):
    (folder / "images/car/1.png").write_bytes(b"no picture")
    assert setting(folder).pictures == SOME


def test_a_group_without_pictures_does_not_make_it_another_set(setting, folder):
    (folder / "images/stray").mkdir()
    assert setting(folder).pictures == 12
    (folder / "images/round").symlink_to("round")  # may have held some
    assert setting(folder).pictures == SOME


@pytest.mark.parametrize("kind", ["problems", "differences"])
def test_what_was_not_right_when_it_was_laid_out_makes_it_another_set(
    setting, folder, kind
):
    about = {"split": "test", "void_value": 128, "left_out": {"test": 0}}
    lists = {"problems": {"test": []}, "differences": {"test": []}}
    file = folder / "dataset.json"
    file.write_text(json.dumps(about | lists))
    assert setting(folder).pictures == 12
    file.write_text(json.dumps(about | lists | {kind: {"test": ["a line"]}}))
    assert setting(folder).pictures == SOME


def test_beside_an_evaluation(predictor, folder):
    protocol = Protocol(pairs="disjoint")
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=0)
    found = beside(evaluation, MSRC, PROTOCOLS["gong"])
    assert found["benchmark"] == "msrc_coseg"
    assert found["declared"] == {
        "name": "gong",
        "source": "Gong",
        "averages": list(AVERAGES),
        "not_published": ["working size", "average"],
        "overridden": [],
    }
    verdicts = {row["system"]: row["verdict"] for row in found["published"]}
    assert verdicts["CycleSegNet"] == "unknown" and verdicts["SAA"] == "incompatible"
    alone = beside(evaluation, None, PROTOCOLS["ours"])
    assert alone["benchmark"] is None and alone["published"] == []
    assert alone["declared"]["overridden"] == [
        "pairs (consecutive pairs)",
        "working size (321)",
    ]

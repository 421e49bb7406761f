from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.data import read_folder, split_fold
from tfcoseg.data.folder import Record
from tfcoseg.evaluate.protocol import Protocol, plan
from tfcoseg.evaluate.records import read_records

COLOURS = "aeroplane", "bird", "car"


def no_progress(iterable, **_):
    return iterable


def records_of(root, protocol=Protocol()):
    found = read_records(root, protocol, no_progress)
    return found.records, found.problems


def names(comparisons, kind):
    return [
        (c.record.group, c.record.name, (c.partner.group, c.partner.name))
        for c in comparisons
        if c.kind == kind
    ]


def test_consecutive_judges_each_picture_once_and_wraps_round(folder):
    protocol = Protocol(groups=["bird"])
    records, problems = records_of(folder, protocol)
    assert not problems
    assert names(plan(records, protocol), "pair") == [
        ("bird", "0", ("bird", "1")),
        ("bird", "1", ("bird", "2")),
        ("bird", "2", ("bird", "3")),
        ("bird", "3", ("bird", "0")),
    ]


def test_all_judges_both_masks_of_every_unordered_pair(folder):
    records, _ = records_of(folder)
    comparisons = names(plan(records, Protocol(pairs="all")), "pair")
    assert len(comparisons) == len(set(comparisons)) == 3 * 4 * 3
    assert all(group == partner[0] for group, _, partner in comparisons)
    assert ("car", "3", ("car", "1")) in comparisons
    assert ("car", "1", ("car", "3")) in comparisons


def test_comparisons_are_ordered_by_the_picture_that_is_judged(folder):
    protocol = Protocol(pairs="all", wrong_partner=True, no_correlation=True)
    records, _ = records_of(folder, protocol)
    order = [records.index(c.record) for c in plan(records, protocol)]
    assert order == sorted(order)


def test_first_pictures_of_each_group_by_name(folder):
    protocol = Protocol(per_group=2)
    records, _ = records_of(folder, protocol)
    assert [(r.group, r.name) for r in records] == [
        (group, name) for group in ("aeroplane", "bird", "car") for name in ("0", "1")
    ]


def test_limit_spreads_pairs_over_each_group(folder):
    protocol = Protocol(pairs="all", limit=2, no_correlation=True)
    records, _ = records_of(folder, protocol)
    comparisons = plan(records, protocol)
    pairs = names(comparisons, "pair")
    assert len(pairs) == 3 * 2 * 2
    assert names(comparisons, "no_correlation") == pairs


def test_wrong_partners_are_three_groups_further_on(folder, write):
    for group in ("dog", "elephant"):
        for index in range(2):
            write(folder, group, f"{index}", (9, 9, 9), side=5)
    protocol = Protocol(wrong_partner=True)
    records, _ = records_of(folder)
    wrong = names(plan(records, protocol), "wrong_partner")
    assert len({(group, name) for group, name, _ in wrong}) == len(wrong) == 16
    of_group = {group: partner[0] for group, _, partner in wrong}
    assert of_group == {
        "aeroplane": "dog",
        "bird": "elephant",
        "car": "aeroplane",
        "dog": "bird",
        "elephant": "car",
    }
    assert ("aeroplane", "3", ("dog", "1")) in wrong  # counted round


def test_every_picture_has_a_wrong_partner_unless_exclusions_are_wanted(folder, write):
    for index in range(2):
        write(folder, "person", f"{index}", (9, 9, 9), side=5)
    records, _ = records_of(folder)
    every = names(plan(records, Protocol(wrong_partner=True)), "wrong_partner")
    likely = Protocol(wrong_partner=True, exclusions="likely")
    cautious = names(plan(records, likely), "wrong_partner")
    assert ("person", "0", ("car", "0")) in every  # people sit in cars
    assert ("person", "0", ("aeroplane", "0")) in cautious
    assert len(every) == 14


def test_excluded_groups_are_no_wrong_partners(folder):
    protocol = Protocol(
        wrong_partner=True, exclusions="likely", exclude=[("aeroplane", "bird")]
    )
    records, _ = records_of(folder)
    wrong = names(plan(records, protocol), "wrong_partner")
    found = {(group, partner[0]) for group, _, partner in wrong}
    assert found == {("aeroplane", "car"), ("bird", "car"), ("car", "aeroplane")}


@pytest.mark.parametrize("exclusions", [None, "likely"])
def test_wrong_partners_without_a_second_group_are_an_error(folder, exclusions):
    protocol = Protocol(groups=["car"], wrong_partner=True, exclusions=exclusions)
    records, _ = records_of(folder, protocol)
    with pytest.raises(ValueError, match=r"two groups.*the groups \['car'\]"):
        plan(records, protocol)


def test_reference_masks_are_given_with_right_and_wrong_partners(folder):
    records, _ = records_of(folder)
    controls = {"wrong_partner": True, "no_correlation": True}
    for given in (False, True):
        planned = plan(records, Protocol("first", reference_masks=given, **controls))
        assert {comparison.reference for comparison in planned} == {given}


def test_bad_files_are_left_out_and_their_neighbours_get_other_partners(folder):
    (folder / "images/bird/1.png").write_bytes(b"no picture")
    image = folder / "images/bird/3.png"
    image.write_bytes(image.read_bytes()[:-30])  # its header is whole
    (folder / "masks/car/2.png").unlink()
    mask = np.full((20, 30), 7, "uint8")
    Image.fromarray(mask).save(folder / "masks/car/1.png")
    records, problems = records_of(folder)
    assert names(plan(records, Protocol(groups=["bird"])), "pair")[4:] == [
        ("bird", "0", ("bird", "2")),
        ("bird", "2", ("bird", "0")),
        ("car", "0", ("car", "3")),
        ("car", "3", ("car", "0")),
    ]
    for file in ("bird/1.png", "bird/3.png", "masks/car/2.png", "masks/car/1.png"):
        assert any(file in problem for problem in problems), file


def test_group_with_one_readable_picture_is_left_out(folder):
    for index in (0, 1, 2):
        image = folder / f"images/car/{index}.png"
        image.write_bytes(image.read_bytes()[:-30])
    records, problems = records_of(folder)
    assert {record.group for record in records} == {"aeroplane", "bird"}
    assert any(
        "only picture of group 'car' that can be judged" in line for line in problems
    )


def test_a_picture_left_alone_by_choice_is_no_problem(folder):
    protocol = Protocol(leave_out=[f"car/{index}" for index in (0, 1, 2)])
    found = read_records(folder, protocol, no_progress)
    assert {record.group for record in found.records} == {"aeroplane", "bird"}
    assert found.problems == [] and found.alone == 1
    (folder / "images/car/3.png").write_bytes(b"no picture")
    found = read_records(folder, protocol, no_progress)
    (line,) = found.problems
    assert "car/3.png" in line and found.alone == 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"pairs": "some"}, "one of .*'disjoint'.*pairs='some'"),
        ({"per_group": 1}, "at least 2.*per_group=1"),
        ({"limit": 0}, "at least 1.*limit=0"),
        ({"metric_size": 0}, "at least 1.*metric_size=0"),
        ({"pairs": "group", "reference_masks": True}, "for pairs.*pairs='group'"),
        ({"exclusions": "known"}, "\"likely\" or None.*exclusions='known'"),
        ({"exclude": ["car"]}, "needs `exclusions=.*exclude="),
    ],
)
def test_arguments_that_make_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        Protocol(**arguments)


def helped(count, pairs, limit=None):
    """The names of a group's pictures with those of their partners, as planned."""
    records = [
        Record("cow", f"{index}", Path(f"{index}.png"), Path(f"{index}.png"))
        for index in range(count)
    ]
    protocol = Protocol(pairs=pairs, limit=limit)
    return {
        comparison.record.name: "".join(p.name for p in comparison.partners)
        for comparison in plan(records, protocol)
    }


@pytest.mark.parametrize(
    "pairs, count, expected",
    [
        ("disjoint", 4, {"0": "1", "1": "0", "2": "3", "3": "2"}),
        ("disjoint", 3, {"0": "1", "1": "0"}),
        ("first", 3, {"1": "0", "2": "0"}),
        ("group", 3, {"0": "12", "1": "02", "2": "01"}),
        ("group", 2, {"0": "1", "1": "0"}),
        ("fives", 3, {"0": "12", "1": "02", "2": "01"}),
        (
            "fives",
            7,
            {
                **{"0": "1234", "1": "0234", "2": "0134", "3": "0124", "4": "0123"},
                **{"5": "2346", "6": "2345"},
            },
        ),
    ],
)
def test_who_helps_whom(pairs, count, expected):
    assert helped(count, pairs) == expected


def test_limit_takes_whole_pairs_and_whole_fives():
    first, third = {"0": "1", "1": "0"}, {"4": "5", "5": "4"}
    assert helped(8, "disjoint", limit=2) == {**first, **third}
    assert set(helped(10, "fives", limit=1)) == set("01234")


def test_a_fold_is_cut_over_all_groups_whichever_are_wanted(folder):
    fold = {"folds": 3, "fold": 1, "fold_by": "class"}
    records, _ = records_of(folder, Protocol(**fold))
    assert {record.group for record in records} == {"bird"}
    records, _ = records_of(folder, Protocol(groups=["bird", "car"], **fold))
    assert {record.group for record in records} == {"bird"}
    with pytest.raises(ValueError, match=r"among \['aeroplane'.*Received: \['cat'\]"):
        records_of(folder, Protocol(groups=["cat"], **fold))


def test_folds_by_picture_share_out_every_picture(folder, write):
    for index, group in enumerate(COLOURS):
        write(folder, group, "same", (9, 9, 9), side=5)
        write(folder, group, "own", (9, 9, 9), side=6 + index)
    folds = [
        records_of(folder, Protocol(folds=2, fold=i, fold_by="picture"))[0]
        for i in range(2)
    ]
    names = [{(r.group, r.name) for r in records} for records in folds]
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) >= 3 * 6 - 2 * 3  # at most one of a group is alone
    with_same = [side for side in names if any(name == "same" for _, name in side)]
    assert len(with_same) == 1


def test_pictures_to_leave_out_are_not_there(folder):
    protocol = Protocol(leave_out=["bird/1", "3"], groups=["bird", "car"])
    records, problems = records_of(folder, protocol)
    assert not problems
    assert names(plan(records, protocol), "pair") == [
        ("bird", "0", ("bird", "2")),
        ("bird", "2", ("bird", "0")),
        ("car", "0", ("car", "1")),
        ("car", "1", ("car", "2")),
        ("car", "2", ("car", "0")),
    ]


def test_folds_by_kind_are_the_same_folder_by_folder(folder, write, tmp_path):
    """So sets can be judged one after the other by a network trained on all others."""
    other = tmp_path / "more"
    for group in ("airplane", "sheep", "mug"):
        for index in range(2):
            write(other, group, f"{index}", (9, 9, 9), side=5)
    everything = read_folder(folder) + read_folder(other)
    judged = []
    for fold in range(3):
        protocol = Protocol(folds=3, fold=fold, fold_by="kind")
        found = [records_of(root, protocol)[0] for root in (folder, other)]
        _, held_out = split_fold(everything, 3, fold, "kind")
        assert [record for records in found for record in records] == held_out
        judged += [record.group for record in held_out]
        groups = {record.group for record in held_out}
        assert ("aeroplane" in groups) == ("airplane" in groups)
    assert len(judged) == 3 * 4 + 3 * 2

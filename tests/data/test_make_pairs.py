"""The one front for pairs and sets, on plain names and on records."""

import itertools
from collections import Counter
from hashlib import sha256

import pytest

from tfcoseg.data.co_occurrence import may_share_object
from tfcoseg.data.folder import read_folder
from tfcoseg.data.inter_class import PASCAL_SUPER_CLASSES
from tfcoseg.data.pairing import (
    ONE_SIDED,
    PAIRINGS,
    ImageSet,
    Pair,
    make_pairs,
    other_kind_partners,
    read_ids,
    sample_pairs,
    wrong_partners,
)

SIZES = {"aeroplane": 7, "bus": 4, "car": 5, "cat": 6, "dog": 4, "sheep": 9, "sofa": 2}
NAMES = [(group, f"{i}") for group, size in SIZES.items() for i in range(size)]


def spelled(made):
    return ["-".join(f"{group}{name}" for group, name in one.records) for one in made]


class TestInOrder:
    @pytest.mark.parametrize(
        "how, expected",
        [
            ("all", ["a0-a1", "a0-a2", "a1-a2", "b0-b1"]),
            ("consecutive", ["a0-a1", "a1-a2", "a2-a0", "b0-b1", "b1-b0"]),
            ("first", ["a1-a0", "a2-a0", "b1-b0"]),
            ("disjoint", ["a0-a1", "b0-b1"]),
            ("group", ["a0-a1-a2", "b0-b1"]),
        ],
    )
    def test_by_hand(self, how, expected):
        records = [("a", "0"), ("a", "1"), ("b", "0"), ("a", "2"), ("b", "1")]
        made = make_pairs(records, how)
        assert spelled(made) == expected
        assert {type(one) for one in made} == {ImageSet if how == "group" else Pair}

    def test_all_is_what_it_is_if_nothing_is_said(self):
        assert make_pairs(NAMES) == make_pairs(NAMES, "all")

    def test_disjoint_pairs_share_no_picture(self):
        used = [one for pair in make_pairs(NAMES, "disjoint") for one in pair.records]
        assert len(used) == len(set(used)) == 7 // 2 * 2 + 4 + 4 + 6 + 4 + 8 + 2


class TestRandom:
    def test_each_picture_is_a_with_k_different_others(self):
        pairs = make_pairs(NAMES, "random", k=3, seed=5)
        assert all(pair.positive for pair in pairs)
        for group, name in NAMES:
            partners = [p.record_b for p in pairs if p.record_a == (group, name)]
            assert len(set(partners)) == len(partners) == min(3, SIZES[group] - 1)
            assert (group, name) not in partners
            assert {partner[0] for partner in partners} == {group}

    def test_neither_the_order_nor_other_groups_matter(self):
        pairs = set(make_pairs(NAMES, "random", k=2))
        assert set(make_pairs(NAMES[::-1], "random", k=2)) == pairs
        cats = [record for record in NAMES if record[0] == "cat"]
        assert set(make_pairs(cats, "random", k=2)) < pairs

    def test_more_partners_begin_with_the_same(self):
        assert set(make_pairs(NAMES, "random")) < set(make_pairs(NAMES, "random", k=2))

    def test_the_seed_matters_and_every_other_picture_is_drawn_as_often(self):
        records = [("cat", f"{i}") for i in range(4)]
        drawn = Counter(
            pair.records
            for seed in range(600)
            for pair in make_pairs(records, "random", seed=seed)
        )
        # Of 600 draws 200 each, give or take 11.5: five times that is never seen.
        assert set(drawn) == set(itertools.permutations(records, 2))
        assert all(142 < count < 258 for count in drawn.values())

    def test_what_is_drawn_is_a_promise(self):
        """Others rank by SHA-256, so that figures on these pairs can be made again."""
        keys = {j: "\0".join(["7", "cat", "1", j]).encode() for j in "0234"}
        others = sorted(keys, key=lambda j: sha256(keys[j]).digest())
        records = [("cat", f"{i}") for i in range(5)]
        pairs = make_pairs(records, "random", k=2, seed=7)
        drawn = [p.record_b[1] for p in pairs if p.record_a[1] == "1"]
        assert drawn == others[:2]


class TestNegative:
    def test_plain_names_and_records_alike(self, folder):
        records = read_folder(folder({"aeroplane": 2, "car": 3, "cow": 2}))
        made = make_pairs(records, "negative", exclude=[("car", "aeroplane")])
        assert made == wrong_partners(records, [("car", "aeroplane")])
        plain = [(record.group, record.name) for record in records]
        names = make_pairs(plain, "negative", exclude=[("car", "aeroplane")])
        assert [
            (p.record_a.group, p.record_a.name, p.record_b.group, p.record_b.name)
            for p in made
        ] == [(*pair.record_a, *pair.record_b) for pair in names]

    def test_known_exclusions(self):
        pairs = make_pairs(NAMES, "negative", exclusions="known")
        assert pairs == wrong_partners(NAMES, exclusions="known")
        assert len(pairs) == len(NAMES)

    def test_other_kinds(self):
        pairs = make_pairs(NAMES, "other_kind")
        assert pairs == other_kind_partners(NAMES)
        assert len(pairs) == len(NAMES)

    def test_of_many_groups(self):
        pairs = make_pairs(NAMES, "negative")
        assert {pair.record_a[0] for pair in pairs} == set(SIZES)
        for pair in pairs:
            assert not pair.positive
            assert not may_share_object(pair.record_a[0], pair.record_b[0])


class TestInterClass:
    def test_forty_sets_of_six_related_pictures(self):
        sets = make_pairs(NAMES, "inter_class")
        assert [one.name for one in sets[:3]] == ["animal 0", "vehicle 0", "animal 1"]
        assert len({one.name for one in sets}) == len(sets) == 40
        for one in sets:
            classes = Counter(group for group, _ in one.records)
            assert len(set(one.records)) == 6
            assert set(classes) <= set(PASCAL_SUPER_CLASSES[one.name.split()[0]])
            assert set(classes.values()) == {2}  # three classes there are of each

    def test_no_picture_comes_twice_before_all_have_come_once(self):
        sets = make_pairs(NAMES, "inter_class", k=2, count=14)
        drawn = Counter(record for one in sets for record in one.records)
        for group in set(SIZES) - {"sofa"}:
            counts = [drawn[group, f"{i}"] for i in range(SIZES[group])]
            assert sum(counts) == 7 and max(counts) - min(counts) <= 1

    def test_only_the_super_class_and_the_seed_matter(self):
        sets = make_pairs(NAMES, "inter_class", seed=3)
        assert make_pairs(NAMES[::-1], "inter_class", seed=3) == sets
        assert make_pairs(NAMES, "inter_class", seed=4) != sets
        animals = [r for r in NAMES if r[0] in PASCAL_SUPER_CLASSES["animal"]]
        alone = make_pairs(animals, "inter_class", seed=3, count=20)
        assert alone == sets[::2]

    def test_super_classes_of_ones_own_in_other_words(self):
        records = [
            (g, f"{i}") for g in ("couch", "chairs", "horse+rider") for i in "ab"
        ]
        seats = {"seats": ["sofa", "chair"], "mounts": ["horse", "camel"]}
        sets = make_pairs(records, "inter_class", 3, super_classes=seats, count=2)
        assert [one.name for one in sets] == ["seats 0", "seats 1"]
        assert set(sets[0].records) == set(records[:4])

    def test_a_picture_of_several_groups_is_in_no_set(self, folder):
        root = folder({"cat": 4, "dog": 4})
        (root / "duplicates_across_classes.tsv").write_text("cat/00.png\tdog/01.png\n")
        sets = make_pairs(read_folder(root), "inter_class", k=3, count=20)
        used = {(r.group, r.name) for one in sets for r in one.records}
        assert used == {(g, f"0{i}") for g in ("cat", "dog") for i in range(4)} - {
            ("cat", "00"),
            ("dog", "01"),
        }

    @pytest.mark.parametrize(
        "records, k", [(NAMES[-2:], None), (NAMES[-2:] + NAMES[:7], None), (NAMES, 20)]
    )
    def test_too_few_related_groups_or_pictures(self, records, k):
        with pytest.raises(ValueError, match="super-class with two groups.*Received"):
            make_pairs(records, "inter_class", k)


class TestLeavingOut:
    @pytest.mark.parametrize("how", PAIRINGS)
    def test_as_if_they_were_not_there(self, how):
        out = ["cat/1", "3", "elephant/2", "no such name"]
        rest = [r for r in NAMES if r != ("cat", "1") and r[1] != "3"]
        assert make_pairs(NAMES, how, leave_out=out) == make_pairs(rest, how)

    def test_ids_from_a_file(self, tmp_path):
        file = tmp_path / "out.txt"
        file.write_text("cat/1.jpg\n# test pictures\n\n  3  # blurred\nb.2\nc d.PNG\n")
        assert read_ids(file) == ["cat/1", "3", "b.2", "c d"]
        file.write_bytes(b"\xff\xfe1")
        with pytest.raises(ValueError, match="text file.*out.txt"):
            read_ids(file)

    def test_a_group_left_with_one_picture_is_named(self):
        with pytest.raises(ValueError, match="one picture in: sofa"):
            make_pairs(NAMES, "all", leave_out=["sofa/0"])


def test_drawn_pairs_take_plain_names_too():
    pairs = sample_pairs(NAMES, 40, seed=2)
    assert sum(not pair.positive for pair in pairs) == 10
    for (group_a, _), (group_b, _) in (p.records for p in pairs if p.positive):
        assert group_a == group_b


def test_one_sided_pairings_have_one_a_each_or_k():
    for how in ("consecutive", "random", "negative", "other_kind"):
        assert how in ONE_SIDED
        firsts = [pair.record_a for pair in make_pairs(NAMES, how)]
        assert len(firsts) == len(set(firsts)) == len(NAMES)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"how": "some"}, "one of .*'consecutive'.*how='some'"),
        ({"how": "random", "k": 0}, "at least 1.*k=0"),
        ({"how": "all", "k": 2}, "'all'"),
    ],
)
def test_arguments_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        make_pairs(NAMES, **options)

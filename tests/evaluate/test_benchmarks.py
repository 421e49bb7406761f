import sys
from types import SimpleNamespace

import pytest

from tfcoseg.evaluate.benchmarks import (
    Benchmark,
    benchmark_names,
    find_benchmark,
    names_of_set,
    part_of,
    prepare,
    read_published,
)
from tfcoseg.provenance import BENCHMARKS

SEVEN = ("aeroplane", "bird", "car", "cat", "cow", "dog", "sheep")


def test_every_name_is_found():
    found = [find_benchmark(name) for name in benchmark_names()]
    assert [benchmark.full_name for benchmark in found] == benchmark_names()
    assert {benchmark.name for benchmark in found} == {
        *("pascal_voc_coseg", "icoseg", "msrc_coseg", "internet_coseg"),
        *("coco_coseg", "davis_coseg", "pascal_co"),
    }


def test_names_are_known_where_nothing_is_evaluated():
    assert BENCHMARKS == set(read_published()["benchmarks"])


@pytest.mark.parametrize(
    "name, number",
    [
        ("icoseg", 38),
        ("icoseg/subset8", 8),
        ("msrc_coseg", 14),
        ("davis_coseg/all", 50),
        ("internet_coseg", 3),
        ("pascal_co", None),
    ],
)
def test_how_many_groups_there_are_of_what_was_published(name, number):
    assert find_benchmark(name).number == number


def test_a_part_with_its_groups():
    seven = find_benchmark("msrc_coseg/groups7")
    assert seven == Benchmark("msrc_coseg", "groups7", SEVEN, 10, number=7)
    assert seven.options(prepared=False) == {"groups": SEVEN, "per_group": 10}
    whole = find_benchmark("msrc_coseg").options(prepared=False)
    assert whole == {"groups": None, "per_group": None}
    assert part_of("msrc_coseg", reversed(SEVEN)) == "groups7"
    assert part_of("msrc_coseg", SEVEN[1:]) is None


def test_an_unknown_name_is_answered_with_the_known_ones():
    for name in ("msrc", "msrc_coseg/groups8", "icoseg/", "groups7"):
        with pytest.raises(ValueError, match=f"msrc_coseg/groups7.*Received: {name}$"):
            find_benchmark(name)


@pytest.mark.parametrize(
    "folder, other",
    [
        ("pascal_coseg", "pascal_voc_coseg"),
        ("pascal_voc_coseg", "pascal_coseg"),
        ("davis2016", "davis_coseg"),
        ("tiny_coco", "coco_coseg"),
    ],
)
def test_sets_go_by_several_names(folder, other):
    assert names_of_set(folder) == {folder, other}


def test_a_folder_of_ones_own_has_one_name():
    assert names_of_set("pets") == {"pets"}


@pytest.fixture
def calls(monkeypatch):
    """Stands in for the builders: keeps what they are asked for."""
    kept = []

    def as_folder(name, folder, data_dir=None, manual_dir=None, progress=None):
        kept.append((name, folder, data_dir, manual_dir))
        return folder

    datasets = SimpleNamespace(as_folder=as_folder, FOLDER_VOID=128)
    monkeypatch.setitem(sys.modules, "tfcoseg.datasets", datasets)
    return kept


@pytest.mark.parametrize(
    "name, prepared",
    [
        ("msrc_coseg", "msrc_coseg/groups14"),
        ("msrc_coseg/groups7", "msrc_coseg/groups7"),
        ("internet_coseg", "internet_coseg"),
        ("icoseg/subset8", "icoseg/subset8"),
    ],
)
def test_a_benchmark_is_laid_out_beside_the_prepared_ones(
    calls, tmp_path, name, prepared
):
    benchmark = find_benchmark(name)
    folder = prepare(benchmark, tmp_path, "downloads")
    assert folder == tmp_path / "coseg_folders" / prepared
    assert calls == [(prepared, folder, tmp_path, "downloads")]
    assert benchmark.options(prepared=True) == {"void_value": 128}


def test_default_place_is_that_of_tfds(calls, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    prepare(find_benchmark("davis_coseg"))
    assert calls[0][1:3] == (tmp_path / "coseg_folders/davis_coseg/frames8", tmp_path)


def test_what_has_no_builder_says_how_to_go_on(calls):
    with pytest.raises(ValueError, match="pascal_co cannot be prepared.*--data"):
        prepare(find_benchmark("pascal_co"))
    assert not calls

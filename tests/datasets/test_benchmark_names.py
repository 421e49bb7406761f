"""The builders against the list of benchmarks, which is read without TFDS.

Here since TFDS takes seconds to import, and all tests of this folder have to.
"""

import pytest
import tensorflow_datasets as tfds

import tfcoseg.datasets as datasets
from tfcoseg.data.group_counts import group_count
from tfcoseg.evaluate.benchmarks import find_benchmark, read_published

BENCHMARKS = read_published()["benchmarks"]


@pytest.mark.parametrize(
    "benchmark", [name for name, of in BENCHMARKS.items() if of.get("builder", True)]
)
def test_parts_are_the_configs_of_the_builder(benchmark):
    assert datasets  # has registered them
    configs = {config.name for config in tfds.builder_cls(benchmark).BUILDER_CONFIGS}
    assert set(BENCHMARKS[benchmark]["parts"]) == configs


@pytest.mark.parametrize(
    "benchmark", [name for name, of in BENCHMARKS.items() if of.get("builder", True)]
)
def test_builders_and_evaluations_expect_as_many_groups(benchmark, tmp_path):
    for part, of in BENCHMARKS[benchmark]["parts"].items():
        number = find_benchmark(f"{benchmark}/{part}").number
        builder = tfds.builder(f"{benchmark}/{part}", data_dir=tmp_path)
        assert number == group_count(benchmark, part) == builder._group_count()
        if isinstance(of["groups"], list):
            assert number == len(of["groups"])

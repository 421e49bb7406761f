"""The benchmarks of the field: their names, their other names, and how to get them."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tfcoseg.data.group_counts import group_count

_FILE = Path(__file__).with_name("published.json")
# Where the pictures of all groups are taken.
ALL = "all"


@dataclass(frozen=True)
class Benchmark:
    """A benchmark, or a part of it that has a name: `msrc_coseg/groups7`.

    Attributes:
        name: of the benchmark, and of the TFDS builder that prepares it.
        part: the name of the part, a config of that builder; None for all of it.
        groups: names of its groups; `"all"`; None where only its builder knows them.
        per_group: how many pictures of each group it has, the first by name, or None.
        has_builder: whether `prepare` can lay it out.
        number: how many groups it has, if that is known.
    """

    name: str
    part: str | None = None
    groups: tuple[str, ...] | str | None = ALL
    per_group: int | None = None
    has_builder: bool = True
    number: int | None = None

    @property
    def full_name(self) -> str:
        """As `--dataset` takes it."""
        return f"{self.name}/{self.part}" if self.part else self.name

    def options(self, prepared: bool) -> dict[str, Any]:
        """What of `Protocol` makes a folder with all of it this part of it.

        Args:
            prepared: whether the folder is that of `prepare`, which holds this part and
                marks what is void.
        """
        if prepared:
            from tfcoseg.datasets import FOLDER_VOID  # takes seconds to import

            return {"void_value": FOLDER_VOID}
        groups = self.groups if isinstance(self.groups, tuple) else None
        return {"groups": groups, "per_group": self.per_group}


@cache
def read_published() -> dict[str, Any]:
    """The data file: `benchmarks`, and `systems` with their published figures."""
    return json.loads(_FILE.read_text(encoding="utf-8"))


def benchmark_names() -> list[str]:
    """Every name that `find_benchmark` knows."""
    return [
        name
        for benchmark, about in read_published()["benchmarks"].items()
        for name in [benchmark, *(f"{benchmark}/{part}" for part in about["parts"])]
    ]


def find_benchmark(name: str) -> Benchmark:
    """A benchmark by its name, or by that of a part, `"msrc_coseg/groups7"`.

    Raises:
        ValueError: if there is no such benchmark.
    """
    if name not in benchmark_names():
        raise ValueError(
            f"The benchmark must be one of {', '.join(benchmark_names())}. "
            f"Received: {name}"
        )
    benchmark, _, part = name.partition("/")
    about = read_published()["benchmarks"][benchmark]
    has_builder = about.get("builder", True)
    number = group_count(benchmark, part or _whole(benchmark))
    if not part:
        return Benchmark(benchmark, has_builder=has_builder, number=number)
    groups = about["parts"][part]["groups"]
    groups = tuple(groups) if isinstance(groups, list) else groups
    per_group = about["parts"][part].get("per_group")
    return Benchmark(benchmark, part, groups, per_group, has_builder, number)


def _whole(benchmark):
    """The first part that has all groups, if there are parts."""
    parts = read_published()["benchmarks"][benchmark]["parts"]
    return next((part for part, of in parts.items() if of["groups"] == ALL), None)


def part_of(benchmark: str, groups: Iterable[str]) -> str | None:
    """The name of the part of a benchmark that has exactly these groups, if any."""
    wanted = sorted(groups)
    parts = read_published()["benchmarks"][benchmark]["parts"]
    return next((name for name, of in parts.items() if of["groups"] == wanted), None)


def names_of_set(name: str) -> set[str]:
    """All names of a set, this one among them."""
    names = {name}
    for benchmark, about in read_published()["benchmarks"].items():
        if name in (known := {benchmark, *about["folders"]}):
            names |= known
    return names


def prepare(
    benchmark: Benchmark,
    data_dir: str | os.PathLike | None = None,
    manual_dir: str | os.PathLike | None = None,
    progress: Callable[..., Iterable] | None = None,
) -> Path:
    """Lays a benchmark out as a folder, once, by its builder of `tfcoseg.datasets`.

    Args:
        benchmark: what to lay out.
        data_dir, manual_dir: as in TFDS: where prepared data sets are, and where that
            is which has been downloaded by hand.
        progress: as in `evaluate_folder`.

    Returns:
        The folder, with `images/` and `masks/`, in `data_dir`.

    Raises:
        ValueError: if it has no builder.
    """
    if not benchmark.has_builder:
        raise ValueError(
            f"{benchmark.name} cannot be prepared; give its folder with --data, laid "
            "out as images/<group>/<name>.jpg and masks/<group>/<name>.png"
        )
    from tfcoseg.datasets import as_folder  # takes seconds to import

    part = benchmark.part or _whole(benchmark.name)
    name = f"{benchmark.name}/{part}" if part else benchmark.name
    default = os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")
    data_dir = Path(data_dir or default).expanduser()
    folder = data_dir / "coseg_folders" / name
    return as_folder(name, folder, data_dir, manual_dir, progress)

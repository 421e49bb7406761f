"""Masks for a manifest of groups of pictures, with Ray Data.

Reading is a task, the network an actor that loads the model once, writing a task again.
Ray Data has no second output for what failed: a group that fails goes on as a row that
says so, and the steps after it pass it by.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from coseg_groups import command_line, model
from coseg_groups.manifest import (
    BadRecord,
    Group,
    dead_letter,
    only_one,
    parse_line,
    read_pictures,
)
from coseg_groups.model import Answer
from coseg_groups.progress import Progress, log_to_stderr
from coseg_groups.results import Results

from tfcoseg.cli.arguments import whole_number

# Before Ray is imported: it would report to its makers what it is used for.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
try:
    import pyarrow as pa
    import ray
    from coseg_groups.arrow_files import ArrowFiles
except ImportError as error:
    message = "Ray is needed: pip install 'tfcoseg[examples]'"
    raise ImportError(message) from error

EXAMPLES = """\
  python ray_groups.py --manifest groups.jsonl --output out/ --model models/coseg
  python ray_groups.py --manifest s3://b/groups.jsonl --output s3://b/out \\
      --model /models/coseg --address auto --actors 16 --threads 4
"""

# `state` is "new", "kept", "done" or "bad"; `known` is JSON: the group, the digests of
# its pictures, what the network said of it, or the dead letter; `files` are those of
# the pictures, and then of the masks.
ROWS = pa.schema(
    [
        ("state", pa.string()),
        ("known", pa.string()),
        ("files", pa.list_(pa.large_binary())),
    ]
)
# Reading and writing is mostly waiting.
CPUS_OF_TASK = 0.25


def read(table: pa.Table, folder: str, results: Results) -> pa.Table:
    """Reads the pictures of new groups, and tells which have been done before."""

    def step(row):
        group = _group(json.loads(row["known"]))
        try:
            pictures = read_pictures(group, folder, results.files)
        except BadRecord as error:
            return _bad("pictures", error, group)
        digests, contents = zip(*pictures)
        if results.has(group, digests):
            return _row("kept")
        known = {"group": group.name, "pictures": group.pictures, "digests": digests}
        return _row("read", json.dumps(known), contents)

    return _each(table, "new", step)


class Ask:
    """Asks the network, which each actor loads once."""

    def __init__(self, version: str, threads: int):
        self.model = model.load(version, threads)

    def __call__(self, table: pa.Table) -> pa.Table:
        return _each(table, "read", self.step)

    def step(self, row: dict[str, Any]) -> dict[str, Any]:
        known = json.loads(row["known"])
        try:
            answer = model.ask(self.model, row["files"])
        except BadRecord as error:
            return _bad("network", error, _group(known))
        known |= {"scores": answer.scores}
        return _row("answered", json.dumps(known), answer.masks)


def write(table: pa.Table, results: Results) -> pa.Table:
    """Writes what the network answered."""

    def step(row):
        known = json.loads(row["known"])
        answer = Answer(row["files"], known["scores"])
        results.write(_group(known), known["digests"], answer)
        return _row("done")

    return _each(table, "answered", step)


def _each(table, state, step):
    """Takes the rows that are in a state one step further."""
    rows = [step(row) if row["state"] == state else row for row in table.to_pylist()]
    return pa.Table.from_pylist(rows, schema=ROWS)


def _row(state, known="", files=()):
    return {"state": state, "known": known, "files": list(files)}


def _bad(stage, error, group):
    return _row("bad", dead_letter(stage, error, group=group))


def _group(known):
    return Group(known["group"], tuple(known["pictures"]))


def read_manifest(path: str) -> tuple[list[Group], list[str]]:
    """The groups of a manifest, and dead letters; it is small beside its pictures."""
    by_name, letters = defaultdict(list), []
    for line in ArrowFiles().read(path).splitlines():
        if line.strip():
            try:
                group = parse_line(line)
                by_name[group.name].append(group)
            except BadRecord as error:
                letters.append(dead_letter("manifest", error, line=line))
    groups = []
    for alike in by_name.values():
        try:
            groups.append(only_one(alike))
        except BadRecord as error:
            letters += [dead_letter("manifest", error, group=one) for one in alike]
    return groups, letters


def build(
    groups: Sequence[Group], args: Any, version: str, results: Results
) -> ray.data.Dataset:
    """All steps, which run when somebody asks for the rows."""
    new = [
        {"state": "new", "known": json.dumps({"group": g.name, "pictures": g.pictures})}
        for g in groups
    ]
    # One group at a time: batches would only fill the memory.
    one = {"batch_size": 1, "batch_format": "pyarrow"}
    task = {**one, "num_cpus": CPUS_OF_TASK}
    folder = command_line.folder_of(args.manifest)
    threads = threads_of(args)
    return (
        ray.data.from_items(new)
        .map_batches(read, fn_kwargs={"folder": folder, "results": results}, **task)
        .map_batches(
            Ask,
            fn_constructor_kwargs={"version": version, "threads": threads},
            compute=ray.data.ActorPoolStrategy(size=args.actors),
            num_cpus=threads,
            **one,
        )
        .map_batches(write, fn_kwargs={"results": results}, **task)
    )


def threads_of(args: Any) -> int:
    """How many threads, and cores, an actor has."""
    return args.threads or max(1, (os.cpu_count() or 1) // args.actors)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs all steps and returns the exit code."""
    parser = command_line.build_parser(__doc__.partition("\n")[0], EXAMPLES)
    _add_arguments(parser)
    args = parser.parse_args(argv)
    log_to_stderr()
    try:
        version = model.newest_version(args.model)
        made_with = model.made_with(version, args.threshold)
        results = Results(args.output, made_with, ArrowFiles())
        groups, letters = read_manifest(args.manifest)
    except (OSError, ValueError) as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)
        return 1
    # One more than the actors take: they would wait for ever for their turn, or for
    # what the tasks are to read.
    taken = max(os.cpu_count() or 1, args.actors * threads_of(args))
    local = {"num_cpus": taken + 1, "include_dashboard": False}
    ray.init(args.address, **local if args.address == "local" else {})
    try:
        return run(build(groups, args, version, results), letters, args.output)
    finally:
        ray.shutdown()


def _add_arguments(parser):
    parser.add_argument(
        "--address",
        default="local",
        metavar="ADDRESS",
        help="a cluster, like ray://head:10001, or auto for the one that this machine "
        "is part of (default: a cluster of this process' own)",
    )
    parser.add_argument(
        "--actors",
        type=whole_number(1),
        default=1,
        metavar="N",
        help="processes that run the network; they share the cores of this machine "
        "unless --threads says how many each reserves (default: %(default)s)",
    )


def run(dataset: ray.data.Dataset, letters: list[str], output: str) -> int:
    """Runs the steps, and says what becomes of the groups; 1 if any is bad."""
    progress = Progress()
    for _ in letters:
        progress.count("bad")
    for row in dataset.iter_rows():
        progress.count(row["state"])
        if row["state"] == "bad":
            letters.append(row["known"])
    path = command_line.dead_letters_of(output)
    text = "".join(f"{letter}\n" for letter in sorted(letters))
    ArrowFiles().replace(path, text.encode())
    print(f"{progress}; bad ones are in {path}")
    return 1 if letters else 0


if __name__ == "__main__":
    sys.exit(main())

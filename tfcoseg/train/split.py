"""Which pictures a run trains on, and which it chooses its best epoch on."""

import dataclasses
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from tfcoseg.data.folder import Record, in_short, problem_with, scan_folder
from tfcoseg.data.folds import shares, split_fold
from tfcoseg.data.grouping import grouped
from tfcoseg.data.joint import joint_groups
from tfcoseg.data.pairing import Pair, consecutive_pairs, wrong_partners
from tfcoseg.data.printable import printable


def training_and_validation(
    recipe,
    verbose: str | int = 0,
    tell: Callable[[list[str]], object] | None = None,
) -> tuple[list[Record], list[Record]]:
    """The records of a `Recipe`'s two sides; groups left with one picture are dropped.

    Every picture is decoded once: better a minute now than an error hours later. What
    cannot be used is left out.

    Args:
        recipe: `Recipe`.
        verbose: 0 for no progress bar.
        tell: called once, with a line for each file or group that is left out; `None`
            warns if there is one.

    Raises:
        ValueError: if nothing of a folder can be used, or a side has no group.
    """
    data, problems = _scan(recipe.data, recipe)
    others, more = _scan(recipe.validation, recipe)
    data, others = _without_fold(data, others, recipe)
    if recipe.joint_groups is not None:
        data, others = _with_joint_groups(data, recipe), _with_joint_groups(
            others, recipe
        )
    training, validation = _apart(data), _apart(others)
    if not recipe.validation:
        training, validation = _share_of(training, recipe.validation_share)
    sides = [_thin(side, recipe) for side in (training, validation)]
    bad = _undecodable([record for side in sides for record in side], verbose)
    sides = [[r for r in side if r not in bad] for side in sides]
    alone = [problem for side in sides for problem in _alone(side)]
    # A folder may be on both sides; its files are named once all the same.
    problems = list(dict.fromkeys([*problems, *more, *bad.values(), *alone]))
    (tell or warn_left_out)(problems)
    sides = [_pairable(side) for side in sides]
    for name, side in zip(("training", "validation"), sides):
        if not side:
            reason = f" {in_short(problems)}" if problems else ""
            raise ValueError(
                f"Expected a group of two pictures or more for {name}; give more data "
                f"or another `validation_share`, which draws {recipe.validation_share} "
                f"of {_how_many(data)}. Received none.{reason}"
            )
    return tuple(sides)


def warn_left_out(problems: list[str]) -> None:
    """Warns of files and groups that are left out, if there are any."""
    if problems:
        warnings.warn(f"{in_short(problems)}\nThese are left out.", stacklevel=3)


def validation_pairs(records: list[Record], exclusions: str) -> list[Pair]:
    """Consecutive pairs, and of every third picture a pair with a wrong partner.

    Args:
        records: of several groups.
        exclusions: "likely" or "known": which pictures make no wrong partners.
    """
    wrong = wrong_partners(records, exclusions=exclusions)
    return consecutive_pairs(records) + wrong[::3]


def _scan(roots, recipe):
    """{root: its records} and lines on what cannot be used."""
    folders, problems = {}, []
    for root in roots:
        folders[root], wrong = scan_folder(root, recipe.void_value)
        problems += wrong
        if not folders[root]:
            raise ValueError(
                "Expected pictures as <root>/images/<group>/<name>.jpg with masks as "
                f"<root>/masks/<group>/<name>.png. Received: {root}: "
                f"{in_short(wrong)}"
            )
    return folders, problems


def _without_fold(data, others, recipe):
    """The folders without what a fold holds out; classes are the first one's groups."""
    if recipe.folds is None:
        return data, others
    classes = None
    if recipe.fold_by == "class":
        classes = {record.group for record in data[recipe.data[0]]}
    every = [r for folders in (data, others) for f in folders.values() for r in f]
    fold = recipe.folds, recipe.fold, recipe.fold_by
    kept = set(split_fold(every, *fold, classes)[0])
    return tuple(
        {root: [r for r in folder if r in kept] for root, folder in folders.items()}
        for folders in (data, others)
    )


def _with_joint_groups(folders, recipe):
    return {
        root: folder + joint_groups(folder, recipe.joint_groups)
        for root, folder in folders.items()
    }


def _apart(folders):
    """All records; a group that several folders have becomes one group per folder.

    So a set with thousands of pictures of one kind does not drown the few of another.
    """
    counts = Counter(name for f in folders.values() for name in {r.group for r in f})
    names = _distinct_names(folders)
    return [
        (
            dataclasses.replace(record, group=f"{record.group} [{names[root]}]")
            if counts[record.group] > 1
            else record
        )
        for root, folder in folders.items()
        for record in folder
    ]


def _distinct_names(roots):
    """{folder: its name, numbered where several are called the same}."""
    met: Counter[str] = Counter()
    names = {}
    for root in roots:
        name = Path(root).resolve().name
        met[name] += 1
        names[root] = name if met[name] == 1 else f"{name} {met[name]}"
    return names


def _share_of(records, share):
    """Two lists: that share of the pictures, and before it all others.

    A picture that is drawn without another one of its group is of no use there, and
    stays with the others.
    """
    numbers = shares(records)
    drawn = {record for record in records if numbers[record] < share}
    while lone := {g[0] for g in grouped(drawn).values() if len(g) == 1}:
        pictures = {numbers[record] for record in lone}
        drawn = {record for record in drawn if numbers[record] not in pictures}
    return [r for r in records if r not in drawn], [r for r in records if r in drawn]


def _how_many(folders):
    pictures = len({r.image for records in folders.values() for r in records})
    groups = len({r.group for records in folders.values() for r in records})
    return f"{pictures} pictures in {groups} groups"


def _undecodable(records, verbose):
    """{record: what is wrong with it}."""
    progress = keras.utils.Progbar(
        len(records), verbose=1 if verbose else 0, unit_name="picture checked"
    )
    problems = {}
    for record in records:
        if problem := problem_with(record):
            problems[record] = problem
        progress.add(1)
    return problems


def _thin(records, recipe):
    """At most `per_group` records of each group."""
    generator = np.random.default_rng(recipe.seed)
    thinned = []
    for group in grouped(records).values():
        if recipe.per_group is not None and len(group) > recipe.per_group:
            chosen = generator.choice(len(group), recipe.per_group, replace=False)
            group = [group[index] for index in sorted(chosen)]
        thinned += group
    return thinned


def _alone(records):
    """A line on each picture that has no other one of its group to go with."""
    alone = [group[0] for group in grouped(records).values() if len(group) == 1]
    return [
        printable(
            f"{r.image}: no other picture of group {r.group!r} can be used with it"
        )
        for r in alone
    ]


def _pairable(records):
    """Those of groups of two or more."""
    return [r for group in grouped(records).values() if len(group) > 1 for r in group]

"""Which pictures a run trains on, and which it chooses its best epoch on."""

import dataclasses
import hashlib
from collections import Counter
from pathlib import Path

import keras
import numpy as np

from tfcoseg.data.folder import Record, problem_with, read_folder
from tfcoseg.data.pairing import Pair, consecutive_pairs, wrong_partners


def training_and_validation(
    recipe, verbose: str | int = 0
) -> tuple[list[Record], list[Record]]:
    """The records of a `Recipe`'s two sides; groups left with one picture are dropped.

    Every picture is decoded once: better a minute now than an error hours later.

    Args:
        recipe: `Recipe`.
        verbose: 0 for no progress bar.

    Raises:
        ValueError: naming the files that cannot be used, or if a side has no group.
    """
    training = _read(recipe.data, recipe)
    validation = _read(recipe.validation, recipe)
    if not recipe.validation:
        for record in training:
            if _share(record) < recipe.validation_share:
                validation.append(record)
        kept = set(validation)
        training = [record for record in training if record not in kept]
    sides = tuple(_thin(side, recipe) for side in (training, validation))
    for name, side in zip(("training", "validation"), sides):
        if not side:
            raise ValueError(
                f"Expected a group of two pictures or more for {name}; give more data "
                "or another `validation_share`. Received none"
            )
    _check([record for side in sides for record in side], verbose)
    return sides


def validation_pairs(records: list[Record]) -> list[Pair]:
    """Consecutive pairs, and a third as many pictures with a wrong partner."""
    return consecutive_pairs(records) + wrong_partners(records)[::3]


def _read(roots, recipe):
    """Records of all folders; a group of several becomes one group per folder.

    So a set with thousands of pictures of one kind does not drown the few of another.
    """
    folders = [read_folder(root, void_value=recipe.void_value) for root in roots]
    counts = Counter(group for folder in folders for group in {r.group for r in folder})
    return [
        (
            dataclasses.replace(record, group=f"{record.group} ({Path(root).name})")
            if counts[record.group] > 1
            else record
        )
        for root, folder in zip(roots, folders)
        for record in folder
    ]


def _check(records, verbose):
    progress = keras.utils.Progbar(
        len(records), verbose=1 if verbose else 0, unit_name="picture checked"
    )
    problems = []
    for record in records:
        if problem := problem_with(record):
            problems.append(problem)
        progress.add(1)
    if problems:
        more = f"\n  ... and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise ValueError(
            "Every picture and mask must be readable; mend or remove these:\n  "
            + "\n  ".join(problems[:20])
            + more
        )


def _share(record):
    """A number in 0..1 that depends on the picture's bytes: duplicates share it."""
    digest = hashlib.sha256(record.image.read_bytes()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _thin(records, recipe):
    """At most `per_group` records of each group, and only groups of two or more."""
    groups = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    generator = np.random.default_rng(recipe.seed)
    thinned = []
    for group in groups.values():
        if recipe.per_group is not None and len(group) > recipe.per_group:
            chosen = generator.choice(len(group), recipe.per_group, replace=False)
            group = [group[index] for index in sorted(chosen)]
        thinned += group if len(group) > 1 else []
    return thinned

"""Which pictures a run trains on, and which it chooses its best epoch on."""

import hashlib

import numpy as np

from tfcoseg.data.folder import Record, read_folder
from tfcoseg.data.pairing import Pair, consecutive_pairs, wrong_partners


def training_and_validation(recipe) -> tuple[list[Record], list[Record]]:
    """The records of a `Recipe`'s two sides; groups left with one picture are dropped."""
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
                f"Expected a group of two pictures or more for {name}; give more data or "
                "another `validation_share`. Received none"
            )
    return sides


def validation_pairs(records: list[Record]) -> list[Pair]:
    """Consecutive pairs, and a third as many pictures with a wrong partner."""
    return consecutive_pairs(records) + wrong_partners(records)[::3]


def _read(roots, recipe):
    return [
        record
        for root in roots
        for record in read_folder(root, void_value=recipe.void_value)
    ]


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

"""Which pictures a table trains on, and on which ones it judges."""

import hashlib
from collections.abc import Mapping, Sequence

from tfcoseg.ablate.settings import Settings
from tfcoseg.data.folder import Record, problem_with, scan_folder
from tfcoseg.data.grouping import by_group, grouped
from tfcoseg.data.kinds import kinds
from tfcoseg.data.pairing import Pair, consecutive_pairs, other_kind_partners
from tfcoseg.train import Recipe
from tfcoseg.train.split import training_and_validation, warn_left_out

HELD_OUT, SEEN, UNSEEN = "held out", "seen kinds", "unseen kinds"


def read_pictures(
    settings: Settings, verbose: str | int = 0
) -> tuple[list[Record], dict[str, list[Record]]]:
    """Training records, and the sets of records to judge on, by name.

    "held out" are pictures of `data`, "seen kinds" and "unseen kinds" those groups of
    `validation` whose names do, and do not, speak of a kind of object that a group of
    `data` does: a face is a person. A set without pictures is left out.

    Raises:
        ValueError: if a side has no group of two usable pictures.
    """
    others = rest_of_groups(
        settings.validation, settings.skip_first, settings.void_value
    )
    recipe = Recipe(
        data=settings.data,
        validation_share=settings.validation_share,
        void_value=settings.void_value,
    )
    training, held_out = training_and_validation(recipe, verbose)
    groups = {r.group for root in settings.data for r in scan_folder(root)[0]}
    trained = frozenset().union(*map(kinds, groups))
    sets = {
        HELD_OUT: held_out,
        SEEN: [r for r in others if kinds(r.group) & trained],
        UNSEEN: [r for r in others if not kinds(r.group) & trained],
    }
    return training, {name: records for name, records in sets.items() if records}


def describe_pictures(
    training: Sequence[Record], sets: Mapping[str, Sequence[Record]]
) -> dict[str, str]:
    """How many pictures each side has, and a digest of their groups and names."""
    described = {}
    for name, records in {"training": training, **sets}.items():
        lines = sorted(f"{record.group}/{record.name}" for record in records)
        digest = hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape"))
        described[name] = f"{len(lines)}, sha256 {digest.hexdigest()[:16]}"
    return described


def right_pairs(records: Sequence[Record]) -> list[Pair]:
    """Pairs (0, 1), (2, 3), ... of each group; a last one is paired with the first."""
    groups = by_group(records).values()
    return [pair for group in groups for pair in consecutive_pairs(group)[::2]]


def wrong_pairs(records: Sequence[Record]) -> list[Pair]:
    """Pairs of different kinds, so that each picture is in one.

    A picture is in two where it must, to give another one a partner.
    """
    pairs, met = [], set()
    candidates = other_kind_partners(records)
    for new in (2, 1):  # first where neither picture was met, then where A was not
        for pair in candidates:
            both = [pair.record_a, pair.record_b]
            if not met.intersection(both[:new]):
                pairs.append(pair)
                met.update(both)
    return pairs


def rest_of_groups(
    roots: Sequence[str], skip_first: int, void_value: int | None = None
) -> list[Record]:
    """The pictures of folders without the first of each group, by name.

    Each is decoded once. What cannot be used, and groups of which less than two
    pictures would be left, are left out; files are named in a warning.

    Raises:
        ValueError: if nothing is left.
    """
    kept, problems = [], []
    for root in roots:
        records, wrong = scan_folder(root, void_value)
        bad = {r: problem for r in records if (problem := problem_with(r))}
        problems += [*wrong, *bad.values()]
        for group in grouped(records).values():
            rest = [record for record in group[skip_first:] if record not in bad]
            kept += rest if len(rest) > 1 else []
    if problems:
        warn_left_out(problems)
    if roots and not kept:
        raise ValueError(
            "Expected a group of two pictures or more to validate on, after the first "
            f"{skip_first} of each were skipped. Received none in "
            f"{', '.join(map(str, roots))}"
        )
    return kept

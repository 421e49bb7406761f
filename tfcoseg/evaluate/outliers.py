"""How well pictures that do not belong to a group are detected, by planting some.

    python -m tfcoseg.evaluate.outliers --data msrc_coseg --per-group 10 --count 8

Groups are drawn from the folders' groups, and some of their pictures are replaced by
pictures of other kinds. A picture is reported as an outlier, and its mask is empty,
where its score in the group is below the least score.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from tfcoseg.data.folder import read_folder
from tfcoseg.data.grouping import grouped
from tfcoseg.data.kinds import kinds
from tfcoseg.data.record import Record
from tfcoseg.data.trust import trusted_partners
from tfcoseg.evaluate.finds import feature_store
from tfcoseg.evaluate.score_quality import auc
from tfcoseg.inference import Predictor
from tfcoseg.signature import WORKING_SIZE

# Numbers of pictures of a planted group; each is drawn with equal probability.
SIZES = (3, 4, 5, 6, 8, 12)
# Of the groups that have no outlier; of the others up to a third are outliers.
_CLEAN_SHARE = 0.3


@dataclass(frozen=True)
class PlantedGroup:
    """Pictures of one group, with some of other kinds among them.

    Attributes:
        records: the pictures.
        belongs: for each whether it is one of the group's own.
    """

    records: tuple[Record, ...]
    belongs: tuple[bool, ...]


def plant(records: Iterable[Record], count: int, seed: int = 0) -> list[PlantedGroup]:
    """Draws groups with outliers among them.

    Outliers are pictures that are not known to show the group's kind of object, but
    may well show something that is similar, or that is also in the others' background.

    Args:
        records: of two groups or more.
        count: how many planted groups are drawn of each group.
        seed: of all that is drawn.

    Raises:
        ValueError: if no two groups are of different kinds.
    """
    generator = np.random.default_rng(seed)
    partners = trusted_partners(records, exclusions="known")
    planted = []
    for name, own in partners.groups.items():
        foreign = [
            record
            for other in partners.names[name]
            for record in partners.groups[other]
            if partners.held[record].isdisjoint(kinds(name))
        ]
        if len(own) < 2 or not foreign:
            continue
        planted += [_plant_in(own, foreign, generator) for _ in range(count)]
    if not planted:
        raise ValueError(
            "Expected two groups of different kinds of object. Received: "
            f"{len(partners.groups)} groups"
        )
    return planted


def _plant_in(own, foreign, generator):
    size = int(generator.choice(SIZES))
    clean = generator.random() < _CLEAN_SHARE
    outliers = 0 if clean else int(generator.integers(1, max(2, size // 3 + 1)))
    members = min(size - outliers, len(own))
    outliers = min(outliers, members, len(foreign))  # at most as many as belong
    chosen = [
        of_kind[index]
        for of_kind, number in ((own, members), (foreign, outliers))
        for index in generator.choice(len(of_kind), number, replace=False)
    ]
    belongs = [True] * members + [False] * outliers
    return PlantedGroup(tuple(chosen), tuple(belongs))


def measure(
    predictor: Predictor,
    planted: Sequence[PlantedGroup],
    progress: Callable[..., Iterable] = lambda iterable, **_: iterable,
) -> tuple[np.ndarray, np.ndarray, float]:
    """The scores of all pictures of planted groups of three or more.

    Returns:
        (scores, belongs, min_score): float (pictures,), bool (pictures,), and the score
        below which masks are empty.
    """
    groups = [group for group in planted if len(group.records) > 2]
    store = feature_store(predictor, [group.records for group in groups])
    finds, belongs = [], []
    for group in progress(groups, desc="searching", unit="group"):
        finds += predictor.find(store.take(group.records))
        belongs += group.belongs
    scores = np.array([find.score for find in finds])
    return scores, np.array(belongs), finds[0].min_score


def describe(scores: np.ndarray, belongs: np.ndarray, min_score: float) -> str:
    """AUC, and what a least score does, in a line."""
    members, outliers = scores[belongs], scores[~belongs]
    found, lost = np.mean(outliers < min_score), np.mean(members < min_score)
    return (
        f"AUC {auc(members, outliers):.3f}; below {min_score:.3g}: {found:.1%} of "
        f"{len(outliers)} outliers, {lost:.1%} of {len(members)} members"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measures on the folders of a command line."""
    given = _parser().parse_args(arguments)
    try:
        predictor = Predictor(given.weights, given.size, min_score=given.min_score)
        for data in given.data:
            planted = plant(_records(data, given), given.count, given.seed)
            figures = measure(predictor, planted, tqdm)
            print(f"{data}, {len(planted)} groups: {describe(*figures)}")
    except (OSError, ValueError) as error:
        _parser().error(str(error))


def _records(data, given):
    groups = grouped(read_folder(data, on_error="skip")).values()
    return [
        record
        for group in groups
        for record in group[given.skip_first :][: given.per_group]
    ]


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m tfcoseg.evaluate.outliers",
        description="Plant pictures of other kinds in groups, and detect them.",
    )
    add = parser.add_argument
    add("--data", nargs="+", required=True, metavar="DIR", help="folders with groups")
    add("--weights", default="coseg", metavar="coseg|FILE", help="what detects them")
    add("--size", type=int, default=WORKING_SIZE, metavar="N", help="working size")
    add("--count", type=int, default=10, metavar="N", help="draws of each group")
    add("--skip-first", type=int, default=0, metavar="N", help="pictures of each group")
    add("--per-group", type=int, metavar="N", help="most pictures of each group")
    parser.add_argument(
        "--min-score",
        type=float,
        metavar="X",
        help="score below which a picture is an outlier (default: that of the weights)",
    )
    add("--seed", type=int, default=0, metavar="N")
    return parser


if __name__ == "__main__":
    main()

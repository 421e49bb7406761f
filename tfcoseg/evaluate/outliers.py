"""How well pictures that do not belong to a group are told, by planting some.

    python -m tfcoseg.evaluate.outliers --data msrc_coseg pascal_coseg \\
        --skip-first 10 --per-group 14 --count 8 --seed 1 --fit

Groups are drawn from the folders' groups, and among some of their pictures one of
another kind is put. `--fit` also prints the regression of
`tfcoseg.inference.membership` that tells them best; that command made it.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from tfcoseg.data.folder import read_folder
from tfcoseg.data.record import Record
from tfcoseg.data.trust import trusted_partners
from tfcoseg.inference import Predictor
from tfcoseg.inference.group import OUTLIER_THRESHOLD
from tfcoseg.inference.membership import (
    BIAS,
    QUANTITIES,
    WEIGHTS,
    likenesses,
    logistic,
)
from tfcoseg.signature import WORKING_SIZE

# Pictures of a planted group; as many are drawn of each size.
SIZES = (3, 4, 5, 6, 8, 12)
# Of the groups that have no outlier; of the others up to a third are outliers.
_CLEAN_SHARE = 0.3
# So that the regression stays finite where a quantity tells all of them.
_RIDGE = 1e-3


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

    Outliers are of groups of which it can be said that they have nothing in common with
    this one, as for negative pairs.

    Args:
        records: of two groups or more.
        count: how many planted groups are drawn of each group.
        seed: of all that is drawn.

    Raises:
        ValueError: if there are no two groups of which that can be said.
    """
    generator = np.random.default_rng(seed)
    partners = trusted_partners(records)
    planted = []
    for own, others in partners.values():
        foreign = [record for name in others for record in partners[name][0]]
        if len(own) < 2 or not foreign:
            continue
        for _ in range(count):
            planted.append(_plant_in(list(own), foreign, generator))
    if not planted:
        raise ValueError(
            "Expected two groups that surely have nothing in common. Received: "
            f"{len(partners)} groups"
        )
    return planted


def _plant_in(own, foreign, generator):
    size = int(generator.choice(SIZES))
    clean = generator.random() < _CLEAN_SHARE
    outliers = 0 if clean else int(generator.integers(1, max(2, size // 3 + 1)))
    members = min(size - outliers, len(own))
    outliers = min(outliers, members)  # at most as many as belong
    chosen = [own[i] for i in generator.choice(len(own), members, replace=False)]
    chosen += [foreign[i] for i in generator.integers(len(foreign), size=outliers)]
    belongs = [True] * members + [False] * outliers
    return PlantedGroup(tuple(chosen), tuple(belongs))


def measure(
    predictor: Predictor,
    planted: Sequence[PlantedGroup],
    progress: Callable[..., Iterable] = lambda iterable, **_: iterable,
) -> tuple[np.ndarray, np.ndarray]:
    """The likenesses of all pictures of planted groups of three or more.

    Returns:
        (quantities, belongs): float (pictures, quantities) in the order of
        `QUANTITIES`, and bool (pictures,).
    """
    records = dict.fromkeys(r for group in planted for r in group.records)
    encoded = {
        record: predictor.encode(record.image)
        for record in progress(records, desc="encoding", unit="picture")
    }
    rows, belongs = [], []
    for group in progress(planted, desc="looking for outliers", unit="group"):
        if len(group.records) < 3:
            continue
        members = [encoded[record] for record in group.records]
        finds = predictor.find(members, outlier_threshold=None)
        found = likenesses(
            members, [f.soft_mask for f in finds], [f.score for f in finds]
        )
        rows.append(np.stack([found[name] for name in QUANTITIES], axis=1))
        belongs += group.belongs
    return np.concatenate(rows), np.array(belongs)


def auc(values: np.ndarray, belongs: np.ndarray) -> float:
    """The share of (member, outlier) of which the member has the greater value.

    That is the area under the ROC curve; of equal values half counts.
    """
    members, outliers = np.sort(values[belongs]), values[~belongs]
    below = np.searchsorted(members, outliers, "left")
    equal = np.searchsorted(members, outliers, "right") - below
    above = len(members) - below - equal
    return float((above + equal / 2).sum() / (len(members) * len(outliers)))


def fit(quantities: np.ndarray, belongs: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of the logistic regression, by Newton's method."""
    inputs = np.concatenate([quantities, np.ones((len(quantities), 1))], axis=1)
    weights = np.zeros(inputs.shape[1])
    for _ in range(100):
        found = logistic(inputs @ weights)
        gradient = inputs.T @ (found - belongs) + _RIDGE * weights
        curvature = (inputs * (found * (1 - found))[:, None]).T @ inputs
        curvature += _RIDGE * np.eye(len(weights))
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights[:-1], float(weights[-1])


def describe(memberships: np.ndarray, belongs: np.ndarray, threshold: float) -> str:
    """AUC, and what a threshold does, in a line."""
    caught = np.mean(memberships[~belongs] < threshold)
    lost = np.mean(memberships[belongs] < threshold)
    return (
        f"AUC {auc(memberships, belongs):.3f}; below {threshold:g}: {caught:.1%} of "
        f"{(~belongs).sum()} outliers, {lost:.1%} of {belongs.sum()} members"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measures, and fits, on the folders of a command line."""
    given = _parser().parse_args(arguments)
    try:
        predictor = Predictor(given.weights, given.size)
        every = [_measure_folder(predictor, data, given) for data in given.data]
    except (OSError, ValueError) as error:
        _parser().error(str(error))
    if given.fit:
        quantities, belongs = (np.concatenate(column) for column in zip(*every))
        weights, bias = fit(quantities, belongs)
        found = logistic(quantities @ weights + bias)
        print(f"fitted: {describe(found, belongs, given.threshold)}")
        numbers = {name: round(w, 2) for name, w in zip(QUANTITIES, weights.tolist())}
        print(f"WEIGHTS = {numbers}\nBIAS = {bias:.2f}")


def _measure_folder(predictor, data, given):
    records = {}
    for record in read_folder(data, on_error="skip"):
        records.setdefault(record.group, []).append(record)
    wanted = [
        record
        for group in records.values()
        for record in group[given.skip_first :][: given.per_group]
    ]
    planted = plant(wanted, given.count, given.seed)
    quantities, belongs = measure(predictor, planted, tqdm)
    found = logistic(quantities @ np.array([*WEIGHTS.values()]) + BIAS)
    print(f"{data}, {len(planted)} groups: {describe(found, belongs, given.threshold)}")
    for name, values in zip(QUANTITIES, quantities.T):
        print(f"  {name} alone: AUC {auc(values, belongs):.3f}")
    return quantities, belongs


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m tfcoseg.evaluate.outliers",
        description="Plant pictures of other kinds in groups, and look for them.",
    )
    add = parser.add_argument
    add("--data", nargs="+", required=True, metavar="DIR", help="folders with groups")
    add("--weights", default="coseg", metavar="coseg|FILE", help="what looks for them")
    add("--size", type=int, default=WORKING_SIZE, metavar="N", help="working size")
    add("--count", type=int, default=10, metavar="N", help="draws of each group")
    add("--skip-first", type=int, default=0, metavar="N", help="pictures of each group")
    add("--per-group", type=int, metavar="N", help="most pictures of each group")
    add("--threshold", type=float, default=OUTLIER_THRESHOLD, metavar="T")
    add("--seed", type=int, default=0, metavar="N")
    add("--fit", action="store_true", help="fit the regression to all of it")
    return parser


if __name__ == "__main__":
    main()

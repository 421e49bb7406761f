"""The evaluator: every comparison of a protocol, searched and counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfcoseg.data.folder import in_short
from tfcoseg.evaluate.cache import JudgementCache
from tfcoseg.evaluate.extremes import Extremes, find_extremes
from tfcoseg.evaluate.judge import Judgement, judge
from tfcoseg.evaluate.laid_out import read_laid_out
from tfcoseg.evaluate.phrases import choice_in_words
from tfcoseg.evaluate.protocol import PAIR, Protocol, plan
from tfcoseg.evaluate.records import read_records
from tfcoseg.evaluate.scores import Counts


@dataclass(frozen=True)
class Evaluation:
    """Everything that an evaluation found.

    Attributes:
        protocol: how it was done.
        working_size: the size at which the network saw the pictures.
        threshold: the probability from which on a pixel is object.
        min_score: the score below which masks are empty.
        judgements: one per mask, in the order of the folder.
        problems: a line per picture or group that was left out, here or when the
            folder was laid out from a benchmark.
        extremes: the best, the median and the worst masks, with their pixels.
        not_judged: how many readable pictures came in no comparison as the one that is
            judged: without a partner, or past the limit.
        differences: a line per number that is not as the benchmark was published.
        lost: whether a picture is missing, so that these are not those of the set.
    """

    protocol: Protocol
    working_size: int
    threshold: float
    min_score: float
    judgements: list[Judgement]
    problems: list[str]
    extremes: Extremes
    not_judged: int = 0
    differences: list[str] = field(default_factory=list)
    lost: bool = False

    def of_kind(self, kind: str = PAIR) -> list[Judgement]:
        """The judgements of one kind of comparison."""
        return [j for j in self.judgements if j.comparison.kind == kind]

    def by_group(self, kind: str = PAIR) -> dict[str, list[Counts]]:
        """The counts of one kind of comparison, by group."""
        groups: dict[str, list[Counts]] = {}
        for judgement in self.of_kind(kind):
            group = judgement.comparison.record.group
            groups.setdefault(group, []).append(judgement.counts)
        return groups


def evaluate_folder(
    predictor: Any,
    root: str | Path,
    protocol: Protocol = Protocol(),
    progress: Callable[..., Iterable] | None = None,
    extremes: int = 6,
    cache: JudgementCache | None = None,
) -> Evaluation:
    """Judges a model on a folder of pictures with masks.

    Args:
        predictor: a `Predictor`, or any object with `encode(path)`, which returns an
            `Encoded`, `find(encoded, references=)`, which returns a `Find` for each of
            several, `runtime`, `threshold`, `min_score` and `working_size`.
        root: folder that holds `images/<group>/*` and `masks/<group>/*.png`.
        protocol: what is compared with what.
        progress: wraps the work to show how far it is, called like `tqdm.tqdm` with an
            iterable and the keyword arguments `desc` and `unit`.
        extremes: how many of the best, median and worst masks are decoded once more,
            to be looked at.
        cache: what has been judged already is taken from it, and what is judged now is
            added, mask by mask; see `open_cache`.

    Returns:
        An `Evaluation`. Pictures that can not be read are left out and named there.

    Raises:
        ValueError: if no group has two readable pictures, or a control no partner.

    Example:

    >>> from tfcoseg.inference import Predictor
    >>> evaluation = evaluate_folder(Predictor(working_size=65), "my_pictures")
    >>> {group: len(masks) for group, masks in evaluation.by_group().items()}
    {'car': 2, 'sheep': 2}
    """
    progress = progress or (lambda iterable, **_: iterable)
    found = read_records(root, protocol, progress)
    records = found.records
    if not records:
        raise ValueError(_nothing_to_judge(root, protocol, found))
    problems, differences = read_laid_out(root)
    comparisons = plan(records, protocol)
    order = {comparison: index for index, comparison in enumerate(comparisons)}
    judgements = sorted(
        judge(predictor, comparisons, protocol, cache, progress),
        key=lambda judgement: order[judgement.comparison],
    )
    return Evaluation(
        protocol,
        predictor.working_size,
        predictor.threshold,
        judgements[0].min_score,
        judgements,
        [*problems, *found.problems],
        find_extremes(judgements, extremes, predictor),
        len(records) - len({c.record for c in comparisons}) + found.alone,
        differences,
        lost=bool(problems or differences or found.lost),
    )


def _nothing_to_judge(root, protocol, found):
    """What is wrong: the files, or what was chosen of them."""
    if found.none_chosen:
        return (
            "Expected a choice that leaves two pictures of a group to judge; choose "
            f"others. Received: {choice_in_words(protocol)} of {root}"
        )
    wrong = f": {in_short(found.problems)}" if found.problems else ", which has none"
    return (
        "Expected a folder with at least one group of two readable pictures, "
        "images/<group>/<name>.jpg with masks/<group>/<name>.png. "
        f"Received: {root}{wrong}"
    )

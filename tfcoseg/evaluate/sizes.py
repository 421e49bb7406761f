"""J against the working size: the same comparisons, seen coarser and finer."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tfcoseg.evaluate.judge import judge
from tfcoseg.evaluate.protocol import PAIR
from tfcoseg.evaluate.run import Evaluation
from tfcoseg.evaluate.scores import Counts, averages
from tfcoseg.evaluate.text import align

# From half to one and a half times the paper's 513: 16 n + 1, as its network wants it.
SIZES = (257, 321, 385, 449, 513, 641, 769)


def evaluate_sizes(
    evaluation: Evaluation,
    sizes: Sequence[int],
    predictor_at: Callable[[int], Any],
    cache_of: Callable[[Any], Any] | None = None,
    progress: Callable[..., Iterable] | None = None,
) -> list[dict[str, Any]]:
    """Judges the pairs of an evaluation, without its controls, at other working sizes.

    Args:
        evaluation: whose comparisons are taken. At its own working size it is not
            repeated.
        sizes: working sizes in pixels.
        predictor_at: gives the predictor of a working size.
        cache_of: gives the cache of a predictor; see `open_cache`.
        progress: see `evaluate_folder`.

    Returns:
        By rising size, `{"working_size": ..., "masks": ..., "J": {"images": ...,
        "groups": ..., "pooled": ...}, "P": ..., "predicted": ...}`, in percent, None
        where it is not defined.

    Example:

    >>> from tfcoseg.inference import Predictor
    >>> evaluation = evaluate_folder(Predictor(working_size=65), "my_pictures")
    >>> rows = evaluate_sizes(evaluation, [65], lambda size: Predictor("coseg", size))
    >>> [(row["working_size"], row["masks"]) for row in rows]
    [(65, 4)]
    """
    comparisons = [judgement.comparison for judgement in evaluation.of_kind(PAIR)]
    rows = []
    for size in sorted(set(sizes)):
        groups = evaluation.by_group()
        if size != evaluation.working_size:
            predictor = predictor_at(size)
            groups = _judge_again(
                predictor,
                comparisons,
                evaluation.protocol,
                cache_of and cache_of(predictor),
                progress,
            )
        masks = sum(map(len, groups.values()))
        rows.append({"working_size": size, "masks": masks, **_percent(groups)})
    return rows


def format_sizes(rows: Sequence[dict[str, Any]]) -> str:
    """What `evaluate_sizes` returned, as a table of text."""
    header = ["working size", *(f"J {average}" for average in rows[0]["J"])]
    return align([header, *([row["working_size"], *row["J"].values()] for row in rows)])


def _judge_again(predictor, comparisons, protocol, cache, progress):
    groups: dict[str, list[Counts]] = {}
    for judgement in judge(predictor, comparisons, protocol, cache, progress):
        group = judgement.comparison.record.group
        groups.setdefault(group, []).append(judgement.counts)
    return groups


def _percent(groups):
    return {
        quantity: {
            name: None if value is None else round(100 * value, 4)
            for name, value in three.items()
        }
        for quantity, three in averages(groups).items()
    }

"""What was measured here, and how: the other side of a comparison with the field."""

from dataclasses import dataclass

from tfcoseg.evaluate.benchmarks import ALL, Benchmark, part_of
from tfcoseg.evaluate.protocols import AVERAGES, ORIGINAL, Declaration
from tfcoseg.evaluate.run import Evaluation

# A choice of ours, on which nobody published anything.
SOME = "some"


@dataclass(frozen=True)
class Setting:
    """A measurement, as far as published figures may differ from it.

    Attributes:
        benchmark: its name.
        groups: `"all"`, the name of a part of the benchmark, or `"some"`.
        pictures: how many, in all; `"some"` if they are a choice of ours.
        pairs: a name of `tfcoseg.evaluate.partners`.
        working_size: side of the square that the network saw.
        metric_size: side of the square at which masks were judged, or `ORIGINAL`.
        averages: those that are reported.
        threshold: from which on a pixel was object.
        reference_masks: whether the partners' true masks were given.
    """

    benchmark: str
    groups: str
    pictures: int | str
    pairs: str
    working_size: int
    metric_size: int | str
    averages: tuple[str, ...]
    threshold: float
    reference_masks: bool = False


def setting_of(
    evaluation: Evaluation, benchmark: Benchmark, declaration: Declaration
) -> Setting:
    """The setting of an evaluation that was done by a declared protocol.

    Where the declaration says nothing of the average, all three are reported.
    """
    protocol = evaluation.protocol
    pictures = len({judgement.comparison.record for judgement in evaluation.judgements})
    chosen = (
        protocol.per_group not in (None, benchmark.per_group)
        or protocol.limit
        or protocol.folds
        or protocol.leave_out
        or evaluation.lost
    )
    return Setting(
        benchmark=benchmark.name,
        groups=_groups(evaluation, benchmark),
        pictures=SOME if chosen else pictures,
        pairs=protocol.pairs,
        working_size=evaluation.working_size,
        metric_size=protocol.metric_size or ORIGINAL,
        averages=declaration.averages or AVERAGES,
        threshold=evaluation.threshold,
        reference_masks=protocol.reference_masks,
    )


def _groups(evaluation, benchmark):
    """Which groups were judged; where nobody lists them, their number has to do."""
    judged = evaluation.by_group()
    listed = isinstance(benchmark.groups, tuple)
    as_many = benchmark.number in (None, len(judged))
    if not listed and as_many and evaluation.protocol.groups is None:
        return ALL if benchmark.groups == ALL else benchmark.part
    return part_of(benchmark.name, judged) or SOME

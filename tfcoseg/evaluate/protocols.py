"""The protocols of the field, as they were published, and two of this package's.

What others did not publish is None.

Published figures can be compared with each other, and with ours, only where pairs,
sizes and averages agree: the choice of the average alone is worth about 3 J on VOC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tfcoseg.evaluate.benchmarks import Benchmark
from tfcoseg.evaluate.partners import PAIRINGS
from tfcoseg.evaluate.protocol import Protocol
from tfcoseg.signature import WORKING_SIZE

# A metric size that is no square: masks are judged at each picture's own size.
ORIGINAL = "original size"
AVERAGES = ("images", "groups", "pooled")


@dataclass(frozen=True)
class Declaration:
    """A protocol as it was declared, by others or here.

    Attributes:
        name: what `--protocol` calls it.
        source: who declared it.
        pairs: how pictures are compared, a name of `tfcoseg.evaluate.partners`.
        working_size: side of the square that the network sees.
        metric_size: side of the square at which masks are judged, or `ORIGINAL`.
        averages: those of `AVERAGES` that are reported.
        threshold: the probability from which on a pixel is object.
        test_ids: (benchmark, part) where it is known which groups were judged.
        folds, fold_by: into which folds the data are cut, where one of them is judged,
            by weights that were trained without it; see `tfcoseg.data.split_fold`.
    """

    name: str
    source: str
    pairs: str | None = None
    working_size: int | None = None
    metric_size: int | str | None = None
    averages: tuple[str, ...] | None = None
    threshold: float | None = 0.5
    test_ids: tuple[tuple[str, str], ...] = ()
    folds: int | None = None
    fold_by: str | None = None

    def protocol(self, pairs: str | None = None, **options: Any) -> Protocol:
        """The protocol to evaluate by; what is not published is done as `ours` is.

        Args:
            pairs: replaces those of the declaration.
            **options: further fields of `Protocol`; where it judges a fold, `fold` is
                one of them.
        """
        for name in ("folds", "fold_by"):
            if options.get(name) is None:
                options[name] = getattr(self, name)
        square = self.metric_size if isinstance(self.metric_size, int) else None
        pairs = pairs or self.pairs or PROTOCOLS["ours"].pairs
        return Protocol(pairs=pairs, metric_size=square, **options)

    def test_set(self, benchmark: str) -> str:
        """The name of a benchmark, or of the part of it that is known to be judged."""
        part = dict(self.test_ids).get(benchmark)
        return f"{benchmark}/{part}" if part else benchmark

    def not_published(self) -> list[str]:
        """What it does not say."""
        facts = {
            "pairs": self.pairs,
            "working size": self.working_size,
            "metric size": self.metric_size,
            "average": self.averages,
            "threshold": self.threshold,
        }
        return [name for name, fact in facts.items() if fact is None]

    def overridden(
        self,
        protocol: Protocol,
        size: int,
        threshold: float,
        benchmark: Benchmark | None = None,
    ) -> list[str]:
        """What it says and an evaluation did not heed.

        Args:
            protocol: of the evaluation.
            size: its working size.
            threshold: from which on a pixel was object.
            benchmark: what was judged, or None where nobody said.
        """
        said = {
            f"pairs ({PAIRINGS.get(self.pairs)})": (self.pairs, protocol.pairs),
            f"working size ({self.working_size})": (self.working_size, size),
            f"threshold ({self.threshold})": (self.threshold, threshold),
            f"folds ({self.folds} by {self.fold_by})": (
                self.folds and (self.folds, self.fold_by),
                (protocol.folds, protocol.fold_by),
            ),
        }
        unheeded = [k for k, (own, done) in said.items() if own not in (None, done)]
        return unheeded + self._other_groups(protocol, benchmark)

    def _other_groups(self, protocol, benchmark):
        if benchmark is None:
            return [f"groups (with --dataset {b}: {part})" for b, part in self.test_ids]
        part = dict(self.test_ids).get(benchmark.name)
        taken = protocol.groups is None or set(protocol.groups) == {
            *(benchmark.groups or ())
        }
        return [] if part in (None, taken and benchmark.part) else [f"groups ({part})"]


def size_in_words(metric_size: int | str) -> str:
    """`512 x 512` or `original size`."""
    square = isinstance(metric_size, int)
    return f"{metric_size} x {metric_size}" if square else metric_size


def averages_in_words(averages: Iterable[str]) -> str:
    """`over images`, `over groups`, `pooled`, or several of these."""
    return ", ".join(a if a == "pooled" else f"over {a}" for a in averages)


PROTOCOLS = {
    declaration.name: declaration
    for declaration in (
        Declaration(
            "ours",
            "this package",
            pairs="consecutive",
            working_size=WORKING_SIZE,
            metric_size=ORIGINAL,
            averages=AVERAGES,
        ),
        Declaration(
            "saa",
            "SAA, ACCV 2018",
            pairs="all",
            working_size=512,
            metric_size=512,
            averages=("pooled",),
        ),
        Declaration("gong", "Gong", pairs="disjoint", metric_size=ORIGINAL),
        Declaration(
            "ssnm",
            "SSNM, AAAI 2020",
            pairs="fives",
            working_size=224,
            metric_size=224,
            averages=("images",),
        ),
        Declaration(
            "mcanet",
            "MCANet, 2019",
            pairs="group",
            working_size=321,
            metric_size=321,
            averages=("groups",),
            test_ids=(("msrc_coseg", "groups7"),),
        ),
        Declaration(
            "unseen",
            "this package",
            pairs="consecutive",
            working_size=WORKING_SIZE,
            metric_size=ORIGINAL,
            averages=("groups",),
            folds=3,
            fold_by="kind",
        ),
    )
}

"""What stands beside an evaluation: the protocol that was declared, the benchmark."""

from typing import Any

from tfcoseg.evaluate.benchmarks import Benchmark
from tfcoseg.evaluate.protocols import AVERAGES, Declaration
from tfcoseg.evaluate.published import rows_beside
from tfcoseg.evaluate.run import Evaluation
from tfcoseg.evaluate.setting import setting_of


def beside(
    evaluation: Evaluation, benchmark: Benchmark | None, declaration: Declaration
) -> dict[str, Any]:
    """What a report tells of the protocol and of published figures, fit for JSON.

    Returns:
        `benchmark` (its name, or None); `declared`: the protocol's `name`, `source` and
        `averages`, what of it is `not_published` and what was `overridden`; and
        `published`, rows of `tfcoseg.evaluate.published.compare`.
    """
    size, threshold = evaluation.working_size, evaluation.threshold
    published = []
    if benchmark is not None:
        published = rows_beside(setting_of(evaluation, benchmark, declaration))
    return {
        "benchmark": benchmark and benchmark.full_name,
        "declared": {
            "name": declaration.name,
            "source": declaration.source,
            "averages": list(declaration.averages or AVERAGES),
            "not_published": declaration.not_published(),
            "overridden": declaration.overridden(
                evaluation.protocol, size, threshold, benchmark
            ),
        },
        "published": published,
    }

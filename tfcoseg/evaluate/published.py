"""What others published, and whether it can be compared with what was measured here.

Whether it can follows from two declarations, that of the published figure and that of
the measurement; nobody types it.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from tfcoseg.evaluate.benchmarks import names_of_set, read_published
from tfcoseg.evaluate.partners import OF_SEVERAL, PAIRINGS
from tfcoseg.evaluate.protocols import PROTOCOLS, averages_in_words, size_in_words
from tfcoseg.evaluate.setting import SOME, Setting

COMPATIBLE, UNKNOWN, INCOMPATIBLE = "compatible", "unknown", "incompatible"


@dataclass(frozen=True)
class Figure:
    """What a system reached on a benchmark, as published; None for what was not.

    Attributes:
        system, venue, year: what, where (or by whom, if that is all we know) and when.
        backbone, input_size: of the network; the size is the side of a square.
        trained_on: names of sets; empty for a system that was not trained.
        unit: whether it compares a `"pair"` or a `"group"`.
        pairs, metric_size, average, threshold: as in `Declaration`.
        benchmark, groups, pictures: as in `Setting`.
        P, J: in percent.
        notes: what to know before comparing with it.
        source: where it stands.
    """

    system: str
    venue: str | None
    year: int | None
    backbone: str | None
    input_size: int | None
    trained_on: tuple[str, ...] | None
    unit: str | None
    pairs: str | None
    metric_size: int | str | None
    average: str | None
    threshold: float | None
    benchmark: str
    groups: str | None
    pictures: int | None
    P: float | None
    J: float | None
    notes: tuple[str, ...]
    source: str


def published_figures(benchmark: str | None = None) -> list[Figure]:
    """The published figures, all or those on one benchmark, in the order of the file.

    Of a system that declared a protocol, pairs, size, average and threshold are those
    of `tfcoseg.evaluate.protocols`.
    """
    return [
        _figure(system, figure)
        for system in read_published()["systems"]
        for figure in system["figures"]
        if benchmark in (None, figure["benchmark"])
    ]


def differences(figure: Figure, setting: Setting) -> list[str]:
    """In what a published figure is known to differ from a measurement."""
    unit = "group" if setting.pairs in OF_SEVERAL else "pair"
    reasons = []
    if figure.unit not in (None, unit):
        reasons.append(f"{figure.unit} instead of {unit}")
    elif figure.pairs not in (None, setting.pairs):
        reasons.append(f"{PAIRINGS[figure.pairs]} instead of {PAIRINGS[setting.pairs]}")
    if setting.reference_masks:
        reasons.append("without the partner's true mask")
    if figure.metric_size not in (None, setting.metric_size):
        reasons.append(f"other size ({size_in_words(figure.metric_size)})")
    elif figure.input_size not in (None, setting.working_size):
        reasons.append(f"other working size ({size_in_words(figure.input_size)})")
    if figure.average not in (None, *setting.averages):
        reasons.append(f"other average ({averages_in_words([figure.average])})")
    if figure.threshold not in (None, setting.threshold):
        reasons.append(f"other threshold ({figure.threshold:g})")
    if _other_pictures(figure, setting):
        reasons.append("other pictures")
    if names_of_set(setting.benchmark) & set(figure.trained_on or ()):
        reasons.append("trained on the test set")
    return reasons


def not_published(figure: Figure) -> list[str]:
    """What of a figure's protocol is not published."""
    facts = {
        "pairs": figure.pairs,
        "working size": figure.input_size,
        "metric size": figure.metric_size,
        "average": figure.average,
        "threshold": figure.threshold,
        "pictures": figure.groups and figure.pictures,
    }
    return [name for name, fact in facts.items() if fact is None]


def compare(figure: Figure, setting: Setting) -> dict[str, Any]:
    """A figure beside a measurement, fit for JSON.

    Returns:
        The figure's fields; `reasons` and `missing`, what `differences` and
        `not_published` say; and `verdict`: `"incompatible"` where there are reasons,
        `"compatible"` where nothing is missing either, else `"unknown"`.
    """
    reasons, missing = differences(figure, setting), not_published(figure)
    verdict = INCOMPATIBLE if reasons else UNKNOWN if missing else COMPATIBLE
    return {
        **dataclasses.asdict(figure),
        "verdict": verdict,
        "reasons": reasons,
        "missing": missing,
    }


def rows_beside(setting: Setting) -> list[dict[str, Any]]:
    """The published figures on the benchmark of a measurement, as `compare` does.

    Those that can be compared come first, those that cannot last.
    """
    rows = [compare(f, setting) for f in published_figures(setting.benchmark)]
    order = COMPATIBLE, UNKNOWN, INCOMPATIBLE
    return sorted(rows, key=lambda row: order.index(row["verdict"]))


def _other_pictures(figure, setting):
    if SOME in (setting.groups, setting.pictures):
        return True
    return any(
        theirs not in (None, ours)
        for theirs, ours in (
            (figure.groups, setting.groups),
            (figure.pictures, setting.pictures),
        )
    )


def _figure(system, figure):
    """One figure, with what is known of its system."""
    facts = {**system, **figure, "notes": (*system["notes"], *figure["notes"])}
    protocol, _ = facts.pop("protocol"), facts.pop("figures")
    if facts["trained_on"] is not None:
        facts["trained_on"] = tuple(facts["trained_on"])
    declared = {"threshold": None}
    if protocol is not None:
        declaration = PROTOCOLS[protocol]
        (average,) = declaration.averages
        declared = {
            "pairs": declaration.pairs,
            "metric_size": declaration.metric_size,
            "average": average,
            "threshold": declaration.threshold,
        }
    return Figure(**{**facts, **declared})

"""Recorded ranges of values inside a network: what they belong to, where they lie.

A recording names a place by stage, operator and channels, in the order in which the
network runs. It holds no names of tensors, which change with TensorFlow's version.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.cards import read_card
from tfcoseg.embedded import EMBEDDED_WEIGHTS, embedded_weights_path
from tfcoseg.export.graphs import Graph
from tfcoseg.export.integer_part import places
from tfcoseg.inference.stages import STAGES
from tfcoseg.signature import SERVING_DEFAULT

_CURE = (
    "pass --calibrate FOLDER with pictures of the kind that the model is for "
    "(`calibration_pairs` in Python)"
)


def statistics_path(weights: str | os.PathLike) -> Path | None:
    """Where the statistics of embedded weights lie; None for any other weights."""
    path = embedded_weights_path(weights)
    if path is None:
        return None
    return path.with_name(path.name.replace(".weights.h5", ".calibration.json"))


def read_statistics(weights: str | os.PathLike) -> dict[str, Any]:
    """The statistics that were recorded for weights.

    They are found by the content of the weights: a copy under another name has those
    of the embedded ones, and new weights under an old name have none.

    Args:
        weights: `"coseg"`, the name of a version, or a file.

    Raises:
        FileNotFoundError: if there are no such weights.
        ValueError: if none were recorded for them.
    """
    sha256 = read_card(weights)["sha256"]
    for path in filter(Path.is_file, map(statistics_path, EMBEDDED_WEIGHTS)):
        statistics = json.loads(path.read_text(encoding="utf-8"))
        if statistics["sha256"] == sha256:
            return statistics
    raise ValueError(
        "Statistics for int8 come with the embedded weights alone, "
        f"{list(EMBEDDED_WEIGHTS)}, as they were when they were recorded; {_CURE}. "
        f"Received: weights={os.fspath(weights)!r}, sha256 {sha256[:12]}..."
    )


def match_ranges(
    graphs: Mapping[str, Graph], statistics: Mapping[str, Any]
) -> dict[tuple, tuple[float, float]]:
    """The recorded ranges by place of a file, see `places`.

    Raises:
        ValueError: if the recording does not fit the network place by place.
    """
    expected = described_places(graphs)
    ranges = statistics["ranges"]
    recorded = [tuple(entry[:-2]) for entry in ranges]
    if recorded != list(expected.values()):
        wrong = next(
            (pair for pair in zip(expected.values(), recorded) if pair[0] != pair[1]),
            (f"{len(expected)} places", f"{len(recorded)}"),
        )
        raise ValueError(
            f"The statistics are those of another network; {_CURE}. Expected "
            f"{wrong[0]}. Received: {wrong[1]}"
        )
    for *place, low, high in ranges:
        if not (np.isfinite([low, high]).all() and low <= high):
            raise ValueError(
                f"Every range must be two numbers, the lower first; {_CURE}. "
                f"Received: {low} to {high} for {place}"
            )
    return {place: tuple(entry[-2:]) for place, entry in zip(expected, ranges)}


def described_places(graphs: Mapping[str, Graph]) -> dict[tuple, tuple]:
    """Every place of a network, in order, and how a recording spells it.

    Raises:
        ValueError: if a pair of images goes through a place that no stage has.
    """
    found = {}
    for stage in STAGES:
        for tensor, place in places(graphs[stage]).items():
            what = place[0] if place[0] in ("input", "output") else place[0].lower()
            found.setdefault(place, (stage, what, tensor.channels))
    unknown = set(places(graphs[SERVING_DEFAULT]).values()) - set(found)
    if unknown:
        raise ValueError(
            "The stages of a file must compute what its signature for pairs does; "
            f"export the model anew. Received: {len(unknown)} places of the latter "
            "that no stage has"
        )
    return found

"""Records the ranges of values inside a network, which int8 files need.

Those of the embedded weights were recorded once and lie beside them: numbers, a pair
for each place in the network. For new weights:

    python -m tfcoseg.export.calibration --data FOLDER [FOLDER ...]

Each FOLDER holds images/<group>/<name>.jpg and masks, as for training; take what the
weights were trained on. It takes a few minutes.
"""

import argparse
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.cards import read_card
from tfcoseg.data.folder import read_folder
from tfcoseg.data.pairing import consecutive_pairs
from tfcoseg.export.gate import find_in_pair
from tfcoseg.export.graphs import read_graphs
from tfcoseg.export.integer_part import places
from tfcoseg.export.recording import NO_PAIRS, recording_interpreter
from tfcoseg.export.statistics import described_places, statistics_path
from tfcoseg.files import write_json
from tfcoseg.inference.stages import STAGES, StagesRuntime
from tfcoseg.pictures import read_image, resize_image

# Sides of the squares that the pictures are seen at, in turns.
SIZES = (257, 321, 385, 449)


def calibrate(
    float_file: bytes, pairs: Iterable[tuple[np.ndarray, np.ndarray]]
) -> dict[str, Any]:
    """Records the ranges of values while pictures go through a network.

    The extremes over all pictures count: on held-out pictures that did better than
    means over pictures, or than leaving out the outermost of ten thousand values.

    Args:
        float_file: content of a float32 LiteRT file of `export_litert`.
        pairs: uint8 RGB pictures (height, width, 3), run at the size they have. 20
            pairs of the kind that the network is for, at the sizes it is for, will do.

    Returns:
        What `quantize_int8` takes; can be written as JSON.

    Raises:
        ImportError: if LiteRT is not installed.
        ValueError: if there is no pair.
    """
    graphs = read_graphs(float_file)
    recorder = _Recorder(float_file, graphs)
    count = 0
    for count, (a, b) in enumerate(pairs, 1):
        find_in_pair(recorder.runtime, a, b)
    if not count:
        raise ValueError(NO_PAIRS)
    ranges = [
        [*description, *recorder.ranges[place]]
        for place, description in described_places(graphs).items()
    ]
    return {"pairs": count, "ranges": ranges}


def record(
    weights: str, folders: Iterable[str | os.PathLike], pairs_per_folder: int = 20
) -> dict[str, Any]:
    """The statistics of embedded weights on folders of pictures.

    Args:
        weights: `"coseg"` or the name of a version.
        folders: see `tfcoseg.data.read_folder`.
        pairs_per_folder: pairs taken of each, at even distances.
    """
    from tfcoseg.applications import load_model
    from tfcoseg.export.litert import export_litert

    folders = list(map(Path, folders))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "float.tflite"
        export_litert(load_model(weights), path, "float32")
        float_file = path.read_bytes()
    statistics = calibrate(float_file, _pairs(folders, pairs_per_folder))
    card = read_card(weights)
    return {
        "weights": card["name"],
        "sha256": card["sha256"],
        "data": [folder.name for folder in folders],
        "sizes": SIZES,
        **statistics,
    }


def _pairs(folders, count) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for folder in folders:
        every = consecutive_pairs(read_folder(folder, on_error="skip"))
        for index in range(min(count, len(every))):
            pair = every[index * len(every) // count]
            side = SIZES[index % len(SIZES)]
            yield tuple(
                resize_image(read_image(record.image), (side, side))
                for record in (pair.record_a, pair.record_b)
            )


class _Recorder:
    """Runs the stages and keeps the lowest and highest value of each place."""

    def __init__(self, file, graphs):
        self.interpreter = recording_interpreter(file)
        self.graphs = graphs
        self.places = {stage: places(graphs[stage]) for stage in STAGES}
        self.ranges = {}
        self.runtime = StagesRuntime({stage: self._run(stage) for stage in STAGES})

    def _run(self, stage):
        runner = self.interpreter.get_signature_runner(stage)

        def run(inputs):
            outputs = runner(**inputs)
            for tensor, place in self.places[stage].items():
                values = self.interpreter.get_tensor(
                    tensor.index, self.graphs[stage].index
                )
                self._widen(place, float(values.min()), float(values.max()))
            return outputs

        return run

    def _widen(self, place, low, high):
        lowest, highest = self.ranges.get(place, (low, high))
        self.ranges[place] = (min(low, lowest), max(high, highest))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Record the statistics that int8 files of embedded weights need."
    )
    parser.add_argument("--data", nargs="+", type=Path, required=True)
    parser.add_argument("--weights", default="coseg")
    parser.add_argument("--pairs", type=int, default=20, help="of each folder")
    parser.add_argument("--output", type=Path, help="default: beside the weights")
    given = parser.parse_args(arguments)
    statistics = record(given.weights, given.data, given.pairs)
    path = given.output or statistics_path(given.weights)
    write_json(path, statistics, overwrite=True)
    print(path)


if __name__ == "__main__":
    main()

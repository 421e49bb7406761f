"""The predictor of a command, which is loaded when the first picture needs it."""

import argparse
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Engine:
    """Does what a `Predictor` does, which it loads when that is needed.

    So a command whose pictures cannot be read, or whose results are all there, does not
    wait for a network.

    Args:
        args: of a command with `--weights`, `--size`, `--threshold`, `--min-score`,
            `--engine` and `--threads`.
    """

    def __init__(self, args: argparse.Namespace):
        self._args = args

    @functools.cached_property
    def name(self) -> str:
        """`"litert"` or `"tensorflow"`."""
        from tfcoseg.inference.engines import choose_engine

        return choose_engine(self._args.weights, self._args.engine)

    @functools.cached_property
    def predictor(self) -> Any:
        """The predictor."""
        from tfcoseg.inference import Predictor

        args = self._args
        return Predictor(
            args.weights,
            args.size,
            args.threshold,
            args.min_score,
            self.name,
            args.threads,
        )

    def encode(self, picture: Any) -> Any:
        """`Predictor.encode`, the first time without what TensorFlow says then."""
        if "predictor" in vars(self):
            return self.predictor.encode(picture)
        from tfcoseg.cli.quiet import quiet_engine

        with quiet_engine(self.name):
            return self.predictor.encode(picture)

    def finish(self, find: Any) -> Any:
        """`Predictor.finish`."""
        return self.predictor.finish(find)

    def find(self, encoded: list[Any], anchor: Any | None = None) -> list[Any]:
        """`Predictor.find`."""
        return self.predictor.find(encoded, anchor)

    def explain(self, paths: Sequence[Path], output: Path) -> None:
        """Writes where two pictures resemble each other, by the kernel's size."""
        from tfcoseg.batch.names import distinct_stems
        from tfcoseg.cli.quiet import quiet_tensorflow
        from tfcoseg.pictures import write_png
        from tfcoseg.visualization import heatmap

        with quiet_tensorflow():
            explanation = self.predictor.explain(*paths)
        levels = (explanation.levels_a, explanation.levels_b)
        for stem, of_one in zip(distinct_stems(paths), levels):
            for size, level in of_one.items():
                path = output / f"{stem}_correlation_{size}.png"
                write_png(path, heatmap(level), overwrite=True)

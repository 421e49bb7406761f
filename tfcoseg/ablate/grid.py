"""The ablation: every cell with every seed, one row each, going on where it stopped."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tfcoseg.ablate.caches import Caches
from tfcoseg.ablate.cells import Cell, find_cells
from tfcoseg.ablate.pictures import describe_pictures, read_pictures
from tfcoseg.ablate.results import Results
from tfcoseg.ablate.settings import Settings
from tfcoseg.ablate.trial import trial


def run(
    output: str | os.PathLike,
    settings: Settings,
    cells: Iterable[str | Cell] | None = None,
    seeds: Sequence[int] = (0,),
    progress: Callable[..., Iterable] | None = None,
    report: Callable[[dict[str, Any]], Any] | None = None,
    verbose: str | int = 0,
) -> list[dict[str, Any]]:
    """Trains and judges cells, and keeps a row of each in a folder.

    Rows that are there are kept, so the same call again goes on after the last finished
    one, and another call adds cells or seeds to the table. All cells share the pictures
    and the cached features of the frozen encoder.

    Args:
        output: the table's folder; see `Results`.
        settings: what all cells have in common.
        cells: names of `CELLS`, or cells of your own; None for all of `CELLS`.
        seeds: each cell is trained once with each of them, all cells with the first
            before any with the second.
        progress: as in `tfcoseg.evaluate.evaluate_folder`.
        report: called with each row as it is finished.
        verbose: whether to show how far reading and encoding the pictures is.

    Returns:
        All rows of the folder.

    Raises:
        ValueError: for an unknown cell, a folder of other settings or pictures, or
            pictures that cannot be used.
        FileNotFoundError: if there are no such pictures or weights.

    Example:

    ```python
    settings = Settings(data=("pascal_coseg",), validation=("msrc_coseg",))
    rows = run("ablation", settings, cells=["base", "l2-kernel"], seeds=[0, 1, 2])
    ```
    """
    progress = progress or (lambda iterable, **_: iterable)
    chosen = find_cells(cells)
    results = Results(output, settings.as_json())
    missing = [
        (cell, seed)
        for seed in dict.fromkeys(seeds)
        for cell in chosen
        if not results.has(cell, seed)
    ]
    if not missing:
        return results.rows
    training, sets = read_pictures(settings, verbose)
    results.check_pictures(describe_pictures(training, sets))
    folder = Path(output) / "features"
    caches = Caches(folder, settings, training, sets, bool(verbose))
    for number, (cell, seed) in enumerate(missing, 1):
        title = f"{number}/{len(missing)} {cell.name}, seed {seed}"
        head, row = trial(cell, seed, settings, caches, _titled(progress, title))
        head.save_weights(results.weights_file(cell.name, seed), overwrite=True)
        results.add(row)
        if report is not None:
            report(row)
    return results.rows


def _titled(progress, title):
    """The same progress, which tells what it belongs to."""
    return lambda iterable, desc, **more: progress(
        iterable, desc=f"{title}: {desc}", **more
    )

"""The mean of the weights of several runs, where it is better than any of them.

    python -m tfcoseg.train.average a.weights.h5 b.weights.h5 --output mean.weights.h5

The mean of runs that resumed from the same weights may generalise better than each of
them, at no cost in speed (Wortsman et al., "Model soups", ICML 2022). `tfcoseg
evaluate` shows whether it does.
"""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tfcoseg.applications import load_model, save_weights
from tfcoseg.cards import read_run
from tfcoseg.files import check_free, replace_file, write_json
from tfcoseg.provenance import describe_weights


def average_weights(
    sources: Iterable[str | os.PathLike],
    target: str | os.PathLike,
    overwrite: bool = False,
) -> Path:
    """Writes the mean of the weights of several training runs.

    Next to it goes a card, `.json`, that says what it is the mean of; which sets the
    sources were trained on, if that is known of all of them; and which ones any of them
    was tuned on.

    Args:
        sources: two `.weights.h5` files or more, of one architecture, or names of
            embedded weights; one that is named twice counts twice.
        target: the file to write, ending in `.weights.h5`.
        overwrite: whether it and its card may exist already.

    Returns:
        The path of `target`.

    Raises:
        ValueError: for fewer than two files, files of different architectures, or a
            target of another suffix.
        FileNotFoundError: if there is no such source.
        FileExistsError: if `target` or its card exists and `overwrite` is false.
    """
    sources, target = list(map(os.fspath, sources)), Path(target)
    if len(sources) < 2 or not target.name.endswith(".weights.h5"):
        raise ValueError(
            "Expected two files of weights or more, and a file to write that ends in "
            f".weights.h5. Received: {', '.join(sources)}; {target}"
        )
    card = target.with_name(target.name.removesuffix(".weights.h5") + ".json")
    check_free([target, card], overwrite)
    described = _describe_mean(sources)
    network = _mean(sources)
    replace_file(target, lambda new: save_weights(network, new), overwrite)
    write_json(card, described, overwrite)
    return target


def _mean(sources):
    network = load_model(sources[0])
    total = [weight.astype(np.float64) for weight in network.get_weights()]
    for source in sources[1:]:
        other = load_model(source).get_weights()
        if [w.shape for w in other] != [w.shape for w in total]:
            raise ValueError(
                "Only weights of one architecture can be averaged. Received: "
                f"{sources[0]} and {source}, whose shapes differ"
            )
        total = [one + two for one, two in zip(total, other)]
    network.set_weights([weight / len(sources) for weight in total])
    return network


def _describe_mean(sources):
    weights = [describe_weights(source) for source in sources]
    known = all(w.trained_on is not None and w.complete for w in weights)
    # What a run has held out counts as trained on, as it may be in another of the runs.
    trained_on = dict.fromkeys(name for w in weights for name in w.trained_on or ())
    return {
        "mean_of": [
            {"name": _name(source, w), "sha256": w.sha256}
            for source, w in zip(sources, weights)
        ],
        "trained_on": list(trained_on) if known else None,
        "tuned_on": list(dict.fromkeys(name for w in weights for name in w.tuned_on)),
    }


def _name(source, weights):
    """The weights' name; in the folder of a run, where all are called best, its too."""
    in_run = Path(source).is_file() and read_run(source)
    folder = Path(source).resolve().parent.name
    return f"{folder}/{weights.name}" if in_run else weights.name


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tfcoseg.train.average",
        description="Write the mean of trained weights, and a card beside it.",
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE.weights.h5")
    parser.add_argument("--output", required=True, metavar="MEAN.weights.h5")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files that exist already"
    )
    given = parser.parse_args(arguments)
    try:
        print(average_weights(given.sources, given.output, given.overwrite))
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()

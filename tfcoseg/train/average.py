"""The mean of the weights of several runs, where it is better than any of them.

    python -m tfcoseg.train.average a.weights.h5 b.weights.h5 --output mean.weights.h5

Runs that go on from the same weights, or from one another's, may end in one valley,
whose middle generalises better than its walls (Wortsman et al., Model soups, 2022); the
network is none the slower for it. `tfcoseg evaluate` tells whether they did.
"""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.cards import read_card, read_run
from tfcoseg.files import check_free, replace_file, write_json


def average_weights(
    sources: Iterable[str | os.PathLike],
    target: str | os.PathLike,
    overwrite: bool = False,
) -> Path:
    """Writes the mean of the weights of several trained `CoSegMobileNetV2`.

    Beside it goes a card, `.json`, that says what it is the mean of, and which sets the
    sources were trained on, as far as that is known of all of them.

    Args:
        sources: two `.weights.h5` files or more, of one architecture; one that is named
            twice counts twice.
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
    sources, target = list(map(Path, sources)), Path(target)
    if len(sources) < 2 or not target.name.endswith(".weights.h5"):
        raise ValueError(
            "Expected two files of weights or more, and a file to write that ends in "
            f".weights.h5. Received: {', '.join(map(str, sources))}; {target}"
        )
    card = target.with_name(target.name.removesuffix(".weights.h5") + ".json")
    check_free([target, card], overwrite)
    described = _describe_mean(sources)
    network = _mean(sources)
    replace_file(
        target, lambda new: network.save_weights(new, overwrite=True), overwrite
    )
    write_json(card, described, overwrite)
    return target


def _mean(sources):
    network = CoSegMobileNetV2(weights=sources[0])
    total = [weight.astype(np.float64) for weight in network.get_weights()]
    for source in sources[1:]:
        other = CoSegMobileNetV2(weights=source).get_weights()
        if [w.shape for w in other] != [w.shape for w in total]:
            raise ValueError(
                "Only weights of one architecture can be averaged. Received: "
                f"{sources[0]} and {source}, whose shapes differ"
            )
        total = [one + two for one, two in zip(total, other)]
    network.set_weights([weight / len(sources) for weight in total])
    return network


def _describe_mean(sources):
    cards = [read_card(source) for source in sources]
    of_each = [_trained_on(source) for source in sources]
    sets = dict.fromkeys(name for names in of_each for name in names or ())
    return {
        "mean_of": [{key: card[key] for key in ("name", "sha256")} for card in cards],
        "trained_on": None if None in of_each else list(sets),
    }


def _trained_on(source):
    """Names of sets, from the card beside weights or from their run; None if unknown.

    What a run has held out counts as trained on, as it may be in another of the runs.
    """
    try:
        card, recipe = read_card(source), read_run(source)
    except FileNotFoundError:
        return None
    if "trained_on" in card or not recipe:
        return card.get("trained_on")
    before = _trained_on(recipe["weights"]) if recipe.get("weights") else []
    own = [Path(root).resolve().name for root in recipe["data"]]
    return None if before is None else [*before, *own]


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

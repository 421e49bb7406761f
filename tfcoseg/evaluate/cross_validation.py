"""How to judge a model on a set, when all of the set is wanted for its training."""

import shlex
from collections.abc import Sequence

FOLDS = 4


def cross_validation(
    data: str,
    groups: int,
    options: Sequence[str] = (),
    void_value: int | None = None,
) -> dict[str, list[str]]:
    """The commands of the first fold, by class (if there are two or more) and picture.

    Args:
        data: the folder.
        groups: how many it has.
        options: further arguments of `tfcoseg evaluate`.
        void_value: of the folder's masks, which both commands have to be told.

    Returns:
        `{"class": [train, evaluate], "picture": [train, evaluate]}`. By class says how
        a model does on kinds of object that it has never seen.
    """
    ways = {"picture": FOLDS}
    if groups > 1:
        ways = {"class": min(FOLDS, groups), **ways}
    void = [] if void_value is None else ["--void", str(void_value)]
    return {
        by: _commands([data, *void], folds, by, options) for by, folds in ways.items()
    }


def _commands(data, folds, by, options):
    run = f"runs/{by}_0"
    fold = ["--folds", str(folds), "--fold", "0", "--fold-by", by]
    weights = ["--weights", f"{run}/best.weights.h5"]
    train = ["tfcoseg", "train", "--data", *data, "--run", run, *fold]
    evaluate = ["tfcoseg", "evaluate", "--data", *data, *options, *weights, *fold]
    return [shlex.join(train), shlex.join(evaluate)]


def in_words(commands: dict[str, list[str]]) -> str:
    """The offer, for a screen; commands stay on one line, to be copied."""
    lines = [
        "To judge on what was not trained on, cross-validate: these commands, and the",
        "same for the other folds.",
    ]
    for by, (train, evaluate) in commands.items():
        lines += [f"by {by}:", f"  {train}", f"  {evaluate}"]
    return "\n".join(lines)

"""Where weights come from: what they have been trained and tuned on."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfcoseg.cards import read_card, read_run

# Benchmarks with parts, each of which a folder of that name holds when prepared.
BENCHMARKS = frozenset(
    "pascal_voc_coseg icoseg msrc_coseg internet_coseg coco_coseg davis_coseg "
    "pascal_co".split()
)

# As `fold_of` returns it.
Fold = tuple[int, int, str, str]


@dataclass(frozen=True)
class Weights:
    """A weights file, as far as an evaluation must know it.

    Attributes:
        name: the file's name without its suffixes.
        sha256: of the file's bytes.
        trained_on: names of the sets it was trained on; None if that is not known.
        tuned_on: names of the sets by whose scores its settings, or its best epoch,
            were chosen.
        held_out: (set, fold) where it was trained on all of a set but that fold; see
            `fold_of`.
        complete: whether `trained_on` is all of it, as far as the card or the run can
            tell; not where a run began with weights that are not known of or gone.

    Example:

    >>> weights = Weights("mine", "9f86...", trained_on=("pascal_coseg",))
    >>> weights.has_seen(["pascal_coseg"]), weights.has_seen(["icoseg"])
    (True, False)
    """

    name: str
    sha256: str
    trained_on: tuple[str, ...] | None
    tuned_on: tuple[str, ...] = ()
    held_out: tuple[tuple[str, Fold], ...] = ()
    complete: bool = True

    def has_seen(self, names: Iterable[str], fold: Fold | None = None) -> bool:
        """Whether it was trained on a set, or on what is judged of it.

        Args:
            names: the set's name and its other names.
            fold: of the set, if that alone is judged; see `fold_of`. Any other than
                the one that was held out has been seen in part.
        """
        held_out = {name for name, other in self.held_out if other == fold}
        return bool(set(names) & set(self.trained_on or ()) - held_out)


def fold_of(folder: str | os.PathLike, folds: int, fold: int, by: str) -> Fold:
    """A fold of a folder, equal to another only if it holds out the same.

    Returns:
        (folds, fold, `"class"`, `"kind"` or `"picture"`, what was cut). Classes are cut
        as they are sorted, so that folds of the seven groups of a benchmark are others
        than those of all fourteen: by class the folder's name is part of it. A kind of
        object and a picture are in one fold whatever else there is.

    Example:

    >>> fold_of("msrc_coseg", folds=4, fold=0, by="class")
    (4, 0, 'class', 'msrc_coseg')
    """
    return folds, fold, by, Path(folder).resolve().name if by == "class" else ""


def name_of_set(folder: str | os.PathLike) -> str:
    """The name of the set that a folder holds: its own, as a rule.

    A benchmark that `tfcoseg evaluate --dataset` has prepared lies in a folder named
    after its part, and the parent bears the benchmark's name.

    Example:

    >>> name_of_set("prepared/icoseg/subset8"), name_of_set("my_pictures")
    ('icoseg', 'my_pictures')
    """
    return _name_at(Path(folder).resolve())


def names_of_folder(folder: str | os.PathLike) -> set[str]:
    """The names of the set that a folder holds, as it is given and as links lead to it.

    Of `pascal_coseg -> real/v1` both say something: who made the link called it so.

    Example:

    >>> names_of_folder("my_pictures")
    {'my_pictures'}
    """
    return {_name_at(Path(os.path.abspath(folder))), name_of_set(folder)}


def _name_at(path):
    return path.parent.name if path.parent.name in BENCHMARKS else path.name


def describe_weights(model: str | os.PathLike) -> Weights:
    """Describes `"coseg"` or `"coseg-v3"`, or a `.weights.h5` or `.keras` file.

    What is known comes from the card beside it (see `tfcoseg.cards`), or else from the
    arguments of the training run in whose folder it is.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the card beside it cannot be read.

    Example:

    >>> describe_weights("coseg").has_seen(["davis2016"])
    False
    """
    card = read_card(model)
    known: dict[str, Any] = {"trained_on": None}
    if "trained_on" in card:
        sets = card["trained_on"]
        known["trained_on"] = None if sets is None else tuple(sets)
        known["tuned_on"] = tuple(card.get("tuned_on", ()))
    elif recipe := read_run(model):
        known = _seen_in_run(recipe)
    return Weights(card["name"], card["sha256"], **known)


def _seen_in_run(recipe):
    """What a training run has seen, and what the weights had that it began with."""
    own = tuple(map(name_of_set, recipe.get("data", ())))
    held_out = ()
    if recipe.get("folds"):
        by = recipe["fold_by"]
        fold = fold_of(recipe["data"][0], recipe["folds"], recipe["fold"], by)
        # Classes are cut in the first folder only; others are trained on in full.
        held_out = tuple((n, fold) for n in (own[:1] if by == "class" else own))
    earlier = _earlier(recipe.get("weights"))
    chosen_by = map(name_of_set, recipe.get("validation", ()))
    both = [Weights("", "", own, held_out=held_out), earlier]
    return {
        "tuned_on": tuple(dict.fromkeys([*earlier.tuned_on, *chosen_by])),
        "trained_on": tuple(n for w in both[::-1] for n in w.trained_on or ()),
        "held_out": tuple(
            (name, fold)
            for w in both
            for name, fold in w.held_out
            if not any(other.has_seen([name], fold) for other in both)
        ),
        "complete": earlier.trained_on is not None and earlier.complete,
    }


def _earlier(model):
    if model in (None, "imagenet"):
        return Weights("", "", ())
    try:
        return describe_weights(model)
    except (FileNotFoundError, ValueError):
        return Weights("", "", None)  # moved: this run is known all the same

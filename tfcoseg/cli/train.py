"""`tfcoseg train`: trains a model on folders of pictures with masks."""

import argparse
import contextlib
import functools
import sys
from pathlib import Path

from tfcoseg.cli.arguments import (
    add_number,
    not_negative,
    probability,
    whole_number,
    working_size,
)
from tfcoseg.signature import TRAINING_SIZE

HELP = """\
Train a model on folders of pictures with masks, or resume a run that was interrupted.

Each folder holds images/<group>/<name>.jpg and masks/<group>/<name>.png. Groups of one
kind of object may have different names in different folders (airplane, aeroplane).
First the head is trained, with the encoder frozen; then also the encoder's own copy of
its upper layers (--upper-epochs), which is how the embedded weights were made. The best
epoch is the one with the lowest loss on the validation pictures, on which the score is
calibrated in the end. The run's folder keeps every argument (arguments.json), a row per
epoch (log.csv), and in the end best.weights.h5, which segment and evaluate take as
--weights. The same command again resumes after the last completed epoch. Files that
cannot be used are named, ignored and listed in the run's left_out.txt.

examples:
  tfcoseg train --data my_pictures --run runs/mine
  tfcoseg train --data my_pictures --run runs/mine --head-epochs 0 --size 321
  tfcoseg train --data a --run runs/small --model mobilenetv2 --size 257
  tfcoseg train --data a b --run runs/quick --size 257 321 --steps-per-epoch 50
  tfcoseg train --data a --run runs/unseen --folds 4 --fold 0 --fold-by class
  tfcoseg train --data a --run runs/fast --strategy mirrored --upper-batch-size 16
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    _add_data_arguments(parser.add_argument)
    _add_recipe_arguments(parser.add_argument)
    add = parser.add_argument
    add(
        "--tensorboard",
        action="store_true",
        help="also log scalars and mask pictures for TensorBoard, in the run's folder "
        "(needs the extra [tensorboard])",
    )
    add(
        "--strategy",
        choices=("mirrored",),
        help="share the pairs of each batch among all GPUs of this machine (default: "
        "one device)",
    )
    add("--quiet", action="store_true", help="show no progress")


def _add_data_arguments(add):
    add("--data", nargs="+", required=True, metavar="DIR", help="folders to train on")
    add(
        "--run",
        dest="folder",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the run: new, or holding this very run",
    )
    add(
        "--validation",
        nargs="+",
        default=(),
        metavar="DIR",
        help="folders to choose the best epoch on (default: a share of --data)",
    )
    add(
        "--validation-share",
        type=probability,
        default=0.1,
        metavar="X",
        help="share of the pictures of --data to choose the best epoch on, without "
        "--validation (default: %(default)s)",
    )
    _add_fold_arguments(add)
    add(
        "--joint-groups",
        type=whole_number(2),
        metavar="N",
        help="make one more group, with the masks of both, of N pictures or more that "
        "stand in the same two groups of a folder",
    )
    add(
        "--per-group",
        type=whole_number(2),
        metavar="N",
        help="at most N pictures of a group, drawn with the seed",
    )
    add(
        "--void",
        dest="void_value",
        type=whole_number(2, 255),
        metavar="V",
        help="value of the masks' pixels that count nowhere, usually 255; 128 in a "
        "benchmark that evaluate --dataset has prepared",
    )
    add(
        "--model",
        choices=("lite2", "lite0", "mobilenetv2", "resnet50", "vgg16"),
        help="network to train from a backbone's weights; lite2 and lite0 need a file "
        "of these (default: that of --weights)",
    )
    add(
        "--weights",
        metavar="coseg|FILE",
        help="network to start from (default: coseg, or none with --model or "
        "--backbone-weights); whether the best epoch is better than it, evaluate tells",
    )
    add(
        "--backbone-weights",
        default="imagenet",
        metavar="imagenet|FILE",
        help="backbone to start from without --weights: keras.applications' download "
        "or a file of such weights (default: %(default)s)",
    )


def _add_fold_arguments(add):
    add(
        "--folds",
        type=whole_number(2),
        metavar="N",
        help="cut the data into N folds, for cross-validation, and leave one out",
    )
    add("--fold", type=whole_number(0), metavar="I", help="that one, from 0 to N - 1")
    add(
        "--fold-by",
        choices=("class", "kind", "picture"),
        help="what is cut: the sorted groups of the first folder, or the kinds of "
        "object of all folders (either way, nothing of the same kind in any folder is "
        "trained or validated on), or the pictures",
    )


def _add_recipe_arguments(add):
    number = functools.partial(add_number, add)
    add(
        "--size",
        dest="sizes",
        nargs="+",
        type=working_size,
        metavar="N",
        default=(TRAINING_SIZE,),
        help="sides in pixels of the squares to train at; several take turns "
        f"(default: {TRAINING_SIZE})",
    )
    count, positive = whole_number(0), whole_number(1)
    number("--head-epochs", 2, count, "epochs of the head")
    number("--upper-epochs", 15, count, "epochs that train the encoder's branch, too")
    number("--finetune-epochs", 0, count, "epochs of everything")
    number("--steps-per-epoch", 100, positive, "batches of an epoch")
    number("--head-batch-size", 8, positive, "pairs of a batch, head")
    number("--upper-batch-size", 8, positive, "the same, above the skips")
    number("--finetune-batch-size", 4, positive, "pairs of a batch, fine-tuning")
    number("--head-learning-rate", 1e-3, not_negative, "highest learning rate, head")
    number("--upper-learning-rate", 4e-4, not_negative, "the same, above the skips")
    number("--finetune-learning-rate", 1e-4, not_negative, "the same, fine-tuning")
    number("--weight-decay", 4e-3, not_negative, "weight decay of AdamW")
    number(
        "--negative-share", 0.15, probability, "share of pairs with nothing in common"
    )
    number(
        "--full-weight",
        20,
        positive,
        "groups of fewer pictures come less often, in proportion",
    )
    add(
        "--exclusions",
        default="known",
        choices=("known", "likely"),
        help="which pictures make no pair with nothing in common: those known to hold "
        "one kind of object, or those likely to (default: %(default)s)",
    )
    add(
        "--no-by-kind",
        dest="by_kind",
        action="store_false",
        help="balance over groups; without it, groups of one kind count as one",
    )
    number(
        "--across-sets", 0.3, probability, "share of pairs that join two such groups"
    )
    number("--self-share", 0.2, probability, "share of pairs of a picture with itself")
    number(
        "--distractor-share", 0.2, probability, "share of pairs with pasted distractors"
    )
    number(
        "--swap-share", 0.1, probability, "share of pairs whose pasted object counts"
    )
    number(
        "--scene-share", 0.3, probability, "share of negative pairs that are one scene"
    )
    number(
        "--reference-share", 0.5, probability, "share of pairs with a reference mask"
    )
    number("--patience", 10, positive, "epochs without improvement that end a stage")
    number("--seed", 0, count, "of everything drawn")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cli.quiet import quiet_tensorflow

    given = vars(args).copy()
    folder, tensorboard, quiet, strategy = (
        given.pop(name) for name in ("folder", "tensorboard", "quiet", "strategy")
    )
    with quiet_tensorflow():
        from tfcoseg.train import Recipe, train
        from tfcoseg.train.tensorboard import check_tensorboard
    if tensorboard:
        check_tensorboard()
    del given["run"], given["command"]
    names = ("data", "validation", "sizes")
    lists = {name: tuple(given.pop(name)) for name in names}
    recipe = Recipe(**lists, **given)
    # Keras' progress bars are no result: they belong on stderr.
    with contextlib.redirect_stdout(sys.stderr):
        verbose = 0 if quiet else "auto"
        weights = train(folder, recipe, tensorboard, verbose, _tell_left_out, strategy)
    print(weights)
    return 0


def _tell_left_out(problems):
    from tfcoseg.data.folder import how_many

    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"left out: {how_many(problems)}", file=sys.stderr)

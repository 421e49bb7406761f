"""The training recipe: cached features first, then what needs more and more time.

The embedded `coseg-v2` was trained by it, in seven runs of about three hours together
on two cores, whose weights were averaged; its card,
`applications/weights/coseg-v2.json`, gives the commands. It reaches J 86.1 on seven
groups of MSRC and 60.1 on DAVIS-2016 (`tfcoseg evaluate`, consecutive pairs), figures
by which its settings were chosen.
"""

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import keras

import tfcoseg
from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.data.folds import check_fold
from tfcoseg.data.scan import check_root
from tfcoseg.files import replace_file
from tfcoseg.signature import TRAINING_SIZE
from tfcoseg.train.run_folder import RunFolder
from tfcoseg.train.split import training_and_validation, warn_left_out
from tfcoseg.train.stages import STAGES, check_pairs, train_stage
from tfcoseg.train.strategy import check_batch_sizes, make_strategy, synchronize

_POSITIVE = (
    "steps_per_epoch head_batch_size upper_batch_size finetune_batch_size full_weight "
    "views patience"
).split()


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What to train on, and how; all of it is kept in the run's folder.

    Args:
        data: folders of pictures and masks; groups of one name stay apart, so that each
            folder's comes as often as any other group.
        validation: folders to choose the best epoch on; none for a share of `data`.
        validation_share: share of the pictures of `data` kept for that. A picture that
            stands in several groups is on one side with all of its masks.
        folds, fold, fold_by: leave out what fold number `fold`, from 0, of so many
            holds out, `"class"`, `"kind"` or `"picture"`: see
            `tfcoseg.data.split_fold`. The classes are the groups of the first folder of
            `data`; the kinds are those of all folders. None of what is held out is
            validated on either. `None`, all three, for no folds.
        joint_groups: number of pictures of a folder in the same two groups from which
            on they make one more group, which shows both kinds of object; `None` for no
            such groups. See `tfcoseg.data.joint_groups`.
        per_group: at most so many pictures of a group, drawn with the seed.
        void_value: value of the masks' pixels that count nowhere, 2 to 255, or None.
        weights: of the network to start from; see `CoSegMobileNetV2`.
        backbone_weights: "imagenet" or a file, for the encoder of a network that starts
            from none.
        features: layers of the encoder whose outputs are the features; none for what
            `weights` were trained with. See `CoSegMobileNetV2`.
        sizes: heights = widths in pixels; batches take them in turns.
        head_epochs: epochs with the encoder frozen and its features cached.
        upper_epochs: epochs with everything above the encoder's deepest skip training,
            on cached skips. Far cheaper than:
        finetune_epochs: epochs with everything training, batch normalisation in
            inference mode.
        steps_per_epoch: batches of an epoch.
        head_batch_size, upper_batch_size, finetune_batch_size: pairs of a batch.
        head_learning_rate, upper_learning_rate, finetune_learning_rate: highest rate of
            a stage; it rises over the first twentieth and falls by half a cosine to
            zero.
        weight_decay: of AdamW.
        negative_share: share of pairs that have nothing in common.
        full_weight: number of pictures from which on a group comes as often as any
            other; see `tfcoseg.data.sample_pairs`.
        views: augmented views of each picture with cached features, at least one of
            each size.
        patience: epochs without a lower validation loss before a stage ends.
        seed: of everything drawn.
    """

    data: tuple[str, ...]
    validation: tuple[str, ...] = ()
    validation_share: float = 0.1
    folds: int | None = None
    fold: int | None = None
    fold_by: str | None = None
    joint_groups: int | None = None
    per_group: int | None = None
    void_value: int | None = None
    weights: str | None = None
    backbone_weights: str | None = "imagenet"
    features: tuple[str, ...] = ()
    sizes: tuple[int, ...] = (TRAINING_SIZE,)
    head_epochs: int = 12
    upper_epochs: int = 0
    finetune_epochs: int = 8
    steps_per_epoch: int = 100
    head_batch_size: int = 8
    upper_batch_size: int = 8
    finetune_batch_size: int = 4
    head_learning_rate: float = 1e-3
    upper_learning_rate: float = 3e-4
    finetune_learning_rate: float = 1e-4
    weight_decay: float = 4e-3
    negative_share: float = 0.25
    full_weight: int = 1
    views: int = 4
    patience: int = 10
    seed: int = 0

    def __post_init__(self):
        for name in ("data", "validation", "features"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        object.__setattr__(self, "sizes", tuple(map(int, self.sizes)))
        if not self.data or not self.sizes:
            raise ValueError(
                "A run needs a folder or more, `data`, and a size or more, `sizes`. "
                f"Received: data={self.data}, sizes={self.sizes}"
            )
        for name in ("validation_share", "negative_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(
                    f"`{name}` must be in 0..1. Received: {getattr(self, name)}"
                )
        for name in _POSITIVE:
            if getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}` must be 1 or more. Received: {getattr(self, name)}"
                )
        if self.head_epochs + self.upper_epochs + self.finetune_epochs < 1:
            raise ValueError(
                "A run needs at least one epoch, `head_epochs`, `upper_epochs` or "
                "`finetune_epochs`. Received: 0 of each"
            )
        check_fold(self.folds, self.fold, self.fold_by)


def _names(name, values):
    """A tuple of text: a run keeps it as JSON."""
    if isinstance(values, (str, bytes, os.PathLike)):
        raise TypeError(
            f"`{name}` must be a list or a tuple, also of one. Received: {values!r}"
        )
    return tuple(map(os.fspath, values))


def train(
    run: str | Path,
    recipe: Recipe,
    tensorboard: bool = False,
    verbose: str | int = "auto",
    tell: Callable[[list[str]], object] | None = None,
    strategy: str | None = None,
) -> Path:
    """Trains, or goes on training, `CoSegMobileNetV2` by a recipe.

    A run that was stopped, however, goes on after its last finished epoch; one that has
    finished returns at once. Sets the global random seeds of Python, NumPy and
    TensorFlow. Files that cannot be used are left out and named in `left_out.txt`.

    Args:
        run: folder of the run; see `RunFolder`.
        recipe: what to do.
        tensorboard: also write scalars and mask pictures for TensorBoard.
        verbose: as in `keras.Model.fit`.
        tell: called once, before training, with a line for each file or group that is
            left out; `None` warns if there is one.
        strategy: "mirrored" shares the pairs of each batch among all GPUs of this
            machine (its logical CPUs where it has none). A run may go on with another.

    Returns:
        Path of the best weights.

    Raises:
        ValueError: if the folder holds a run with other arguments; if no pairs can be
            drawn; if a batch cannot be shared evenly.
    """
    devices = make_strategy(strategy)
    replicas = devices.num_replicas_in_sync
    notes = {
        "tensorboard": tensorboard,
        "tfcoseg": tfcoseg.__version__,
        "strategy": strategy,
        "devices": replicas,
    }
    folder = RunFolder(run, dataclasses.asdict(recipe), notes)
    if folder.finished:
        return folder.finish()
    check_batch_sizes(_batch_sizes(recipe), replicas)
    keras.utils.set_random_seed(recipe.seed)

    def left_out(problems):
        _write_down(folder.path, problems)
        (tell or warn_left_out)(problems)

    # What can go wrong at once comes before what takes long.
    for root in (*recipe.data, *recipe.validation):
        check_root(Path(root))
    with devices.scope():
        network = CoSegMobileNetV2(recipe.weights, features=recipe.features or None)
        synchronize(network, replicas)
        if recipe.weights is None and recipe.backbone_weights is not None:
            network.get_layer("siamese_encoder").load_backbone(recipe.backbone_weights)
        records = training_and_validation(recipe, verbose, left_out)
        check_pairs(recipe, *records)
        for stage in STAGES:
            train_stage(stage, folder, recipe, network, *records, tensorboard, verbose)
    shutil.rmtree(folder.path / "features", ignore_errors=True)
    return folder.finish()


def _batch_sizes(recipe):
    """Of the stages that the run has."""
    stages = [stage for stage in STAGES if getattr(recipe, f"{stage}_epochs")]
    return [getattr(recipe, f"{stage}_batch_size") for stage in stages]


def _write_down(folder, problems):
    """Keeps the lines on what is left out, in the run's folder."""
    file = folder / "left_out.txt"
    if not problems:
        file.unlink(missing_ok=True)
        return
    text = "".join(f"{problem}\n" for problem in problems)
    replace_file(file, lambda new: new.write_text(text, encoding="utf-8"), True)

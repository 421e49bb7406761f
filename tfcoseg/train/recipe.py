"""The training recipe: the head first, then what needs more and more time."""

import dataclasses
import functools
import os
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

import tfcoseg
from tfcoseg import applications
from tfcoseg.applications.endpoints import has_verification
from tfcoseg.data.folds import check_fold
from tfcoseg.data.pipeline import image_dataset
from tfcoseg.data.sampling import sample_pairs
from tfcoseg.data.scan import check_root
from tfcoseg.data.trust import trusted_partners
from tfcoseg.files import replace_file
from tfcoseg.signature import TRAINING_SIZE, WORKING_SIZE
from tfcoseg.train.calibrate import calibrate
from tfcoseg.train.run_folder import RunFolder
from tfcoseg.train.split import training_and_validation, warn_left_out
from tfcoseg.train.stages import STAGES, check_pairs, train_stage
from tfcoseg.train.strategy import check_batch_sizes, make_strategy, synchronize

# Pictures from which the statistics of the descriptors are taken.
_ADAPTED = 256
# Of the pairs on which verification is calibrated: how many, how many of them without
# anything in common, and of the others how many of two sets, which are two scenes.
_CALIBRATING_PAIRS, _PAIRS_PER_PICTURE = 1200, 6
_WRONG_SHARE, _ACROSS_SETS = 0.5, 0.5
# With fewer pictures the calibration of the weights that a run starts from is better.
_LEAST_CALIBRATING = 40
_POSITIVE = (
    "steps_per_epoch head_batch_size upper_batch_size finetune_batch_size full_weight "
    "patience"
).split()
_SHARES = (
    "validation_share negative_share across_sets self_share distractor_share "
    "swap_share scene_share reference_share"
).split()
MODELS = {
    "lite2": applications.CoSegEfficientNetLite2,
    "lite0": applications.CoSegEfficientNetLite0,
    "mobilenetv2": applications.CoSegMobileNetV2,
    "resnet50": applications.CoSegResNet50,
    "vgg16": applications.CoSegVGG16,
}


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
        model: which network to train, where no `weights` say so: "lite2", "lite0",
            "mobilenetv2", "resnet50" or "vgg16".
        weights: of the network to start from: "coseg" or a file. `None` for "coseg"
            where neither `model` nor `backbone_weights` is given.
        backbone_weights: "imagenet" or a file, for the encoder of a network that starts
            from none. Those of EfficientNet-Lite cannot be downloaded.
        sizes: heights = widths in pixels; batches take them in turns.
        head_epochs: epochs with the encoder frozen.
        upper_epochs: epochs with the encoder's branch training, too, or what lies above
            its deepest skip.
        finetune_epochs: epochs with all training that may, batch normalisation in
            inference mode; see `tfcoseg.train.parts.set_trainable`.
        steps_per_epoch: batches of an epoch.
        head_batch_size, upper_batch_size, finetune_batch_size: pairs of a batch.
        head_learning_rate, upper_learning_rate, finetune_learning_rate: highest rate of
            a stage; it rises over the first twentieth and falls by half a cosine to
            zero.
        weight_decay: of AdamW.
        negative_share: share of pairs that have nothing in common.
        full_weight: number of pictures from which on a group comes as often as any
            other; see `tfcoseg.data.sample_pairs`.
        exclusions, by_kind, across_sets, self_share: how pairs are drawn; see
            `tfcoseg.data.sample_pairs`.
        distractor_share, swap_share, scene_share: fraction of pairs into which objects
            of other pictures are pasted; see `tfcoseg.data.pair_dataset`.
        reference_share: fraction of pairs for which a true mask is an input, too, so
            that the network learns to use one.
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
    model: str | None = None
    weights: str | None = None
    backbone_weights: str | None = "imagenet"
    sizes: tuple[int, ...] = (TRAINING_SIZE,)
    head_epochs: int = 2
    upper_epochs: int = 15
    finetune_epochs: int = 0
    steps_per_epoch: int = 100
    head_batch_size: int = 8
    upper_batch_size: int = 8
    finetune_batch_size: int = 4
    head_learning_rate: float = 1e-3
    upper_learning_rate: float = 4e-4
    finetune_learning_rate: float = 1e-4
    weight_decay: float = 4e-3
    negative_share: float = 0.15
    full_weight: int = 20
    exclusions: str = "known"
    by_kind: bool = True
    across_sets: float = 0.3
    self_share: float = 0.2
    distractor_share: float = 0.2
    swap_share: float = 0.1
    scene_share: float = 0.3
    reference_share: float = 0.5
    patience: int = 10
    seed: int = 0

    def __post_init__(self):
        for name in ("data", "validation"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        object.__setattr__(self, "sizes", tuple(map(int, self.sizes)))
        if not self.data or not self.sizes:
            raise ValueError(
                "A run needs a folder or more, `data`, and a size or more, `sizes`. "
                f"Received: data={self.data}, sizes={self.sizes}"
            )
        given = self.model, self.weights, self.backbone_weights
        if given == (None, None, "imagenet"):
            object.__setattr__(self, "weights", "coseg")
        if self.model not in (None, *MODELS):
            raise ValueError(
                f"`model` must be one of {list(MODELS)}. Received: {self.model!r}"
            )
        for name in _SHARES:
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
    """Trains a network by a recipe, or resumes its training.

    An interrupted run resumes after its last completed epoch; one that has finished
    returns at once. Last, verification is calibrated on the validation pictures, if
    they are 40 or more, or there was no calibration before. Sets
    the global random seeds of Python, NumPy and TensorFlow. Files that cannot be used
    are ignored and named in `left_out.txt`.

    Args:
        run: folder of the run; see `RunFolder`.
        recipe: what to do.
        tensorboard: also write scalars and mask pictures for TensorBoard.
        verbose: as in `keras.Model.fit`.
        tell: called once, before training, with a line for each file or group that is
            left out; `None` warns if there is one.
        strategy: "mirrored" shares the pairs of each batch among all GPUs of this
            machine (its logical CPUs where it has none). A resumed run may use another.

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
    if folder.finished and folder.final.exists():
        return folder.final
    check_batch_sizes(_batch_sizes(recipe), replicas)
    keras.utils.set_random_seed(recipe.seed)

    def left_out(problems):
        _write_down(folder.path, problems)
        (tell or warn_left_out)(problems)

    # What can go wrong at once comes before what takes long.
    for root in (*recipe.data, *recipe.validation):
        check_root(Path(root))
    with devices.scope():
        network = _network(recipe)
        synchronize(network, replicas)
        training, validation = training_and_validation(recipe, verbose, left_out)
        check_pairs(recipe, training, validation)
        if not folder.rows and recipe.weights is None:
            _adapt(network, training, recipe)
        for stage in STAGES:
            sides = training, validation
            train_stage(stage, folder, recipe, network, *sides, tensorboard, verbose)
        network.load_weights(folder.best_checkpoint)
        _calibrate(network, validation, recipe)
    return folder.finish(functools.partial(applications.save_weights, network))


def _network(recipe):
    if recipe.weights is not None:
        return applications.load_model(recipe.weights)
    network = MODELS[recipe.model or "lite2"](weights=None)
    if recipe.backbone_weights is not None:
        network.get_layer("siamese_encoder").load_backbone(recipe.backbone_weights)
    return network


def _adapt(network, records, recipe):
    """Sets the statistics of the descriptors, from some of the pictures."""
    encoder = network.get_layer("siamese_encoder")
    if encoder.descriptors is None:
        return
    order = np.random.default_rng(recipe.seed).permutation(len(records))
    chosen = [records[index] for index in order[:_ADAPTED]]
    dataset = image_dataset(chosen, min(recipe.sizes), augment=False).batch(8)
    encoder.adapt(images for images, *_ in dataset)


def _calibrate(network, records, recipe):
    """Sets what verification takes for the same kind, on pairs of the validation."""
    few = recipe.weights is not None and len(records) < _LEAST_CALIBRATING
    if few or not has_verification(network):
        return
    if not trusted_partners(records, (), recipe.exclusions).groups:
        return
    count = min(_CALIBRATING_PAIRS, _PAIRS_PER_PICTURE * len(records))
    pairs = sample_pairs(
        records,
        count,
        _WRONG_SHARE,
        recipe.seed,
        exclusions=recipe.exclusions,
        by_kind=recipe.by_kind,
        across_sets=_ACROSS_SETS,
    )
    # As close as training comes to the size at which people use the network.
    size = min(recipe.sizes, key=lambda size: abs(size - WORKING_SIZE))
    calibrate(network, pairs, size)


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

"""The stages of a run: the head, what lies above the skips, then everything."""

import keras
import tensorflow as tf

from tfcoseg.data.pairing import sample_pairs
from tfcoseg.data.pipeline import pair_dataset
from tfcoseg.losses import CoSegLoss
from tfcoseg.metrics import BinaryIoU, PixelAccuracy
from tfcoseg.signature import (
    IMAGE_A,
    IMAGE_B,
    MASK_A,
    MASK_B,
    REFERENCE_A,
    REFERENCE_B,
)
from tfcoseg.train.parts import set_trainable, training_model
from tfcoseg.train.run_folder import RunRecorder
from tfcoseg.train.split import validation_pairs
from tfcoseg.train.strategy import ClippedAdamW, even_batches

STAGES = ("head", "upper", "finetune")
# What a stage adds to the seed of the pairs.
_SEEDS = {"head": 0, "finetune": 1, "upper": 2}


def check_pairs(recipe, training, validation):
    """Makes sure that the pairs can be drawn, before anything is trained.

    Raises:
        ValueError: if no negative pair can be trusted, though some are wanted.
    """
    _sample(recipe, training, 1, recipe.seed, 0)
    validation_pairs(validation, recipe.exclusions)


def train_stage(
    stage, folder, recipe, network, training, validation, tensorboard, verbose
):
    """Trains the epochs of a stage that the run's folder does not hold yet.

    Args:
        stage: one of `STAGES`.
        folder: `RunFolder`.
        recipe: `Recipe`.
        network: the whole network; trained in place.
        training, validation: lists of `Record`.
        tensorboard, verbose: as in `train`.
    """
    epochs = getattr(recipe, f"{stage}_epochs")
    done = len(folder.stage_rows(stage))
    if done >= epochs or (done and folder.epochs_since_best(stage) >= recipe.patience):
        return
    if not done and folder.best_checkpoint:
        network.load_weights(folder.best_checkpoint)
    set_trainable(network, stage)
    model = training_model(network, references=recipe.reference_share > 0)
    _compile(model, stage, recipe)
    if done:
        model.optimizer.build(model.trainable_variables)
        model.load_weights(folder.last_checkpoint)
    model.fit(
        _training_dataset(stage, recipe, training, done),
        epochs=epochs,
        initial_epoch=done,
        steps_per_epoch=recipe.steps_per_epoch,
        shuffle=False,
        validation_data=_validation_dataset(stage, recipe, validation),
        callbacks=_callbacks(stage, folder, recipe, network, validation, tensorboard),
        verbose=verbose,
    )


def _training_dataset(stage, recipe, records, done):
    """The stage's remaining pairs, in batches of one size each, which take turns.

    Batch j depends on (seed, j) alone, j counted from the stage's first.
    """
    batch_size = getattr(recipe, f"{stage}_batch_size")
    per_epoch = recipe.steps_per_epoch * batch_size
    start, seed = done * per_epoch, recipe.seed + _SEEDS[stage]
    # At the end `fit` looks for one more batch.
    count = (getattr(recipe, f"{stage}_epochs") - done) * per_epoch + batch_size
    pairs = _sample(recipe, records, count, seed, start)
    first, sizes = start // batch_size, recipe.sizes
    batches = [pairs[i : i + batch_size] for i in range(0, len(pairs), batch_size)]
    order = [(first + j) % len(sizes) for j in range(len(batches))]
    datasets = []
    for turn, size in enumerate(sizes):
        own = [batch for batch, its_turn in zip(batches, order) if its_turn == turn]
        datasets.append(
            pair_dataset(
                [pair for batch in own for pair in batch],
                size,
                batch_size,
                seed + turn,
                first_index=len(range(turn, first, len(sizes))) * batch_size,
                donors=records,
                distractor_share=recipe.distractor_share,
                swap_share=recipe.swap_share,
                scene_share=recipe.scene_share,
                reference_share=recipe.reference_share,
            )
        )
    choice = tf.data.Dataset.from_tensor_slices(tf.constant(order, tf.int64))
    return tf.data.Dataset.choose_from_datasets(datasets, choice, False)


def _validation_dataset(stage, recipe, records):
    pairs = validation_pairs(records, recipe.exclusions)
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    batch_size = getattr(recipe, f"{stage}_batch_size")
    count, batch_size = even_batches(len(pairs), batch_size, replicas)
    size = sorted(recipe.sizes)[len(recipe.sizes) // 2]
    given = {"augment": False, "drop_remainder": False}
    dataset = pair_dataset(pairs[:count], size, batch_size, **given)
    return dataset.map(_without_references) if recipe.reference_share else dataset


def _without_references(images, masks):
    """Ones as reference masks, which are the same as none."""
    ones = {
        reference: tf.ones_like(images[image][..., :1])
        for reference, image in ((REFERENCE_A, IMAGE_A), (REFERENCE_B, IMAGE_B))
    }
    return {**images, **ones}, masks


def _sample(recipe, records, count, seed, start):
    return sample_pairs(
        records,
        count,
        recipe.negative_share,
        seed,
        start,
        full_weight=recipe.full_weight,
        exclusions=recipe.exclusions,
        by_kind=recipe.by_kind,
        across_sets=recipe.across_sets,
        self_share=recipe.self_share,
    )


def _compile(model, stage, recipe):
    steps = getattr(recipe, f"{stage}_epochs") * recipe.steps_per_epoch
    warmup = max(1, steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=max(1, steps - warmup),
        warmup_target=getattr(recipe, f"{stage}_learning_rate"),
        warmup_steps=warmup,
    )
    model.compile(
        ClippedAdamW(rate, recipe.weight_decay),
        loss={MASK_A: CoSegLoss(), MASK_B: CoSegLoss()},
        metrics={name: [BinaryIoU(), PixelAccuracy()] for name in (MASK_A, MASK_B)},
    )


def _callbacks(stage, folder, recipe, network, validation, tensorboard):
    callbacks = []
    if tensorboard:
        from tfcoseg.train.tensorboard import tensorboard_callbacks

        logs = folder.path / "tensorboard" / stage
        pairs = validation_pairs(validation, recipe.exclusions)
        size = sorted(recipe.sizes)[len(recipe.sizes) // 2]
        callbacks = tensorboard_callbacks(logs, network, pairs, size)
    # Last, so that whatever the others write is older than the recorded epoch.
    return [*callbacks, RunRecorder(folder, stage, network, recipe.patience)]

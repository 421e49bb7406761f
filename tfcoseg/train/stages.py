"""The stages of a run: the head, what lies above the skips, then everything."""

import keras
import tensorflow as tf

from tfcoseg.data.pairing import sample_pairs
from tfcoseg.data.pipeline import pair_dataset
from tfcoseg.losses import CoSegLoss
from tfcoseg.metrics import BinaryIoU, PixelAccuracy
from tfcoseg.signature import MASK_A, MASK_B
from tfcoseg.train.features import FeatureCache
from tfcoseg.train.parts import head_model, upper_model
from tfcoseg.train.run_folder import RunRecorder
from tfcoseg.train.split import validation_pairs
from tfcoseg.train.strategy import ClippedAdamW, even_batches

STAGES = ("head", "upper", "finetune")
# What a stage adds to the seed of the pairs.
_SEEDS = {"head": 0, "finetune": 1, "upper": 2}


def check_pairs(recipe, training, validation):
    """Makes sure that the pairs can be drawn, before features are computed for hours.

    Raises:
        ValueError: if no negative pair can be trusted, though some are wanted.
    """
    sample_pairs(training, 1, recipe.negative_share, recipe.seed)
    validation_pairs(validation)


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
    records = training, validation
    if stage == "finetune":
        model, dataset, checks = _finetune_stage(recipe, network, *records, done)
    else:
        caches = _caches(recipe, folder, network, *records, bool(verbose))
        model, dataset, checks = _cached_stage(
            stage, recipe, network, *records, caches, done
        )
    _compile(model, stage, recipe)
    if done:
        model.optimizer.build(model.trainable_variables)
        model.load_weights(folder.last_checkpoint)
    model.fit(
        dataset,
        epochs=epochs,
        initial_epoch=done,
        steps_per_epoch=recipe.steps_per_epoch,
        shuffle=False,
        validation_data=checks,
        callbacks=_callbacks(stage, folder, recipe, network, validation, tensorboard),
        verbose=verbose,
    )


def _caches(recipe, folder, network, training, validation, verbose):
    """What both cached stages read: maps of training and of validation pictures.

    A run without the head's stage needs no features in them.
    """
    encoder = network.get_layer("siamese_encoder")
    parent = folder.path / "features"
    kept = {"features": recipe.head_epochs > 0, "verbose": verbose}
    views, check_sizes = (recipe.views, recipe.seed), [_middle(recipe.sizes)]
    return (
        FeatureCache(
            parent / "training", training, encoder, recipe.sizes, *views, **kept
        ),
        FeatureCache(
            parent / "validation",
            validation,
            encoder,
            check_sizes,
            augment=False,
            **kept,
        ),
    )


def _cached_stage(stage, recipe, network, training, validation, caches, done):
    """The head, or all above the skips, with cached maps of pairs to train on."""
    cache, check_cache = caches
    pairs, start = _pairs(stage, recipe, training, done)
    make, features = (head_model, True) if stage == "head" else (upper_model, False)
    batch_size = getattr(recipe, f"{stage}_batch_size")
    return (
        make(network, cache.channels),
        cache.dataset(pairs, batch_size, start, features).repeat(),
        check_cache.dataset(*_checks(validation, batch_size), features=features),
    )


def _finetune_stage(recipe, network, training, validation, done):
    """Everything, with pictures read and augmented as they are needed."""
    # The statistics of few pairs are noise: batch normalisation stays as it is.
    for layer in network.get_layer("mask_decoder")._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    batch_size = recipe.finetune_batch_size
    pairs, start = _pairs("finetune", recipe, training, done)
    pairs_to_judge, check_size = _checks(validation, batch_size)
    checks = pair_dataset(
        pairs_to_judge,
        _middle(recipe.sizes),
        check_size,
        augment=False,
        drop_remainder=False,
    )
    return (
        # A model of its own, so that the network itself stays without an optimizer.
        keras.Model(network.input, network.output),
        _sizes_in_turns(pairs, recipe.sizes, batch_size, recipe.seed, start),
        checks,
    )


def _checks(validation, batch_size):
    """Pairs to validate on, and the size of their batches."""
    pairs = validation_pairs(validation)
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    count, size = even_batches(len(pairs), batch_size, replicas)
    return pairs[:count], size


def _pairs(stage, recipe, records, done):
    """The stage's remaining pairs, and the number of the first."""
    per_epoch = recipe.steps_per_epoch * getattr(recipe, f"{stage}_batch_size")
    count = (getattr(recipe, f"{stage}_epochs") - done) * per_epoch
    start = done * per_epoch
    seed = recipe.seed + _SEEDS[stage]
    pairs = sample_pairs(
        records,
        count,
        recipe.negative_share,
        seed,
        start,
        full_weight=recipe.full_weight,
    )
    return pairs, start


def _sizes_in_turns(pairs, sizes, batch_size, seed, start):
    """Batches of one size each, in turns; batch j depends on (seed, j) alone."""
    first = start // batch_size
    batches = [pairs[i : i + batch_size] for i in range(0, len(pairs), batch_size)]
    order = [(first + j) % len(sizes) for j in range(len(batches))]
    datasets = []
    for turn, size in enumerate(sizes):
        own = [batch for batch, its_turn in zip(batches, order) if its_turn == turn]
        before = len(range(turn, first, len(sizes))) * batch_size
        flat = [pair for batch in own for pair in batch]
        datasets.append(
            pair_dataset(flat, size, batch_size, seed + turn, first_index=before)
        )
    choice = tf.data.Dataset.from_tensor_slices(tf.constant(order, tf.int64))
    batches = tf.data.Dataset.choose_from_datasets(datasets, choice, False)
    return batches.repeat()


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
        pairs, size = validation_pairs(validation), _middle(recipe.sizes)
        callbacks = tensorboard_callbacks(logs, network, pairs, size)
    # Last, so that whatever the others write is older than the recorded epoch.
    return [*callbacks, RunRecorder(folder, stage, network, recipe.patience)]


def _middle(sizes):
    return sorted(sizes)[len(sizes) // 2]

"""One cell with one seed: its head trained, judged, and described in a row."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

import tfcoseg
from tfcoseg.ablate.caches import Caches
from tfcoseg.ablate.cells import Cell
from tfcoseg.ablate.features import FeatureCache
from tfcoseg.ablate.heads import describe_head
from tfcoseg.ablate.judge import FIGURES, judge
from tfcoseg.ablate.settings import Settings
from tfcoseg.data.folder import Record
from tfcoseg.data.pairing import Pair, sample_pairs
from tfcoseg.data.references import reference_masks
from tfcoseg.losses import CoSegLoss
from tfcoseg.signature import REFERENCE_A, REFERENCE_B


def trial(
    cell: Cell,
    seed: int,
    settings: Settings,
    caches: Caches,
    progress: Callable[..., Iterable],
) -> tuple[keras.Model, dict[str, Any]]:
    """Trains and judges the head of a cell.

    Args:
        cell: what to train.
        seed: of the head's first weights, of the pairs and of the views that are drawn;
            sets the global random seeds of Python, NumPy and TensorFlow.
        settings: how long, and on what.
        caches: features of the encoder.
        progress: as in `evaluate_folder`.

    Returns:
        The head and its row, a dictionary fit for JSON. Where the loss did not stay
        finite, it is None, and so are the figures of all sets.
    """
    start = time.monotonic()
    training, validation = caches.of(cell)
    encoded = time.monotonic()
    keras.utils.set_random_seed(seed)
    head = cell.build(cell, list(training.channels.values()))
    loss = train_head(
        head, cell, seed, settings, caches.training_records, training, progress
    )
    trained = time.monotonic()
    figures = {name: dict.fromkeys(FIGURES) for name in caches.sets}
    if math.isfinite(loss):
        figures = judge(head, validation, caches.sets, settings.batch_size, progress)
    row = {
        "cell": cell.name,
        "seed": seed,
        "change": cell.change,
        "beside": cell.beside,
        "figures": figures,
        "loss": round(loss, 5) if math.isfinite(loss) else None,
        "parameters": head.count_params(),
        "seconds": {
            "encoding": round(encoded - start, 1),
            "training": round(trained - encoded, 1),
            "judging": round(time.monotonic() - trained, 1),
        },
        "settings": {
            "affinity": cell.affinity,
            "features": cell.features,
            "skips": cell.skips,
            "output_stride": cell.output_stride,
            "encoder_features": cell.encoder_features,
            "negative_share": cell.negative_share,
            "reference_share": cell.reference_share,
            "layers": describe_head(head),
        },
        "tfcoseg": tfcoseg.__version__,
    }
    return head, row


def train_head(
    head: keras.Model,
    cell: Cell,
    seed: int,
    settings: Settings,
    records: Sequence[Record],
    cache: FeatureCache,
    progress: Callable[..., Iterable],
) -> float:
    """Trains a head in place on cached features; returns the last steps' mean loss."""
    size = settings.batch_size
    count = settings.steps * size
    pairs = sample_pairs(
        records, count, cell.negative_share, seed, exclusions="known", by_kind=True
    )
    # Batches are numbered on from seed to seed, so that other views are drawn too.
    batches = cache.dataset(pairs, size, first_index=seed * count)
    step = training_step(head, settings)
    losses = []
    for number, (inputs, truths) in enumerate(
        progress(batches, desc="training", unit="step")
    ):
        if cell.reference_share:
            of_batch = pairs[number * size : (number + 1) * size]
            draw = seed, number
            inputs = with_references(inputs, of_batch, cell.reference_share, draw)
        losses.append(step(inputs, truths))
    last = losses[-max(1, settings.steps // 10) :]
    return float(tf.reduce_mean(last))


def with_references(
    inputs: dict[str, tf.Tensor], pairs: Sequence[Pair], share: float, seed: Any
) -> dict[str, tf.Tensor]:
    """A batch in which some pairs have a reference mask; see `reference_masks`.

    Args:
        inputs: of `FeatureCache.dataset`.
        pairs: those of the batch.
        share: fraction of the pairs that have one.
        seed: two whole numbers.
    """
    masks = zip(inputs["like_a"], inputs["like_b"])
    seeds = tf.random.experimental.stateless_split(seed, len(pairs))
    references = [
        reference_masks(both, tf.constant(pair.positive), share, one)
        for both, pair, one in zip(masks, pairs, seeds)
    ]
    both = map(tf.stack, zip(*references))
    return {**inputs, **dict(zip((REFERENCE_A, REFERENCE_B), both))}


def training_step(head: keras.Model, settings: Settings) -> Callable[..., tf.Tensor]:
    """A traced step of AdamW on a batch of `FeatureCache.dataset`; returns its loss.

    The optimizer, its schedule and the loss are those of `tfcoseg train`'s first stage.
    """
    warmup = max(1, settings.steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=max(1, settings.steps - warmup),
        warmup_target=settings.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(rate, settings.weight_decay, clipnorm=1.0)
    optimizer.build(head.trainable_variables)
    criterion = CoSegLoss()

    @tf.function(reduce_retracing=True)
    def step(inputs, truths):
        with tf.GradientTape() as tape:
            masks = head(inputs, training=True)
            loss = sum(criterion(truths[name], masks[name]) for name in masks)
        variables = head.trainable_variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        optimizer.apply(gradients, variables)
        return loss

    return step

"""How good a head is, on cached features: J with the right and with a wrong partner."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfcoseg.ablate.pictures import HELD_OUT, right_pairs, wrong_pairs
from tfcoseg.data.folder import Record
from tfcoseg.data.pairing import Pair
from tfcoseg.evaluate.scores import Counts, averages, count_pixels
from tfcoseg.signature import MASK_A, MASK_B
from tfcoseg.train.features import FeatureCache

THRESHOLD = 0.5
# Of each set, besides how many pictures they are of.
FIGURES = ("J", "J_images", "wrong_J", "wrong_predicted")


def judge(
    head: keras.Model,
    cache: FeatureCache,
    sets: Mapping[str, Sequence[Record]],
    batch_size: int,
    progress: Callable[..., Iterable],
) -> dict[str, dict[str, Any]]:
    """Judges every picture of some sets once beside each kind of partner.

    No picture is read: masks are judged at the size at which the features were cached,
    squashed to a square, unlike those of `tfcoseg evaluate`.

    Args:
        head: of `build_head`.
        cache: features of all the records.
        sets: records by the name of their set, as `read_pictures` returns them.
        batch_size: pairs at a time.
        progress: as in `evaluate_folder`.

    Returns:
        For each set, in percent: "J", the mean over its groups of each group's mean
        over pictures; "J_images", the mean over pictures; "wrong_J" (over groups) and
        "wrong_predicted" (share of pixels predicted) with a partner that has nothing in
        common; and how many "pictures" and "wrong_pictures" there are. What no picture
        defines is None.
    """
    everything = {"right": [], "wrong": []}
    for records in sets.values():
        everything["right"] += right_pairs(records)
    held_out = sets.get(HELD_OUT, ())
    others = [r for name in sets if name != HELD_OUT for r in sets[name]]
    everything["wrong"] += wrong_pairs(held_out) + wrong_pairs(others)
    predict = tf.function(head, reduce_retracing=True)
    counts = {
        kind: _count(predict, cache, pairs, batch_size, progress, f"{kind} partner")
        for kind, pairs in everything.items()
    }
    return {name: _figures(records, counts) for name, records in sets.items()}


def _count(predict, cache, pairs, batch_size, progress, description):
    """{record: its `Counts`}, of the first pair that it is in."""
    found: dict[Record, Counts] = {}
    batches = cache.dataset(pairs, batch_size) if pairs else ()
    for number, (inputs, _) in enumerate(
        progress(batches, desc=description, unit="batch")
    ):
        masks = predict(inputs)
        for side, name in (("a", MASK_A), ("b", MASK_B)):
            # The truths of a wrong pair are empty; what masks have as size is not.
            truths = inputs[f"like_{side}"].numpy().astype(np.uint8)
            predictions = masks[name].numpy() >= THRESHOLD
            for index, pair in enumerate(_batch(pairs, number, batch_size)):
                record = pair.record_a if side == "a" else pair.record_b
                if record not in found:
                    found[record] = count_pixels(predictions[index], truths[index])
    return found


def _batch(pairs: Sequence[Pair], number, batch_size):
    return pairs[number * batch_size : (number + 1) * batch_size]


def _figures(records, counts):
    right, wrong = (_by_group(records, counts[kind]) for kind in ("right", "wrong"))
    of_right, of_wrong = averages(right), averages(wrong)
    return {
        "pictures": sum(map(len, right.values())),
        "J": _percent(of_right["J"]["groups"]),
        "J_images": _percent(of_right["J"]["images"]),
        "wrong_pictures": sum(map(len, wrong.values())),
        "wrong_J": _percent(of_wrong["J"]["groups"]),
        "wrong_predicted": _percent(of_wrong["predicted"]["images"]),
    }


def _by_group(records, counts):
    groups = {}
    for record in records:
        if record in counts:
            groups.setdefault(record.group, []).append(counts[record])
    return groups


def _percent(share):
    return None if share is None else round(100 * share, 4)

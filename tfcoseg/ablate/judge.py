"""How good a head is, on cached features: J with the right and with a wrong partner."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfcoseg.ablate.features import FeatureCache
from tfcoseg.ablate.pictures import HELD_OUT, right_pairs, wrong_pairs
from tfcoseg.data.folder import Record
from tfcoseg.data.pairing import Pair
from tfcoseg.evaluate.score_quality import score_at_loss
from tfcoseg.evaluate.scores import Counts, averages, count_pixels
from tfcoseg.ops.affinity import pooled_descriptor
from tfcoseg.signature import MASK_A, MASK_B, REFERENCE_A, REFERENCE_B

THRESHOLD = 0.5
# Of each set, and each way to judge, besides how many pictures they are of.
FIGURES = ("J", "J_images", "wrong_J", "wrong_predicted")
# Ways to judge: as the head is; with verification; with the partner's true mask given.
AS_IS, VERIFIED, MASKED = "", "verified_", "masked_"


@dataclass(frozen=True)
class Found:
    """What was counted of one picture's mask.

    Attributes:
        counts: of its pixels.
        cosine: of the pooled descriptors of its pair, which verification judges.
    """

    counts: Counts
    cosine: float


def judge(
    head: keras.Model,
    cache: FeatureCache,
    sets: Mapping[str, Sequence[Record]],
    batch_size: int,
    progress: Callable[..., Iterable],
) -> dict[str, dict[str, Any]]:
    """Judges every picture of some sets once with each kind of partner.

    No picture is read: masks are judged at the size at which the features were cached,
    squashed to a square, unlike those of `tfcoseg evaluate`, and after one comparison.

    Args:
        head: of `build_head`.
        cache: features of all the records.
        sets: records by the name of their set, as `read_pictures` returns them.
        batch_size: pairs at a time.
        progress: as in `evaluate_folder`.

    Returns:
        For each set, in percent: "J", the mean over its groups of each group's mean
        over pictures; "J_images", the mean over pictures; "wrong_J" (over groups) and
        "wrong_predicted" (pixels predicted) with a partner of another kind; and the
        numbers of "pictures" and "wrong_pictures". What no picture defines is None.
        The same with "verified_" before it: masks are empty where the cosine of the
        pair's pooled descriptors is below the value that 3 % of the right pairs of all
        sets do not reach. And, of a head that takes references, with "masked_" before
        it: with the partner's true mask given, without verification.
    """
    pairs = {"right": [], "wrong": []}
    for records in sets.values():
        pairs["right"] += right_pairs(records)
    held_out = sets.get(HELD_OUT, ())
    others = [r for name in sets if name != HELD_OUT for r in sets[name]]
    pairs["wrong"] += wrong_pairs(held_out) + wrong_pairs(others)
    predict = tf.function(head, reduce_retracing=True)
    takes_masks = REFERENCE_A in getattr(head, "input", ())
    figures = {name: {} for name in sets}
    for way in (AS_IS, MASKED) if takes_masks else (AS_IS,):
        given = (way == MASKED) if takes_masks else None
        found = {
            kind: _find(predict, cache, pairs[kind], batch_size, given, progress, kind)
            for kind in pairs
        }
        for name, records in sets.items():
            figures[name] |= _figures(records, found, way)
            if way == AS_IS:
                verified = _verify(found)
                figures[name] |= _figures(records, verified, VERIFIED)
    return figures


def _find(predict, cache, pairs, batch_size, given, progress, kind):
    """{record: its `Found`}, of the first pair that it is in."""
    found: dict[Record, Found] = {}
    batches = cache.dataset(pairs, batch_size) if pairs else ()
    description = f"{kind} partner{', masks given' if given else ''}"
    for number, (inputs, _) in enumerate(
        progress(batches, desc=description, unit="batch")
    ):
        masks = predict(_with_references(inputs, given))
        cosines = _cosines(inputs, masks)
        for side, name in (("a", MASK_A), ("b", MASK_B)):
            # The truths of a wrong pair are empty; what masks have as size is not.
            truths = inputs[f"like_{side}"].numpy().astype(np.uint8)
            predictions = masks[name].numpy() >= THRESHOLD
            for index, pair in enumerate(_batch(pairs, number, batch_size)):
                record = pair.record_a if side == "a" else pair.record_b
                if record not in found:
                    counts = count_pixels(predictions[index], truths[index])
                    found[record] = Found(counts, float(cosines[index]))
    return found


def _with_references(inputs, given):
    """The inputs with both pictures' true masks, with none, or as they are (None).

    Of the two masks of a pair only the partner's affects what is found in a picture.
    """
    if given is None:
        return inputs
    own = {name: inputs[f"like_{name[-1]}"] for name in (REFERENCE_A, REFERENCE_B)}
    references = {
        name: tf.cast(mask == 1, tf.float32) if given else tf.ones_like(mask)
        for name, mask in own.items()
    }
    return {**inputs, **references}


def _cosines(inputs, masks):
    """Of the descriptors, which are the last of the maps, pooled over the masks."""
    last = max(int(name[2:]) for name in inputs if name.startswith("a_"))
    objects = [
        pooled_descriptor(inputs[f"{side}_{last}"], masks[name])
        for side, name in (("a", MASK_A), ("b", MASK_B))
    ]
    return tf.reduce_sum(objects[0] * objects[1], axis=-1).numpy()


def _verify(found):
    """The same with the masks of rejected pairs empty."""
    least = score_at_loss([one.cosine for one in found["right"].values()])
    return {
        kind: {record: _verified(one, least) for record, one in of_kind.items()}
        for kind, of_kind in found.items()
    }


def _verified(one, least):
    if one.cosine >= least:
        return one
    return Found(Counts(one.counts.pixels, one.counts.truth, 0, 0), one.cosine)


def _batch(pairs: Sequence[Pair], number, batch_size):
    return pairs[number * batch_size : (number + 1) * batch_size]


def _figures(records, found, way):
    right, wrong = (_by_group(records, found[kind]) for kind in ("right", "wrong"))
    of_right, of_wrong = averages(right), averages(wrong)
    figures = {
        "J": _percent(of_right["J"]["groups"]),
        "J_images": _percent(of_right["J"]["images"]),
        "wrong_J": _percent(of_wrong["J"]["groups"]),
        "wrong_predicted": _percent(of_wrong["predicted"]["images"]),
    }
    numbers = {
        "pictures": sum(map(len, right.values())),
        "wrong_pictures": sum(map(len, wrong.values())),
    }
    return {**numbers, **{f"{way}{name}": value for name, value in figures.items()}}


def _by_group(records, found):
    groups = {}
    for record in records:
        if record in found:
            groups.setdefault(record.group, []).append(found[record].counts)
    return groups


def _percent(share):
    return None if share is None else round(100 * share, 4)

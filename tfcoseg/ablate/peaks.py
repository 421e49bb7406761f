"""Does the correlation highlight the centre of the object, as the paper says?"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfcoseg.ablate.distances import distance_of, peak_distance, places
from tfcoseg.applications import endpoints
from tfcoseg.data.folder import Record
from tfcoseg.data.pairing import consecutive_pairs, other_kind_partners
from tfcoseg.data.pipeline import image_dataset
from tfcoseg.data.record import read_true_mask

# How far from the centre of the picture an object off centre is, in its diagonals.
OFF_CENTRE = 0.1
CENTRE, CHANCE, OWN = "centre of the picture", "any position", "own energy"
BASELINES = (CENTRE, CHANCE, OWN)


def measure_peaks(
    model: keras.Model,
    records: Sequence[Record],
    size: int,
    progress: Callable[..., Iterable] | None = None,
) -> dict[str, Any]:
    """How far the correlation's peak is from the object's centroid.

    Each picture is correlated with the next of its group and with one of another kind.
    The peak is the position where the sum over channels is highest.

    Args:
        model: a co-segmentation model.
        records: pictures, in groups of two or more.
        size: height = width at which the model sees them, 16 n + 1: position i of
            the features is then where pixel 16 i is.
        progress: as in `evaluate_folder`.

    Returns:
        "pictures"; "wrong_pictures", those with a partner of another kind;
        "off_centre_pictures", those whose object's centroid is over a tenth of the
        diagonal away from the centre of the picture; and "rows": for the
        response to each kernel size, F, and the baselines `BASELINES`, of which the
        last is the sum of squares of the image's own embedding, a dictionary of

        - "right", "wrong": mean distance in percent of the picture's diagonal with each
          partner;
        - "off_centre": the same as "right", over the pictures off centre alone;
        - "right_on_object", "wrong_on_object": percent of the peaks that lie on it;
        - "difference": mean of wrong minus right over the pictures that have both, and
          "standard_error" of that mean.

        What has no partner has no "wrong"; what cannot be told is None.

    Raises:
        ValueError: for another size.
    """
    if size % 16 != 1:
        raise ValueError(
            "`size` must be 16 n + 1, as 257 or 321 are, so that it is known where the "
            f"positions of the features lie. Received: size={size}"
        )
    progress = progress or (lambda iterable, **_: iterable)
    embeddings = _embeddings(model, records, size, progress)
    respond = tf.function(lambda own, other: _responses(model, own, other))
    wrong = {pair.record_a: pair.record_b for pair in other_kind_partners(records)}
    pictures = []
    pairs = consecutive_pairs(records)
    for pair in progress(pairs, desc="correlating", unit="picture"):
        record, partner = pair.records
        mask = read_true_mask(record) == 1
        if mask.any():
            partners = {"right": partner, "wrong": wrong.get(record)}
            others = {k: embeddings[p] for k, p in partners.items() if p is not None}
            own = embeddings[record]
            pictures.append(_measure(respond, own, others, mask, size))
    names = pictures[0] if pictures else ()
    off = np.array([of[CENTRE]["right"][0] > OFF_CENTRE for of in pictures])
    return {
        "pictures": len(pictures),
        "off_centre_pictures": int(off.sum()),
        "wrong_pictures": sum("wrong" in picture["F"] for picture in pictures),
        "rows": {name: _figures([of[name] for of in pictures], off) for name in names},
    }


def _measure(respond, own, others, mask, size):
    """{name of a response: {kind of partner: what `peak_distance` returns}}."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for kind, other in others.items():
        for name, response in respond(own, other).items():
            distance = peak_distance(response.numpy(), mask, size)
            found.setdefault(name, {})[kind] = distance
    baselines = _baselines(own, mask, size)
    return found | {name: {"right": value} for name, value in baselines.items()}


def _baselines(embedding, mask, size):
    """What needs no partner: the middle, the mean over all positions, own energy."""
    energy = np.sum(np.square(embedding[0]), axis=-1)
    height, width = energy.shape
    everywhere = [
        distance_of(y, x, mask)
        for y in places(height, size)
        for x in places(width, size)
    ]
    chance = np.mean(everywhere, axis=0)
    return {
        CENTRE: distance_of(0.5, 0.5, mask),
        CHANCE: (float(chance[0]), float(chance[1])),
        OWN: peak_distance(energy, mask, size),
    }


def _responses(model, own, other):
    """Each level's response and F, summed over channels: {name: (h, w)}."""
    xcorr = model.get_layer("pyramid_xcorr")
    levels = endpoints.correlation_levels(model, own, other)
    names = [f"kernel {size}" for size in xcorr.kernel_sizes]
    correlation = xcorr.correlate(own, xcorr.kernel_of(other))
    maps = dict(zip(names, levels)) | {"F": correlation}
    return {name: tf.reduce_sum(response[0], -1) for name, response in maps.items()}


def _embeddings(model, records, size, progress):
    """{record: float32 (1, h, w, filters)}, each picture squashed to the size."""
    encoder = model.get_layer("siamese_encoder")
    xcorr = model.get_layer("pyramid_xcorr")
    embed = tf.function(lambda images: xcorr.embed(encoder.encode(images)[0]))
    pictures = image_dataset(records, size, augment=False).batch(1)
    pictures = progress(pictures, desc="encoding", unit="picture")
    found = [embed(images).numpy() for images, *_ in pictures]
    return dict(zip(records, found))


def _figures(pictures, off):
    right, wrong = (
        np.array([picture.get(kind, (np.nan, np.nan)) for picture in pictures])
        for kind in ("right", "wrong")
    )
    figures = {
        "right": _percent(right[:, 0]),
        "off_centre": _percent(right[off, 0]),
        "right_on_object": _percent(right[:, 1]),
    }
    if not np.isnan(wrong).all():
        difference = wrong[:, 0] - right[:, 0]
        count = np.count_nonzero(~np.isnan(difference))
        error = np.nanstd(difference, ddof=1) / count**0.5 if count > 1 else np.nan
        figures |= {
            "wrong": _percent(wrong[:, 0]),
            "wrong_on_object": _percent(wrong[:, 1]),
            "difference": _percent(difference),
            "standard_error": _percent([error]),
        }
    return figures


def _percent(values):
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    return round(100 * float(values.mean()), 4) if len(values) else None

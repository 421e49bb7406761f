"""What has been judged, on disk, so that an interrupted run resumes."""

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.evaluate.fingerprint import fingerprint
from tfcoseg.evaluate.judge import Judgement
from tfcoseg.evaluate.protocol import NO_CORRELATION, Comparison, Protocol
from tfcoseg.evaluate.scores import Counts
from tfcoseg.evaluate.thresholds import THRESHOLDS

_NUMBERS = 4 + 2 * len(THRESHOLDS)


class JudgementCache:
    """The judgements of one model under one set of options, in one file.

    Lines of JSON, appended one by one: a process that is killed while it writes spoils
    its last line at most, which is then judged anew, and no database has to be
    repaired. The first line says what the file is about, and its name is a digest of
    that, so that other weights or options find nothing here. In every other line the
    digests of what is compared (picture, true mask and partners, by their bytes, so
    that a changed file is judged anew and a renamed one is not), four counts, the
    score, the least score and F, and the counts at each threshold: 0.3 kB for a mask.

    Encoded pictures are kept in memory only, by `FeatureStore`: those of PASCAL VOC
    would take 3 to 14 GB. A resumed run encodes again what it still needs.

    Args:
        folder: where the file is, or will be once something is put in.
        about: everything but the pictures that a result depends on; see `open_cache`.
    """

    def __init__(self, folder: str | os.PathLike, about: Mapping[str, Any]):
        self._header = json.dumps(dict(about), sort_keys=True).encode()
        name = hashlib.sha256(self._header).hexdigest()[:32]
        self.path = Path(folder) / f"{name}.jsonl"
        self._digest = cache(_digest)
        self._found: dict[str, tuple[np.ndarray, list[float | None]]] = {}
        self._before_next = self._header + b"\n"
        if self.path.is_file() and self.path.stat().st_size:
            self._read()

    def get(self, comparison: Comparison) -> Judgement | None:
        """What was found for a comparison when this cache was opened, or None."""
        found = self._found.get(self._key(comparison))
        if found is None:
            return None
        numbers, (score, min_score, boundary) = found
        counts = Counts(*numbers[:4].tolist())
        curve = numbers[4:].reshape(2, -1)
        return Judgement(comparison, counts, score, min_score, curve, boundary)

    def put(self, judgement: Judgement) -> None:
        """Appends a judgement to the file, at once and in one piece."""
        counts = judgement.counts
        four = counts.pixels, counts.truth, counts.predicted, counts.intersection
        numbers = [*four, *judgement.at_thresholds.ravel().tolist()]
        key = self._key(judgement.comparison)
        scores = [judgement.score, judgement.min_score, judgement.boundary]
        line = json.dumps([key, scores, numbers], separators=(",", ":"))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab", buffering=0) as file:
            file.write(self._before_next + line.encode() + b"\n")
        self._before_next = b""

    def _read(self):
        line = b"\n"
        with open(self.path, "rb") as file:
            for line in file:
                if entry := _parse(line):
                    key, scores, numbers = entry
                    self._found[key] = np.array(numbers, np.uint32), scores
        # Whatever a killed process has left unfinished must not swallow the next line.
        self._before_next = b"" if line.endswith(b"\n") else b"\n"

    def _key(self, comparison):
        record = comparison.record
        parts = [
            self._digest(record.image),
            *self._digests_of_mask(record),
            comparison.kind == NO_CORRELATION,
            *(self._digest(partner.image) for partner in comparison.partners),
        ]
        if comparison.reference:
            parts += map(self._digests_of_mask, comparison.partners)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def _digests_of_mask(self, record):
        files = record.mask, *record.more_masks
        return [*map(self._digest, files), record.void_value]


def open_cache(
    folder: str | os.PathLike,
    weights_sha256: str,
    predictor: Any,
    protocol: Protocol = Protocol(),
) -> JudgementCache:
    """The cache of a predictor with these weights, for masks judged by this protocol.

    Which masks are judged may differ from run to run.
    """
    about = {
        "weights": weights_sha256,
        "engine": type(predictor.runtime).__name__,
        "working_size": predictor.working_size,
        "threshold": predictor.threshold,
        "min_score": predictor.min_score,
        "metric_size": protocol.metric_size,
        "boundary": protocol.boundary,
        "code": fingerprint(),
    }
    return JudgementCache(folder, about)


def _parse(line):
    """The key, the scores and the numbers of a line; None if it is no line of ours."""
    try:
        key, scores, numbers = json.loads(line)
        whole = line.endswith(b"\n") and len(numbers) == _NUMBERS
        whole = whole and len(scores) == 3
    except (ValueError, TypeError):  # cut short, or something else
        return None
    return (key, scores, numbers) if whole else None


def _digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""An evaluation as plain numbers, for JSON and for the table on screen."""

from typing import Any

import numpy as np

from tfcoseg.evaluate.partners import OF_SEVERAL
from tfcoseg.evaluate.protocol import NO_CORRELATION, PAIR, WRONG_PARTNER
from tfcoseg.evaluate.protocols import ORIGINAL, size_in_words
from tfcoseg.evaluate.run import Evaluation
from tfcoseg.evaluate.score_quality import score_quality
from tfcoseg.evaluate.scores import QUANTITIES, averages, emptiness


def summarise(evaluation: Evaluation) -> dict[str, Any]:
    """Every figure of an evaluation, in percent; what is not defined is None.

    Returns:
        A dictionary fit for JSON: `protocol`, `overall` (J, P and the predicted share
        by three averages), `groups` (the same for each group: the mean over its images,
        and pooled), `controls`, `empty`, `scores` (of `score_quality`; None without
        wrong partners and for groups), `left_out`, `differences` (from a benchmark as
        published), `masks`, one entry per judged mask, `pictures` and `not_judged`,
        how many were and were not. With each number of masks come `J_masks`, the number
        that J is defined for, and `empty_masks`, the percentage that is empty since
        nothing was found; and, if contours were measured, `F` over images and groups.
    """
    protocol = evaluation.protocol
    controls = {
        kind: _figures(judgements)
        for kind in (WRONG_PARTNER, NO_CORRELATION)
        if (judgements := evaluation.of_kind(kind))
    }
    return {
        "unit": "percent",
        "protocol": {
            "pairs": protocol.pairs,
            "working_size": evaluation.working_size,
            "threshold": evaluation.threshold,
            "min_score": evaluation.min_score,
            "reference_masks": protocol.reference_masks,
            "exclusions": protocol.exclusions,
            "measured_at": size_in_words(protocol.metric_size or ORIGINAL),
            "per_group": protocol.per_group,
            "limit": protocol.limit,
            "leave_out": len(protocol.leave_out),
            "folds": protocol.folds,
            "fold": protocol.fold,
            "fold_by": protocol.fold_by,
            "void_value": protocol.void_value,
        },
        "pictures": len({j.comparison.record for j in evaluation.judgements}),
        "not_judged": evaluation.not_judged,
        **_figures(evaluation.of_kind(PAIR)),
        "controls": controls,
        "empty": _empty(evaluation),
        "scores": _scores(evaluation),
        "left_out": evaluation.problems,
        "differences": evaluation.differences,
        "masks": [_mask(judgement) for judgement in evaluation.judgements],
    }


def _figures(judgements):
    """`overall` and `groups` of the judgements of one kind of comparison."""
    members, groups = {}, {}
    for judgement in judgements:
        members.setdefault(judgement.comparison.record.group, []).append(judgement)
    by_group = {}
    for name, of_group in members.items():
        counts = groups[name] = [judgement.counts for judgement in of_group]
        group = averages({name: counts})
        by_group[name] = _numbers_of_masks(counts)
        for quantity in QUANTITIES:
            by_group[name][quantity] = _percent(group[quantity]["images"])
            by_group[name][f"{quantity}_pooled"] = _percent(group[quantity]["pooled"])
    overall = {
        quantity: {name: _percent(value) for name, value in three.items()}
        for quantity, three in averages(groups).items()
    }
    if any(judgement.boundary is not None for judgement in judgements):
        of_groups = [_contours(of_group) for of_group in members.values()]
        for name, mean in zip(members, of_groups):
            by_group[name]["F"] = _percent(mean)
        three = {"images": _contours(judgements), "groups": np.mean(of_groups)}
        overall["F"] = {name: _percent(mean) for name, mean in three.items()}
    every = [judgement.counts for judgement in judgements]
    return {"overall": {**_numbers_of_masks(every), **overall}, "groups": by_group}


def _contours(judgements):
    """The mean F."""
    return np.mean([judgement.boundary for judgement in judgements])


def _numbers_of_masks(counts):
    defined = sum(c.jaccard is not None for c in counts)
    empty = sum(not c.predicted for c in counts)
    return {
        "masks": len(counts),
        "J_masks": defined,
        "empty_masks": _percent(empty / len(counts)) if counts else None,
    }


def _scores(evaluation):
    """How well scores tell right from wrong partners."""
    wrong = evaluation.of_kind(WRONG_PARTNER)
    if not wrong or evaluation.protocol.pairs in OF_SEVERAL:
        return None
    right = [judgement.score for judgement in evaluation.of_kind(PAIR)]
    wrong = [judgement.score for judgement in wrong]
    return score_quality(right, wrong, evaluation.min_score)


def _empty(evaluation):
    """False positives: with a wrong partner, and where the true mask is empty."""
    rows = {}
    if wrong := _counts_of(evaluation, WRONG_PARTNER):
        rows["nothing_in_common"] = wrong
    truths = [c for c in _counts_of(evaluation, PAIR) if c.pixels and not c.truth]
    if truths:
        rows["true_mask_empty"] = truths
    result = {}
    for name, counts in rows.items():
        row = emptiness(counts)
        shares = {key: _percent(row[key]) for key in row if key != "pictures"}
        result[name] = {"pictures": row["pictures"], **shares}
    return result


def _counts_of(evaluation, kind):
    return [judgement.counts for judgement in evaluation.of_kind(kind)]


def _mask(judgement):
    comparison, counts = judgement.comparison, judgement.counts
    partners = [f"{p.group}/{p.name}" for p in comparison.partners]
    return {
        "kind": comparison.kind,
        "picture": f"{comparison.record.group}/{comparison.record.name}",
        **({"partners": partners} if partners[1:] else {"partner": partners[0]}),
        **{name: _percent(of(counts)) for name, of in QUANTITIES.items()},
        **({} if judgement.boundary is None else {"F": _percent(judgement.boundary)}),
        "score": round(judgement.score, 4),
    }


def _percent(share):
    return None if share is None else round(100 * float(share), 4)

"""An evaluation as plain numbers, for JSON and for the table on screen."""

from typing import Any

from tfcoseg.evaluate.protocol import NO_CORRELATION, PAIR, WRONG_PARTNER
from tfcoseg.evaluate.protocols import ORIGINAL, size_in_words
from tfcoseg.evaluate.run import Evaluation
from tfcoseg.evaluate.scores import QUANTITIES, averages, emptiness


def summarise(evaluation: Evaluation) -> dict[str, Any]:
    """Every figure of an evaluation, in percent; what is not defined is None.

    Returns:
        A dictionary fit for JSON: `protocol`, `overall` (J, P and the predicted share
        by three averages), `groups` (the same for each group: the mean over its images,
        and pooled), `controls`, `empty`, `left_out`, `differences` (from a benchmark
        as published), `masks`, one entry per judged mask, `pictures` and `not_judged`,
        how many were and were not. Beside each number of masks, `J_masks` is that of
        those that define J.
    """
    protocol = evaluation.protocol
    groups = evaluation.by_group()
    wanted = {WRONG_PARTNER: protocol.wrong_partner, NO_CORRELATION: True}
    controls = {
        kind: _figures(of_control)
        for kind in wanted
        if wanted[kind] and (of_control := evaluation.by_group(kind))
    }
    return {
        "unit": "percent",
        "protocol": {
            "pairs": protocol.pairs,
            "working_size": evaluation.working_size,
            "threshold": evaluation.threshold,
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
        **_figures(groups),
        "controls": controls,
        "empty": _empty(evaluation),
        "left_out": evaluation.problems,
        "differences": evaluation.differences,
        "masks": [_mask(judgement) for judgement in evaluation.judgements],
    }


def _figures(groups):
    """`overall` and `groups` of the counts of one kind of comparison."""
    by_group = {}
    for name, counts in groups.items():
        group = averages({name: counts})
        by_group[name] = _numbers_of_masks(counts)
        for quantity in QUANTITIES:
            by_group[name][quantity] = _percent(group[quantity]["images"])
            by_group[name][f"{quantity}_pooled"] = _percent(group[quantity]["pooled"])
    overall = {
        quantity: {name: _percent(value) for name, value in three.items()}
        for quantity, three in averages(groups).items()
    }
    every = [counts for group in groups.values() for counts in group]
    return {"overall": {**_numbers_of_masks(every), **overall}, "groups": by_group}


def _numbers_of_masks(counts):
    defined = sum(c.jaccard is not None for c in counts)
    return {"masks": len(counts), "J_masks": defined}


def _empty(evaluation):
    """False positives: beside a wrong partner, and where the true mask is empty."""
    rows = {}
    if evaluation.protocol.empty_pairs:
        rows["nothing_in_common"] = _counts_of(evaluation, WRONG_PARTNER)
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
    groups = evaluation.by_group(kind).values()
    return [counts for group in groups for counts in group]


def _mask(judgement):
    comparison, counts = judgement.comparison, judgement.counts
    partners = [f"{p.group}/{p.name}" for p in comparison.partners]
    partner = partners[0] if partners else None
    return {
        "kind": comparison.kind,
        "picture": f"{comparison.record.group}/{comparison.record.name}",
        **({"partners": partners} if partners[1:] else {"partner": partner}),
        **{name: _percent(of(counts)) for name, of in QUANTITIES.items()},
        "score": round(judgement.score, 4),
    }


def _percent(share):
    return None if share is None else round(100 * share, 4)

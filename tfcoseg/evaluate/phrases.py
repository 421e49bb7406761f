"""What a report says of its protocol in words, the same on a screen and on a page."""

from collections.abc import Mapping
from typing import Any

from tfcoseg.evaluate.partners import PAIRINGS
from tfcoseg.evaluate.score_quality import BINS, LOSS


def pictures_in_words(report: Mapping[str, Any]) -> str:
    """How many pictures were judged, by what they were chosen, how many were not."""
    protocol, pictures = report["protocol"], report["pictures"]
    text = (
        f"{_counted(len(report['groups']), 'group')}, {_counted(pictures, 'picture')}"
    )
    chosen = []
    if protocol.get("per_group"):
        chosen.append(f"the first {protocol['per_group']} of each group")
    if count := protocol.get("leave_out"):
        chosen.append(f"without those of a list of {count}")
    if count := report.get("not_judged"):
        # Those of which the pairs leave no mask, such as the last of an odd number.
        chosen.append(f"{count} more in no pair that is judged")
    return f"{text} ({'; '.join(chosen)})" if chosen else text


def choice_in_words(protocol: Any) -> str:
    """Which pictures a `Protocol` takes, where it does not take all."""
    words = {
        "folds": f"fold {protocol.fold} of {protocol.folds} by {protocol.fold_by}",
        "groups": f"the groups {', '.join(protocol.groups or ())}",
        "per_group": f"the first {protocol.per_group} of each group",
        "leave_out": f"what a list of {len(protocol.leave_out)} leaves",
    }
    return ", ".join(text for name, text in words.items() if getattr(protocol, name))


def jaccard_in_words(report: Mapping[str, Any]) -> str:
    """Over how many masks J is averaged, where that is not all of them."""
    controls = report.get("controls", {}).items()
    sets = [
        ("all groups", report["overall"]),
        *((name.replace("_", " "), control["overall"]) for name, control in controls),
        *report["groups"].items(),
    ]
    fewer = [
        f"{name}, {of['J_masks']} of {of['masks']}"
        for name, of in sets
        if of["J_masks"] != of["masks"]
    ]
    if not fewer:
        return ""
    return (
        "J is not defined where there is no object and none was found. The number of "
        f"masks that it is averaged over: {'; '.join(fewer)}."
    )


def boundary_in_words(report: Mapping[str, Any]) -> str:
    """F of the contours, where it was measured."""
    sets = {"all groups": report["overall"]}
    for name, control in report.get("controls", {}).items():
        sets[name.replace("_", " ")] = control["overall"]
    told = [
        f"{name} {of['F']['images']:.1f} over images, {of['F']['groups']:.1f} over "
        "groups"
        for name, of in sets.items()
        if "F" in of
    ]
    return f"F of the contours: {'; '.join(told)}." if told else ""


def scores_in_words(scores: Mapping[str, Any]) -> str:
    """How well scores tell right from wrong pairs, apart from any least score."""
    return (
        f"Scores of {scores['right']} right and {scores['wrong']} wrong pairs: AUC "
        f"{scores['auc']:.3f}; expected calibration error "
        f"{scores['calibration_error']:.1f} ({BINS} bins; right and wrong pairs "
        "weighted equally)."
    )


def score_rows(scores: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The least scores of `score_quality`, each with what it is."""
    return [
        (f"at most {100 * LOSS:g} % lost", scores["at_loss"]),
        ("in use", scores["at_min_score"]),
    ]


def pairs_in_words(protocol: Mapping[str, Any]) -> str:
    """How pictures were compared."""
    text = PAIRINGS.get(protocol["pairs"], protocol["pairs"])
    if limit := protocol.get("limit"):
        text += f", at most {limit} of each group"
    if protocol.get("reference_masks"):
        text += ", with the partner's true mask"
    return text


def fold_in_words(protocol: Mapping[str, Any]) -> str:
    """Which fold was judged, `0 of 4 by class only`; nothing where none was cut."""
    if protocol.get("folds") is None:
        return ""
    fold, folds, by = (protocol[key] for key in ("fold", "folds", "fold_by"))
    return f"{fold} of {folds} by {by} only"


def declared_in_words(declared: Mapping[str, Any]) -> str:
    """Whose protocol it is, what of it nobody published, and what was not followed."""
    text = f"{declared['name']} ({declared['source']})"
    if declared.get("not_published"):
        text += f"; not published: {', '.join(declared['not_published'])}"
    if declared.get("overridden"):
        text += f"; not followed here: {', '.join(declared['overridden'])}"
    return text


def training_in_words(report: Mapping[str, Any]) -> str:
    """Whether these are training scores, or the settings were chosen by such scores.

    Nothing where it is known that neither is so; weights without a card or a training
    run beside them may have seen anything.
    """
    weights = report["weights"]
    if report["is_training_score"]:
        return (
            f"Trained on this set: these are training scores, since {weights['name']} "
            f"was trained on {_listed(report, 'trained_on')}. No published figure "
            "stands beside them."
        )
    if report.get("is_development_score"):
        return (
            f"Tuned on this set: settings of {weights['name']} were chosen after a "
            f"look at scores on {_listed(report, 'tuned_on')}, so these are "
            "development figures."
        )
    if weights.get("trained_on", ()) is None:
        return (
            f"Nobody says what {weights['name']} was trained on: no card and no "
            "training run is beside it. If on this set, these are training scores."
        )
    if not weights.get("complete", True):
        return (
            f"Nobody says what the weights were trained on that {weights['name']} "
            "began with. If on this set, these are training scores."
        )
    return ""


def _listed(report, key):
    """The names by which the weights' card lists the set; else the set's own."""
    return ", ".join(report.get("known_as", {}).get(key) or [report["data"]])


def _counted(number, noun):
    return f"{number} {noun}{'s' * (number != 1)}"

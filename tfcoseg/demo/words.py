"""What was found, in words: of the whole group, and of each picture."""

from collections.abc import Sequence

import numpy as np

from tfcoseg.demo.finding import Found
from tfcoseg.inference import FOUND_SCORE, Find, is_found


def summary(found: Found, masks: Sequence[np.ndarray]) -> str:
    """One to three sentences on a group.

    Args:
        found: the group.
        masks: uint8 (height, width) of each of its pictures, at any size.
    """
    pairs = list(zip(found.pictures, masks, strict=True))
    count = sum(is_found(mask, one.find.score) for one, mask in pairs)
    sentences = [_found_in(count, len(pairs))]
    if outliers := [one.name for one, _ in pairs if one.find.outlier]:
        verb, rest = ("shows", "is") if len(outliers) == 1 else ("show", "are")
        sentences.append(
            f"{_listed(outliers)} {verb} something else than the others and {rest} "
            f"left out{'' if len(outliers) > 1 else ' as an outlier'}."
        )
    return " ".join(sentences)


def verdict(find: Find, mask: np.ndarray) -> str:
    """What was found in one picture, at one threshold."""
    if find.outlier:
        return (
            "Outlier: this picture seems to show something else than the others, so "
            "its mask is empty."
        )
    if not mask.any():
        return "Nothing was found in this picture at this threshold."
    share = _percent(float((mask > 0).mean()))
    if find.score < FOUND_SCORE:
        return f"Unsure: perhaps {share} of the picture."
    return f"Found: the object is {share} of the picture."


def numbers(find: Find) -> str:
    """The score and, where it was asked, the membership."""
    text = f"Score {find.score:.2f}"
    if find.membership is None:
        return text
    return f"{text}, membership {find.membership:.2f}"


def _found_in(count, total):
    if count == 0:
        return "Nothing in common was found."
    if count == total:
        return f"The common object was found in {'both' if total == 2 else 'all'} " + (
            "pictures." if total == 2 else f"{total} pictures."
        )
    return f"The common object was found in {count} of {total} pictures."


def _listed(names):
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"

"""What was found, in words: of the whole group, and of each picture."""

from collections.abc import Sequence

import numpy as np

from tfcoseg.demo.finding import Found
from tfcoseg.inference import Find


def summary(found: Found, masks: Sequence[np.ndarray]) -> str:
    """One or two sentences on a group.

    Args:
        found: the group.
        masks: uint8 (height, width) of each of its pictures, at any size.
    """
    pairs = list(zip(found.pictures, masks, strict=True))
    count = sum(one.find.found_in(mask) for one, mask in pairs)
    without = [one for one in found.pictures if not one.find.found]
    if len(without) == len(pairs):
        return f"No common object ({_at_most(without)})."
    sentences = [_found_in(count, len(pairs))]
    if without:
        verb = "does" if len(without) == 1 else "do"
        names = _listed([one.name for one in without])
        sentences.append(f"{names} {verb} not show it ({_at_most(without)}).")
    return " ".join(sentences)


def verdict(find: Find, mask: np.ndarray) -> str:
    """What was found in one picture, at one threshold."""
    if not find.found:
        return "No common object, so the mask is empty."
    if not find.found_in(mask):
        return "No pixel reaches this threshold."
    share = _percent(float((mask > 0).mean()))
    return f"Found: the object is {share} of the picture."


def numbers(find: Find) -> str:
    """The probability that the picture shows the common object."""
    return f"Probability {find.score:.2f}"


def _found_in(count, total):
    if count == 0:
        return "No pixel of any picture reaches this threshold."
    if count == total:
        return f"The common object was found in {'both' if total == 2 else 'all'} " + (
            "pictures." if total == 2 else f"{total} pictures."
        )
    return f"The common object was found in {count} of {total} pictures."


def _at_most(pictures):
    """The probability of some pictures, of which the greatest counts."""
    scores = {f"{one.find.score:.2f}" for one in pictures}
    return f"probability {'' if len(scores) == 1 else 'at most '}{max(scores)}"


def _listed(names):
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"

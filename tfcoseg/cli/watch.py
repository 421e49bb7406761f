"""Waits for pictures to come, to go or to change."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence

from tfcoseg.batch import Group


def changes(
    groups: Callable[[], Sequence[Group]], seconds: float, quiet: bool = False
) -> Iterator[None]:
    """Yields whenever the pictures of some groups are others than before.

    What has changed must have stayed the same for one look, so that a picture that is
    still being copied is left alone until it is there.

    Args:
        groups: finds the groups; called at each look. Where it fails, for want of any
            picture, nothing is there.
        seconds: between two looks.
        quiet: whether not to say that there is waiting.
    """
    seen = _look(groups)
    if not quiet:
        print("waiting for pictures; Ctrl-C ends it", file=sys.stderr)
    before = seen
    while True:
        time.sleep(seconds)
        now = _look(groups)
        if now != seen and now == before:
            seen = now
            if now:
                yield
        before = now


def _look(groups):
    """{(group, picture, its anchor): size and time of change}."""
    found = {}
    try:
        for group in groups():
            for path in group.pictures:
                about = path.stat()
                key = group.name, path, group.anchor
                found[key] = about.st_size, about.st_mtime_ns
    # A table may be half written, a folder half moved.
    except (OSError, ValueError):
        return {}
    return found

"""Progress on a terminal: how far, at what rate, and how long it will still take."""

import functools
from collections.abc import Callable, Iterable


def progress_bar(quiet: bool = False) -> Callable[..., Iterable]:
    """What wraps an iterable, `desc` and `unit` to show them on a terminal only."""
    from tqdm import tqdm

    off = True if quiet else None
    return functools.partial(tqdm, disable=off, dynamic_ncols=True, leave=False)

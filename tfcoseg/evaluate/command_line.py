"""Options as they are given to the command, for a report to show."""

import shlex
from collections.abc import Mapping
from typing import Any


def option_words(options: Mapping[str, Any]) -> list[str]:
    """The words that give these options; None and False stand for one not given."""
    words: list[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append(f"--{name.replace('_', '-')}")
        if isinstance(value, (list, tuple)):
            value = ",".join(map(str, value))
        words += [] if value is True else [str(value)]
    return words


def command_line(options: Mapping[str, Any]) -> str:
    """The command that gives these options, for a shell."""
    return shlex.join(["tfcoseg", "evaluate", *option_words(options)])

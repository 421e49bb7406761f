"""What `tfcoseg segment` says: how far it is, what it found, and what went wrong."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tfcoseg.batch import Group
from tfcoseg.batch.work import Done
from tfcoseg.cli.drawings import finding
from tfcoseg.cli.progress import progress_bar

_MOST_NAMES = 5


class Report:
    """A bar on stderr while there is work; results on stdout, problems on stderr.

    Args:
        args: of the command.
        groups: all that are going to be segmented.
    """

    def __init__(self, args: argparse.Namespace, groups: Sequence[Group]):
        self._json, self._quiet = args.json, args.quiet
        total = sum(len(group.pictures) for group in groups)
        self._bar = progress_bar(args.quiet)(total=total, unit="picture")
        self._progress = 0.0
        self.code = 0

    def __enter__(self) -> "Report":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def step(self, share: float, path: Path) -> None:
        """Moves the bar by a share of a picture's work."""
        self._bar.set_postfix_str(path.name, refresh=False)
        self._progress += share
        self._bar.update(int(self._progress) - self._bar.n)

    def add(self, done: Done) -> None:
        """Tells what became of a group."""
        for problem in done.problems:
            self.code = 1
            self._write(f"tfcoseg segment: error: {problem}", sys.stderr)
        if self._json:
            for entry in done.entries.values():
                line = json.dumps({"group": done.group.name, **entry})
                self._write(line, sys.stdout)
        elif not self._quiet and done.entries:
            self._write(_sentence(done), sys.stdout)

    def _write(self, line, stream):
        self._bar.write(line, file=stream)


def _sentence(done):
    """What was found in a group, in one line."""
    entries = list(done.entries.values())
    start = f"{done.group.name}: " if done.group.name else ""
    kept = f" ({done.kept} kept from before)" if done.kept else ""
    if len(entries) == 2 and done.group.anchor is None:
        columns = ([e[name] for e in entries] for name in ("file", "area", "score"))
        return f"{start}{finding(*columns)}{kept}"
    found = sum(entry["found"] for entry in entries)
    parts = [
        _named("outliers", [e for e in entries if e["outlier"]]),
        _named("not in", [e for e in entries if not e["found"] and not e["outlier"]]),
    ]
    rest = "".join(f"; {part}" for part in parts if part)
    return f"{start}common object in {found} of {len(entries)} pictures{rest}{kept}"


def _named(title, entries):
    if not entries:
        return ""
    shown = [f"{Path(e['file']).name} ({_number(e)})" for e in entries[:_MOST_NAMES]]
    more = len(entries) - len(shown)
    return f"{title} {', '.join(shown)}{f' and {more} more' if more else ''}"


def _number(entry):
    return f"{entry['membership'] if entry['outlier'] else entry['score']:.2f}"

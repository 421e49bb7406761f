"""What `tfcoseg segment` says: its progress, what it found, and what went wrong."""

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
        """Reports what became of a group."""
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
    files, areas, scores = (
        [entry[name] for entry in entries] for name in ("file", "area", "score")
    )
    start = f"{done.group.name}: " if done.group.name else ""
    kept = f" ({done.kept} kept from before)" if done.kept else ""
    anchored = done.group.anchor is not None
    return f"{start}{finding(files, areas, scores, anchored)}{kept}"

"""Groups of pictures from the disk, their masks to the disk; nothing is done twice."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.batch.decoded import Decoded
from tfcoseg.batch.entry import make_entry
from tfcoseg.batch.names import output_names, sheet_name
from tfcoseg.batch.results import Results
from tfcoseg.batch.sheet import write_sheet
from tfcoseg.batch.sources import Group
from tfcoseg.files import WriteError, errors_of_writing
from tfcoseg.pictures import read_image, write_png


@dataclass
class Done:
    """What became of one group.

    Attributes:
        group: the group.
        entries: of its pictures, as `results.json` holds them, by path, in their order.
        problems: a line on each picture that could not be used, or on the group.
        kept: how many of the entries an earlier run had finished.
    """

    group: Group
    entries: dict[Path, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    kept: int = 0


class Worker:
    """Segments groups of pictures and writes what is wanted of them.

    Of a group the features of every picture are held in memory, and one picture, or as
    many as fit into 256 MB where they are drawn, too; beside an anchor, one picture. A
    picture is decoded once, or twice where it did not fit.

    Args:
        predictor: a `Predictor`, or what encodes, finds and finishes as one.
        drawings: what is written, besides masks and `results.json`.
        results: of the output folder. Files that it does not speak of are replaced,
            too: whether they may be is to be asked before.
        step: called with a share of a picture's work, 0..1, and the picture.
        read: reads a picture, as `read_image`.
    """

    def __init__(
        self,
        predictor: Any,
        drawings: Any,
        results: Results,
        step: Callable[[float, Path], Any] = lambda share, path: None,
        read: Callable[[Path], np.ndarray] = read_image,
    ):
        self._predictor = predictor
        self._drawings, self._results = drawings, results
        self._output = results.path.parent
        self._step, self._read_image = step, read
        self._decoded = Decoded(read)

    def run(self, groups: Iterable[Group]) -> Iterator[Done]:
        """Segments each group, whatever becomes of the others.

        Raises:
            WriteError: if an output cannot be written. Results of what was written are
                kept, and another run goes on from there.
        """
        for group in groups:
            done = Done(group)
            try:
                self._run_group(done)
            except WriteError:
                # No other group would fare better. What is there is written down.
                with suppress(WriteError):
                    self._results.end(group.name, done.problems)
                raise
            except (OSError, ValueError) as error:
                done.problems.append(str(error))
            self._results.end(group.name, done.problems)
            yield done

    def _run_group(self, done):
        group, names = done.group, output_names(done.group, self._drawings)
        self._decoded = Decoded(self._read_image, self._drawings.sheet)
        digests = _digests(group, done.problems)
        anchor = None if group.anchor is None else _digest(group.anchor)
        kept = self._begin(group, names, digests, anchor)
        for path, digest in digests.items():
            entry = kept.get(group.called(path))
            if entry and entry["sha256"] == digest and self._is_there(entry):
                done.entries[path] = entry
        done.kept = len(done.entries)
        for path in done.entries:
            self._step(1.0, path)
        if missing := [path for path in digests if path not in done.entries]:
            fill = self._beside_anchor if anchor else self._among_each_other
            for path, find in fill(done, missing, list(digests)):
                self._write(done, path, digests[path], find, names[path])
        ordered = [path for path in digests if path in done.entries]
        done.entries = {path: done.entries[path] for path in ordered}
        if self._drawings.sheet and done.entries:
            again = bool(missing)
            copies = self._decoded.small
            write_sheet(self._output, sheet_name(group), done.entries, again, copies)

    def _begin(self, group, names, digests, anchor):
        """What is there already; beside an anchor no picture depends on another."""
        called = sorted(digests, key=group.called)
        pictures = [
            {"file": group.called(path), "sha256": digests[path]} for path in called
        ]
        inputs = {"anchor": anchor, "pictures": [] if anchor else pictures}
        outputs = [name for kinds in names.values() for name in kinds.values()]
        outputs += [sheet_name(group)] * self._drawings.sheet
        return self._results.begin(group.name, inputs, outputs)

    def _among_each_other(self, done, missing, paths):
        """(path, what was found) of each missing one: all are needed for that."""
        if len(paths) <= 2:  # before there is a wait for a network
            paths = [path for path in paths if self._read(done, path, True) is not None]
        encoded, left = {}, set(missing)
        for path in paths if len(paths) > 1 else ():
            again = path in left and self._drawings.needs_picture
            if (one := self._encode(done, path, again)) is not None:
                encoded[path] = one
            self._step(0.5 if path in left else 0.0, path)
        if len(encoded) < 2:
            if not done.problems:
                raise ValueError(_too_few(done.group))
            return
        finds = dict(zip(encoded, self._predictor.find(list(encoded.values()))))
        del encoded
        for path in missing:
            if path in finds:
                yield path, finds.pop(path)
            self._step(0.5, path)

    def _beside_anchor(self, done, missing, _):
        anchor = self._predictor.encode(self._read_image(done.group.anchor))
        for path in missing:
            again = self._drawings.needs_picture
            if (one := self._encode(done, path, again)) is not None:
                yield path, self._predictor.find([one], anchor)[0]
            self._step(1.0, path)

    def _encode(self, done, path, again):
        picture = self._read(done, path, again)
        return None if picture is None else self._predictor.encode(picture)

    def _read(self, done, path, again):
        """The picture, or None with a problem more; kept if it is needed again."""
        try:
            return self._decoded.read(path, again)
        except (OSError, ValueError) as error:
            done.problems.append(str(error))
            return None

    def _write(self, done, path, digest, find, names):
        """Writes the files of one picture, and what they are."""
        if len(done.entries) == done.kept:
            self._results.write()  # says that these files are going to be ours
        needed = self._drawings.needs_picture
        picture = self._decoded.read(path) if needed else None
        mask, soft_mask = self._predictor.finish(find)
        for kind, name in names.items():
            with errors_of_writing(self._output / name):
                (self._output / name).parent.mkdir(parents=True, exist_ok=True)
            drawn = self._drawings.draw(kind, picture, mask, soft_mask)
            write_png(self._output / name, drawn, overwrite=True)
        entry = make_entry(done.group.called(path), digest, find, mask, names)
        done.entries[path] = entry
        self._results.add(done.group.name, entry)

    def _is_there(self, entry):
        names = entry["outputs"].values()
        return all((self._output / name).is_file() for name in names)


def _digests(group, problems):
    """The digest of each file that can be read, and a problem for each other."""
    digests = {}
    for path in group.pictures:
        try:
            digests[path] = _digest(path)
        except OSError as error:
            problems.append(str(error))
    return digests


def _digest(path):
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise FileNotFoundError(f"There is no such picture: {path}") from error
    except OSError as error:
        raise OSError(f"{path}: {error.strerror}") from error


def _too_few(group):
    which = f"the group {group.name!r} has" if group.name else "there is"
    given = f"only {group.pictures[0]}" if group.pictures else "none"
    return f"Two pictures are needed, of which each counts once; {which} {given}"

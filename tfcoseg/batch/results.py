"""`results.json`: what was found in which pictures, and with what.

It makes a folder of masks worth something: it says of each file what it was made of. A
later run keeps what was made of the same pictures with the same weights and options,
and refuses to mix anything else with it.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tfcoseg.files import differences, errors_of_writing, replace_file

NAME = "results.json"
# Between two times that the file is written while there is work, in seconds, and as a
# multiple of how long that took: it is one file, and may hold many groups.
_INTERVAL, _SHARE = 5.0, 20.0


class Results:
    """What a folder of outputs holds, group by group.

    Args:
        folder: where the outputs are; need not exist yet.
        made_with: what all results depend on: version, weights and options, fit for
            JSON.
        overwrite: whether everything is made anew, and results of anything else are
            replaced rather than refused.
        follow: whether a group whose pictures have changed is made anew rather than
            refused.

    Raises:
        ValueError: if the folder holds results that were made with anything else, or
            the file cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        made_with: Mapping[str, Any],
        overwrite: bool = False,
        follow: bool = False,
    ):
        self.path = folder / NAME
        self._made_with = _as_json(made_with)
        self._groups: dict[str, dict[str, Any]] = {}
        self._overwrite, self._follow = overwrite, overwrite or follow
        self._next_write = 0.0
        if (kept := read_results(self.path)) is not None:
            self._take(kept)

    def _take(self, kept):
        then = {name: kept.get(name) for name in self._made_with}
        if then == self._made_with:
            self._groups = kept["groups"]
        elif not self._overwrite:
            changed = differences(_flat(then), _flat(self._made_with), json.dumps)
            raise ValueError(
                "Expected an output folder of the same weights and options, whose "
                "results can be kept. Choose another with --output, or pass "
                f"--overwrite. Received: {self.path}, where differ {changed}"
            )

    def begin(
        self, group: str, inputs: Mapping[str, Any], outputs: Iterable[str]
    ) -> dict[str, dict[str, Any]]:
        """Begins a group, or goes on with it.

        Args:
            group: its name.
            inputs: what its results depend on besides what all do: "pictures", a list
                of dictionaries with a "file" each, and anything else.
            outputs: names of the files that are going to be written; after `write` a
                later run knows them for ours, even if this one is killed.

        Returns:
            The finished entries of its pictures, by "file".

        Raises:
            ValueError: if there are results of other inputs.
        """
        inputs = _as_json(inputs)
        kept = self._groups.get(group)
        same = kept is not None and kept["inputs"] == inputs
        if kept is not None and not same and not self._follow:
            raise ValueError(
                f"Expected the pictures that {_called(group)} had when {self.path} was "
                "written, since another one changes the masks of all. Pass --overwrite "
                "to make them anew, or choose another folder with --output. Received: "
                f"{_changes(kept['inputs'], inputs)}"
            )
        finished = kept["pictures"] if same and not self._overwrite else []
        self._groups[group] = {
            "inputs": inputs,
            "outputs": list(outputs),
            "problems": [],
            "pictures": finished,
        }
        return {entry["file"]: entry for entry in finished}

    def add(self, group: str, entry: dict[str, Any]) -> None:
        """Adds what was found in a picture; it is on the disk a little later."""
        pictures = self._groups[group]["pictures"]
        pictures[:] = [one for one in pictures if one["file"] != entry["file"]]
        pictures.append(_as_json(entry))
        self.write(at_once=False)

    def end(self, group: str, problems: Iterable[str]) -> None:
        """Ends a group with a line on each thing that could not be used.

        As long as nothing was found in any group, nothing is written.
        """
        if group in self._groups:
            self._groups[group]["problems"] = list(problems)
        if any(of_one["pictures"] for of_one in self._groups.values()):
            self.write()

    def content(self) -> dict[str, Any]:
        """All that the file holds, or is going to."""
        return {**self._made_with, "groups": self._groups}

    def outputs(self) -> set[Path]:
        """The files that were written, or are going to be."""
        return set(outputs_of({"groups": self._groups}, self.path.parent))

    def write(self, at_once: bool = True) -> None:
        """Writes the file, or leaves it for later if that was done just now."""
        start = time.monotonic()
        if not at_once and start < self._next_write:
            return
        text = json.dumps(self.content(), indent=1, allow_nan=False) + "\n"
        with errors_of_writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(
            self.path, lambda new: new.write_text(text, encoding="utf-8"), True
        )
        end = time.monotonic()
        self._next_write = end + max(_INTERVAL, _SHARE * (end - start))


def read_results(path: Path) -> dict[str, Any] | None:
    """The content of a results file, or None where there is none.

    Raises:
        ValueError: if it cannot be read, or is something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        for group in content["groups"].values():
            _ = group["inputs"]["pictures"], group["problems"]
            _ = [path.parent / name for name in group["outputs"]]
            _ = [(entry["file"], entry["outputs"]) for entry in group["pictures"]]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            "Expected the results of an earlier run, or no such file. Choose another "
            f"folder with --output. Received: {path}, which cannot be read"
        ) from error
    return content


def outputs_of(content: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """The files in a folder that the content of its results file speaks of."""
    for group in content["groups"].values():
        yield from (folder / name for name in group["outputs"])


def written_in(folder: Path) -> set[Path]:
    """The files, resolved, of which a results file in a folder says that they are ours.

    Empty where there is no such file; another program's of that name says nothing.
    """
    try:
        content = read_results(folder / NAME)
    except ValueError:
        return set()
    return (
        {path.resolve() for path in outputs_of(content, folder)} if content else set()
    )


def _as_json(value):
    return json.loads(json.dumps(value, allow_nan=False))


def _called(name):
    return f"the group {name!r}" if name else "the group"


def _flat(settings):
    """Settings by name, those within settings too."""
    flat = {}
    for name, value in settings.items():
        flat |= _flat(value) if isinstance(value, dict) else {name: value}
    return flat


def _changes(then, now):
    """What became of the pictures of a group."""
    old, new = ({p["file"]: p for p in one["pictures"]} for one in (then, now))
    kinds = {
        "added": sorted(new.keys() - old.keys()),
        "gone": sorted(old.keys() - new.keys()),
        "changed": sorted(f for f in old.keys() & new.keys() if old[f] != new[f]),
    }
    found = [
        f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''} {kind}"
        for kind, names in kinds.items()
        if names
    ]
    return ", ".join(found) or "another anchor"

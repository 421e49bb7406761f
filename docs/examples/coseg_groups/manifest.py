"""The manifest: a line of JSON for each group, and the pictures that it names."""

import hashlib
import io
import json
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from tfcoseg.client.pictures import as_file

# How many pictures the signature `serve_group_bytes` takes.
FEWEST, MOST = 2, 32

# What TensorFlow decodes as `tfcoseg.pictures.read_image` does, if it lies upright. A
# JPEG that holds a second picture is called MPO.
_SENT_AS_THEY_ARE = ("JPEG", "MPO", "PNG")


class BadRecord(ValueError):
    """What is wrong with one group; the others go on, and this becomes a dead letter.

    Anything else that is raised, a full disk say, concerns all groups and ends the run.
    """


@dataclass(frozen=True)
class Group:
    """One line of the manifest.

    Attributes:
        name: what the group is called; a manifest has each name once.
        pictures: 2 to 32 paths or URLs, as they are written in the line.
    """

    name: str
    pictures: tuple[str, ...]


def parse_line(line: bytes) -> Group:
    """The group of a line, which is one JSON object in UTF-8.

    Raises:
        BadRecord: if it is not, or has too few pictures, or too many.

    Example:

    >>> parse_line(b'{"group": "sheep", "pictures": ["a.jpg", "b.jpg"]}')
    Group(name='sheep', pictures=('a.jpg', 'b.jpg'))
    """
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise BadRecord(f"Expected a line of JSON. Received: {error}") from error
    if not isinstance(record, dict):
        raise BadRecord(f"Expected a JSON object. Received: {type(record).__name__}")
    name, pictures = record.get("group"), record.get("pictures")
    if not _is_text(name):
        raise BadRecord(f'Expected "group", a name in Unicode. Received: {name!r}')
    if not isinstance(pictures, list) or not all(map(_is_text, pictures)):
        raise BadRecord(
            f'Expected "pictures", a list of paths or URLs. Received: {pictures!r}'
        )
    if not FEWEST <= len(pictures) <= MOST:
        raise BadRecord(
            f"Expected {FEWEST} to {MOST} pictures. Received: {len(pictures)}"
        )
    return Group(name, tuple(pictures))


def only_one(groups: Sequence[Group]) -> Group:
    """The group of that name.

    Raises:
        BadRecord: if there are more: nobody knows which is meant, so none is.
    """
    if len(groups) > 1:
        raise BadRecord(
            f"Expected each name once. Received: {groups[0].name!r} on {len(groups)} "
            "lines, none of which is run"
        )
    return groups[0]


def read_pictures(group: Group, folder: str, files: Any) -> list[tuple[str, bytes]]:
    """Reads the pictures of a group.

    Args:
        group: what to read.
        folder: the manifest's own, to which relative paths belong.
        files: has `read(path)`, which returns bytes or raises OSError.

    Returns:
        For each picture the SHA-256 of its file, and the bytes to send to the network.

    Raises:
        BadRecord: if one cannot be read; of a JPEG or PNG only the header is looked at.
    """
    found = []
    for name in group.pictures:
        try:
            content = files.read(
                name if "://" in name else posixpath.join(folder, name)
            )
            found.append((hashlib.sha256(content).hexdigest(), _as_sent(content)))
        except MemoryError:
            raise
        except UnidentifiedImageError as error:
            reason = f"{name}: Expected a picture. Received: {len(content)} other bytes"
            raise BadRecord(reason) from error
        except Exception as error:  # Pillow's decoders raise what the bytes provoke
            raise BadRecord(f"{name}: {error}") from error
    return found


def dead_letter(stage: str, error: BadRecord, **known: Any) -> str:
    """A line of JSON that says what became of a group, or of a line that is none.

    Args:
        stage: where it failed: "manifest", "pictures" or "network".
        error: why.
        **known: `group=` a `Group`, or `line=` bytes.
    """
    if "group" in known:
        group = known["group"]
        what = {"group": group.name, "pictures": list(group.pictures)}
    else:
        text = known["line"].decode("utf-8", "backslashreplace")
        what = {"group": _name_in(text), "line": text}
    return json.dumps({**what, "stage": stage, "reason": str(error)})


def _name_in(text):
    """The group's name in a line that cannot be used, or None."""
    try:
        return json.loads(text)["group"]
    except (ValueError, TypeError, KeyError):
        return None


def _as_sent(content):
    """The file as it is, or a PNG of it if TensorFlow would see another picture."""
    with Image.open(io.BytesIO(content)) as image:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        if image.format in _SENT_AS_THEY_ARE and orientation not in range(2, 9):
            return content
        return as_file(image).content


def _is_text(value):
    """Whether it is a string, and not empty, that can be written in UTF-8."""
    try:
        return isinstance(value, str) and bool(value.encode())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return False

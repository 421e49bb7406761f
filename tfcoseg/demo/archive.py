"""The download: masks, overlays and cut-outs at full size, with `results.json`."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tfcoseg.batch.drawings import Drawings
from tfcoseg.batch.entry import make_entry
from tfcoseg.batch.names import distinct_stems
from tfcoseg.batch.results import NAME
from tfcoseg.demo.finding import Found
from tfcoseg.files import replace_file
from tfcoseg.pictures import read_image, to_image


def write_archive(
    path: Path,
    found: Found,
    threshold: float,
    background: tuple[int, int, int] | None = None,
    made_with: Mapping[str, Any] | None = None,
) -> None:
    """Writes a zip of what `tfcoseg segment` writes; one picture at a time in memory.

    Args:
        path: the zip, which appears when it is complete.
        found: the group; its uploads are read once more, for their pixels.
        threshold: the probability, 0..1, from which a pixel is object.
        background: the colour behind cut-outs, or None: they are transparent.
        made_with: what else `results.json` says that the masks depend on.

    Raises:
        ValueError: if an upload is not kept any longer.
    """
    drawings = Drawings(overlay=True, cutout=True, background=background)
    made_with = dict(made_with or {})
    options = made_with.get("options", {})
    made_with["options"] = {**options, "threshold": threshold, **asdict(drawings)}

    def write(new):
        with zipfile.ZipFile(new, "w") as archive:  # PNG is compressed already
            group = _write_pictures(archive, found, threshold, drawings)
            content = {**made_with, "groups": {"": group}}
            text = json.dumps(content, indent=1, allow_nan=False) + "\n"
            archive.writestr(NAME, text, zipfile.ZIP_DEFLATED)

    replace_file(path, write)


def _write_pictures(archive, found, threshold, drawings):
    """Writes every picture's files; returns the group as `results.json` holds it."""
    stems = distinct_stems([one.path for one in found.pictures])
    entries = []
    for one, stem in zip(found.pictures, stems):
        digest, picture = _read(one.path)
        mask, _ = one.find.finish(threshold)
        names = {kind: f"{stem}_{kind}.png" for kind in drawings.kinds()}
        for kind, name in names.items():
            archive.writestr(name, _png(drawings.draw(kind, picture, mask)))
        file = f"{stem}{one.path.suffix}"
        entries.append(make_entry(file, digest, one.find, mask, names))
    inputs = [{name: entry[name] for name in ("file", "sha256")} for entry in entries]
    return {
        "inputs": {"anchor": None, "pictures": inputs},
        "outputs": [name for entry in entries for name in entry["outputs"].values()],
        "problems": list(found.problems),
        "pictures": entries,
    }


def _read(path):
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return digest, read_image(path)
    except FileNotFoundError as error:
        raise ValueError(
            "Expected pictures that were chosen a short while ago. Choose them once "
            f"more, since they are deleted after a while. Received: {path.name}"
        ) from error


def _png(drawing):
    stream = io.BytesIO()
    to_image(drawing).save(stream, "PNG", compress_level=3)
    return stream.getvalue()

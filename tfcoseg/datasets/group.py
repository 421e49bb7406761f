"""A group of a benchmark as a folder of pictures, and what it is without any."""

from collections.abc import Callable
from pathlib import Path

from tfcoseg.data.record import broken_link
from tfcoseg.datasets.labels import read_object
from tfcoseg.datasets.picture import Picture


def jpegs(folder: Path) -> list[Path]:
    """The JPEG pictures of a folder, sorted by name."""
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".jpeg"))


def pictures_of_group(
    group: str,
    folder: Path,
    truths: Path,
    choose: Callable[[list[Path]], list[Path]] = list,
) -> list[Picture | str]:
    """The pictures of a group's folder, or one line that says why it has none.

    Args:
        group: its name.
        folder: of its JPEG pictures.
        truths: folder of the ground truths; see `object_picture`.
        choose: which of the pictures, sorted by name, to take.
    """
    try:
        images = jpegs(folder)
    except OSError as error:
        reason = f"{folder}: this group cannot be listed: {error.strerror}"
        return [broken_link(folder) or reason]
    if not images:
        return [f"{folder}: a group without pictures; remove it or add some"]
    return [object_picture(group, image, truths) for image in choose(images)]


def object_picture(group: str, image: Path, truths: Path) -> Picture:
    """A picture of one group, whose ground truth is a PNG of its name in a folder."""
    truth = truths / f"{image.stem}.png"
    return Picture(image.stem, image, lambda: {group: read_object(truth)})

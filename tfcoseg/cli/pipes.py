"""Pictures through pipes: one from standard input, a mask to standard output."""

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tfcoseg.batch import Group


@contextlib.contextmanager
def standard_input() -> Iterator[Path]:
    """A file with what comes through standard input, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="tfcoseg-") as folder:
        path = Path(folder) / "stdin"
        with open(path, "wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path


def segment_to_pipe(args: argparse.Namespace, group: Group) -> int:
    """Writes what was found in a group's first picture to standard output, as PNG.

    That is its cut-out or overlay if the command line asks for one, else its mask. A
    line on standard error says if the common object is not in it. Returns the exit
    code.

    Raises:
        ValueError: if a picture cannot be read, or if there are not two.
    """
    from tfcoseg.batch.drawings import Drawings
    from tfcoseg.cli.drawings import absence, read_pictures
    from tfcoseg.cli.engine import Engine
    from tfcoseg.pictures import to_image

    if len(group.pictures) + (group.anchor is not None) < 2:
        raise ValueError("two pictures are needed, and there is only one")
    first, *others = read_pictures(group.pictures)
    engine = Engine(args)
    if group.anchor is not None:
        (anchor,) = read_pictures([group.anchor])
        find = engine.find([engine.encode(first)], engine.encode(anchor))[0]
    else:
        find = engine.find([engine.encode(each) for each in (first, *others)])[0]
    mask, soft_mask = engine.finish(find)
    if not find.found_in(mask) and not args.quiet:
        names = [group.called(path) for path in group.pictures]
        is_pair = len(names) == 2 and group.anchor is None and not find.found
        print(absence(names if is_pair else names[:1], find.score), file=sys.stderr)
    drawings = Drawings(background=args.background)
    kind = "cutout" if args.cutout else "overlay" if args.overlay else "mask"
    drawn = drawings.draw(kind, first, mask, soft_mask)
    to_image(drawn).save(sys.stdout.buffer, "PNG")
    return 0

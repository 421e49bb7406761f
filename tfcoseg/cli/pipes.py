"""Pictures through pipes: one from standard input, a mask to standard output."""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tfcoseg.batch import Group
from tfcoseg.cli.streams import CLOSED

STANDARD = "-"


@contextlib.contextmanager
def copies(inputs: Iterable[str | None]) -> Iterator[dict[str, Path]]:
    """Files with what can be read once alone, for as long as the block lasts.

    Returns:
        The files by the inputs that they are copies of: "-" for standard input, pipes
        and devices. Other inputs, and None, have no copy.

    Raises:
        ValueError: if standard input is wanted, and closed.
    """
    with tempfile.TemporaryDirectory(prefix="tfcoseg-") as folder:
        found = {}
        for given in filter(_is_stream, dict.fromkeys(inputs)):
            name = "stdin" if given == STANDARD else Path(given).name
            found[given] = Path(folder) / str(len(found)) / name
            found[given].parent.mkdir()
            with _stream(given) as stream, open(found[given], "wb") as file:
                shutil.copyfileobj(stream, file)
        yield found


def _is_stream(given):
    if given is None or given == STANDARD:
        return given == STANDARD
    try:
        return Path(given).exists() and not (
            os.path.isfile(given) or os.path.isdir(given)
        )
    except OSError:  # a link to itself; reading it raises the error
        return False


def _stream(given):
    if given != STANDARD:
        return open(given, "rb")
    if "stdin" in CLOSED:
        raise ValueError("Expected a picture on standard input. Received: it is closed")
    return contextlib.nullcontext(sys.stdin.buffer)


def segment_to_pipe(args: argparse.Namespace, group: Group) -> int:
    """Writes what was found in a group's first picture to standard output, as PNG.

    That is its cut-out or overlay if the command line asks for one, else its mask. A
    line on standard error says if the common object is not in it. Returns the exit
    code.

    Raises:
        ValueError: if a picture cannot be read, or if there are not two; or if standard
            output is closed.
    """
    from tfcoseg.batch.drawings import Drawings
    from tfcoseg.cli.drawings import absence, read_pictures
    from tfcoseg.cli.engine import Engine
    from tfcoseg.pictures import to_image

    if "stdout" in CLOSED:
        raise ValueError("Expected standard output for a mask. Received: it is closed")
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

"""`tfcoseg segment`: pictures in, the masks of their common object out."""

import argparse
import contextlib
import sys
from pathlib import Path

from tfcoseg.cli import segment_arguments
from tfcoseg.cli.pipes import copies, segment_to_pipe
from tfcoseg.cli.segment_arguments import check_arguments, to_pipe

HELP = """\
Cut out the object that pictures have in common.

Two or more pictures, or the pictures of a folder, are one group, in which each is
compared with all others. For each a mask is written as PNG, at the picture's own size:
white on the object, black elsewhere. It is named after the picture: a.jpg gives
a_mask.png. The score of a picture is the probability that it shows the kind of object
that the others show. Where it is too low (--min-score), the mask is empty, and the
picture is named. results.json says what was found: scores, and the masks as COCO's run
lengths and as polygons.

The same command again goes on where it was stopped, and keeps what was made of the
same pictures, with the same weights and options; anything else in its place is refused.
What it wrote is never taken for a picture. A file that cannot be used is named and left
out, and the exit code is then 1.

examples:
  tfcoseg segment a.jpg b.jpg --output masks
  tfcoseg segment photos/ --output masks --overlay --sheet
  tfcoseg segment --groups albums/ --output masks --cutout --background white
  tfcoseg segment --pairs pairs.csv --output masks --json > found.jsonl
  tfcoseg segment --groups albums/ --output masks --coco annotations.json
  tfcoseg segment photos/ --anchor mug.jpg --output mugs --watch
  cat a.jpg | tfcoseg segment - b.jpg --cutout --output - > a_cutout.png
"""


add_arguments = segment_arguments.add_arguments


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.inference.engines import choose_engine
    from tfcoseg.inference.model_paths import check_model_path

    check_arguments(args)
    choose_engine(args.weights, args.engine)
    check_model_path(args.weights)
    with copies([*args.inputs, args.anchor]) as copied:
        if to_pipe(args):
            return segment_to_pipe(args, _groups(args, copied)[0])
        from tfcoseg.batch.lock import locked
        from tfcoseg.cli.engine import Engine
        from tfcoseg.cli.outputs import check_writable

        engine = Engine(args)
        check_writable(args.output)
        with locked(args.output):
            if args.watch is None:
                return _segment(args, engine, copied, args.overwrite)
            return _watch(args, engine, copied)


def _watch(args, engine, copied):
    """Segments again and again, whatever goes wrong with a state that may pass."""
    from tfcoseg.batch import NoPictures
    from tfcoseg.cli.watch import changes

    with contextlib.suppress(NoPictures):  # they may come
        _segment(args, engine, copied, args.overwrite)
    for _ in changes(lambda: _groups(args, copied), args.watch, args.quiet):
        try:
            _segment(args, engine, copied, overwrite=False, follow=True)
        except (OSError, ValueError) as error:
            print(f"tfcoseg segment: error: {error}", file=sys.stderr)
    return 0


def _segment(args, engine, copied, overwrite, follow=False):
    """Segments all groups once; returns the exit code."""
    from tfcoseg.batch.coco_file import check_coco_file, write_coco_file
    from tfcoseg.batch.results import Results
    from tfcoseg.batch.work import Worker
    from tfcoseg.cli.codecs import read_image_quietly
    from tfcoseg.cli.segment_report import Report

    groups = _groups(args, copied)
    if args.explain:
        _check_explainable(args, groups[0])
    drawings = _drawings(args)
    made_with = _made_with(args, engine, drawings)
    results = Results(args.output, made_with, overwrite, follow)
    _check_outputs(args, groups, drawings, results)
    if args.coco is not None:
        check_coco_file(args.coco, overwrite)
    with Report(args, groups) as report:
        worker = Worker(engine, drawings, results, report.step, read_image_quietly)
        for done in worker.run(groups):
            report.add(done)
            if args.explain and done.kept < len(done.entries):
                engine.explain(done.group.pictures, args.output)
    if args.coco is not None:
        write_coco_file(args.coco, results.content())
    return report.code


def _check_explainable(args, group):
    if len(group.pictures) != 2:
        number = len(group.pictures)
        raise ValueError(f"--explain takes two pictures, A and B. Received: {number}")
    if str(args.weights).endswith(".tflite") or Path(args.weights).is_dir():
        raise ValueError(
            "The levels of the pyramid are not in an exported model. Use the Keras "
            "model ('coseg', a .keras or a .weights.h5 file) to explain its masks. "
            f"Received: {args.weights}"
        )


def _groups(args, copied):
    """The groups that the command line speaks of."""
    from tfcoseg.batch import Group, csv_pairs, find_pictures, subfolder_groups

    anchor = args.anchor and Path(copied.get(args.anchor, args.anchor))
    if anchor is not None and not anchor.is_file():
        raise FileNotFoundError(f"There is no such picture: {anchor}")
    if args.pairs is not None:
        return csv_pairs(args.pairs)
    if args.groups is not None:
        groups = subfolder_groups(args.groups, args.recursive)
        return [Group(one.name, one.pictures, anchor) for one in groups]
    inputs = [copied.get(given, given) for given in args.inputs]
    pictures = find_pictures(inputs, args.recursive)
    names = {path: given for given, path in copied.items()}
    return [Group("", tuple(pictures), anchor, names)]


def _drawings(args):
    from tfcoseg.batch.drawings import Drawings

    return Drawings(args.overlay, args.cutout, args.background, args.soft, args.sheet)


def _made_with(args, engine, drawings):
    """All that results depend on besides their pictures."""
    from dataclasses import asdict

    from tfcoseg.batch.made_with import made_with

    names = "size threshold min_score explain".split()
    options = {name: getattr(args, name) for name in names} | {"engine": engine.name}
    return made_with(args.weights, options | asdict(drawings))


def _check_outputs(args, groups, drawings, results):
    """What is there and not ours is not replaced unasked, an input never."""
    import glob

    from tfcoseg.batch.names import all_names, check_names, distinct_stems
    from tfcoseg.cli.outputs import check_outputs

    ours, names = results.outputs(), all_names(groups, drawings)
    check_names(names, args.output)
    names = [name for name in names if args.output / name not in ours]
    patterns = [glob.escape(name) for name in names]
    inputs = [path for group in groups for path in group.pictures]
    if args.explain and not ours:
        stems = distinct_stems(groups[0].pictures)
        patterns += [f"{glob.escape(stem)}_correlation_*.png" for stem in stems]
    check_outputs(args.output, patterns, inputs, args.overwrite)

"""`tfcoseg client`: pictures to a server, their masks back; or a load test."""

import argparse
import glob
import sys

from tfcoseg import signature as names
from tfcoseg.cli.arguments import (
    add_threshold_argument,
    whole_number,
    working_size,
)
from tfcoseg.cli.drawings import (
    add_drawing_arguments,
    add_picture_arguments,
    add_writing_arguments,
    endings,
    finding,
    read_pictures,
    write_drawings,
)

HELP = """\
Ask a server for the masks of pictures, or load-test it.

The server is TensorFlow Serving, or `tfcoseg serve`, with a model that `tfcoseg export
savedmodel` has written. Proxies that the environment names are not used. The files are
those of `tfcoseg segment`: a.jpg gives a_mask.png. TensorFlow is not needed on this
machine.

examples:
  tfcoseg client a.jpg b.jpg --output masks
  tfcoseg client a.jpg b.jpg c.jpg d.jpg --output masks
  tfcoseg client a.jpg b.jpg --url https://masks.example.org --label canary
  tfcoseg client a.jpg b.jpg --url http://localhost:8500 --grpc --overlay
  tfcoseg client a.jpg b.jpg --concurrency 8 --requests 1000
"""

# TensorFlow Serving's own ports.
_URL, _GRPC_URL = "http://localhost:8501", "http://localhost:8500"
_RETRIES, _REQUESTS = 4, 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add_picture_arguments(parser)
    add_drawing_arguments(parser)
    add_threshold_argument(parser)
    add_writing_arguments(parser)
    _add_server_arguments(parser.add_argument_group("server"))
    _add_load_arguments(parser.add_argument_group("load test, which writes no files"))


def _add_server_arguments(group):
    add = group.add_argument
    add(
        "--url",
        help="address of the server, or of a model on it, like "
        f"{_URL}/v1/models/coseg (default: {_URL}; with --grpc {_GRPC_URL})",
    )
    add("--grpc", action="store_true", help="ask by gRPC instead of REST")
    add(
        "--model",
        metavar="NAME",
        help="name of the model (default: the one in the address, or coseg)",
    )
    which = group.add_mutually_exclusive_group()
    which.add_argument(
        "--version",
        type=whole_number(0),
        metavar="N",
        help="version of the model (default: the newest)",
    )
    which.add_argument("--label", help="version of the model, by a label it has")
    add(
        "--signature",
        choices=(names.SERVE_BYTES, names.SERVING_DEFAULT),
        default=names.SERVE_BYTES,
        help="of a pair, send picture files, or pixels resized here; of a group always "
        f"files, to {names.SERVE_GROUP_BYTES} (default: %(default)s)",
    )
    add(
        "--size",
        type=working_size,
        default=names.WORKING_SIZE,
        metavar="N",
        help=f"side in pixels of the square for {names.SERVING_DEFAULT} "
        "(default: %(default)s)",
    )
    add(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="S",
        help="seconds for an answer, with all attempts, but without the look-up of the "
        "server's name (default: %(default)g)",
    )
    add(
        "--retries",
        type=whole_number(0, 100),
        metavar="N",
        help="further attempts, at growing intervals, while the server is busy or not "
        f"there yet (default: {_RETRIES}; in a load test 0)",
    )


def _add_load_arguments(group):
    # The limits of the library, which takes NumPy and Pillow to import.
    group.add_argument(
        "--concurrency",
        type=whole_number(1, 256),
        metavar="N",
        help="ask so many times at once (default: 1)",
    )
    group.add_argument(
        "--requests",
        type=whole_number(1, 1_000_000),
        metavar="N",
        help=f"ask so many times in all (default: {_REQUESTS})",
    )


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    loaded = args.concurrency is not None or args.requests is not None
    with _client(args, 0 if loaded else _RETRIES) as client:
        return _run_load_test(args, client) if loaded else _find(args, client)


def _client(args, retries):
    from tfcoseg.client import Client

    return Client(
        args.url or (_GRPC_URL if args.grpc else _URL),
        args.model,
        args.signature,
        grpc=args.grpc,
        version=args.version,
        label=args.label,
        timeout=args.timeout,
        retries=retries if args.retries is None else args.retries,
        threshold=args.threshold,
        working_size=args.size,
    )


def _find(args, client):
    """Writes the masks, and what else is wanted."""
    from tfcoseg.batch.names import distinct_stems
    from tfcoseg.cli.outputs import (
        check_outputs,
        check_writable,
        make_folder,
    )

    images = args.images
    stems = distinct_stems(images)
    drawn = args.overlay or args.cutout
    pictures = read_pictures(images) if drawn else [None] * len(images)
    is_pair = len(images) == 2
    question = client.prepare(*images) if is_pair else client.prepare_group(images)
    patterns = [glob.escape(stem) + end for stem in stems for end in endings(args)]
    check_outputs(args.output, patterns, images, args.overwrite)
    check_writable(args.output)  # before the wait; it is made afterwards
    masks, scores = _answer(client, question)
    make_folder(args.output)
    for stem, picture, mask in zip(stems, pictures, masks):
        write_drawings(args, stem, picture, mask)
    if not args.quiet:
        areas = [float((mask > 0).mean()) for mask in masks]
        print(finding(images, areas, scores))
    return 0


def _answer(client, question):
    """Masks and scores of a pair or a group."""
    if isinstance(question, list):
        group = client.ask_group(question)
        return group.masks, group.scores
    pair = client.ask(question)
    return [pair.mask_a, pair.mask_b], [pair.score, pair.score]


def _run_load_test(args, client):
    """Prints how the server bears many requests; exit code 1 if any failed."""
    from tfcoseg.client import run_load_test

    if len(args.images) != 2:
        raise ValueError(
            f"A load test asks for two pictures. Received: {len(args.images)}"
        )
    question = client.prepare(*args.images)
    report = run_load_test(
        lambda: client.ask(question),
        args.requests or _REQUESTS,
        args.concurrency or 1,
    )
    for kind, message in report.messages.items():
        print(f"{kind}: {message}", file=sys.stderr)
    print(_figures(report, args.concurrency or 1))
    if report.interrupted:
        return 130
    return 1 if report.failed else 0


def _figures(report, concurrency):
    kinds = ", ".join(f"{kind}: {count}" for kind, count in report.errors.items())
    percentiles = [f"p{p} {1000 * report.percentile(p):.1f}" for p in (50, 95, 99)]
    lines = [
        f"requests: {report.requests}, at once: {concurrency}"
        f"{' (interrupted)' if report.interrupted else ''}",
        f"failed: {report.failed}{f' ({kinds})' if kinds else ''}",
        f"seconds: {report.seconds:.2f}, answers per second: {report.rate:.1f}",
        f"ms: {', '.join(percentiles)}",
    ]
    return "\n".join(lines if report.latencies else lines[:3])


def _seconds(text):
    """The type of an argument that is a time."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(
            f"must be a number of seconds above 0, at most a day. Received: {text}"
        )
    return seconds

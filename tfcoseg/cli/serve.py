"""`tfcoseg serve`: an export behind TensorFlow Serving's REST API, on this machine."""

import argparse
import os
import sys
from pathlib import Path

from tfcoseg.cli.arguments import whole_number

HELP = """\
Serve an exported model on this machine, for development.

It answers as TensorFlow Serving's REST API would, to try an export and its clients. It
is not for production: there, run TensorFlow Serving itself.

DIR is what `tfcoseg export savedmodel DIR` wrote. Its newest version is served; one
that appears later takes its place.

example:
  tfcoseg export savedmodel models/coseg
  tfcoseg serve models/coseg
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="the folder with the versions")
    add(
        "--port",
        type=whole_number(0, 65535),
        default=8501,
        metavar="N",
        help="the port; 0 for one that is free (default: %(default)s)",
    )
    add(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the address to listen at; anyone who can reach another than the default "
        "may ask (default: %(default)s)",
    )
    add(
        "--name",
        default="coseg",
        help="what the model is called in addresses (default: %(default)s)",
    )
    add(
        "--label",
        action="append",
        default=[],
        metavar="LABEL",
        help="a label by which the served version may be asked for; may be repeated",
    )
    _add_limits(add)
    add("--quiet", action="store_true", help="print the ready line and errors only")


def _add_limits(add):
    add(
        "--max-body",
        type=whole_number(1),
        default=64,
        metavar="MIB",
        help="greatest body of a request, in MiB (default: %(default)s)",
    )
    add(
        "--max-pixels",
        type=whole_number(1),
        default=100_000_000,
        metavar="N",
        help="most pixels of a request's encoded pictures together; the export has a "
        "limit for each of its own (default: %(default)s)",
    )
    add(
        "--runs",
        type=whole_number(1),
        default=2,
        metavar="N",
        help="requests that run at the same time, and so the most that an export with "
        "in-graph batching can put together (default: %(default)s)",
    )
    add(
        "--queue",
        type=whole_number(0),
        default=16,
        metavar="N",
        help="requests that wait; more are told to come back (default: %(default)s)",
    )
    add(
        "--timeout",
        type=whole_number(1),
        default=60,
        metavar="S",
        help="seconds until a request is given up (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Runs the command until it is interrupted, and ends the process with it."""
    from tfcoseg.cli.ending import end_of_signals
    from tfcoseg.cli.quiet import quiet_tensorflow

    server = _server(args)
    with quiet_tensorflow():
        server.start()
    ended = end_of_signals()
    if not args.quiet:
        print("for development, not for production", file=sys.stderr)
    print(f"ready at {server.url}", flush=True)
    ended.wait()
    if not args.quiet:
        print("ending; once more ends at once", file=sys.stderr, flush=True)
    server.close()
    # A model's run cannot be stopped, and crashes in the middle of Python's own end.
    os._exit(0)


def _server(args):
    from tfcoseg.serve import DevelopmentServer, Limits

    limits = Limits(
        body_bytes=args.max_body * 2**20,
        picture_pixels=args.max_pixels,
        runs=args.runs,
        waiting=args.queue,
        run_seconds=args.timeout,
    )

    def report(line):
        if not args.quiet:
            print(line, file=sys.stderr, flush=True)

    return DevelopmentServer(
        args.folder, args.name, args.host, args.port, limits, args.label, report
    )

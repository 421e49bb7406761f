"""The command `tfcoseg`: finds the sub-command, imports that one only, and runs it.

Each command is a file of this folder with `HELP`, `add_arguments(parser)` and
`run(args)`, which returns the exit code. Results go to stdout, messages to stderr.

Exit codes: 0 it worked; 1 an input, or the work, failed; 2 the command line was wrong;
130 and 143 it was ended by Ctrl-C or SIGTERM.
"""

import argparse
import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import contextmanager

import tfcoseg
from tfcoseg.cli.arguments import UsageError
from tfcoseg.cli.streams import open_closed_streams

COMMANDS = {
    "segment": "cut out the object that pictures have in common",
    "train": "train a model on folders of pictures with masks",
    "evaluate": "measure a model on a folder of pictures with masks",
    "ablate": "measure what each part of the network is worth",
    "export": "write a model in the format of another runtime",
    "serve": "serve an exported model on this machine, for development",
    "client": "ask a server for the masks of pictures, or load-test it",
    "demo": "try it on a web page of this machine",
    "benchmark": "measure how fast the network runs on this machine",
}

DESCRIPTION = "Image co-segmentation: the object that photographs have in common."

EXAMPLES = """\
examples:
  tfcoseg segment a.jpg b.jpg --output masks
  tfcoseg segment photos/ --output masks --overlay --cutout
  tfcoseg evaluate --data my_pictures --pairs consecutive
  tfcoseg export savedmodel models/coseg
  tfcoseg COMMAND --help
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the whole usage before it."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code."""
    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show shall end nothing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    argv = sys.argv[1:] if argv is None else list(argv)
    parser = build_parser(argv[0] if argv else None)
    if not argv:
        parser.print_help(sys.stderr)
        return 2
    args = parser.parse_args(argv)
    try:
        with _cleaning_up():
            code = args.run(args)
        sys.stdout.flush()  # a pipe whose reader has gone shall be noticed here
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Keeps Python from flushing, and complaining, once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError, ImportError) as error:
        print(f"tfcoseg {args.command}: error: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1


@contextmanager
def _cleaning_up():
    """Lets SIGTERM end the work as Ctrl-C does: temporary files are removed."""

    def end(*_):
        raise SystemExit(128 + signal.SIGTERM)

    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands, with the arguments of one.

    Args:
        command: the command whose file is imported for its arguments; the others are
            only listed.
    """
    parser = _Parser(
        prog="tfcoseg",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"tfcoseg {tfcoseg.__version__}"
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", required=True
    )
    for name, summary in COMMANDS.items():
        subparser = commands.add_parser(
            name,
            help=summary,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name == command:
            module = importlib.import_module(f"tfcoseg.cli.{name}")
            subparser.description = module.HELP
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())

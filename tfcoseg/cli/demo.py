"""`tfcoseg demo`: a web page on this machine, to try the model on own pictures."""

import argparse
import functools
import sys
import webbrowser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tfcoseg.cli.arguments import (
    UsageError,
    add_engine_arguments,
    add_min_score_argument,
    add_model_arguments,
    add_number,
    whole_number,
)

if TYPE_CHECKING:  # NumPy takes longer than all of --help
    from tfcoseg.demo import Limits

HELP = """\
Try it on a web page of this machine: drop pictures, see what they have in common.

The page shows each picture with the object tinted, the object cut out of its
background, and the mask; a slider moves the threshold, and everything can be downloaded
as a zip file. Where pictures have no object in common (--min-score), the page says so.
It is served to this machine only, unless --host says otherwise, sends nothing to any
other machine, and deletes what was uploaded. Visitors wait for the network in one
queue. It needs the extra [demo]: pip install 'tfcoseg[demo]'.

examples:
  tfcoseg demo --open
  tfcoseg demo --port 0 --weights my_model.keras
  tfcoseg demo --host 0.0.0.0 --max-pictures 4 --queue 10
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add = parser.add_argument
    add(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the address to listen at; anyone who can reach another than the default "
        "may use the page (default: %(default)s)",
    )
    port = "the port; 0 for one that is free"
    add_number(add, "--port", 7860, whole_number(0, 65535), port)
    add(
        "--url",
        metavar="URL",
        help="the address by which people reach the page, if a proxy stands in between",
    )
    add("--open", action="store_true", help="open the page in a browser")
    add_model_arguments(parser)
    add_min_score_argument(parser)
    add_engine_arguments(parser)
    _add_limits(add)
    add("--quiet", action="store_true", help="print the ready line and errors only")


def _add_limits(add):
    number = functools.partial(add_number, add)
    number("--max-pictures", 8, whole_number(2), "most pictures of a group")
    number("--max-megabytes", 20, whole_number(1), "greatest file of a picture, in MB")
    text = "most pixels of a picture, in millions"
    number("--max-megapixels", 50, whole_number(1, 100), text)
    text = "seconds until the work on a group is given up"
    number("--time-limit", 60, whole_number(1), text)
    text = "what visitors may have waiting together; more are told to come back"
    number("--queue", 20, whole_number(1), text)
    number("--keep", 60, whole_number(1), "minutes until uploads are deleted")


def run(args: argparse.Namespace) -> int:
    """Runs the command until it is interrupted."""
    from tfcoseg.cli.ending import end_of_signals
    from tfcoseg.demo import PageServer
    from tfcoseg.inference.engines import choose_engine
    from tfcoseg.inference.model_paths import check_model_path

    _check_url(args.url)
    choose_engine(args.weights, args.engine)
    check_model_path(args.weights)
    server = PageServer(args.host, args.port, args.url)
    try:
        server.start(_page(args), args.max_megabytes)
    except BaseException:
        server.close()
        raise
    ended = end_of_signals()
    print(f"ready at {server.url}", flush=True)
    _report(args, "Ctrl-C ends")
    if args.open:
        webbrowser.open(server.url)
    ended.wait()
    _report(args, "ending; once more ends at once")
    server.close()
    return 0


def _page(args):
    """The page, with a network that has run once: the first visitor shall not wait."""
    from tfcoseg import samples
    from tfcoseg.batch.made_with import made_with
    from tfcoseg.cli.quiet import quiet_engine
    from tfcoseg.demo import build_page
    from tfcoseg.inference import Predictor
    from tfcoseg.inference.engines import choose_engine

    engine = choose_engine(args.weights, args.engine)
    names = "threshold min_score threads".split()
    options = {name: getattr(args, name) for name in names}
    with quiet_engine(engine):
        predictor = Predictor(args.weights, args.size, engine=engine, **options)
        predictor.predict(*samples.pair())
    options = {"size": args.size, "min_score": args.min_score, "engine": engine}
    made = made_with(args.weights, options)
    report = functools.partial(_report, args)
    return build_page(predictor, limits_of(args), args.threshold, made, report)


def limits_of(args: argparse.Namespace) -> "Limits":
    """What the page takes on."""
    from tfcoseg.demo import Limits

    return Limits(
        pictures=args.max_pictures,
        megabytes=args.max_megabytes,
        megapixels=args.max_megapixels,
        seconds=args.time_limit,
        waiting=args.queue,
        keep_seconds=60 * args.keep,
    )


def _check_url(url):
    if url is not None and not _is_address(url):
        raise UsageError(
            "--url must be a whole address, as https://example.org/coseg. "
            f"Received: {url}"
        )


def _is_address(url):
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # brackets that are not closed
        return False


def _report(args, line):
    if not args.quiet:
        print(line, file=sys.stderr, flush=True)

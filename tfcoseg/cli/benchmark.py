"""`tfcoseg benchmark`: how fast the network runs on this machine."""

import argparse
import dataclasses
import functools
import importlib.util
import sys
from pathlib import Path

import tfcoseg
from tfcoseg.cli.arguments import whole_number, working_size
from tfcoseg.files import write_json
from tfcoseg.signature import TRAINING_SIZE

HELP = """\
Measure how fast the network runs on this machine.

Everything is a ratio of two things timed in turn, in the same run. Let nothing else run
meanwhile.
"""

PARTS = (
    "correlation",
    "network",
    "group",
    "implementations",
    "pipeline",
    "litert",
    "client",
    "start",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add = parser.add_argument
    add("--only", choices=PARTS, help="measure this part only (default: all)")
    add(
        "--repeats",
        type=whole_number(1),
        default=7,
        metavar="N",
        help="rounds of timing, whose median counts (default: %(default)s)",
    )
    add(
        "--backward",
        action="store_true",
        help="also time the gradients of the implementations",
    )
    add(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder of pictures with masks; the pipeline is not measured without",
    )
    add(
        "--size",
        type=working_size,
        default=TRAINING_SIZE,
        metavar="N",
        help="side in pixels of the pictures for network and pipeline (default: "
        "%(default)s)",
    )
    add(
        "--batch-size",
        type=whole_number(1),
        default=4,
        metavar="N",
        help="pairs per training step (default: %(default)s)",
    )
    add("--output", type=Path, metavar="FILE", help="write the figures as JSON to FILE")
    add("--overwrite", action="store_true", help="replace FILE if it exists already")
    add("--quiet", action="store_true", help="do not say what is being measured")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cli.outputs import check_outputs, make_folder
    from tfcoseg.cli.quiet import quiet_tensorflow

    if args.output is not None:
        make_folder(args.output.parent)
        check_outputs(args.output.parent, [args.output.name], (), args.overwrite)
    with quiet_tensorflow():
        import tensorflow as tf

        from tfcoseg.benchmark import describe_machine, format_comparisons

        # A graph per shape is what is measured, and no mistake to warn of.
        tf.get_logger().setLevel("ERROR")
        machine = describe_machine()
    print("\n".join(f"{name}: {value}" for name, value in machine.items()), end="\n\n")
    comparisons = list(_measure(args))
    print(format_comparisons(comparisons))
    if args.output is not None:
        figures = _figures(args, machine, comparisons)
        write_json(args.output, figures, args.overwrite)
    return 0


def _measure(args):
    from tfcoseg import benchmark

    compare_pipeline = functools.partial(
        benchmark.compare_pipeline_with_step,
        data=args.data,
        size=args.size,
        batch_size=args.batch_size,
    )
    parts = {
        "correlation": benchmark.compare_with_literal,
        "network": functools.partial(benchmark.compare_with_encoder, size=args.size),
        "group": benchmark.compare_with_pairs,
        "implementations": functools.partial(
            benchmark.compare_implementations, backward=args.backward
        ),
        "pipeline": compare_pipeline,
        "litert": benchmark.compare_with_saved_model,
        "client": benchmark.compare_client_with_tensorflow,
        "start": benchmark.compare_start_of_engines,
    }
    for name in PARTS if args.only is None else [args.only]:
        if name == "pipeline" and args.data is None:
            yield benchmark.Comparison(name, None, note="needs --data")
            continue
        if (
            name in ("litert", "start")
            and importlib.util.find_spec("ai_edge_litert") is None
        ):
            yield benchmark.Comparison(name, None, note="needs ai-edge-litert")
            continue
        for comparison in parts[name](args.repeats):
            if not args.quiet:
                print(f"measured {comparison.name}", file=sys.stderr)
            yield comparison


def _figures(args, machine, comparisons):
    return {
        "tfcoseg": tfcoseg.__version__,
        "machine": machine,
        "options": {
            name: str(value) if isinstance(value, Path) else value
            for name, value in vars(args).items()
            if name not in ("command", "run")
        },
        "comparisons": [
            {**dataclasses.asdict(comparison), "verdict": comparison.verdict}
            for comparison in comparisons
        ],
    }

"""`tfcoseg evaluate`: how good a model is on a folder of pictures with masks."""

import argparse
import sys
import time

from tfcoseg.cli.arguments import add_engine_arguments, add_model_arguments
from tfcoseg.cli.evaluate_about import about, without_published
from tfcoseg.cli.evaluate_arguments import (
    add_control_arguments,
    add_data_arguments,
    add_protocol_arguments,
    check_arguments,
)
from tfcoseg.cli.evaluate_inputs import prepare_folder, protocol_options
from tfcoseg.cli.evaluate_report import (
    EXAMPLES,
    add_report_arguments,
    cache_opener,
    curves,
)
from tfcoseg.cli.progress import progress_bar
from tfcoseg.signature import WORKING_SIZE

HELP = """\
Measure a model on a folder of pictures with masks, or on a benchmark of the field.

The folder holds images/<group>/<name>.jpg and masks/<group>/<name>.png. Masks are
judged at the pictures' own size: J (intersection over union of the object) by the three
averages in use (over images; over each group's mean; all pixels pooled), P (pixels
classified correctly), the pixels predicted and the masks that are empty, since nothing
was found in common, all in percent.

With --dataset the published figures of the benchmark are printed, too: those that were
reached by the same protocol, and those that were not, with the difference. --protocol
measures as others did. On a set that the weights were trained on no published figures
are printed, but how to cross-validate.

With --output an interrupted command resumes when it is repeated.

examples:
  tfcoseg evaluate --data my_pictures
  tfcoseg evaluate --data my_pictures --pairs all --output report --sizes 257,321,513
  tfcoseg evaluate --data my_pictures --controls
  tfcoseg evaluate --data davis2016 --pairs first --reference-masks
  tfcoseg evaluate --data msrc --dataset msrc_coseg/groups7 --protocol mcanet
  tfcoseg evaluate --dataset icoseg --manual-dir downloads --protocol saa
  tfcoseg evaluate --data voc --weights runs/fold_0/best.weights.h5 \\
      --folds 4 --fold 0 --fold-by class
  tfcoseg evaluate --data my_pictures --weights w.weights.h5 --protocol unseen --fold 0
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.set_defaults(error=parser.error)
    add_data_arguments(parser)
    add_protocol_arguments(parser)
    add_model_arguments(parser, size=None)
    add_engine_arguments(parser)
    add_control_arguments(parser)
    add_report_arguments(parser)
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cli.outputs import check_outputs, make_folder
    from tfcoseg.evaluate.benchmarks import find_benchmark
    from tfcoseg.evaluate.beside import beside
    from tfcoseg.evaluate.protocols import PROTOCOLS
    from tfcoseg.evaluate.report import FILES, heading, write_report
    from tfcoseg.evaluate.sizes import format_sizes
    from tfcoseg.evaluate.table import format_table
    from tfcoseg.inference.model_paths import check_model_path

    check_arguments(args)
    check_model_path(args.weights)
    declaration = PROTOCOLS[args.protocol or "ours"]
    benchmark = None
    if args.dataset is not None:
        benchmark = find_benchmark(declaration.test_set(args.dataset))
    if args.output is not None:
        check_outputs(args.output, FILES, (), args.overwrite)
        make_folder(args.output)
    folder = args.data or prepare_folder(args, benchmark)
    protocol = declaration.protocol(**protocol_options(args, folder, benchmark))
    evaluation, report = _evaluate(args, folder, protocol, benchmark, declaration)
    if benchmark or args.protocol:
        report |= beside(evaluation, benchmark, declaration)
    if report["is_training_score"]:
        report |= without_published(args, folder, protocol)
    if args.output is not None:  # first: the reader of a pipe may have gone
        write_report(args.output, evaluation, report, args.overwrite)
    print(f"{heading(report)}\n\n{format_table(report)}")
    if report["sizes"]:
        print(f"\n{format_sizes(report['sizes'])}")
    for problem in evaluation.problems:
        print(problem, file=sys.stderr)
    for difference in evaluation.differences:
        print(f"not as published: {difference}", file=sys.stderr)
    return 1 if evaluation.problems else 0


def _evaluate(args, folder, protocol, benchmark, declaration):
    """The evaluation, and all that is reported of it."""
    from tfcoseg.cli.quiet import quiet_engine
    from tfcoseg.evaluate import evaluate_folder
    from tfcoseg.evaluate.summary import summarise
    from tfcoseg.inference import Predictor
    from tfcoseg.inference.engines import choose_engine
    from tfcoseg.provenance import describe_weights

    size = args.size or declaration.working_size or WORKING_SIZE
    engine = args.engine = choose_engine(args.weights, args.engine)
    with quiet_engine(engine):
        weights = describe_weights(args.weights)
        limits = args.threshold, args.min_score
        predictor = Predictor(args.weights, size, *limits, engine, args.threads)
    start = time.monotonic()
    progress, examples = progress_bar(args.quiet), EXAMPLES if args.output else 0
    cache_of = cache_opener(args, weights.sha256, protocol)
    evaluation = evaluate_folder(
        predictor, folder, protocol, progress, examples, cache_of(predictor)
    )
    seconds = round(time.monotonic() - start, 1)
    asked = about(args, folder, benchmark, weights, size)
    further = curves(evaluation, predictor, args.sizes, cache_of, progress)
    return evaluation, {
        **asked,
        "seconds": seconds,
        **summarise(evaluation),
        **further,
    }

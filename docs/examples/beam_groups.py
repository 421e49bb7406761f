"""Masks for a manifest of groups of pictures, with Apache Beam.

A group that fails does not fail its batch: the handler answers for each group, with
masks or with what is wrong. `RunInference.with_exception_handling` would hand over the
whole batch as failed, the good groups in it too, and would take a full memory for a bad
group.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from coseg_groups import command_line, model, progress
from coseg_groups.manifest import (
    BadRecord,
    Group,
    dead_letter,
    only_one,
    parse_line,
    read_pictures,
)
from coseg_groups.model import Answer
from coseg_groups.results import Results

try:
    import apache_beam as beam
    from apache_beam.ml.inference.base import (
        KeyedModelHandler,
        ModelHandler,
        RunInference,
    )
    from apache_beam.options.pipeline_options import PipelineOptions
    from coseg_groups.beam_files import BeamFiles
except ImportError as error:
    message = "Apache Beam is needed: pip install 'tfcoseg[examples]'"
    raise ImportError(message) from error

EXAMPLES = """\
  python beam_groups.py --manifest groups.jsonl --output out/ --model models/coseg
  python beam_groups.py --manifest gs://b/groups.jsonl --output gs://b/out \\
      --model gs://b/models/coseg --threads 1 --runner DataflowRunner ...
"""

# What Beam's DirectRunner runs on in the end; by that name it first looks on the net
# for another engine.
LOCAL_RUNNER = "FnApiRunner"
# One group is run after the other, so larger batches would only fill the memory.
LARGEST_BATCH = 4
NAMESPACE = "coseg_groups"
BAD = "bad"


class GroupModelHandler(ModelHandler[Sequence[bytes], Answer | BadRecord, Any]):
    """Runs `serve_group_bytes`, one group after the other.

    The model is loaded for each process and not shared across them: its weights are 6
    MB, and what a process needs beside them, TensorFlow, it would need anyway.

    Args:
        version: the folder of a SavedModel.
        threads: how many TensorFlow computes with; None for one per core.
    """

    def __init__(self, version: str, threads: int | None = None):
        super().__init__(min_batch_size=1, max_batch_size=LARGEST_BATCH)
        self.version = version
        self.threads = threads

    def load_model(self) -> Any:
        return model.load(self.version, self.threads)

    def run_inference(
        self,
        batch: Sequence[Sequence[bytes]],
        model: Any,
        inference_args: dict[str, Any] | None = None,
    ) -> Iterable[Answer | BadRecord]:
        return [_answer(model, contents) for contents in batch]

    def get_num_bytes(self, batch: Sequence[Sequence[bytes]]) -> int:
        return sum(len(content) for contents in batch for content in contents)

    def get_metrics_namespace(self) -> str:
        return NAMESPACE


def _answer(loaded, contents):
    try:
        return model.ask(loaded, contents)
    except BadRecord as error:
        return error


class Parse(beam.DoFn):
    """From a line of the manifest to (name, group)."""

    def process(self, line: bytes) -> Iterable[Any]:
        if not line.strip():
            return
        try:
            group = parse_line(line)
        except BadRecord as error:
            yield _bad(dead_letter("manifest", error, line=line))
        else:
            yield group.name, group


class OnlyOne(beam.DoFn):
    """From (name, groups) to the group, if it is the only one of its name."""

    def process(self, named: tuple[str, Iterable[Group]]) -> Iterable[Any]:
        groups = list(named[1])
        try:
            yield only_one(groups)
        except BadRecord as error:
            for group in groups:
                yield _bad(dead_letter("manifest", error, group=group))


class Read(beam.DoFn):
    """From a group to ((group, digests), contents), unless it has been done."""

    def __init__(self, folder: str, results: Results):
        self.folder = folder
        self.results = results

    def process(self, group: Group) -> Iterable[Any]:
        try:
            pictures = read_pictures(group, self.folder, self.results.files)
        except BadRecord as error:
            yield _bad(dead_letter("pictures", error, group=group))
            return
        digests, contents = zip(*pictures)
        if self.results.has(group, digests):
            _count("kept")
        else:
            yield (group, digests), contents


class Write(beam.DoFn):
    """Writes what the network answered."""

    def __init__(self, results: Results):
        self.results = results

    def process(self, answered: tuple[Any, Answer | BadRecord]) -> Iterable[Any]:
        (group, digests), answer = answered
        if isinstance(answer, BadRecord):
            yield _bad(dead_letter("network", answer, group=group))
            return
        self.results.write(group, digests, answer)
        _count("done")


def _bad(letter):
    _count("bad")
    return beam.pvalue.TaggedOutput(BAD, letter)


def _count(state):
    """Counts for the runner, which adds up all workers, and for this process' log."""
    beam.metrics.Metrics.counter(NAMESPACE, state).inc()
    progress.of_this_process().count(state)


def build(pipeline: beam.Pipeline, args: Any, version: str, results: Results) -> None:
    """Adds all steps to a pipeline."""
    handler = KeyedModelHandler(GroupModelHandler(version, args.threads))
    folder = command_line.folder_of(args.manifest)

    def split(step):
        return step.with_outputs(BAD, main="good")

    lines = pipeline | beam.io.ReadFromText(
        args.manifest, coder=beam.coders.BytesCoder()
    )
    named = lines | "Parse" >> split(beam.ParDo(Parse()))
    # Shares the groups out among the workers, too.
    grouped = named.good | beam.GroupByKey()
    unique = grouped | "Only one" >> split(beam.ParDo(OnlyOne()))
    to_do = unique.good | "Read" >> split(beam.ParDo(Read(folder, results)))
    answered = to_do.good | RunInference(handler)
    written = answered | "Write" >> split(beam.ParDo(Write(results)))
    letters = [step[BAD] for step in (named, unique, to_do, written)]
    # One file, for there should be few.
    (
        letters
        | beam.Flatten()
        | beam.io.WriteToText(
            command_line.dead_letters_of(args.output),
            num_shards=1,
            shard_name_template="",
        )
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the pipeline and returns the exit code."""
    parser = command_line.build_parser(__doc__.partition("\n")[0], EXAMPLES)
    parser.epilog += "\nWith --runner, other options of Beam may be given."
    args, of_beam = parser.parse_known_args(argv)
    if not any(option.partition("=")[0] == "--runner" for option in of_beam):
        if of_beam:  # Beam itself would only log that it does not know them
            parser.error(f"unrecognized arguments: {' '.join(of_beam)}")
        of_beam = ["--runner", LOCAL_RUNNER]
    progress.log_to_stderr()
    try:
        version = model.newest_version(args.model)
        made_with = model.made_with(version, args.threshold)
        results = Results(args.output, made_with, BeamFiles())
        pipeline = beam.Pipeline(options=PipelineOptions(of_beam))
        build(pipeline, args, version, results)
    except (OSError, ValueError) as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)
        return 1
    result = pipeline.run()
    result.wait_until_finish()
    return summarise(result, command_line.dead_letters_of(args.output))


def summarise(result: Any, dead_letters: str) -> int:
    """Prints what became of the groups; the exit code is 1 if any is bad."""
    counted = beam.metrics.MetricsFilter().with_namespace(NAMESPACE)
    counters = result.metrics().query(counted)["counters"]
    counts = {counter.key.metric.name: counter.result for counter in counters}
    # A worker that was asked twice counts twice, but its letters are there once.
    bad = len(BeamFiles().read(dead_letters).splitlines())
    done, kept = counts.get("done", 0), counts.get("kept", 0)
    print(
        f"groups: {done} done, {kept} kept, {bad} bad; bad ones are in {dead_letters}"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

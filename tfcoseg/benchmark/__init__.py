"""How fast the network runs on this machine, as ratios within one run.

Seconds differ from machine to machine and from hour to hour; what two things take side
by side differs much less. Every comparison is therefore interleaved: one round times
each side once, and the medians over the rounds are compared.
"""

from tfcoseg.benchmark.client import (
    compare_client_with_tensorflow as compare_client_with_tensorflow,
)
from tfcoseg.benchmark.correlation import compare_with_literal as compare_with_literal
from tfcoseg.benchmark.group import compare_with_pairs as compare_with_pairs
from tfcoseg.benchmark.implementations import (
    compare_implementations as compare_implementations,
)
from tfcoseg.benchmark.litert import (
    compare_with_saved_model as compare_with_saved_model,
)
from tfcoseg.benchmark.machine import describe_machine as describe_machine
from tfcoseg.benchmark.network import compare_with_encoder as compare_with_encoder
from tfcoseg.benchmark.pipeline import (
    compare_pipeline_with_step as compare_pipeline_with_step,
)
from tfcoseg.benchmark.start import compare_start_of_engines as compare_start_of_engines
from tfcoseg.benchmark.timing import Comparison as Comparison
from tfcoseg.benchmark.timing import format_comparisons as format_comparisons
from tfcoseg.benchmark.timing import interleave as interleave

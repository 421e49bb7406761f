"""Runs of a LiteRT file after which the tensors in between can be looked at."""

import os
import warnings
from typing import Any

from tfcoseg.inference.litert import import_interpreter

NO_PAIRS = "Calibration needs a pair of pictures. Received: none"


def recording_interpreter(file: bytes) -> Any:
    """An interpreter that keeps every tensor of the content of a file.

    A delegate would compute several operators as one, without what lies between them.
    """
    interpreter = import_interpreter()
    from ai_edge_litert.interpreter import OpResolverType

    with warnings.catch_warnings():
        # It says that keeping all tensors takes memory.
        warnings.simplefilter("ignore", UserWarning)
        return interpreter(
            model_content=file,
            num_threads=os.cpu_count(),
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=(
                OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            ),
        )

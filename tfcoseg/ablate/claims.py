"""The claims of the paper beyond accuracy, as tables of text."""

from collections.abc import Sequence
from typing import Any

from tfcoseg.evaluate.table import align


def format_peaks(peaks: dict[str, Any]) -> str:
    """What `measure_peaks` returned: distances in percent of the diagonal."""
    header = ["distance of the peak", "right", "on object", "off centre", "wrong"]
    rows = [[*header, "on object", "wrong - right"]]
    for name, of in peaks["rows"].items():
        difference = of.get("difference")
        if difference is not None and of["standard_error"] is not None:
            difference = f"{difference:.1f} ± {of['standard_error']:.1f}"
        keys = "right right_on_object off_centre wrong wrong_on_object".split()
        rows.append([name, *map(of.get, keys), difference])
    return align(rows)


def format_cost(costs: Sequence[dict[str, Any]]) -> str:
    """What `compare_cost` returned; ratios are non-local attention by correlation."""
    quantities = {
        "forward_ms": "ms forward",
        "training_ms": "ms training",
        "peak_mb": "MB peak",
        "kept_mb": "MB kept",
        "multiply_adds": "M multiply-adds",
    }
    rows = [["map", "", "correlation", "non-local", "ratio"]]
    for cost in costs:
        side = f"{cost['side']} x {cost['side']}"
        for key, name in quantities.items():
            ours, theirs = cost["correlation"][key], cost["non_local"][key]
            ratio = f"{theirs / ours:.2f}" if ours and theirs is not None else None
            rows.append([side, name, ours, theirs, ratio])
            side = ""
    return align(rows)

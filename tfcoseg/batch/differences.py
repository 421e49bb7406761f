"""What is another than when results were written, in words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """A text for each setting that is not the same."""
    for name, value in now.items():
        old = then.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            yield from differences(old, value)
        elif old != value:
            yield f"{name}: {json.dumps(old)} then, {json.dumps(value)} now"


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What became of the pictures of a group."""
    old, new = ({p["file"]: p for p in one["pictures"]} for one in (then, now))
    kinds = {
        "added": sorted(new.keys() - old.keys()),
        "gone": sorted(old.keys() - new.keys()),
        "changed": sorted(f for f in old.keys() & new.keys() if old[f] != new[f]),
    }
    found = [
        f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''} {kind}"
        for kind, names in kinds.items()
        if names
    ]
    return ", ".join(found) or "another anchor"

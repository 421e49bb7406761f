"""What `results.json` says of how masks were made."""

from collections.abc import Mapping
from typing import Any

import tfcoseg
from tfcoseg.cards import read_card


def made_with(weights: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """All that results depend on besides their pictures.

    Args:
        weights: as `Predictor` takes them.
        options: what else the masks depend on, JSON-serialisable.
    """
    card = read_card(weights)
    return {
        "tfcoseg": tfcoseg.__version__,
        "weights": {"name": card["name"], "sha256": card["sha256"]},
        "options": dict(options),
    }

"""The mean of the weights of several runs, which is better than each of them.

    python -m tfcoseg.train.average a.weights.h5 b.weights.h5 mean.weights.h5

Runs that go on from the same weights, with other seeds or shares of negative pairs, end
in one valley; its middle generalises better than its walls (Wortsman et al., Model
soups, 2022), and the network is none the slower for it.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tfcoseg.applications import CoSegMobileNetV2


def average_weights(
    sources: Iterable[str | os.PathLike], target: str | os.PathLike
) -> Path:
    """Writes the mean of the weights of several trained `CoSegMobileNetV2`.

    Args:
        sources: two `.weights.h5` files or more, of one architecture.
        target: the file to write, ending in `.weights.h5`; replaced if it exists.

    Returns:
        The path of `target`.

    Raises:
        ValueError: for fewer than two files, or files of different architectures.
    """
    sources, target = list(sources), Path(target)
    if len(sources) < 2:
        raise ValueError(
            f"Expected two files of weights or more. Received: {len(sources)}"
        )
    network = CoSegMobileNetV2(weights=sources[0])
    total = [weight.astype(np.float64) for weight in network.get_weights()]
    for source in sources[1:]:
        other = CoSegMobileNetV2(weights=source).get_weights()
        if [w.shape for w in other] != [w.shape for w in total]:
            raise ValueError(
                "Only weights of one architecture can be averaged. Received: "
                f"{sources[0]} and {source}, whose shapes differ"
            )
        total = [one + two for one, two in zip(total, other)]
    network.set_weights([weight / len(sources) for weight in total])
    temporary = target.with_name(f".new-{target.name}")
    network.save_weights(temporary, overwrite=True)
    os.replace(temporary, target)
    return target


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(
            "usage: python -m tfcoseg.train.average SOURCE.weights.h5 "
            "SOURCE.weights.h5 [...] TARGET.weights.h5"
        )
    print(average_weights(sys.argv[1:-1], sys.argv[-1]))

"""The grid: the base, and settings that differ from it in one thing each."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import keras

from tfcoseg.ablate.heads import build_head
from tfcoseg.ablate.no_partner import NoPartner
from tfcoseg.ablate.non_local import NonLocal
from tfcoseg.applications.coseg import FEATURES
from tfcoseg.layers import MaskDecoder, PyramidXCorr

FILTERS = 256
STAGES, CONTEXT = (128, 64, 32), 2


@dataclasses.dataclass(frozen=True)
class Cell:
    """One setting of the head, which is trained on features of the frozen encoder.

    A cell of your own needs a name, what it changes, and whichever of the others it
    changes: `Cell("wide", "a wider decoder", decoder=partial(MaskDecoder, (256, 64,
    32)))`.

    Args:
        name: short, without spaces; names the cell's rows and its weights file.
        change: what differs from the cell `beside`, in a few words.
        beside: name of the cell that it is to be compared with.
        correlation: makes the layer between the two images: called with the features of
            A and B, it returns what the decoder gets for A and for B.
        decoder: makes the layer that turns this, the list of maps and a tensor of the
            images' size into logits of that size.
        features: whether the decoder sees the image's own features f, or only the
            correlation and the skips.
        skips: whether the decoder sees the two finer maps of the encoder.
        output_stride: of the encoder, 16 or 8.
        encoder_features: which of the encoder's layers are the features; as `features`
            of `SiameseEncoder`.
        negative_share: share of the training pairs that have nothing in common.
        build: makes the head from the cell and the channels of [features, *skips]; see
            `build_head`, which is where the names of inputs and outputs stand.
    """

    name: str
    change: str
    beside: str = "base"
    correlation: Callable[[], keras.layers.Layer] = partial(PyramidXCorr, FILTERS)
    decoder: Callable[[], keras.layers.Layer] = partial(MaskDecoder, STAGES, CONTEXT)
    features: bool = True
    skips: bool = True
    output_stride: int = 16
    encoder_features: str | tuple[str, ...] | None = FEATURES
    negative_share: float = 0.25
    build: Callable[["Cell", Sequence[int]], keras.Model] = build_head


def _kernels(*sizes):
    return Cell(
        "kernels-" + "-".join(map(str, sizes)),
        "kernel sizes " + ", ".join(map(str, sizes)),
        correlation=partial(PyramidXCorr, FILTERS, kernel_sizes=sizes),
    )


def _unit_norm(normalization, change):
    return Cell(
        f"l2-{normalization or 'none'}".lower(),
        change,
        correlation=partial(PyramidXCorr, FILTERS, normalization=normalization),
    )


CELLS = (
    Cell("base", "kernel sizes 11, 15, 19; L2 per channel; mean of the levels"),
    _kernels(11),
    _kernels(15),
    _kernels(19),
    _kernels(11, 15),
    _kernels(5, 7, 9),
    _kernels(7, 11, 15, 19),
    _unit_norm("position", "L2 of each position over the channels"),
    _unit_norm("kernel", "L2 of the whole kernel"),
    _unit_norm(None, "no L2"),
    Cell(
        "levels-learned",
        "learned weights of the levels",
        correlation=partial(PyramidXCorr, FILTERS, level_weights="learned"),
    ),
    Cell(
        "no-correlation",
        "phi_2 of the image's own embedding, no partner",
        correlation=partial(NoPartner, FILTERS),
    ),
    Cell(
        "no-correlation-no-negatives",
        "the same without negative pairs, which it cannot tell",
        beside="no-negatives",
        correlation=partial(NoPartner, FILTERS),
        negative_share=0.0,
    ),
    Cell(
        "non-local",
        "attention of every position to every position of the partner",
        correlation=partial(NonLocal, FILTERS, width=105),
    ),
    Cell("no-features", "the decoder gets F and the skips, not f", features=False),
    Cell(
        "no-features-no-skips",
        "the decoder gets F alone",
        beside="no-skips",
        features=False,
        skips=False,
    ),
    Cell("no-negatives", "no negative pairs in training", negative_share=0.0),
    Cell("no-skips", "the decoder gets zeros in place of the skips", skips=False),
    Cell(
        "no-context",
        "no convolutions at half the features' size",
        decoder=partial(MaskDecoder, STAGES),
    ),
    Cell("stride-8", "features at output stride 8", output_stride=8),
    Cell("features-12", "features of block 12 alone", encoder_features=FEATURES[:1]),
    Cell(
        "features-16", "features of block 16, the encoder's last", encoder_features=None
    ),
)


def find_cells(
    wanted: Iterable[str | Cell] | None = None, cells: Sequence[Cell] = CELLS
) -> list[Cell]:
    """Cells by name, in the order they are asked for; all of them for None.

    Args:
        wanted: names among `cells`, or cells.
        cells: the grid.

    Raises:
        ValueError: for a name that is not in the grid, or one that comes twice.
    """
    known = {cell.name: cell for cell in cells}
    if wanted is None:
        return list(known.values())
    wanted = list(wanted)
    names = [cell.name if isinstance(cell, Cell) else cell for cell in wanted]
    own = {cell.name for cell in wanted if isinstance(cell, Cell)}
    if unknown := [name for name in names if name not in known.keys() | own]:
        raise ValueError(
            f"`cells` must be among {', '.join(known)}. Received: {', '.join(unknown)}"
        )
    if len(set(names)) < len(names):
        raise ValueError(
            f"Each cell may come once. Received: {', '.join(map(str, names))}"
        )
    return [c if isinstance(c, Cell) else known[c] for c in wanted]

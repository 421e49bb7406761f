"""The grid: the base, and settings that differ from it in one thing each."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import keras

from tfcoseg.ablate.heads import build_head
from tfcoseg.ablate.no_partner import NoPartner
from tfcoseg.ablate.non_local import NonLocal
from tfcoseg.layers import MaskDecoder, PyramidXCorr

# As in CoSegEfficientNetLite2.
FEATURES = ("block_14_add", "block_15_expand_relu")
DESCRIPTORS = "block_19_add"
SKIPS = ("block_6_add", "block_3_add", "block_0_project_BN")
FILTERS = 256
STAGES, CONTEXT = (128, 64, 32, 16), 2


@dataclasses.dataclass(frozen=True)
class Cell:
    """One setting of the head, which is trained on features of the frozen encoder.

    A cell of your own needs a name, what it changes, and the arguments in which it
    differs: `Cell("wide", "a wider decoder", decoder=partial(MaskDecoder, (256, 64, 32,
    16)))`.

    Args:
        name: short, without spaces; names the cell's rows and its weights file.
        change: what differs from the cell `beside`, in a few words.
        beside: name of the cell that it is to be compared with.
        correlation: makes the layer between the two images: called with the features of
            A and B, and with reference masks where the cell has any, it returns what
            the decoder gets for A and for B.
        decoder: makes the layer that turns this, the list of maps, a tensor of the
            images' size and the affinity, if there is one, into logits of that size.
        affinity: whether the decoder gets the semantic affinity, too.
        features: whether the decoder gets the image's own features f, or only the
            correlation, the affinity and the skips.
        skips: whether the decoder gets the finer maps of the encoder.
        output_stride: of the encoder, 16 or 8.
        encoder_features: layers of EfficientNet-Lite2 whose outputs are the features.
        negative_share: fraction of the training pairs that have nothing in common.
        reference_share: fraction of the training pairs in which the true mask of a
            picture is given. Above 0 the head is judged with the partner's mask, too.
        build: makes the head from the cell and the channels of [features, *skips,
            descriptors]; see `build_head` for the names of inputs and outputs.
    """

    name: str
    change: str
    beside: str = "base"
    correlation: Callable[[], keras.layers.Layer] = partial(PyramidXCorr, FILTERS)
    decoder: Callable[[], keras.layers.Layer] = partial(MaskDecoder, STAGES, CONTEXT)
    affinity: bool = True
    features: bool = True
    skips: bool = True
    output_stride: int = 16
    encoder_features: str | tuple[str, ...] = FEATURES
    negative_share: float = 0.25
    reference_share: float = 0.0
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
    Cell(
        "base",
        "kernel sizes 11, 15, 19; L2 per channel; mean of the levels; affinity",
    ),
    Cell("no-affinity", "no affinity: the method of the paper alone", affinity=False),
    Cell(
        "no-correlation",
        "phi_2 of the image's own embedding in place of the correlation",
        correlation=partial(NoPartner, FILTERS),
    ),
    Cell(
        "no-partner",
        "the same without affinity, so without a partner",
        beside="no-affinity",
        affinity=False,
        correlation=partial(NoPartner, FILTERS),
    ),
    Cell(
        "no-partner-no-negatives",
        "no negative pairs, which it cannot tell from positive ones",
        beside="no-partner",
        affinity=False,
        correlation=partial(NoPartner, FILTERS),
        negative_share=0.0,
    ),
    Cell(
        "deep-features",
        "the descriptors' layer among the features of the decoder",
        beside="no-affinity",
        affinity=False,
        encoder_features=(*FEATURES, DESCRIPTORS),
    ),
    Cell(
        "references",
        "the true mask of a picture in half of the training pairs",
        reference_share=0.5,
    ),
    Cell(
        "non-local",
        "attention of every position to every position of the partner",
        correlation=partial(NonLocal, FILTERS, width=101),
    ),
    Cell("no-features", "the decoder does not get f", features=False),
    Cell(
        "no-features-no-skips",
        "the decoder gets neither f nor skips",
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
    Cell("features-14", "features of block 14 alone", encoder_features=FEATURES[:1]),
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

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.ablate import CELLS, Cell, build_head, find_cells
from tfcoseg.ablate.cells import DESCRIPTORS, FEATURES, SKIPS
from tfcoseg.ablate.heads import describe_head
from tfcoseg.applications import CoSegEfficientNetLite0, CoSegEfficientNetLite2
from tfcoseg.applications.coseg import compare
from tfcoseg.layers import MaskDecoder, SemanticAffinity

CHANNELS = (840, 48, 24, 16, 208)
PARTS = (
    *("affinity", "features", "skips", "output_stride", "encoder_features"),
    *("negative_share", "reference_share"),
)
KERNELS = {
    "kernels-11": (11,),
    "kernels-15": (15,),
    "kernels-19": (19,),
    "kernels-11-15": (11, 15),
    "kernels-5-7-9": (5, 7, 9),
    "kernels-7-11-15-19": (7, 11, 15, 19),
}
# Weights of the decoder's first convolution and of the normalisation, by affinity.
AFFINITY = 4 * 128 + 4 * 4
# What each cell changes of the cell beside it, and how many parameters more it has.
CHANGES = {
    "base": ({}, 0),
    "no-affinity": ({"affinity": False}, -AFFINITY),
    "no-correlation": ({"correlation": "NoPartner"}, 0),
    "no-partner": ({"correlation": "NoPartner"}, 0),
    "no-partner-no-negatives": ({"negative_share": 0.0}, 0),
    "deep-features": (
        {
            "encoder_features": (
                *("block_14_add", "block_15_expand_relu", "block_19_add"),
            )
        },
        0,
    ),
    "references": ({"reference_share": 0.5}, 0),
    "non-local": ({"correlation": "NonLocal"}, -153),
    "no-features": ({"features": False}, -840 * 128),
    "no-features-no-skips": ({"features": False}, -840 * 128),
    "no-negatives": ({"negative_share": 0.0}, 0),
    "no-skips": ({"skips": False}, None),
    "no-context": ({"mask_decoder.context": 0}, None),
    "stride-8": ({"output_stride": 8}, 0),
    "features-14": ({"encoder_features": ("block_14_add",)}, 0),
    **{n: ({"pyramid_xcorr.kernel_sizes": s}, 0) for n, s in KERNELS.items()},
    "l2-position": ({"pyramid_xcorr.normalization": "position"}, 0),
    "l2-kernel": ({"pyramid_xcorr.normalization": "kernel"}, 0),
    "l2-none": ({"pyramid_xcorr.normalization": None}, 0),
    "levels-learned": ({"pyramid_xcorr.level_weights": "learned"}, 3),
}


@pytest.fixture(scope="module")
def heads():
    """The head of each cell, by name."""
    return {cell.name: cell.build(cell, CHANNELS) for cell in CELLS}


@pytest.fixture(scope="module")
def network(give_strength):
    """A small network in the manner of the embedded one."""
    return give_strength(
        CoSegEfficientNetLite0(None, filters=8, decoder_filters=(8, 8, 8, 8))
    )


def test_the_base_is_the_embedded_network():
    network = CoSegEfficientNetLite2(weights=None)
    encoder = network.get_layer("siamese_encoder")
    assert (encoder.features, encoder.descriptors) == (FEATURES, DESCRIPTORS)
    assert (encoder.backbone, encoder.skips) == ("efficientnet_lite2", SKIPS)
    base = CELLS[0]
    for make, name in (
        (base.correlation, "pyramid_xcorr"),
        (base.decoder, "mask_decoder"),
    ):
        assert make().get_config() == network.get_layer(name).get_config()


def things(cell, head):
    """All that a cell is made of, in one flat dictionary."""
    layers = describe_head(head)
    flat = {name: getattr(cell, name) for name in PARTS}
    assert ("semantic_affinity" in layers) == cell.affinity
    layers.pop("semantic_affinity", None)
    (correlation,) = [name for name in layers if name != "mask_decoder"]
    flat["correlation"] = layers[correlation]["class"]
    for layer, config in layers.items():
        flat |= {f"{layer}.{name}": value for name, value in config.items()}
    return flat


def test_every_cell_has_a_line_here():
    assert [cell.name for cell in CELLS] == list(CHANGES)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_cell_differs_from_the_one_beside_it_in_one_thing(cell, heads):
    (beside,) = find_cells([cell.beside])
    changes, more = CHANGES[cell.name]
    mine, theirs = things(cell, heads[cell.name]), things(beside, heads[beside.name])
    if "correlation" in changes:  # another layer, whose arguments are its own
        mine = {k: v for k, v in mine.items() if "." not in k or "decoder" in k}
    assert {k: v for k, v in mine.items() if v != theirs[k]} == changes
    counts = [heads[name].count_params() for name in (cell.name, beside.name)]
    if more is not None:
        assert counts[0] - counts[1] == more
    else:
        assert counts[0] < counts[1]


def test_the_rival_has_as_many_parameters_to_one_percent(heads):
    layers = heads["base"].get_layer("pyramid_xcorr"), heads["non-local"].get_layer(
        "non_local"
    )
    ours, theirs = (layer.count_params() for layer in layers)
    assert theirs == pytest.approx(ours, rel=0.01)


@pytest.mark.parametrize("affinity", [True, False])
@pytest.mark.parametrize("masks", [True, False])
def test_a_head_of_the_network_s_own_layers_is_that_of_the_network(
    network, affinity, masks
):
    image = (None, 33, 33, 3)
    encoder = network.get_layer("siamese_encoder")
    channels = [shape[-1] for shape in encoder.compute_output_shape(image, image)[0]]
    decoder = network.get_layer("mask_decoder") if affinity else MaskDecoder((8,) * 4)
    cell = Cell(
        "network",
        "nothing",
        correlation=partial(network.get_layer, "pyramid_xcorr"),
        decoder=lambda: decoder,
        affinity=affinity,
        reference_share=0.5 * masks,
    )
    generator = np.random.default_rng(0)
    pictures = generator.uniform(0, 255, (2, 1, 65, 65, 3)).astype("f4")
    references = np.zeros((2, 1, 65, 65, 1), "f4")
    references[:, :, 20:50, 10:40] = 1
    references = map(tf.constant, references)
    named = dict(zip(("reference_a", "reference_b"), references)) if masks else {}
    encoded = [encoder.encode(picture) for picture in pictures]
    inputs = {
        f"{side}_{index}": one
        for side, maps in zip("ab", encoded)
        for index, one in enumerate(maps)
    }
    inputs |= {f"like_{side}": tf.zeros((1, 65, 65, 1)) for side in "ab"}
    found = build_head(cell, channels)(inputs | named)
    parts = network.get_layer("pyramid_xcorr"), decoder
    layer = SemanticAffinity() if affinity else None
    if not affinity:
        encoded = [maps[:-1] for maps in encoded]
    images = dict(zip(("image_a", "image_b"), map(tf.constant, pictures)))
    for mask, expected in zip(
        ("mask_a", "mask_b"), compare((*parts, layer), encoded, images, named)
    ):
        np.testing.assert_allclose(found[mask], expected, atol=1e-5)
        assert np.std(found[mask]) > 0


def test_a_decoder_without_features_or_skips_gets_the_correlation_alone(heads):
    decoder = heads["no-features-no-skips"].get_layer("mask_decoder")
    assert decoder.reduce.layers[0].kernel.shape == (1, 1, 256 + 4, 128)
    for reduce in decoder.skip_reduces:  # of zeros, of the skips' sizes
        assert reduce.layers[0].kernel.shape[:3] == (1, 1, 1)


def test_what_the_skips_hold_does_not_matter_where_they_are_off(heads):
    generator = np.random.default_rng(0)
    sides = 3, 5, 9, 17, 3
    maps = [generator.normal(size=(1, n, n, c)) for n, c in zip(sides, CHANNELS)]
    inputs = {f"{side}_{index}": x for side in "ab" for index, x in enumerate(maps)}
    inputs |= {f"like_{side}": np.zeros((1, 33, 33, 1)) for side in "ab"}
    other = inputs | {"a_1": maps[1] + 1, "b_2": maps[2] - 1}
    same = heads["no-skips"](inputs), heads["no-skips"](other)
    np.testing.assert_array_equal(same[0]["mask_a"], same[1]["mask_a"])
    different = heads["base"](inputs), heads["base"](other)
    assert np.abs(different[0]["mask_a"] - different[1]["mask_a"]).max() > 1e-4


class Sum(keras.layers.Layer):
    """A decoder of one's own: a sum over channels."""

    def call(self, correlation, maps, like):
        total = keras.ops.sum(correlation, -1, keepdims=True)
        total += keras.ops.sum(maps[0], -1, keepdims=True)
        return keras.ops.tile(total, (1, 4, 4, 1))


def test_a_cell_of_ones_own_needs_what_it_changes():
    own = Cell("sum", "a sum for a decoder", decoder=Sum, affinity=False)
    assert find_cells(["base", own]) == [CELLS[0], own]
    head = build_head(own, (6, 3, 2, 5))
    assert head.output["mask_a"].shape == (None, None, None, 1)
    assert head.count_params() == 256 * (6 + 1) + 256 * (256 + 1)


def test_a_build_of_ones_own_is_called_with_cell_and_channels():
    called = []
    own = Cell("own", "all of it", build=partial(lambda *given: called.append(given)))
    own.build(own, (4,))
    assert called == [(own, (4,))]


@pytest.mark.parametrize(
    "wanted, message",
    [
        (["base", "kernels-12"], "Received: kernels-12"),
        (["base", "base"], "may come once. Received: base, base"),
    ],
)
def test_cells_that_cannot_be_meant(wanted, message):
    with pytest.raises(ValueError, match=message):
        find_cells(wanted)

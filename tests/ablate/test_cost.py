import mmap
import sys

import pytest

from tfcoseg.ablate import cost
from tfcoseg.ablate.claims import format_cost
from tfcoseg.ablate.layers_compared import make_layer
from tfcoseg.ablate.peak_memory import peak_memory, status


@pytest.fixture(scope="module")
def costs():
    """At two sizes; of memory nothing is known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost, "peak_memory", lambda name, side: None)
        return cost.compare_cost(sides=(3, 12), repeats=1)


def test_every_figure_of_both_layers(costs):
    assert [row["side"] for row in costs] == [3, 12]
    for row in costs:
        for name in ("correlation", "non_local"):
            of = row[name]
            assert of["peak_mb"] is None
            assert of["training_ms"] > 0 and of["forward_ms"] > 0
            assert of["multiply_adds"] > 0 and of["kept_mb"] > 0


def test_counts_are_those_of_the_equations(costs):
    """Of the maps of 12 x 12, written out."""
    positions, channels, filters, width = 144, 840, 256, 101
    ours, theirs = costs[1]["correlation"], costs[1]["non_local"]
    convolutions = positions * (channels * filters + filters * filters)
    correlation = positions * filters * 19 * 19
    assert ours["multiply_adds"] == pytest.approx(
        2 * (convolutions + correlation) / 1e6, abs=0.1
    )
    convolutions = positions * (3 * channels * width + width * filters)
    attention = 2 * positions * positions * width
    assert theirs["multiply_adds"] == pytest.approx(
        2 * (convolutions + attention) / 1e6, abs=0.1
    )


def test_what_is_kept_is_what_gradients_need(costs):
    """The maps of an image of 12 x 12, by name; of two images, in bytes."""
    positions, filters, width = 144, 256, 101
    ours = {
        "phi_1": positions * filters,
        "kernels": (11**2 + 15**2 + 19**2) * filters,
        "their mean": 19**2 * filters,
        "correlation": positions * filters,
    }
    theirs = {
        "theta": positions * width,
        "phi": positions * width,
        "g": positions * width,
        "softmax": positions * positions,
        "found": positions * width,
    }
    for name, maps in (("correlation", ours), ("non_local", theirs)):
        expected = 2 * 4 * sum(maps.values()) / 1e6
        assert costs[1][name]["kept_mb"] == pytest.approx(expected, abs=1e-3)


def test_both_layers_have_as_many_parameters(costs):
    layers = [make_layer(name) for name in ("correlation", "non_local")]
    for layer in layers:
        layer.build((None, 9, 9, 840), (None, 9, 9, 840))
    ours, theirs = (layer.count_params() for layer in layers)
    assert theirs == pytest.approx(ours, rel=0.01)


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells")


@linux
def test_the_greatest_memory_is_that_of_what_was_there():
    before = status("VmRSS")
    assert status("VmHWM") >= before
    # Straight from the system: what an allocator gives back is its own affair.
    held = mmap.mmap(-1, 2**27)
    for _ in range(2**7):
        held.write(b"1" * 2**20)
    assert status("VmRSS") - before == pytest.approx(2**27, rel=0.05)
    held.close()
    assert status("VmHWM") - before >= 0.95 * 2**27
    assert status("VmRSS") - before < 2**26


@linux
@pytest.mark.slow
def test_attention_takes_the_memory_of_its_square():
    ours, theirs = (peak_memory(name, 48) for name in ("correlation", "non_local"))
    affinity = 4 * 48**4
    assert 2 * affinity < theirs < 12 * affinity
    assert ours < theirs


@linux
@pytest.mark.slow
@pytest.mark.parametrize("name", ["correlation", "non_local"])
def test_small_maps_take_little(name):
    # That of gradients and their graph, but not what tracing takes, as much again.
    assert peak_memory(name, 4) < 4.5e6


def test_the_table_has_ratios(costs):
    lines = format_cost(costs).splitlines()
    assert len(lines) == 1 + 2 * 5
    assert lines[0].split() == ["map", "correlation", "non-local", "ratio"]
    assert lines[1].startswith("3 x 3") and "ms forward" in lines[1]
    ours, theirs, ratio = map(float, lines[-1].split()[-3:])
    assert ratio == pytest.approx(theirs / ours, abs=0.01)

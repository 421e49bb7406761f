"""ONNX files give the masks of their models, at any sizes."""

import json
import sys

import numpy as np
import pytest

from tfcoseg import samples
from tfcoseg.cards import read_card
from tfcoseg.cli.main import main
from tfcoseg.export import onnx as exporter
from tfcoseg.export.onnx import export_onnx
from tfcoseg.export.signatures import predict_pair
from tfcoseg.pictures import read_image, resize_image

REASON = "is missing: pip install 'tfcoseg[onnx]'"


@pytest.fixture(scope="module")
def runtime():
    pytest.importorskip("tf2onnx", reason=f"tf2onnx {REASON}")
    return pytest.importorskip("onnxruntime", reason=f"onnxruntime {REASON}")


@pytest.fixture(scope="module")
def file(runtime, tmp_path_factory):
    """What the command writes of the embedded model."""
    path = tmp_path_factory.mktemp("onnx") / "folder" / "coseg.onnx"
    assert main(["export", "onnx", str(path), "--quiet"]) == 0
    return path


@pytest.fixture(scope="module")
def session(runtime, file):
    return runtime.InferenceSession(file, providers=["CPUExecutionProvider"])


def images(size_a, size_b):
    pictures = [read_image(path) for path in samples.pair()]
    return {
        name: resize_image(picture, size)[None]
        for name, picture, size in zip(
            ("image_a", "image_b"), pictures, (size_a, size_b)
        )
    }


def run(session, inputs):
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def test_names_types_and_shapes_are_ours(session):
    inputs = {i.name: (i.type, i.shape) for i in session.get_inputs()}
    outputs = {o.name: (o.type, o.shape) for o in session.get_outputs()}
    sizes = {x: [f"height_{x}", f"width_{x}"] for x in "ab"}
    pixels = {f"image_{x}": ("tensor(uint8)", [1, *sizes[x], 3]) for x in "ab"}
    masks = {f"mask_{x}": ("tensor(float)", [1, *sizes[x], 1]) for x in "ab"}
    assert inputs == pixels
    assert outputs == {**masks, **{f"score_{x}": ("tensor(float)", [1]) for x in "ab"}}


@pytest.mark.gates
@pytest.mark.parametrize("sizes", [((155, 203), (187, 129)), ((256, 256), (192, 320))])
def test_probabilities_are_the_models(sizes, session, coseg):
    inputs = images(*sizes)
    given, expected = run(session, inputs), predict_pair(coseg, *inputs.values())
    for name in ("score_a", "score_b"):
        np.testing.assert_allclose(given[name], expected[name], atol=1e-4)
    for name, size in zip(("mask_a", "mask_b"), sizes):
        assert given[name].shape == (1, *size, 1)
        assert np.ptp(given[name]) > 0.5
        np.testing.assert_allclose(given[name], expected[name], atol=1e-4)


def test_swapping_the_images_swaps_the_masks(session):
    inputs = images((155, 203), (187, 129))
    swapped = {"image_a": inputs["image_b"], "image_b": inputs["image_a"]}
    one, other = run(session, inputs), run(session, swapped)
    for a, b in (("mask_a", "mask_b"), ("score_a", "score_b")):
        np.testing.assert_allclose(one[a], other[b], atol=1e-5)
        np.testing.assert_allclose(one[b], other[a], atol=1e-5)


def test_the_file_holds_its_card(session):
    kept = session.get_modelmeta().custom_metadata_map
    assert json.loads(kept["model_card"]) == read_card("coseg")
    assert set(json.loads(kept["software"])) >= {"tfcoseg", "keras", "tf2onnx"}


def test_nothing_is_replaced_unasked(model, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="overwrite"):
        export_onnx(model, path)
    assert path.read_text() == "mine"


def test_a_file_with_other_masks_is_not_written(
    runtime, file, coseg, tmp_path, monkeypatch
):
    onnx = pytest.importorskip("onnx", reason=f"onnx {REASON}")
    wrong = onnx.load(file)
    weight = max(wrong.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    values = np.frombuffer(weight.raw_data, np.float32)
    weight.raw_data = (1.5 * values).astype(np.float32).tobytes()
    monkeypatch.setattr(exporter, "_convert", lambda *_: wrong)
    with pytest.raises(ValueError, match="a difference of .* in mask_a"):
        export_onnx(coseg, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_said(model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r"pip install 'tfcoseg\[onnx\]'"):
        export_onnx(model, tmp_path / "model.onnx")

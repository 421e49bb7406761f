import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")

from tfcoseg.cards import read_card  # noqa: E402
from tfcoseg.export import litert  # noqa: E402
from tfcoseg.export.flatbuffer import operators  # noqa: E402
from tfcoseg.export.flatbuffer import append_files, check_operators  # noqa: E402
from tfcoseg.export.graphs import read_graphs  # noqa: E402
from tfcoseg.inference.litert import load_stages  # noqa: E402

SKIPS = {"skip_1", "skip_2", "skip_3"}
SIGNATURES = {
    "serving_default": (
        {"image_a", "image_b"},
        {"mask_a", "mask_b", "score_a", "score_b"},
    ),
    "encode": ({"image"}, {"features", *SKIPS, "embedding", "kernel", "descriptors"}),
    "refer": ({"embedding", "reference"}, {"kernel", "partner_weights"}),
    "correlate": (
        {"embedding", "descriptors", "kernel", "partners", "partner_weights"},
        {"correlation", "affinity"},
    ),
    "decode": (
        {"correlation", "affinity", "features", *SKIPS, "descriptors", "size"},
        {"mask", "object"},
    ),
    "verify": ({"objects_a", "objects_b"}, {"scores", "min_score"}),
}
# Bytes of the embedded model.
LARGEST = {"float16": 12_100_000, "dynamic": 6_800_000, "int8": 6_800_000}


@pytest.fixture(scope="module")
def float32(litert_file):
    return litert_file("float32").path


def files_in(path):
    with zipfile.ZipFile(path) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_names_and_types(float32):
    found = files_in(float32)["signatures.json"]["signatures"]
    assert set(found) == set(SIGNATURES)
    for name, (inputs, outputs) in SIGNATURES.items():
        assert set(found[name]["inputs"]) == inputs
        assert set(found[name]["outputs"]) == outputs
    image = {"dtype": "uint8", "shape": [1, None, None, 3]}
    assert found["serving_default"]["inputs"]["image_b"] == image
    mask = {"dtype": "float32", "shape": [1, None, None, 1]}
    assert found["serving_default"]["outputs"]["mask_a"] == mask
    assert found["decode"]["inputs"]["size"] == {"dtype": "int32", "shape": [2]}


def test_the_described_signatures_are_those_that_run(float32):
    stages = load_stages(float32)
    assert set(stages) == set(SIGNATURES)
    image = np.zeros((1, 97, 64, 3), np.uint8)
    encoded = stages["encode"]({"image": image})
    assert set(encoded) == SIGNATURES["encode"][1]
    described = files_in(float32)["signatures.json"]["signatures"]["encode"]["outputs"]
    for name, array in encoded.items():
        assert array.dtype == described[name]["dtype"]
        pairs = zip(array.shape, described[name]["shape"], strict=True)
        assert all(size == declared or declared is None for size, declared in pairs)


def test_many_objects_are_verified_at_once(float32, coseg):
    stages = load_stages(float32)
    random = np.random.default_rng(0)
    channels = stages["encode"]({"image": np.zeros((1, 64, 64, 3), np.uint8)})
    channels = channels["descriptors"].shape[-1]
    objects = [random.normal(size=(n, channels)).astype(np.float32) for n in (5, 3)]
    objects = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in objects]
    answer = stages["verify"](dict(zip(("objects_a", "objects_b"), objects)))
    verification = coseg.get_layer("verification")
    expected = verification.score(objects[0][:, None], objects[1][None])
    assert answer["scores"].shape == (5, 3)
    np.testing.assert_allclose(answer["scores"], expected, atol=1e-5)
    assert answer["min_score"].tolist() == [float(verification.min_score)]


@pytest.mark.parametrize("size_a, size_b", [((65, 97), (128, 50)), ((33, 33),) * 2])
def test_any_sizes_one_after_the_other(size_a, size_b, float32):
    stages = load_stages(float32)
    random = np.random.default_rng(0)
    for a, b in ((size_a, size_b), (size_b, size_a)):
        images = [random.integers(0, 256, (1, *s, 3), np.uint8) for s in (a, b)]
        found = stages["serving_default"](dict(zip(("image_a", "image_b"), images)))
        assert found["mask_a"].shape == (1, *a, 1)
        assert found["mask_b"].shape == (1, *b, 1)
        assert found["score_a"].shape == (1,)
        images = {"image_a": images[1], "image_b": images[0]}
        swapped = stages["serving_default"](images)
        np.testing.assert_allclose(swapped["mask_a"], found["mask_b"], atol=1e-5)


def test_a_program_that_knows_no_signatures_runs_the_pair(float32):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(float32))
    interpreter.allocate_tensors()
    inputs = interpreter.get_input_details()
    assert [each["name"] for each in inputs] == [
        "serving_default_image_a:0",
        "serving_default_image_b:0",
    ]
    assert [each["dtype"] for each in inputs] == [np.uint8] * 2
    random, run = np.random.default_rng(0), load_stages(float32)["serving_default"]
    for sizes in (((97, 131), (203, 65)), ((129, 129), (65, 97))):
        images = [random.integers(0, 256, (1, *size, 3), np.uint8) for size in sizes]
        for each, image in zip(inputs, images):
            interpreter.resize_tensor_input(each["index"], image.shape)
        interpreter.allocate_tensors()
        for each, image in zip(inputs, images):
            interpreter.set_tensor(each["index"], image)
        interpreter.invoke()
        outputs = interpreter.get_output_details()
        expected = run(dict(zip(("image_a", "image_b"), images)))
        names = ("mask_a", "mask_b", "score_a", "score_b")
        for name, each in zip(names, outputs, strict=True):
            found = interpreter.get_tensor(each["index"])
            np.testing.assert_array_equal(found, expected[name])


def test_the_card_is_in_the_file(float32):
    files = files_in(float32)
    assert files["model_card.json"] == read_card("coseg")
    assert files["signatures.json"]["precision"] == "float32"
    assert "tensorflow" in files["signatures.json"]


def test_builtin_operators_only(float32):
    found = operators(float32.read_bytes())
    assert set(found.values()) == {"builtin"}
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "RESIZE_BILINEAR"} <= set(found)
    assert not {"VAR_HANDLE", "READ_VARIABLE", "CALL_ONCE"} & set(found)


def test_nothing_is_padded_by_nothing(float32):
    """What is left pads the kernels of 11 and 15 to 19, and the partners by `top`."""
    kinds = {
        name: [operator.kind for operator in graph.operators].count("PAD")
        for name, graph in read_graphs(float32.read_bytes()).items()
    }
    # Of a pair twice; the first time no partner has weights that could be padded.
    assert kinds.pop("serving_default") <= 2 * (4 + 4)
    stages = {"encode": 2, "refer": 2, "correlate": 2, "decode": 0, "verify": 0}
    assert kinds == stages


@pytest.mark.gates
@pytest.mark.slow
@pytest.mark.parametrize("precision", LARGEST)
def test_smaller_files_find_the_same_masks(precision, litert_file):
    exported = litert_file(precision)
    assert exported.size == exported.path.stat().st_size <= LARGEST[precision]
    assert exported.mean_iou >= litert.LEAST_IOU[precision]
    described = files_in(exported.path)["signatures.json"]
    assert described["precision"] == precision
    assert read_graphs(exported.path.read_bytes())["serving_default"].index == 0
    assert set(described["signatures"]) == set(SIGNATURES)


@pytest.mark.gates
def test_signatures_share_their_weights(float32):
    """Three copies of the encoder would be three times the file."""
    weights = 4 * read_card("coseg")["parameters"]
    assert float32.stat().st_size < 1.05 * weights


def test_unknown_precision(model, tmp_path):
    with pytest.raises(
        ValueError, match="`precision` must be one of .*Received: 'int4"
    ):
        litert.export_litert(model, tmp_path / "x.tflite", "int4")


def test_nothing_is_replaced_unasked(model, tmp_path):
    path = tmp_path / "x.tflite"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="overwrite"):
        litert.export_litert(model, path)
    assert path.read_text() == "mine"


@pytest.fixture
def converts(float32, monkeypatch):
    """Lets conversions give the file of the embedded weights, without its appendix."""
    with zipfile.ZipFile(float32) as archive:
        end = min(entry.header_offset for entry in archive.infolist())
    content = float32.read_bytes()[:end]
    monkeypatch.setattr(litert, "convert", lambda *_: (content, content))


@pytest.mark.parametrize("before", [None, b"mine"])
def test_nothing_is_left_of_a_file_that_cannot_be_finished(
    before, converts, model, tmp_path, monkeypatch
):
    def stop_half_way(path, content):
        with open(path, "wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError("No space left on device")

    path = tmp_path / "x.tflite"
    if before is not None:
        path.write_bytes(before)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", stop_half_way)
        with pytest.raises(OSError, match="No space left"):
            litert.export_litert(model, path, overwrite=True)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before][
        : bool(before)
    ]
    litert.export_litert(model, path, overwrite=True)
    assert files_in(path)["signatures.json"]["precision"] == "float32"


def test_nothing_is_written_that_the_gate_refuses(
    converts, model, tmp_path, monkeypatch
):
    def refuse(*_):
        raise ValueError("other masks")

    monkeypatch.setattr(litert, "check_masks", refuse)
    with pytest.raises(ValueError, match="other masks"):
        litert.export_litert(model, tmp_path / "x.tflite", "float16")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def no_conversion(monkeypatch):
    """A conversion takes half a minute: what cannot work is to be told before."""

    def too_late(*_):
        raise AssertionError("converted for nothing")

    monkeypatch.setattr(litert, "convert", too_late)


def test_int8_without_statistics(no_conversion, model, tmp_path, monkeypatch):
    monkeypatch.setattr(litert, "_check_packages", lambda _: None)
    with pytest.raises(ValueError, match="`calibration_pairs`.*Received: neither"):
        litert.export_litert(model, tmp_path / "x.tflite", "int8")


def test_int8_without_the_quantizer(no_conversion, model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_quantizer", None)
    cure = r"pip install 'tfcoseg\[quantize\]'. Received: .*ai_edge_quantizer"
    with pytest.raises(ImportError, match=cure):
        litert.export_litert(model, tmp_path / "x.tflite", "int8", statistics={})


def converted(function, flex=False, module=None):
    """A LiteRT file of a function of one tensor, with the variables of a module."""
    spec = tf.TensorSpec((1, 8, 8))
    concrete = tf.function(function, input_signature=[spec]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)
    converter.experimental_enable_resource_variables = module is not None
    if flex:
        kinds = tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS
        converter.target_spec.supported_ops = kinds
    return converter.convert()


def test_an_operator_of_tensorflow_is_refused():
    content = converted(tf.linalg.inv, flex=True)
    with pytest.raises(ValueError, match="builtin.*Received: FlexMatrixInverse"):
        check_operators(content)
    check_operators(converted(lambda x: tf.nn.relu(x)))


def test_a_variable_is_refused():
    module = tf.Module()
    module.state = tf.Variable(tf.ones((1, 8, 8)))
    content = converted(lambda x: module.state.assign_add(x) * 2, module=module)
    with pytest.raises(ValueError, match="without state.*VAR_HANDLE"):
        check_operators(content)


def test_appended_files_are_read_by_zipfile_and_skipped_by_litert(tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    content = converted(lambda x: x * 2)
    path = tmp_path / "x.tflite"
    path.write_bytes(append_files(content, {"card.json": {"name": "é"}}))
    assert path.read_bytes().startswith(content)
    assert files_in(path) == {"card.json": {"name": "é"}}
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(place, np.full((1, 8, 8), 3, np.float32))
    interpreter.invoke()
    place = interpreter.get_output_details()[0]["index"]
    assert interpreter.get_tensor(place).max() == 6
    assert append_files(content, {"a": {}}) == append_files(content, {"a": {}})

"""A predictor that runs a LiteRT file."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg import samples
from tfcoseg.inference import Predictor
from tfcoseg.inference.litert import load_stages
from tfcoseg.pictures import read_image

pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")


@pytest.fixture(scope="module")
def path(litert_file):
    return litert_file("float32").path


@pytest.fixture(scope="module")
def three():
    """Three pictures of sheep, of different sizes."""
    meadow, coast = (read_image(path) for path in samples.pair())
    return [meadow, coast[20:, 40:], coast[:, ::-1]]


def test_it_gives_the_masks_of_keras(path, three):
    mine = Predictor(path, working_size=161)
    keras = Predictor("coseg", working_size=161, engine="tensorflow")
    found, expected = mine.predict(*three[:2]), keras.predict(*three[:2])
    assert found.mask_b.any() and found.mask_b.shape == three[1].shape[:2]
    for name in ("soft_mask_a", "soft_mask_b", "score"):
        one, other = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(one, other, atol=1e-4)
    found, expected = mine.predict_group(three), keras.predict_group(three)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-4)
    for one, other in zip(found.soft_masks, expected.soft_masks, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_engine_and_threads_may_be_said(path, three):
    one = Predictor(path, 65, engine="litert", threads=1).predict(*three[:2])
    other = Predictor(str(path), 65, threads=2).predict(*three[:2])
    np.testing.assert_allclose(one.soft_mask_a, other.soft_mask_a, atol=1e-5)


def test_a_later_call_leaves_an_earlier_result_alone(path, three):
    predictor = Predictor(path, 65)
    encoded = predictor.encode(three[0])
    before = {name: array.copy() for name, array in encoded.tensors.items()}
    predictor.predict(*three[1:])
    for name, array in before.items():
        np.testing.assert_array_equal(encoded.tensors[name], array)


def test_levels_are_not_in_the_file(path, three):
    with pytest.raises(ValueError, match="Use the Keras model"):
        Predictor(path, 65).explain(*three[:2])


def test_a_file_that_is_not_there():
    for load in (Predictor, load_stages):
        with pytest.raises(FileNotFoundError, match="here.tflite"):
            load("here.tflite")


def test_a_damaged_file_is_named(tmp_path, path):
    broken = tmp_path / "broken.tflite"
    for content in (b"", b"nothing of the kind", path.read_bytes()[:5000]):
        broken.write_bytes(content)
        with pytest.raises(ValueError, match="Expected a LiteRT .*broken.tflite") as e:
            Predictor(broken)
        assert "\n" not in str(e.value)


def test_a_file_of_another_network(tmp_path):
    function = tf.function(lambda x: x * 2, input_signature=[tf.TensorSpec((1, 8))])
    concrete = function.get_concrete_function()
    content = tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()
    other = tmp_path / "other.tflite"
    other.write_bytes(content)
    with pytest.raises(ValueError, match="other.tflite.* without .*'correlate', 'deco"):
        Predictor(other)


def test_without_the_package_the_error_holds_the_cure(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(ImportError, match="pip install ai-edge-litert"):
        Predictor(path)


WORK = """
import time
start = time.perf_counter()
import json, pathlib, re, sys
from tfcoseg.inference import Predictor
from tfcoseg.samples import pair
predictor = Predictor(sys.argv[1], working_size=513)
ready = time.perf_counter() - start
result = predictor.predict(*pair())
# Unlike getrusage's, this figure is not that of the process which started this one.
status = pathlib.Path("/proc/self/status")
peak = None
if status.exists():
    peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) / 1024
group = predictor.predict_group([*pair(), pair()[0]])
print(json.dumps({
    "ready": ready, "peak": peak, "score": result.score,
    "group": [int(mask.any()) for mask in group.masks],
    "loaded": [name for name in ("tensorflow", "keras", "h5py") if name in sys.modules],
}))
"""


@pytest.mark.slow
def test_without_tensorflow(path, new_environment, source_copy, tmp_path):
    """From a fresh environment: a command, a pair, a group; its time and memory."""
    python = new_environment("numpy", "pillow", "ai-edge-litert")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", str(source_copy)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    pictures = [str(picture) for picture in samples.pair()]
    command = [str(Path(python).with_name("tfcoseg")), "segment", *pictures]
    options = ["--weights", str(path), "--output", str(tmp_path / "masks")]
    answer = subprocess.run([*command, *options], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("common object: ") and answer.stderr == ""
    assert len(list((tmp_path / "masks").glob("*_mask.png"))) == 2

    run = [python, "-c", WORK, str(path)]
    ready = []
    for _ in range(3):
        answer = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        figures = json.loads(answer.stdout)
        assert figures["loaded"] == [] and figures["group"] == [1, 1, 1]
        assert figures["score"] > 0.5
        ready.append(figures["ready"])
    assert min(ready) < 1.5  # seconds; 0.1 to 0.4 as a rule
    if figures["peak"] is None:
        pytest.skip("there is no /proc to read the peak of memory from")
    assert figures["peak"] < 350  # MB


@pytest.mark.parametrize("threads", [0, -1, "2", 1.5])
def test_threads_that_cannot_be(threads, path):
    with pytest.raises(ValueError, match=f"at least 1, or None. Received: {threads!r}"):
        Predictor(path, threads=threads)


def test_damaged_weights_are_no_answer(path, three, tmp_path):
    """Masks that are not a number would pass for a picture without the object."""
    content = bytearray(path.read_bytes())
    start = len(content) // 3 // 16 * 16  # a number begins there
    weights = slice(start, start + 40_000)
    content[weights] = b"\xff\xff\xff\x7f" * 10_000  # not a number, in float32
    (tmp_path / "damaged.tflite").write_bytes(content)
    with pytest.raises(ValueError, match="finite numbers.*so its file is damaged"):
        Predictor(tmp_path / "damaged.tflite", 65).predict(*three[:2])

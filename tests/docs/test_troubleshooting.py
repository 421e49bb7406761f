"""The messages that the page on troubleshooting quotes are those that come.

Every quoted line is either provoked here, or named in `ELSEWHERE`: those need another
Python, other packages or another machine.
"""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.batch.lock import locked
from tfcoseg.cli.main import main
from tfcoseg.data import read_folder
from tfcoseg.files import WriteError, errors_of_writing
from tfcoseg.inference import Predictor, forks
from tfcoseg.layers.global_settings import check_global_settings
from tfcoseg.pictures import read_image, read_mask
from tfcoseg.pictures.colours import check_bits

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
QUOTES = [
    line
    for block in re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
# The beginnings of what was provoked by hand.
ELSEWHERE = (
    "ERROR: ",
    "ImportError: cannot import name 'runtime_version'",
    "Illegal instruction",
    "The TensorFlow library was compiled",
    "WARNING: All log messages",
    "I0000 ",
    "E0000 ",
    "NotImplementedError: Cannot convert a symbolic",
    "MemoryError: ",
    "Killed",
    "Segmentation fault",
)
PROVOKED = set()


def assert_quoted(message):
    """Finds the line of the page that a message is; "..." stands for anything."""
    for quote in (quote for quote in QUOTES if not quote.startswith(ELSEWHERE)):
        pattern = ".*".join(map(re.escape, quote.split("...")))
        if re.search(pattern, " ".join(message.split())):
            PROVOKED.add(quote)
            return
    raise AssertionError(f"The page does not quote: {message}")


def error_of(function, *arguments):
    return raised_by(
        (ValueError, TypeError, ImportError, OSError), function, *arguments
    )


def raised_by(errors, function, *arguments):
    with pytest.raises(errors) as caught:
        function(*arguments)
    return str(caught.value)


@pytest.fixture(scope="module")
def predictor():
    return Predictor(working_size=129)


@pytest.fixture
def said(photographs, capsys):
    """A function that runs a command line and returns all that it said."""

    def run(*arguments):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit:
            pass
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


def test_python_is_refused_by_the_versions_that_the_page_quotes():
    (wanted,) = re.findall(
        r"^python_requires = (.*)$", (ROOT / "setup.cfg").read_text(), re.M
    )
    least, below = wanted.split(",")
    assert f"not in '{below},{least}'" in PAGE


def test_older_protobuf():
    from google.protobuf import runtime_version as versions

    newer = (versions.Domain.PUBLIC, versions.MAJOR + 1, 0, 0, "", "tensorflow/x.proto")
    with pytest.raises(versions.VersionError) as caught:
        versions.ValidateProtobufRuntimeVersion(*newer)
    assert_quoted(f"VersionError: {caught.value}")


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_of_keras(backend, photographs):
    code = (
        f"import os, sys; os.environ['KERAS_BACKEND'] = {backend!r}\n"
        f"import importlib.abc\n"
        "class Without(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {backend!r}: raise ModuleNotFoundError("
        f"\"No module named '{backend}'\")\n"
        "sys.meta_path.insert(0, Without())\n"
        "from tfcoseg.cli.main import main\n"
        "main(['segment', 'a.jpg', 'b.jpg', '--engine', 'tensorflow'])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert_quoted(answer.stderr)


@pytest.mark.parametrize("package", ["ai_edge_litert", "tf2onnx", "grpc"])
def test_missing_extras(package, monkeypatch, photographs):
    from tfcoseg.client import Client
    from tfcoseg.export.onnx import _import_onnx

    for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, name)  # another test may have imported it
    monkeypatch.setitem(sys.modules, package, None)
    Path("x.tflite").write_bytes(bytes(100))
    attempt = {
        "ai_edge_litert": lambda: Predictor("x.tflite"),
        "tf2onnx": _import_onnx,
        "grpc": lambda: Client("grpc://localhost:9"),
    }
    assert_quoted(error_of(attempt[package]))


def test_unreadable_pictures(photographs):
    Path("page.jpg").write_text("<html>not found</html>")
    Path("broken.jpg").write_bytes(Path("a.jpg").read_bytes()[:5000])
    Image.new("1", (11000, 10000)).save("huge.png")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        for name in ("page.jpg", "broken.jpg", "huge.png"):
            assert_quoted(error_of(read_image, name))


def test_pictures_that_are_not_there(said):
    assert_quoted(said("segment", "nope.jpg", "b.jpg"))
    assert_quoted(said("segment", "*.jpeg", "b.jpg"))
    assert_quoted(said("segment", "a.jpg"))
    assert_quoted(said("segment", "a.jpg", "--output", "masks", "b.jpg"))


def test_folders_without_pictures(said):
    Path("empty").mkdir()
    assert_quoted(said("segment", "empty"))
    Path("albums/one").mkdir(parents=True)
    Path("a.jpg").rename("albums/one/a.jpg")
    assert_quoted(said("segment", "albums"))


def test_phones_and_microscopes(photographs, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    Path("phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(60))
    Image.fromarray(np.array([[0, 70000]], np.int32)).save("counts.tif")
    for name in ("phone.heic", "counts.tif"):
        assert_quoted(error_of(read_image, name))
    with pytest.raises(ValueError) as caught:
        check_bits(np.full((2, 2, 3), 15, np.uint8))
    start = "Expected a readable picture: JPEG, PNG or another format of Pillow's."
    assert_quoted(f"{start} Received: a.png: {caught.value}")
    grey = np.asarray(Image.open("a.jpg").convert("L")).astype(np.uint16)
    for name, factor in (("eight", 1), ("twelve", 16), ("sixteen", 257)):
        Image.fromarray(grey * factor).save(f"{name}.png")
        assert np.array_equal(read_image(f"{name}.png")[..., 0], grey)


def test_turned_and_transparent_pictures(photographs):
    exif = Image.Exif()
    exif[274] = 6
    picture = Image.open("a.jpg")
    picture.rotate(90, expand=True).save("turned.jpg", exif=exif)
    assert read_image("turned.jpg").shape == (360, 480, 3)
    picture.putalpha(0)
    picture.save("transparent.png")
    assert np.array_equal(read_image("transparent.png"), read_image("a.jpg"))


@pytest.mark.slow
def test_masks_that_are_empty(said):
    options = ("--min-score", "0.5", "--output")
    assert_quoted(said("segment", "a.jpg", "c.jpg", *options, "pair"))
    assert_quoted(said("segment", "a.jpg", "b.jpg", "c.jpg", *options, "group"))


def test_values_from_0_to_1(coseg, photographs):
    pictures = {
        f"image_{name}": np.float32(Image.open(f"{name}.jpg").resize((321, 321)))[None]
        for name in "ab"
    }
    masks = coseg.predict(pictures, verbose=0)
    assert (masks["mask_a"] >= 0.5).mean() > 0.1
    for scaled in (lambda x: x / 255, lambda x: x / 127.5 - 1):
        masks = coseg.predict({n: scaled(x) for n, x in pictures.items()}, verbose=0)
        assert not (masks["mask_a"] >= 0.5).any() and not (masks["mask_b"] >= 0.5).any()


def test_arrays_of_another_kind(predictor, photographs):
    array = read_image("a.jpg")
    for wrong in (
        array / 255,
        array / 127.5 - 1,
        array[None],
        array.transpose(2, 0, 1),
    ):
        assert_quoted(error_of(predictor.predict, wrong, array))


def test_other_names(coseg):
    array = np.zeros((1, 64, 64, 3), np.float32)
    wrong = {"image_1": array, "image_b": array}
    assert_quoted(error_of(lambda: coseg.predict(wrong, verbose=0)))
    with pytest.warns(UserWarning) as warned:
        coseg.predict([array, array], verbose=0)
    assert_quoted(f"UserWarning: {warned[0].message}")


def test_swapped_pictures(predictor, photographs):
    right, swapped = (
        predictor.predict(*two) for two in (["a.jpg", "b.jpg"], ["b.jpg", "a.jpg"])
    )
    assert np.array_equal(right.mask_a, swapped.mask_b)
    assert right.mask_a.shape != swapped.mask_a.shape


@pytest.mark.slow
def test_a_new_predictor_in_a_loop(photographs):
    """In a process of its own: TensorFlow warns no more than twice of a function."""
    code = (
        "from tfcoseg.inference import Predictor\n"
        "from tfcoseg.applications import CoSegMobileNetV2\n"
        "model = CoSegMobileNetV2(weights=None)\n"
        "for _ in range(6):\n"
        "    Predictor(model, working_size=33).predict('a.jpg', 'b.jpg')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert_quoted(ran.stderr)


def test_sizes_that_are_too_large(said):
    assert_quoted(said("segment", "a.jpg", "b.jpg", "--size", "4096"))


def test_results_of_something_else(said):
    command = ("segment", "--output", "masks", "a.jpg", "b.jpg")
    said(*command)
    assert_quoted(said(*command, "--size", "257"))
    assert_quoted(said(*command, "c.jpg"))
    Path("masks/results.json").unlink()
    assert_quoted(said(*command))


def test_a_folder_in_use_and_a_full_disk(said, monkeypatch):
    with locked(Path("used")):
        assert_quoted(said("segment", "a.jpg", "b.jpg", "--output", "used"))
    with pytest.raises(WriteError) as caught, errors_of_writing("masks/a_mask.png"):
        raise OSError(28, "No space left on device")
    assert_quoted(str(caught.value))


def test_a_forked_process(monkeypatch):
    monkeypatch.setitem(forks._state, "is_forked", True)
    assert_quoted(f"RuntimeError: {raised_by(RuntimeError, forks.before_computing)}")


def test_images_with_the_channels_first(monkeypatch):
    monkeypatch.setattr("keras.config.image_data_format", lambda: "channels_first")
    assert_quoted(error_of(check_global_settings))


def test_masks_to_train_on(photographs):
    folder = Path("my_pictures")
    mask = folder / "masks" / "sheep" / "1.png"
    whole = Image.open(mask)
    whole.resize((48, 36)).save(mask)
    assert_quoted(error_of(read_folder, folder))
    mask.rename(mask.with_suffix(".jpg"))
    assert_quoted(error_of(read_folder, folder))
    (folder / "images" / "sheep" / "1.jpg").unlink()
    (folder / "masks" / "sheep" / "1.jpg").unlink()
    assert_quoted(error_of(read_folder, folder))


def test_masks_of_other_values(photographs):
    with Image.open(samples.masks()[0]) as mask:
        mask.save("mask.jpg", quality=90)
        mask.convert("RGB").save("rgb.png")
        mask.point(lambda value: 7 * (value > 0)).save("class.png")
    for name in ("mask.jpg", "rgb.png", "class.png"):
        assert_quoted(error_of(read_mask, name))
    (fix,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exec(fix)
    assert read_mask("mask.png").any()


def test_no_server(photographs):
    from tfcoseg.client import Client

    with Client("http://localhost:9", retries=0) as client:
        assert_quoted(error_of(client.predict, "a.jpg", "b.jpg"))


@pytest.mark.slow
def test_requests_that_are_refused(exported):
    from tfcoseg.serve import DevelopmentServer

    pixels = np.zeros((1, 4, 4, 3), np.uint8).tolist()
    inputs = [
        ("serve_bytes", {"image_1": ["x"], "image_2": ["x"]}),
        ("serve_bytes", {"image_a": ["a.jpg"], "image_b": ["b.jpg"]}),
        ("serving_default", {"image_a": pixels, "image_b": [[[[0.5, 0.5, 0.5]]]]}),
        ("serving_default", {"image_a": pixels, "image_b": [{"b64": "AAAA"}]}),
    ]
    with DevelopmentServer(exported) as server:
        for signature, given in inputs:
            body = json.dumps({"signature_name": signature, "inputs": given}).encode()
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{server.url}:predict", body, timeout=60)
            assert_quoted(json.loads(caught.value.read())["error"])


@pytest.mark.slow
def test_every_quote_is_provoked_somewhere(request):
    ran = {item.name.partition("[")[0] for item in request.session.items}
    here = {name for name in globals() if name.startswith("test_")}
    if not here <= ran:
        pytest.skip("needs all tests of this file to have run")
    left = {quote for quote in QUOTES if not quote.startswith(ELSEWHERE)}
    assert left - PROVOKED == set()

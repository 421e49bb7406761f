"""One answer everywhere: the same masks on the same pictures, whatever runs the model.

`pytest -m gates` reruns this and what else new weights have to pass.
"""

import functools
import io
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg import samples
from tfcoseg.client import Client
from tfcoseg.export import with_implementation
from tfcoseg.export.gate import LEAST_IOU, iou
from tfcoseg.export.signatures import predict_pair
from tfcoseg.inference import Predictor
from tfcoseg.inference.litert import load_stages
from tfcoseg.inference.saved_model import run_signature
from tfcoseg.pictures import read_image, resize_image
from tfcoseg.serve import DevelopmentServer

pytestmark = pytest.mark.gates

PRECISIONS = ("float32", *LEAST_IOU)


@pytest.fixture(scope="module")
def raw_pairs():
    """Pixels of unequal and of odd sizes; in the second pair one picture is grey."""
    meadow, coast = (read_image(path) for path in samples.pair())
    grey = read_image(Image.fromarray(coast).convert("L"))
    return [
        (resize_image(meadow, (240, 320)), resize_image(coast, (193, 257))),
        (resize_image(grey, (161, 215)), resize_image(meadow[:, ::-1], (225, 301))),
    ]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Pictures on disk at their own sizes: RGB PNG, grey PNG, alpha, JPEG."""
    folder = tmp_path_factory.mktemp("pictures")
    meadow, coast = (Image.open(path) for path in samples.pair())
    alpha = coast.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(coast.size))
    made = {
        "meadow.png": meadow,
        "coast.jpg": coast.resize((333, 251)),
        "grey.png": coast.convert("L"),
        "alpha.png": alpha,
        "tall.jpg": meadow.crop((90, 20, 390, 355)),
    }
    for name, picture in made.items():
        picture.save(folder / name)
    pairs = [
        ("meadow.png", "coast.jpg"),
        ("grey.png", "tall.jpg"),
        ("alpha.png", "meadow.png"),
    ]
    return [tuple(folder / name for name in pair) for pair in pairs]


@pytest.fixture(scope="module")
def expected(coseg, raw_pairs):
    """What Keras says, of each pair as it is and of each pair swapped."""
    answers = []
    for a, b in _both_ways(raw_pairs):
        answer = predict_pair(coseg, a[None], b[None])
        masks = coseg.predict_on_batch(_batch(a, b))
        answers.append({**{k: v.numpy() for k, v in answer.items()}, **masks})
    return answers


def _batch(image_a, image_b):
    return {"image_a": image_a[None], "image_b": image_b[None]}


def _both_ways(pairs):
    return [way for a, b in pairs for way in ((a, b), (b, a))]


def _assert_masks(answers, expected, tolerance=1e-4):
    """The masks are those expected, and swapping the pictures swaps them."""
    assert len(answers) == len(expected)
    for answer, masks in zip(answers, expected):
        for name in ("mask_a", "mask_b"):
            mask = masks[name]
            assert mask.max() > 0.9 and mask.min() < 0.1  # something to tell apart
            np.testing.assert_allclose(answer[name], mask, atol=tolerance, rtol=0)
        for name in set(answer) - {"mask_a", "mask_b"}:
            assert name in ("score_a", "score_b")
            np.testing.assert_allclose(answer[name], masks[name], atol=tolerance)
    for one, swapped in zip(answers[::2], answers[1::2]):
        np.testing.assert_allclose(one["mask_a"], swapped["mask_b"], atol=tolerance)
        np.testing.assert_allclose(one["mask_b"], swapped["mask_a"], atol=tolerance)


def test_keras_swaps(expected):
    _assert_masks(expected, expected)


def test_masks_are_empty_below_the_least_score(coseg, raw_pairs):
    """Of every file, since each is made of this graph and compared with it."""
    strict = with_implementation(coseg, "fft")
    (a, b), *_ = raw_pairs
    answer = predict_pair(strict, a[None], b[None])
    score = float(answer["score_a"][0])
    for least, found in ((score - 1e-3, True), (score + 1e-3, False)):
        strict.get_layer("verification").min_score.assign(least)
        answer = predict_pair(strict, a[None], b[None])
        masks = strict.predict_on_batch(_batch(a, b))
        for name in ("mask_a", "mask_b"):
            assert answer[name].numpy().any() == masks[name].any() == found
        assert float(answer["score_a"][0]) == pytest.approx(score, abs=1e-5)


def test_reloaded_keras(coseg, raw_pairs, expected, tmp_path):
    coseg.save(tmp_path / "coseg.keras")
    again = keras.models.load_model(tmp_path / "coseg.keras")
    inputs = [_batch(a, b) for a, b in _both_ways(raw_pairs)]
    _assert_masks([again.predict_on_batch(pair) for pair in inputs], expected)


@pytest.mark.parametrize("version", ["1", "2"])
def test_saved_model(version, exported, raw_pairs, expected):
    loaded = tf.saved_model.load(exported / version)
    answers = [
        run_signature(loaded, "serving_default", _batch(a, b))
        for a, b in _both_ways(raw_pairs)
    ]
    _assert_masks(answers, expected)


def test_c_api(exported, raw_pairs, expected, run_c_api):
    calls = [_batch(a, b) for a, b in _both_ways(raw_pairs)]
    answers = run_c_api(exported / "1", "serving_default", *calls)
    _assert_masks(answers, expected)


def test_litert(litert_file, raw_pairs, expected):
    run = load_stages(litert_file("float32").path)["serving_default"]
    answers = [run(_batch(a, b)) for a, b in _both_ways(raw_pairs)]
    _assert_masks(answers, expected)


@pytest.mark.parametrize("precision", LEAST_IOU)
def test_litert_of_less_precision(precision, litert_file, raw_pairs, expected):
    """At its gate, on pictures that the export itself has not looked at."""
    run = load_stages(litert_file(precision).path)["serving_default"]
    answers = [run(_batch(a, b)) for a, b in _both_ways(raw_pairs)]
    ious = [
        iou(answer[name] >= 0.5, masks[name] >= 0.5)
        for answer, masks in zip(answers, expected)
        for name in ("mask_a", "mask_b")
    ]
    assert np.mean(ious) >= LEAST_IOU[precision]
    for one, swapped in zip(answers[::2], answers[1::2]):
        np.testing.assert_allclose(one["mask_a"], swapped["mask_b"], atol=1e-4)


def test_no_name_was_made_up_by_a_converter(exported, litert_file):
    """`args_0` and the like would leave A and B to guessing."""
    paths = [litert_file(precision).path for precision in PRECISIONS]
    for path in [exported / "1" / "saved_model.pb", *paths]:
        assert b"args_0" not in path.read_bytes()
    for path in paths:
        assert set(load_stages(path)) == {
            *("serving_default", "encode", "refer", "correlate", "decode", "verify")
        }


@pytest.fixture(scope="module")
def predicted(coseg, files):
    """What people get: masks at the pictures' own sizes, in both orders."""
    predictor = Predictor(coseg)
    return [predictor.predict(a, b) for a, b in _both_ways(files)]


def _assert_same_masks(results, predicted, least=0.99, mean=0.99):
    """Each mask has at least one IoU with its like, and all have another on average."""
    assert len(results) == len(predicted)
    ious = []
    for result, expected in zip(results, predicted):
        for which in ("a", "b"):
            mask, other = (getattr(r, f"mask_{which}") > 0 for r in (result, expected))
            assert mask.shape == other.shape and other.any()
            ious.append(iou(mask, other))
        assert abs(result.score - expected.score) <= 0.05
    assert min(ious) >= least and np.mean(ious) >= mean
    for one, swapped in zip(results[::2], results[1::2]):
        assert iou(one.mask_a > 0, swapped.mask_b > 0) >= 0.999
        assert iou(one.mask_b > 0, swapped.mask_a > 0) >= 0.999


def test_predictor_on_a_saved_model(exported, files, predicted):
    predictor = Predictor(exported / "1")
    results = [predictor.predict(a, b) for a, b in _both_ways(files)]
    _assert_same_masks(results, predicted, 0.999, 0.999)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_predictor_on_litert(precision, litert_file, files, predicted):
    predictor = Predictor(litert_file(precision).path)
    results = [predictor.predict(a, b) for a, b in _both_ways(files)]
    gate = LEAST_IOU.get(precision, 0.999)
    _assert_same_masks(results, predicted, least=1.5 * gate - 0.5, mean=gate)


class Bytes:
    """An answer of `serve_bytes` for one pair, as a `Predictor` would put it."""

    def __init__(self, answer):
        for which in ("a", "b"):
            content = answer[f"mask_{which}_bytes"][0]
            grey = np.asarray(Image.open(io.BytesIO(content)))
            setattr(self, f"mask_{which}", np.uint8(255) * (grey >= 128))
        (self.score,) = answer["score_a"]
        assert self.score == answer["score_b"][0]


def _file_batch(image_a, image_b):
    names = zip(("image_a", "image_b"), (image_a, image_b))
    return {name: np.array([path.read_bytes()], object) for name, path in names}


@pytest.mark.parametrize("version", ["1", "2"])
def test_serve_bytes(version, exported, files, predicted):
    loaded = tf.saved_model.load(exported / version)
    results = [
        Bytes(run_signature(loaded, "serve_bytes", _file_batch(a, b)))
        for a, b in _both_ways(files)
    ]
    _assert_same_masks(results, predicted)


def test_shared_batches_change_nothing(exported, files):
    """Sixteen requests at once, of pairs of three sizes, as one after the other."""
    plain, batched = (tf.saved_model.load(exported / version) for version in "12")
    batches = [_file_batch(*files[index % 3]) for index in range(16)]
    with ThreadPoolExecutor(16) as pool:
        ask = functools.partial(run_signature, batched, "serve_bytes")
        answers = list(pool.map(ask, batches))
    alone = [run_signature(plain, "serve_bytes", batch) for batch in batches[:3]]
    for answer, expected in zip(answers, alone * 6):
        for which in ("a", "b"):
            greys = [
                np.asarray(Image.open(io.BytesIO(outputs[f"mask_{which}_bytes"][0])))
                for outputs in (answer, expected)
            ]
            assert np.abs(np.subtract(*greys, dtype=int)).max() <= 1
            difference = answer[f"score_{which}"] - expected[f"score_{which}"]
            assert abs(difference) <= 1e-5


def test_serve_bytes_through_the_c_api(exported, files, predicted, run_c_api):
    calls = [_file_batch(a, b) for a, b in _both_ways(files)]
    answers = run_c_api(exported / "1", "serve_bytes", *calls)
    _assert_same_masks([Bytes(answer) for answer in answers], predicted)


@pytest.fixture(scope="module")
def server(exported):
    with DevelopmentServer(exported) as server:
        yield server


@pytest.fixture(scope="module")
def more_files(files):
    """Kinds that the client has to see to before the server can read them alike."""
    folder = files[0][0].parent
    meadow, coast = (Image.open(path) for path in samples.pair())
    turned = meadow.rotate(90, expand=True)
    exif = turned.getexif()
    exif[0x0112] = 6  # to be turned back by a quarter
    turned.save(folder / "turned.jpg", exif=exif, quality=95)
    meadow.save(folder / "meadow.webp", lossless=True)
    coast.convert("CMYK").save(folder / "cmyk.jpg")
    deep = np.asarray(coast.convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(folder / "deep.png")
    pairs = [("turned.jpg", "coast.jpg"), ("deep.png", "meadow.webp")]
    pairs += [("cmyk.jpg", "tall.jpg")]
    return [tuple(folder / name for name in pair) for pair in pairs]


@pytest.mark.parametrize("signature", ["serve_bytes", "serving_default"])
def test_client_and_development_server(
    signature, server, coseg, files, more_files, predicted
):
    pairs = files + more_files
    predictor = Predictor(coseg)
    expected = predicted + [predictor.predict(a, b) for a, b in _both_ways(more_files)]
    if signature == "serving_default":  # pixels in JSON take seconds
        pairs, expected = pairs[:4], expected[:8]
    with Client(server.url, signature=signature) as client:
        results = [client.predict(a, b) for a, b in _both_ways(pairs)]
    _assert_same_masks(results, expected)

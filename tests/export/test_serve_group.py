"""The signature that takes a group of encoded pictures, against the predictor."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.export import with_implementation
from tfcoseg.export.serve_group import serve_group_of
from tfcoseg.inference import Predictor
from tfcoseg.pictures import resize_image

SIZES = [(50, 70), (120, 33), (64, 64), (40, 90)]


@pytest.fixture(scope="module")
def pictures():
    generator = np.random.default_rng(0)
    small = generator.integers(0, 256, (4, 8, 8, 3), np.uint8)
    return [resize_image(image, size) for image, size in zip(small, SIZES)]


@pytest.fixture(scope="module")
def squares(pictures):
    """At the size at which the network sees them."""
    return np.stack([resize_image(picture, (64, 64)) for picture in pictures])


@pytest.fixture(scope="module")
def doubtful(model, squares):
    """A model that finds something in two of the four pictures.

    Descriptors of random weights are all alike, until their statistics are known.
    """
    copied = with_implementation(model, "fft")
    copied.get_layer("siamese_encoder").adapt([squares])
    verification = copied.get_layer("verification")
    scores = np.array(Predictor(copied, 64).predict_group(squares).scores)
    shift = np.mean(np.log(scores / (1 - scores)))
    verification.bias.assign(verification.bias - shift)
    scores = np.sort(Predictor(copied, 64).predict_group(squares).scores)
    assert scores[2] - scores[1] > 0.01
    verification.min_score.assign((scores[1] + scores[2]) / 2)
    return copied


@pytest.fixture(scope="module")
def serve(doubtful):
    signature = serve_group_of(doubtful, 64, 20_000)
    function = tf.function(
        lambda inputs: signature.function(dict(inputs)),
        input_signature=[signature.inputs],
    )
    return lambda contents: {
        name: tensor.numpy()
        for name, tensor in function({"images": tf.constant(contents)}).items()
    }


def png(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def soft_mask_of(content):
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "L"
        return np.asarray(image) / 255


def assert_same(answer, group, atol):
    assert set(answer) == {"masks_bytes", "scores"}
    np.testing.assert_allclose(answer["scores"], group.scores, atol=atol)
    rows = zip(answer["masks_bytes"], group.soft_masks, group.found, strict=True)
    for content, soft_mask, found in rows:
        expected = soft_mask if found else np.zeros_like(soft_mask)
        # In 8 bits, hence at most half a step more.
        np.testing.assert_allclose(soft_mask_of(content), expected, atol=atol + 0.002)


@pytest.mark.parametrize("count", [2, 3, 4, 12])
def test_it_finds_what_the_predictor_finds(count, serve, doubtful, squares):
    """Of twelve pictures the descriptors are averaged over squares of positions."""
    several = [*squares, *squares[:, ::-1], *squares[:, :, ::-1]][:count]
    answer = serve([png(picture) for picture in several])
    group = Predictor(doubtful, 64).predict_group(several)
    assert_same(answer, group, 1e-4)
    if count == 4:  # or nothing would be compared
        assert sorted(group.found) == [False, False, True, True]
        assert np.ptp(group.scores) > 0.02


def test_pictures_of_any_sizes(serve, doubtful, pictures):
    """They are resized in the graph, which differs by a grey level here and there."""
    answer = serve([png(picture) for picture in pictures])
    group = Predictor(doubtful, 64).predict_group(pictures)
    assert_same(answer, group, 0.02)
    assert [soft_mask_of(content).shape for content in answer["masks_bytes"]] == SIZES


def test_copies_of_a_picture_have_one_voice(serve, doubtful, squares):
    several = [*squares[:3], squares[0]]
    scores = serve([png(picture) for picture in several])["scores"]
    expected = Predictor(doubtful, 64).predict_group(several).scores
    np.testing.assert_allclose(scores, expected, atol=1e-4)
    assert np.ptp(scores) > 0.01 and scores[0] == scores[3]
    scores = serve([png(squares[i]) for i in (0, 1, 0)])["scores"]
    assert scores[0] == scores[1] == scores[2]


def test_copies_alone_agree(serve, doubtful, squares):
    group = Predictor(doubtful, 64).predict_group([squares[0]] * 2)
    assert_same(serve([png(squares[0])] * 2), group, 1e-4)


@pytest.mark.parametrize("count", [0, 1, 33])
def test_how_many_pictures_a_group_may_have(count, serve, pictures):
    contents = np.array([png(pictures[0])] * count, object)
    contents = contents if count else tf.constant([], tf.string)
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"2 to 32.*{count}"):
        serve(contents)


def test_a_picture_of_too_many_pixels_is_refused(serve, pictures):
    large = png(np.zeros((200, 101, 3), np.uint8))
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 20000 pixels"):
        serve([png(pictures[0]), large])

"""The signature that takes a group of encoded pictures, against the predictor."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.export import serve_group
from tfcoseg.export.serve_group import serve_group_of
from tfcoseg.inference import Predictor, membership
from tfcoseg.pictures import resize_image

SIZES = [(50, 70), (120, 33), (64, 64), (40, 90)]


@pytest.fixture(scope="module")
def pictures():
    generator = np.random.default_rng(0)
    small = generator.integers(0, 256, (4, 8, 8, 3), np.uint8)
    return [resize_image(image, size) for image, size in zip(small, SIZES)]


@pytest.fixture(scope="module", autouse=True)
def in_doubt(model, pictures):
    """Pictures of noise are so alike that all would belong together beyond doubt."""
    found = np.array(Predictor(model, 64).predict_group(pictures).memberships)
    bias = membership.BIAS - np.mean(np.log(found / (1 - found)))
    with pytest.MonkeyPatch.context() as patch:
        for module in (membership, serve_group):
            patch.setattr(module, "BIAS", bias)
        yield


@pytest.fixture(scope="module")
def serve(model, in_doubt):
    signature = serve_group_of(model, 64, 20_000)
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


@pytest.mark.parametrize("count", [2, 3, 4])
def test_it_finds_what_the_predictor_finds(count, serve, model, pictures):
    answer = serve([png(picture) for picture in pictures[:count]])
    group = Predictor(model, 64).predict_group(pictures[:count])
    for content, soft_mask in zip(answer["masks_bytes"], group.soft_masks, strict=True):
        with Image.open(io.BytesIO(content)) as image:
            assert image.mode == "L"
            found = np.asarray(image)
        assert found.shape == soft_mask.shape
        np.testing.assert_allclose(found / 255, soft_mask, atol=0.02)
    np.testing.assert_allclose(answer["scores"], group.scores, atol=2e-3)
    expected = [1.0, 1.0] if count == 2 else group.memberships
    np.testing.assert_allclose(answer["memberships"], expected, atol=0.02)
    if count > 2:  # not all the same, or nothing would be compared
        assert np.ptp(answer["memberships"]) > 0.02


def test_copies_of_a_picture_have_one_voice(serve, model, pictures):
    several = [*pictures[:3], pictures[0]]
    answer = serve([png(picture) for picture in several])
    expected = Predictor(model, 64).predict_group(several).memberships
    np.testing.assert_allclose(answer["memberships"], expected, atol=0.02)
    assert np.ptp(answer["memberships"]) > 0.02
    answer = serve([png(pictures[i]) for i in (0, 1, 0)])
    np.testing.assert_array_equal(answer["memberships"], [1, 1, 1])


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

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.export import probabilities
from tfcoseg.export.probabilities import check_probabilities


@pytest.fixture(autouse=True)
def model(monkeypatch):
    """One that finds what is red."""

    def predict_pair(model, image_a, image_b):
        return {
            f"mask_{x}": tf.cast(image[..., :1], tf.float32) / 255
            for x, image in (("a", image_a), ("b", image_b))
        }

    monkeypatch.setattr(probabilities, "predict_pair", predict_pair)


def right(a, b):
    """A way to run it."""
    return [image[..., 0].astype(np.float32) / 255 for image in (a, b)]


def test_the_probabilities_of_the_model_pass(model):
    sizes = []

    def run(a, b):
        sizes.append((a.shape[:2], b.shape[:2]))
        return [mask + 2e-5 for mask in right(a, b)]

    check_probabilities(model, run)
    odd = [n for pair in sizes for size in pair for n in size if n % 2]
    assert len(set(odd)) >= 4
    assert any(a != b for a, b in sizes)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda mask: mask + 3e-4, "0.0001; .* a difference of 0.0003.* in mask_b"),
        (lambda mask: np.full_like(mask, np.nan), "a difference of nan in mask_b"),
        (lambda mask: mask[:1], "the size of its image, .*Received: .1, "),
        (lambda mask: mask[0, 0], r"Received: \(\)"),
    ],
    ids=["other", "no numbers", "one row", "one number"],
)
@pytest.mark.parametrize("at", ["odd and unequal", "square"])
def test_one_wrong_mask_is_refused(change, message, at, model):
    def wrong(a, b):
        mask_a, mask_b = right(a, b)
        square = a.shape == b.shape
        return [mask_a, change(mask_b) if square == (at == "square") else mask_b]

    with pytest.raises(ValueError, match=message):
        check_probabilities(model, right, wrong)

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.export.probabilities import check_probabilities


def model(images, training):
    """Finds what is red."""
    assert not training
    red = {x: images[f"image_{x}"][..., :1] for x in "ab"}
    return {f"mask_{x}": tf.cast(red[x], tf.float32) / 255 for x in "ab"}


def right(a, b):
    """A way to run it."""
    return [image[..., 0].astype(np.float32) / 255 for image in (a, b)]


def test_the_probabilities_of_the_model_pass():
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
def test_one_wrong_mask_is_refused(change, message, at):
    def wrong(a, b):
        mask_a, mask_b = right(a, b)
        square = a.shape == b.shape
        return [mask_a, change(mask_b) if square == (at == "square") else mask_b]

    with pytest.raises(ValueError, match=message):
        check_probabilities(model, right, wrong)

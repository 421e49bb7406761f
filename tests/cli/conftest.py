"""Pictures for the commands, and a network of which one knows what it will find."""

import numpy as np
import pytest
from PIL import Image


class BrightnessRuntime:
    """An engine that takes what is bright for the object, and the dimmer for the score.

    Two pictures share an object as surely as that in the dimmer one is bright.
    """

    min_score = 0.5

    def encode(self, picture):
        brightness = picture.mean(axis=-1) / 255.0
        features = brightness[None, ..., None]
        return {"brightness": brightness, "kernel": features, "embedding": features}

    def refer(self, encoded, mask):
        weights = np.ones((1, 1, mask[0].size), np.float32)
        return {"kernel": encoded["kernel"] * mask, "partner_weights": weights}

    def correlate(self, encoded, partner):
        kernel = partner["kernel"]  # None where the correlation is off
        assert kernel is None or kernel.shape == encoded["kernel"].shape
        return None

    def decode(self, correlated, encoded, size):
        soft_mask = encoded["brightness"].astype(np.float32)
        assert soft_mask.shape == size
        return soft_mask, np.array([(soft_mask**3).sum() / (soft_mask**2).sum()])

    def score(self, objects_a, objects_b):
        return np.minimum(objects_a, objects_b.T)

    def levels(self, encoded, partner):
        brightness = encoded["brightness"].astype(np.float32)
        return {11: brightness, 15: brightness * partner["brightness"].mean()}


@pytest.fixture
def brightness(monkeypatch):
    """Makes `segment` find the bright parts, whatever weights it is told to load."""
    monkeypatch.setattr(
        "tfcoseg.inference.predictor.load_runtime", lambda *_: BrightnessRuntime()
    )


@pytest.fixture
def no_network(monkeypatch):
    """Fails the test if the command gets as far as loading the network."""

    def load(*_):
        raise AssertionError("the network was loaded")

    monkeypatch.setattr("tfcoseg.inference.predictor.load_runtime", load)


@pytest.fixture
def square():
    """Draws a white box (left, top, right, bottom) on black, in a picture of a size."""

    def draw(path, box=(20, 10, 60, 50), size=(96, 64), value=255):
        pixels = np.zeros((size[1], size[0], 3), np.uint8)
        left, top, right, bottom = box
        pixels[top:bottom, left:right] = value
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return str(path)

    return draw

"""A turned JPEG has the masks on a server that it has on this machine."""

import io

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.client.pictures import as_file
from tfcoseg.export.gate import iou
from tfcoseg.inference import Predictor

# What makes an upright picture one that its EXIF orientation sets upright again.
LAYING = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def serve_bytes(exported):
    import tensorflow as tf

    return tf.saved_model.load(exported / "1").signatures["serve_bytes"]


def lying(path, orientation, folder):
    """The picture as a JPEG that lies on a side, and has to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(path) as upright:
        turned = upright.convert("RGB").transpose(LAYING[orientation])
    turned.save(folder / f"{path.stem}.jpg", exif=exif)
    return folder / f"{path.stem}.jpg"


@pytest.mark.parametrize("orientation", LAYING)
def test_masks(orientation, predictor, serve_bytes, tmp_path):
    pair = [lying(path, orientation, tmp_path) for path in samples.pair()]
    assert as_file(pair[0]).size == (360, 480)
    expected = predictor.predict(*pair)
    answer = serve_bytes(
        **{f"image_{x}": [as_file(path).content] for x, path in zip("ab", pair)}
    )
    for x, mask in zip("ab", (expected.mask_a, expected.mask_b)):
        png = io.BytesIO(answer[f"mask_{x}_bytes"].numpy()[0])
        assert 0.05 < (mask > 0).mean() < 0.5
        assert iou(np.asarray(Image.open(png)) >= 128, mask > 0) >= 0.998

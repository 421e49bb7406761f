"""What is no exported SavedModel is refused in a sentence."""

import pytest
import tensorflow as tf

from tfcoseg.inference import Predictor
from tfcoseg.inference.saved_model import load_stages


def test_a_damaged_one(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="tfcoseg export savedmodel") as caught:
        Predictor(tmp_path)
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


def test_one_of_another_program(tmp_path):
    module = tf.Module()
    module.f = tf.function(lambda x: {"y": x}, input_signature=[tf.TensorSpec(())])
    tf.saved_model.save(module, tmp_path, signatures={"serving_default": module.f})
    with pytest.raises(ValueError, match=r"correlate.*Received: .*'serving_default'"):
        load_stages(tmp_path)


def test_the_folder_of_the_versions(tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(ValueError, match="the folder that holds saved_model.pb"):
        Predictor(tmp_path)

"""Settings of Keras that people have in keras.json."""

import json
import os
import subprocess
import sys

import keras
import pytest

from tfcoseg.layers import SiameseEncoder


@pytest.fixture
def setting():
    """A function that sets one; it is as before afterwards."""
    before = keras.config.image_data_format(), keras.config.floatx()
    yield lambda name, value: getattr(keras.config, f"set_{name}")(value)
    keras.config.set_image_data_format(before[0])
    keras.config.set_floatx(before[1])


@pytest.mark.parametrize(
    "name, value", [("image_data_format", "channels_first"), ("floatx", "float16")]
)
def test_a_setting_that_the_network_cannot_have(name, value, setting):
    setting(name, value)
    with pytest.raises(
        ValueError, match=f"setting {name} to be .* Received: '{value}'"
    ):
        SiameseEncoder("mobilenetv2")


@pytest.mark.parametrize("value", ["channels_first", "channels_last"])
def test_a_configuration_elsewhere(value, tmp_path):
    """By KERAS_HOME: the command says in one line what is wrong with it, or works."""
    settings = {"image_data_format": value, "floatx": "float32", "epsilon": 1e-7}
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    code = (
        "import sys\n"
        "from tfcoseg import samples\n"
        "from tfcoseg.cli.main import main\n"
        "sys.exit(main(['segment', *map(str, samples.pair()), '--size', '65', "
        "'--engine', 'tensorflow', '--output', sys.argv[1]]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env=os.environ | {"KERAS_HOME": str(tmp_path)},
    )
    assert ran.returncode == (value == "channels_first"), ran.stderr
    if ran.returncode:
        assert "Keras' setting image_data_format" in ran.stderr.splitlines()[-1]

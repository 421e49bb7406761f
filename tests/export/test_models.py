import keras
import pytest

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.export import export_saved_model
from tfcoseg.export.litert import export_litert
from tfcoseg.export.models import check_exportable
from tfcoseg.export.onnx import export_onnx

every_format = pytest.mark.parametrize(
    "export", [export_saved_model, export_litert, export_onnx]
)


@pytest.fixture(scope="module")
def of_one_size():
    return CoSegMobileNetV2(weights=None, input_shape=(129, 129, 3))


@every_format
def test_a_model_of_one_size_is_refused(export, of_one_size, tmp_path):
    with pytest.raises(ValueError, match=r"input_shape=\(None, None, 3\).*129, 129"):
        export(of_one_size, tmp_path / "x")
    assert not list(tmp_path.iterdir())


@every_format
def test_a_model_of_another_kind_is_refused(export, tmp_path):
    image = keras.Input((None, None, 3))
    other = keras.Model(image, keras.layers.Conv2D(1, 3, name="head")(image))
    with pytest.raises(ValueError, match="layers siamese_encoder.*Received.*head"):
        export(other, tmp_path / "x")
    assert not list(tmp_path.iterdir())


@every_format
@pytest.mark.parametrize(
    "options, said",
    [
        ({"reference_masks": True}, "`reference_masks=False`.*Received.*reference_a"),
        ({"descriptors": None}, "compares descriptors.*Received.*descriptors=None"),
    ],
)
def test_a_model_without_the_parts_of_a_file_is_refused(
    export, options, said, tmp_path
):
    with pytest.raises(ValueError, match=said):
        export(CoSegMobileNetV2(**options), tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_a_model_of_ours_is_not(model):
    check_exportable(model)

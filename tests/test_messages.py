"""The messages of gRPC, against TensorFlow Serving's own classes."""

import subprocess
import sys

import numpy as np
import pytest

from tfcoseg import messages
from tfcoseg.messages import schema

STRINGS = np.array([b"\xff\xd8 a picture\0\0", b""], object)
ARRAYS = {
    "strings": STRINGS,
    "pixels": np.arange(24, dtype=np.uint8).reshape(1, 4, 2, 3),
    "size": np.array([3, 5], np.int32),
    "mask": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3),
    "score": np.array(0.25, np.float32),
    "none": np.zeros((0, 3), np.float32),
    "no_string": np.zeros((0,), object),
}
NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
NUMBERS += ["bool", "float16", "float32", "float64"]


@pytest.fixture(scope="module")
def serving():
    """TensorFlow Serving's own messages."""
    reason = "the oracle is the package tensorflow-serving-api"
    pytest.importorskip("tensorflow_serving", reason=reason)
    from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

    return {
        "PredictRequest": predict_pb2.PredictRequest,
        "PredictResponse": predict_pb2.PredictResponse,
        "PredictionLog": prediction_log_pb2.PredictionLog,
    }


def equal(arrays, others):
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        assert others[name].dtype == array.dtype, name
        assert others[name].shape == array.shape, name
        np.testing.assert_array_equal(others[name], array, name)


def by_tensorflow(tensors):
    import tensorflow as tf

    return {name: tf.make_ndarray(tensor) for name, tensor in tensors.items()}


def with_tensors(message, field, arrays):
    import tensorflow as tf

    for name, array in arrays.items():
        kind = tf.string if array.dtype == object else array.dtype
        tensor = tf.make_tensor_proto(array, kind, array.shape)
        getattr(message, field)[name].CopyFrom(tensor)
    return message


def test_their_class_reads_our_request(serving):
    ours = messages.encode_predict_request("coseg", "serve_bytes", ARRAYS, version=7)
    theirs = serving["PredictRequest"].FromString(ours)
    assert theirs.model_spec.name == "coseg"
    assert theirs.model_spec.signature_name == "serve_bytes"
    assert theirs.model_spec.version.value == 7
    equal(by_tensorflow(theirs.inputs), ARRAYS)


def test_their_class_reads_the_choice_of_a_version(serving):
    def spec(**choice):
        message = messages.encode_predict_request("m", "s", {}, **choice)
        return serving["PredictRequest"].FromString(message).model_spec

    assert spec().WhichOneof("version_choice") is None
    assert spec(version=0).WhichOneof("version_choice") == "version"
    assert spec(label="canary").version_label == "canary"


def test_we_read_their_request(serving):
    theirs = with_tensors(serving["PredictRequest"](), "inputs", ARRAYS)
    theirs.model_spec.name, theirs.model_spec.version_label = "coseg", "stable"
    theirs.output_filter.append("mask_a")
    ours = messages.decode_predict_request(theirs.SerializeToString())
    assert (ours.model_name, ours.signature_name) == ("coseg", "")
    assert (ours.version, ours.label) == (None, "stable")
    assert ours.output_filter == ["mask_a"]
    equal(ours.inputs, ARRAYS)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_every_type_of_number_both_ways(serving, dtype):
    arrays = {"x": np.array([[0, 1, 100]]).astype(dtype)}
    ours = messages.encode_predict_response(arrays)
    equal(by_tensorflow(serving["PredictResponse"].FromString(ours).outputs), arrays)
    theirs = with_tensors(serving["PredictResponse"](), "outputs", arrays)
    equal(messages.decode_predict_response(theirs.SerializeToString()), arrays)


@pytest.mark.parametrize(
    "dtype, field",
    [
        ("float16", "half_val"),
        ("float32", "float_val"),
        ("float64", "double_val"),
        ("uint8", "int_val"),
        ("int32", "int_val"),
        ("int64", "int64_val"),
        ("uint32", "uint32_val"),
        ("uint64", "uint64_val"),
        ("bool", "bool_val"),
    ],
)
def test_values_that_were_written_one_by_one(serving, dtype, field):
    import tensorflow as tf

    expected = np.array([[0, 1], [1, 1]]).astype(dtype)
    theirs = serving["PredictResponse"]()
    tensor = theirs.outputs["x"]
    tensor.dtype = tf.as_dtype(dtype).as_datatype_enum
    for size in (2, 2):
        tensor.tensor_shape.dim.add().size = size
    bits = expected.view(np.uint16) if dtype == "float16" else expected
    getattr(tensor, field).extend(bits.ravel().tolist())
    answer = messages.decode_predict_response(theirs.SerializeToString())
    equal(answer, {"x": expected})
    # One value for all elements.
    del getattr(tensor, field)[:3]
    answer = messages.decode_predict_response(theirs.SerializeToString())
    equal(answer, {"x": np.ones((2, 2), dtype)})


def test_we_read_their_response(serving):
    theirs = with_tensors(serving["PredictResponse"](), "outputs", ARRAYS)
    theirs.model_spec.name = "coseg"
    equal(messages.decode_predict_response(theirs.SerializeToString()), ARRAYS)


def test_their_class_reads_our_warm_up_record(serving):
    request = messages.encode_predict_request("coseg", "serve_bytes", ARRAYS)
    theirs = serving["PredictionLog"].FromString(
        messages.encode_prediction_log(request)
    )
    assert theirs.WhichOneof("log_type") == "predict_log"
    equal(by_tensorflow(theirs.predict_log.request.inputs), ARRAYS)
    assert theirs.predict_log.request.model_spec.signature_name == "serve_bytes"
    assert messages.decode_prediction_log(theirs.SerializeToString()) == request


def test_a_request_comes_back_without_their_package():
    encoded = messages.encode_predict_request("m", "s", ARRAYS, label="canary")
    request = messages.decode_predict_request(encoded)
    assert (request.model_name, request.signature_name) == ("m", "s")
    assert (request.version, request.label) == (None, "canary")
    equal(request.inputs, ARRAYS)
    backwards = dict(reversed(ARRAYS.items()))
    again = messages.encode_predict_request("m", "s", backwards, label="canary")
    assert again == encoded


def test_numpys_own_strings_are_refused_since_they_lose_zeros():
    with pytest.raises(TypeError, match="`image_a`.*dtype=object.*S11"):
        strings = {"image_a": np.array([b"a picture\1\1"])}
        messages.encode_predict_request("m", "s", strings)


def test_a_version_and_a_label_are_one_too_many():
    with pytest.raises(ValueError, match="one of the two.*version=1.*'x'"):
        messages.encode_predict_request("m", "s", {}, version=1, label="x")


@pytest.mark.parametrize(
    "decode",
    [
        messages.decode_predict_request,
        messages.decode_predict_response,
        messages.decode_prediction_log,
    ],
)
def test_bytes_that_are_no_message(decode):
    with pytest.raises(ValueError, match="Expected the bytes of a Predict"):
        decode(b"<html>")


def test_a_log_of_something_else():
    with pytest.raises(ValueError, match="with a PredictRequest"):
        messages.decode_prediction_log(b"")


def test_a_tensor_of_too_few_values():
    whole = messages.encode_predict_response({"x": np.zeros((2, 2), np.uint8)})
    content = b"\x22\x04\0\0\0\0"
    assert content in whole
    # The same lengths around it, but one byte belongs to a field that is passed over.
    cut = whole.replace(content, b"\x22\x02\0\0\x38\0")
    with pytest.raises(ValueError, match=r"`x`.*2 values for shape \(2, 2\)"):
        messages.decode_predict_response(cut)


def test_neither_tensorflow_nor_their_package_is_imported():
    code = (
        "import sys, numpy as np\nfrom tfcoseg import messages\n"
        "messages.encode_predict_request('m', 's', {'x': np.zeros(3)})\n"
        "print([m for m in ('tensorflow', 'tensorflow_serving') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert answer.stdout == "[]\n", answer.stderr


def test_without_protobuf_the_error_holds_the_cure(monkeypatch):
    schema._classes.cache_clear()
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    with pytest.raises(ImportError, match=r"pip install 'tfcoseg\[grpc\]'"):
        messages.encode_predict_request("m", "s", {})

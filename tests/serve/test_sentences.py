"""What is left of TensorFlow's errors for a client to read."""

import pytest

from tfcoseg.serve.sentences import one_sentence

PLACE = "/".join(["", "usr", "lib", "tf", "a.cc"])
NODE = "[[{{node map/while/Decode}}]] [Op:__inference_signature_wrapper_serve_709]"
TRACE = (
    "Graph execution error:\n\nDetected at node map/while/Decode defined at (most "
    "recent call last):\n"
)


@pytest.mark.parametrize(
    "message, sentence",
    [
        ("Invalid JPEG data.", "Invalid JPEG data."),
        (f"Invalid JPEG data.\n\t {NODE}", "Invalid JPEG data."),
        (
            "{{function_node __wrapped__DecodePng_device_/job:localhost}} Bad PNG "
            "[Op:DecodePng] name: ",
            "Bad PNG",
        ),
        (
            f"{TRACE}<stack traces unavailable>\nBad data, size 17\n\t {NODE}",
            "Bad data, size 17",
        ),
        (f'{TRACE}  File "{PLACE}", line 3\n\nBad data\n\t {NODE}', "Bad data"),
        (
            f"{TRACE}2 root error(s) found.\n  (0) INVALID_ARGUMENT:  Bad data\n\t "
            f"{NODE}\n\t [[map/x/_3]]\n  (1) INVALID_ARGUMENT:  Bad data\n\t {NODE}",
            "Bad data",
        ),
        (
            f"assertion failed: [A picture is too large. Received: 5 x 6]\n\t {NODE}",
            "A picture is too large. Received: 5 x 6",
        ),
        (
            "assertion failed: [must be equal] [Condition x == y did not hold] [3]",
            "must be equal",
        ),
        (f"Cannot read {PLACE}: no such file", "Cannot read a file: no such file"),
        (f"{TRACE}\n\t {NODE}", "the cause is not known"),
        ("", "the cause is not known"),
    ],
)
def test_one_sentence(message, sentence):
    assert one_sentence(message) == sentence


def test_a_long_message_is_cut():
    cut = one_sentence("word " * 1000)
    assert len(cut) < 310 and cut.endswith("word ...")

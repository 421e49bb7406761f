"""`tfcoseg demo` as it is typed, up to the page."""

import sys

import pytest

from tfcoseg.cli.demo import limits_of
from tfcoseg.cli.main import build_parser, main
from tfcoseg.demo import Limits


def parse(*arguments):
    return build_parser("demo").parse_args(["demo", *arguments])


def test_the_limits_are_those_of_the_library():
    args = parse()
    assert limits_of(args) == Limits()
    assert (args.host, args.port, args.open) == ("127.0.0.1", 7860, False)


def test_the_limits_are_taken_over():
    typed = "--max-pictures 4 --max-megabytes 5 --max-megapixels 6 --time-limit 7"
    args = parse(*typed.split(), "--queue", "8", "--keep", "9")
    assert limits_of(args) == Limits(4, 5, 6, 7, 8, 540)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--port", "65536"], "at most 65535"),
        (["--max-pictures", "1"], "at least 2"),
        (["--queue", "0"], "at least 1"),
        (["--time-limit", "soon"], "whole number"),
        (["--threshold", "2"], "from 0 to 1"),
        (["--min-score", "2"], "from 0 to 1"),
    ],
)
def test_a_wrong_command_line(arguments, said, capsys):
    with pytest.raises(SystemExit) as end:
        main(["demo", *arguments])
    assert end.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org", "https://"])
def test_an_address_that_is_none(url, capsys):
    assert main(["demo", "--url", url]) == 2
    assert f"Received: {url}\n" in capsys.readouterr().err


def test_missing_weights_are_said_in_a_line(capsys):
    assert main(["demo", "--port", "0", "--weights", "none.keras"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def test_without_gradio_a_line_holds_the_cure(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert main(["demo", "--port", "0"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert "pip install 'tfcoseg[demo]'" in captured.err

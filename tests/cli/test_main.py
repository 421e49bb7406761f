"""The command line as a whole: help, version, dispatch, exit codes."""

import importlib
import os
import subprocess
import sys
import time

import pytest

import tfcoseg
from tfcoseg.cli.main import COMMANDS, build_parser, main


def run_python(*args, **kwargs):
    return subprocess.run(
        [sys.executable, *args], capture_output=True, text=True, timeout=120, **kwargs
    )


def test_version(capsys):
    with pytest.raises(SystemExit, match="^0$"):
        main(["--version"])
    assert capsys.readouterr().out == f"tfcoseg {tfcoseg.__version__}\n"


def test_help_lists_every_command_and_examples(capsys):
    with pytest.raises(SystemExit, match="^0$"):
        main(["--help"])
    out = capsys.readouterr().out
    for name, summary in COMMANDS.items():
        assert name in out and summary in out
    assert "tfcoseg segment a.jpg b.jpg --output masks" in out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_without_tensorflow(command):
    code = (
        "import sys; sys.modules.update(tensorflow=None, keras=None)\n"
        f"from tfcoseg.cli.main import main; main([{command!r}, '--help'])"
    )
    answer = run_python("-c", code)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(f"usage: tfcoseg {command}")
    assert answer.stderr == ""


def test_help_takes_less_than_half_a_second():
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        answer = run_python("-m", "tfcoseg.cli.main", "--help")
        seconds.append(time.perf_counter() - start)
    assert answer.stdout.startswith("usage: tfcoseg")
    assert min(seconds) < 0.5


def test_no_command_prints_the_help_as_an_error(capsys):
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "commands:" in captured.err


@pytest.mark.parametrize(
    "argv, complaint",
    [
        (["segmnt"], "invalid choice: 'segmnt'"),
        (["client"], "the following arguments are required: PICTURE"),
        (["export"], "the following arguments are required: FORMAT"),
        (["segment", "a.png", "b.png", "--over"], "unrecognized arguments: --over"),
        (["--verbose", "segment"], "unrecognized arguments: --verbose"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_code_2(argv, complaint, capsys):
    with pytest.raises(SystemExit, match="^2$"):
        main(argv)
    err = capsys.readouterr().err
    assert complaint in err
    assert err.count("\n") == 1 and err.startswith("tfcoseg")


@pytest.mark.parametrize(
    "error", [ValueError("the cause"), FileNotFoundError("the cause")]
)
def test_an_error_of_the_work_is_one_line_and_exit_code_1(error, monkeypatch, capsys):
    def fail(args):
        raise error

    monkeypatch.setattr("tfcoseg.cli.segment.run", fail)
    assert main(["segment", "a.png", "b.png"]) == 1
    assert capsys.readouterr().err == "tfcoseg segment: error: the cause\n"


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch):
    def fail(args):
        raise KeyError("ours")

    monkeypatch.setattr("tfcoseg.cli.segment.run", fail)
    with pytest.raises(KeyError):
        main(["segment", "a.png", "b.png"])


def test_an_interrupt_ends_without_a_traceback(monkeypatch, capsys):
    def interrupt(args):
        raise KeyboardInterrupt

    monkeypatch.setattr("tfcoseg.cli.segment.run", interrupt)
    assert main(["segment", "a.png", "b.png"]) == 130
    assert capsys.readouterr().err == ""


def test_a_pipe_whose_reader_has_gone_is_no_traceback():
    code = (
        "import sys, tfcoseg.cli.segment as s; from tfcoseg.cli.main import main\n"
        "s.run = lambda args: print('found')\n"
        "sys.exit(main(['segment', 'a.png', 'b.png']))"
    )
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (answer.returncode, answer.stderr) == (1, "")


def test_no_other_command_is_imported():
    code = (
        "import sys; from tfcoseg.cli.main import build_parser\n"
        "build_parser('segment'); print(*sys.modules)"
    )
    imported = set(run_python("-c", code).stdout.split())
    commands = {f"tfcoseg.cli.{name}" for name in COMMANDS}
    assert imported & commands == {"tfcoseg.cli.segment"}


@pytest.mark.parametrize(
    "argv", [["segment", "a.png", "b.png"], ["evaluate", "--data", "folder"]]
)
def test_the_defaults_are_those_of_the_predictor(argv):
    from inspect import signature

    from tfcoseg.evaluate.protocols import PROTOCOLS
    from tfcoseg.inference import Predictor

    args = build_parser(argv[0]).parse_args(argv)
    defaults = signature(Predictor).parameters
    assert args.weights == defaults["model"].default
    if argv[0] == "evaluate":  # its protocol decides
        args.size = args.size or PROTOCOLS["ours"].working_size
    assert args.size == defaults["working_size"].default
    assert args.threshold == defaults["threshold"].default


@pytest.mark.parametrize("command", COMMANDS)
def test_the_summary_is_how_the_help_of_the_command_begins(command):
    help_text = importlib.import_module(f"tfcoseg.cli.{command}").HELP
    assert help_text.casefold().startswith(COMMANDS[command])

import shlex

import pytest

from tfcoseg.cli.main import build_parser
from tfcoseg.evaluate.cross_validation import cross_validation, in_words


def parsed(command):
    name, subcommand, *rest = shlex.split(command)
    assert name == "tfcoseg"
    return build_parser(subcommand).parse_args([subcommand, *rest])


@pytest.mark.parametrize("by", ["class", "picture"])
def test_commands_train_on_the_rest_and_judge_what_was_held_out(by):
    options = ["--protocol", "ssnm"]
    train, evaluate = map(parsed, cross_validation("my sets/voc", 20, options)[by])
    assert train.data == ["my sets/voc"] and str(evaluate.data) == "my sets/voc"
    assert evaluate.weights == f"{train.folder}/best.weights.h5"
    assert evaluate.protocol == "ssnm"
    for args in (train, evaluate):
        assert (args.folds, args.fold, args.fold_by) == (4, 0, by)


def test_both_commands_are_told_what_is_void():
    for train, evaluate in cross_validation("voc", 3, (), 128).values():
        assert parsed(train).void_value == parsed(evaluate).void == 128
    assert "--void" not in str(cross_validation("voc", 3))


def test_there_are_no_more_folds_by_class_than_classes():
    assert "--folds 2 " in cross_validation("pets", 2)["class"][0]
    assert list(cross_validation("horses", 1)) == ["picture"]


def test_the_offer_has_each_command_on_a_line_of_its_own():
    commands = cross_validation("pets", 3)
    lines = [line.strip() for line in in_words(commands).splitlines()]
    assert all(line in lines for pair in commands.values() for line in pair)

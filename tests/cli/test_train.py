import dataclasses

import pytest

from tfcoseg.cli.main import build_parser, main
from tfcoseg.train import Recipe


@pytest.fixture
def called(monkeypatch):
    """What `train` is called with, instead of training."""
    calls = []

    def train(*args, **kwargs):
        calls.append((args, kwargs))
        return "runs/x/best.weights.h5"

    monkeypatch.setattr("tfcoseg.train.train", train)
    return calls


def test_defaults_are_the_recipes(called, capsys):
    assert main(["train", "--data", "a", "b", "--run", "runs/x"]) == 0
    (folder, recipe, tensorboard, verbose, _, strategy), _ = called[0]
    assert str(folder) == "runs/x"
    assert recipe == Recipe(data=("a", "b"))
    assert not tensorboard and verbose == "auto" and strategy is None
    assert capsys.readouterr().out == "runs/x/best.weights.h5\n"


def test_all_gpus_of_the_machine_may_be_asked_for(called):
    command = ["train", "--data", "a", "--run", "b", "--strategy", "mirrored"]
    assert main(command) == 0
    assert called[0][0][-1] == "mirrored"


def test_every_field_of_the_recipe_has_an_option(called):
    values = {
        "data": ["d"],
        "validation": ["v", "w"],
        "validation_share": 0.2,
        "folds": 4,
        "fold": 2,
        "fold_by": "picture",
        "joint_groups": 5,
        "per_group": 9,
        "void": 128,
        "model": "lite0",
        "weights": "coseg",
        "backbone_weights": "b.h5",
        "size": [257, 321],
        "head_epochs": 1,
        "upper_epochs": 12,
        "finetune_epochs": 2,
        "steps_per_epoch": 3,
        "head_batch_size": 5,
        "upper_batch_size": 13,
        "finetune_batch_size": 6,
        "head_learning_rate": 0.01,
        "upper_learning_rate": 0.05,
        "finetune_learning_rate": 0.02,
        "weight_decay": 0.03,
        "negative_share": 0.4,
        "full_weight": 14,
        "exclusions": "likely",
        "across_sets": 0.5,
        "self_share": 0.6,
        "distractor_share": 0.7,
        "swap_share": 0.08,
        "scene_share": 0.15,
        "reference_share": 0.9,
        "patience": 8,
        "seed": 11,
    }
    line = ["train", "--run", "r"]
    for name, value in values.items():
        many = value if isinstance(value, list) else [value]
        line += [f"--{name.replace('_', '-')}", *map(str, many)]
    assert main([*line, "--no-by-kind"]) == 0
    recipe = dataclasses.asdict(called[0][0][1])
    assert recipe.pop("by_kind") is False
    recipe["size"], recipe["void"] = recipe.pop("sizes"), recipe.pop("void_value")
    expected = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    assert recipe == expected
    assert not [k for k, v in expected.items() if v == getattr(Recipe, k, None)]


@pytest.mark.parametrize(
    "options, message",
    [
        ([], "required: --data, --run"),
        (["--data", "d", "--run", "r", "--size", "8"], "at least 32"),
        (["--data", "d", "--run", "r", "--negative-share", "2"], "from 0 to 1"),
        (["--data", "d", "--run", "r", "--folds", "1"], "at least 2"),
        (["--data", "d", "--run", "r", "--void", "256"], "at most 255"),
        (["--data", "d", "--run", "r", "--fold-by", "group"], "choose from"),
    ],
)
def test_wrong_command_lines(options, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["train", *options])
    assert message in capsys.readouterr().err


def test_a_folder_that_does_not_exist_is_one_line(tmp_path, capsys):
    line = ["train", "--data", str(tmp_path / "no"), "--run", str(tmp_path / "run")]
    assert main(line) == 1
    error = capsys.readouterr().err.strip()
    assert str(tmp_path / "no") in error and "\n" not in error


@pytest.mark.parametrize(
    "options", [["--folds", "4"], ["--folds", "4", "--fold", "4", "--fold-by", "class"]]
)
def test_half_a_fold_is_one_line(options, capsys):
    assert main(["train", "--data", "d", "--run", "r", *options]) == 1
    error = capsys.readouterr().err.strip()
    assert "folds=4, fold=" in error and "\n" not in error


def test_the_examples_of_the_help_are_command_lines():
    from tfcoseg.cli import train

    examples = [
        line.split()[1:] for line in train.HELP.splitlines() if "tfcoseg" in line
    ]
    assert len(examples) == 6
    for example in examples:
        args = build_parser("train").parse_args(example)
        assert args.data and args.folder

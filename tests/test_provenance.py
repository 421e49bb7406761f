import hashlib
import json

import pytest

from tfcoseg import embedded
from tfcoseg.embedded import EMBEDDED_WEIGHTS
from tfcoseg.provenance import describe_weights, fold_of, name_of_set

FOLD = fold_of("pets", 4, 0, "class")


@pytest.fixture
def run_folder(tmp_path):
    """Writes the weights of a training run, and what it was asked."""

    def write(name, **recipe):
        path = tmp_path / name / "best.weights.h5"
        path.parent.mkdir()
        path.write_bytes(b"weights")
        path.with_name("arguments.json").write_text(json.dumps({"recipe": recipe}))
        return str(path)

    return write


def folds_of(folds, fold, fold_by):
    return {"folds": folds, "fold": fold, "fold_by": fold_by}


@pytest.mark.parametrize("suffix", [".weights.h5", ".keras"])
def test_card_beside_the_file_says_what_was_seen(tmp_path, suffix):
    path = tmp_path / f"mine-v1{suffix}"
    path.write_bytes(b"weights")
    card = {"trained_on": ["pets", "cars"]}
    (tmp_path / "mine-v1.json").write_text(json.dumps(card))
    weights = describe_weights(path)
    assert weights.name == "mine-v1"
    assert weights.sha256 == hashlib.sha256(b"weights").hexdigest()
    assert weights.trained_on == ("pets", "cars")
    assert weights.has_seen(["pets"]) and weights.has_seen({"animals", "pets"})
    assert not weights.has_seen(["pet", "images"])


def test_card_says_by_which_sets_settings_were_chosen(tmp_path):
    path = tmp_path / "mine-v1.weights.h5"
    path.write_bytes(b"weights")
    card = {"trained_on": ["pets"], "tuned_on": ["cars"]}
    (tmp_path / "mine-v1.json").write_text(json.dumps(card))
    weights = describe_weights(path)
    assert (weights.trained_on, weights.tuned_on) == (("pets",), ("cars",))
    assert not weights.has_seen(["cars"])


def test_a_run_that_goes_on_from_tuned_weights_is_tuned_too(tmp_path, run_folder):
    path = tmp_path / "mine-v1.weights.h5"
    path.write_bytes(b"weights")
    card = {"trained_on": ["pets"], "tuned_on": ["cars"]}
    (tmp_path / "mine-v1.json").write_text(json.dumps(card))
    weights = describe_weights(run_folder("one", data=["boats"], weights=str(path)))
    assert weights.trained_on == ("pets", "boats") and weights.tuned_on == ("cars",)


def test_weights_without_a_card_are_not_known_to_have_seen_anything(tmp_path):
    path = tmp_path / "best.weights.h5"
    path.write_bytes(b"weights")
    weights = describe_weights(path)
    assert weights.trained_on is None
    assert not weights.has_seen(["pets"])


def test_card_that_is_no_json_is_an_error(tmp_path):
    path = tmp_path / "best.keras"
    path.write_bytes(b"weights")
    (tmp_path / "best.json").write_text("{")
    with pytest.raises(ValueError, match="card in JSON.*best.json"):
        describe_weights(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        describe_weights(tmp_path / "none.keras")


@pytest.mark.parametrize("name", ["coseg", *EMBEDDED_WEIGHTS])
def test_embedded_weights_are_described_by_name(name, tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "WEIGHTS_FOLDER", tmp_path)
    stem = EMBEDDED_WEIGHTS[-1] if name == "coseg" else name
    (tmp_path / f"{stem}.weights.h5").write_bytes(b"weights")
    (tmp_path / f"{stem}.json").write_text('{"trained_on": ["pascal_coseg"]}')
    weights = describe_weights(name)
    assert weights.name == stem
    assert weights.sha256 == hashlib.sha256(b"weights").hexdigest()
    assert weights.has_seen(["pascal_coseg"])


def test_without_a_card_the_arguments_of_the_run_tell(run_folder):
    weights = describe_weights(run_folder("one", data=["here/pets", "cars/"]))
    assert weights.trained_on == ("pets", "cars")
    assert weights.has_seen(["pets"]) and weights.has_seen(["pets"], FOLD)


def test_what_the_run_began_with_counts_too(run_folder):
    first = run_folder("first", data=["pets"])
    second = run_folder("second", data=["cars"], weights=first)
    third = describe_weights(run_folder("third", data=["boats"], weights=second))
    assert third.trained_on == ("pets", "cars", "boats")


def test_weights_that_a_run_began_with_may_be_gone(run_folder):
    weights = describe_weights(run_folder("one", data=["pets"], weights="gone.keras"))
    assert weights.trained_on == ("pets",) and not weights.complete
    later = describe_weights(
        run_folder("two", data=["cars"], weights=run_folder("three", data=["pets"]))
    )
    assert later.complete


def test_a_run_is_tuned_on_what_its_best_epoch_was_chosen_by(tmp_path, run_folder):
    first = run_folder("first", data=["pets"], validation=["here/cars", "boats"])
    assert describe_weights(first).tuned_on == ("cars", "boats")
    second = run_folder("second", data=["pets"], validation=["boats"], weights=first)
    assert describe_weights(second).tuned_on == ("cars", "boats")


@pytest.mark.parametrize(
    "folder, name",
    [
        ("sets/pets", "pets"),
        ("sets/msrc_coseg", "msrc_coseg"),
        ("coseg_folders/msrc_coseg/groups7", "msrc_coseg"),
        ("coseg_folders/internet_coseg/", "internet_coseg"),
    ],
)
def test_name_of_the_set_in_a_folder(tmp_path, folder, name):
    assert name_of_set(tmp_path / folder) == name


def test_the_fold_that_was_held_out_has_not_been_seen(run_folder):
    weights = describe_weights(run_folder("one", data=["pets"], **folds_of(*FOLD[:3])))
    assert not weights.has_seen(["pets"], FOLD)
    assert weights.has_seen(["pets"])
    assert weights.has_seen(["pets"], fold_of("pets", 4, 1, "class"))
    assert weights.has_seen(["pets"], fold_of("pets", 8, 0, "class"))
    assert weights.has_seen(["pets"], fold_of("pets", 4, 0, "picture"))


def test_a_fold_is_held_out_only_if_no_earlier_run_saw_it(run_folder):
    options = {"data": ["pets"], **folds_of(*FOLD[:3])}
    first = run_folder("first", **options)
    again = describe_weights(run_folder("again", weights=first, **options))
    assert not again.has_seen(["pets"], FOLD)
    cars = describe_weights(run_folder("cars", data=["cars"], weights=first))
    assert not cars.has_seen(["pets"], FOLD) and cars.has_seen(["cars"], FOLD)
    everything = run_folder("everything", data=["pets"])
    late = describe_weights(run_folder("late", weights=everything, **options))
    assert late.has_seen(["pets"], FOLD)
    early = describe_weights(run_folder("early", data=["pets"], weights=first))
    assert early.has_seen(["pets"], FOLD)


def test_by_class_a_fold_is_one_of_the_first_folder(run_folder):
    data = ["pets", "cars"]
    weights = describe_weights(run_folder("one", data=data, **folds_of(*FOLD[:3])))
    assert not weights.has_seen(["pets"], FOLD) and weights.has_seen(["cars"], FOLD)
    by_picture = fold_of("pets", 4, 0, "picture")
    two = run_folder("two", data=data, **folds_of(*by_picture[:3]))
    assert not describe_weights(two).has_seen(data, by_picture)


@pytest.mark.parametrize("by, seen", [("class", True), ("picture", False)])
def test_classes_of_a_part_are_cut_into_other_folds_than_those_of_all(
    run_folder, by, seen
):
    whole, part = "folders/msrc_coseg/groups14", "folders/msrc_coseg/groups7"
    path = run_folder("one", data=[whole], **folds_of(4, 1, by))
    weights = describe_weights(path)
    assert not weights.has_seen(["msrc_coseg"], fold_of(whole, 4, 1, by))
    assert weights.has_seen(["msrc_coseg"], fold_of(part, 4, 1, by)) == seen


def test_a_card_says_more_than_the_arguments_of_a_run(run_folder, tmp_path):
    path = run_folder("one", data=["pets"])
    (tmp_path / "one/best.json").write_text('{"trained_on": ["cars"]}')
    assert describe_weights(path).trained_on == ("cars",)

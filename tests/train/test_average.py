import hashlib
import json

import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2, load_model, save_weights
from tfcoseg.provenance import describe_weights
from tfcoseg.train.average import average_weights, main


def test_the_mean_of_each_weight(model, tmp_path):
    start = model.get_weights()
    files = []
    for number, change in enumerate((-0.5, 0.25, 1.0)):
        other = CoSegMobileNetV2(weights=None)
        other.set_weights([weight + change for weight in start])
        files.append(tmp_path / f"{number}.weights.h5")
        save_weights(other, files[-1])
    mean = average_weights(files, tmp_path / "mean.weights.h5")
    found = load_model(mean).get_weights()
    for weight, before in zip(found, start):
        np.testing.assert_allclose(weight, before + 0.25, rtol=1e-5, atol=1e-5)
    names = [f"{number}.weights.h5" for number in range(3)]
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        *names,
        "mean.json",
        "mean.weights.h5",
    ]


def test_one_file_is_too_few(tmp_path):
    with pytest.raises(ValueError, match="two files .* or more.* Received: a.weights"):
        average_weights(["a.weights.h5"], tmp_path / "mean.weights.h5")


@pytest.fixture
def two(model, tmp_path):
    """Two files of weights, one of them in the folder of its run."""
    run = tmp_path / "run"
    run.mkdir()
    files = [tmp_path / "a.weights.h5", run / "best.weights.h5"]
    for file in files:
        save_weights(model, file)
    recipe = {"data": ["somewhere/horses"]}
    (run / "arguments.json").write_text(json.dumps({"recipe": recipe}))
    return files


def test_the_card_tells_what_all_were_trained_on(two, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"trained_on": ["cats", "dogs"]}))
    mean = average_weights(two, tmp_path / "mean.weights.h5")
    assert describe_weights(mean).trained_on == ("cats", "dogs", "horses")
    digest = hashlib.sha256(two[0].read_bytes()).hexdigest()
    card = json.loads((tmp_path / "mean.json").read_text())
    assert card["mean_of"][0] == {"name": "a", "sha256": digest}


def test_the_card_claims_nothing_where_that_of_one_is_unknown(two):
    # Not even that it was trained on no more than the run in whose folder it lies.
    mean = average_weights(two, two[1].with_name("mean.weights.h5"))
    assert describe_weights(mean).trained_on is None


def test_no_file_is_replaced_unasked(two, capsys):
    before = two[1].read_bytes()
    with pytest.raises(SystemExit) as end:
        main([*map(str, two), "--output", str(two[1])])
    assert end.value.code == 2 and "exists already" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(list(map(str, two)))  # the target forgotten
    assert two[1].read_bytes() == before
    main([*map(str, two), "--output", str(two[1]), "--overwrite"])


def test_a_missing_file_is_one_line(two, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        main([str(two[0]), "no.weights.h5", "--output", str(tmp_path / "m.weights.h5")])
    assert end.value.code == 2 and "no.weights.h5" in capsys.readouterr().err


def test_other_architectures_are_refused(model, tmp_path):
    file = tmp_path / "a.weights.h5"
    save_weights(model, file)
    other = tmp_path / "other" / "b.weights.h5"
    other.parent.mkdir()
    save_weights(CoSegMobileNetV2(decoder_filters=(8, 8, 8, 8)), other)
    with pytest.raises(ValueError, match="one architecture.*shapes differ"):
        average_weights([file, other], tmp_path / "mean.weights.h5")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.weights.h5", "other"]


def test_embedded_weights_by_name(tmp_path):
    mean = average_weights(["coseg", "coseg"], tmp_path / "mean.weights.h5")
    embedded = load_model("coseg").get_weights()
    for weight, expected in zip(load_model(mean).get_weights(), embedded):
        np.testing.assert_array_equal(weight, expected)
    ours, theirs = describe_weights(mean), describe_weights("coseg")
    assert (ours.trained_on, ours.tuned_on) == (theirs.trained_on, theirs.tuned_on)
    assert ours.tuned_on


def test_runs_are_told_apart_and_their_validation_counts(model, tmp_path):
    files = [tmp_path / name / "best.weights.h5" for name in ("one", "two")]
    for file, validation in zip(files, ("cars", "boats")):
        file.parent.mkdir()
        save_weights(model, file)
        recipe = {"data": ["horses"], "validation": [validation]}
        run = json.dumps({"recipe": recipe})
        file.with_name("arguments.json").write_text(run)
    card = average_weights(files, tmp_path / "mean.weights.h5").with_name("mean.json")
    card = json.loads(card.read_text())
    assert [source["name"] for source in card["mean_of"]] == ["one/best", "two/best"]
    assert (card["trained_on"], card["tuned_on"]) == (["horses"], ["cars", "boats"])

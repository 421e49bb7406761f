import json
import shutil

import numpy as np
import pytest

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.cache import JudgementCache, open_cache
from tfcoseg.evaluate.fingerprint import fingerprint
from tfcoseg.evaluate.summary import summarise

PROTOCOL = Protocol(
    pairs="all", wrong_partner=True, empty_pairs=True, no_correlation=True
)
MASKS = 36 + 12 + 12


class Stopped(Exception):
    """What happens in the middle of a run."""


@pytest.fixture
def run(folder, predictor, tmp_path):
    """Evaluates with a cache; returns the evaluation and the decodings it took."""

    def evaluate(weights="a" * 64, stop=None, protocol=PROTOCOL):
        cache = open_cache(tmp_path / "cache", weights, predictor, protocol.metric_size)
        predictor.encoded.clear()
        predictor.decoded = 0
        real = predictor.decode

        def decode(*args, **kwargs):
            if predictor.decoded == stop:
                raise Stopped
            return real(*args, **kwargs)

        predictor.decode = decode
        try:
            evaluation = evaluate_folder(
                predictor, folder, protocol, extremes=0, cache=cache
            )
        finally:
            predictor.decode = real
        return evaluation, predictor.decoded

    return evaluate


def files(tmp_path):
    return sorted((tmp_path / "cache").iterdir())


def same(one, other):
    assert summarise(one) == summarise(other)
    for a, b in zip(one.judgements, other.judgements, strict=True):
        assert (a.comparison, a.counts) == (b.comparison, b.counts)
        assert a.score == b.score and type(a.score) is type(b.score)
        assert a.at_thresholds.dtype == b.at_thresholds.dtype
        np.testing.assert_array_equal(a.at_thresholds, b.at_thresholds)


def test_second_run_encodes_and_decodes_nothing(run, folder, predictor):
    first, decodes = run()
    assert decodes == MASKS
    second, decodes = run()
    assert decodes == 0 and not predictor.encoded
    same(first, second)
    same(first, evaluate_folder(predictor, folder, PROTOCOL))


@pytest.mark.parametrize("stop", [0, 1, 25, 59])
def test_a_run_that_was_stopped_goes_on_where_it_was(run, folder, predictor, stop):
    with pytest.raises(Stopped):
        run(stop=stop)
    resumed, decodes = run()
    assert decodes == MASKS - stop
    assert all(count == 1 for count in predictor.encoded.values())
    same(resumed, evaluate_folder(predictor, folder, PROTOCOL))


def test_only_what_is_missing_is_encoded(run, predictor):
    with pytest.raises(Stopped):
        run(stop=55)
    run()
    groups = {path.parent.name for path in predictor.encoded}
    # The last picture of the last group, judged five times, and its partners.
    assert groups == {"car", "aeroplane"} and len(predictor.encoded) <= 5


def test_extremes_of_a_resumed_run_are_decoded_once_more(
    run, folder, predictor, tmp_path
):
    run(), run()
    cache = open_cache(tmp_path / "cache", "a" * 64, predictor)
    kept = evaluate_folder(predictor, folder, PROTOCOL, cache=cache).extremes
    fresh = evaluate_folder(predictor, folder, PROTOCOL).extremes
    for kind in ("best", "median", "worst"):
        for a, b in zip(getattr(kept, kind), getattr(fresh, kind), strict=True):
            assert a.comparison == b.comparison and a.jaccard == b.jaccard
            np.testing.assert_array_equal(a.mask, b.mask)
    assert kept.best and kept.worst


def test_other_weights_or_options_find_nothing(run, predictor, tmp_path):
    run()
    assert run(weights="b" * 64)[1] == MASKS
    predictor.threshold = 0.25
    assert run()[1] == MASKS
    predictor.threshold, predictor.working_size = 0.5, 65
    assert run()[1] == MASKS
    predictor.working_size = 64
    assert run(protocol=Protocol(pairs="all", metric_size=16))[1] == 36
    assert run()[1] == 0
    assert len(files(tmp_path)) == 5


def test_other_code_finds_nothing(run, monkeypatch):
    run()
    changed = {**fingerprint(), "sources": "changed"}
    monkeypatch.setattr("tfcoseg.evaluate.cache.fingerprint", lambda: changed)
    assert run()[1] == MASKS


def test_other_pairs_of_the_same_pictures_find_what_they_share(run):
    run(protocol=Protocol(pairs="consecutive"))
    assert run(protocol=Protocol(pairs="all"))[1] == 36 - 12
    assert run(protocol=Protocol(pairs="group"))[1] == 12


@pytest.mark.parametrize(
    "changed, judged_anew",
    # Its own masks and those found with its help; of a true mask the former only.
    [("images", 3 + 3), ("masks", 3)],
)
def test_changed_file_is_judged_anew(run, folder, write, changed, judged_anew):
    protocol = Protocol(pairs="all")
    run(protocol=protocol)
    kept = folder / "kept"
    other = "masks" if changed == "images" else "images"
    shutil.copytree(folder / other, kept)
    write(folder, "car", "2", (0, 0, 255), side=9)
    shutil.copytree(kept, folder / other, dirs_exist_ok=True)
    evaluation, decodes = run(protocol=protocol)
    assert decodes == judged_anew
    assert any(judgement.counts.jaccard < 1 for judgement in evaluation.judgements)


def test_void_value_is_part_of_the_question(run):
    run(protocol=Protocol(pairs="all"))
    assert run(protocol=Protocol(pairs="all", void_value=128))[1] == 36


@pytest.mark.parametrize("cut", [1, 2, 40, 150])
def test_file_that_was_cut_short_loses_its_last_line_only(run, tmp_path, cut):
    first, _ = run()
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    second, decodes = run()
    assert decodes == 1
    same(first, second)
    third, decodes = run()
    assert decodes == 0
    same(first, third)


def test_file_that_was_cut_to_nothing_or_spoilt_is_begun_anew(run, tmp_path):
    first, _ = run()
    (path,) = files(tmp_path)
    for content in (b"", b"{", path.read_bytes()[:20], b'\xff\n[1,2]\n"x"\n7\n'):
        path.write_bytes(content)
        second, decodes = run()
        assert decodes == MASKS
        same(first, second)
        assert run()[1] == 0


def test_first_line_says_what_the_file_is_about(run, predictor, tmp_path):
    assert not (tmp_path / "cache").exists()
    run()
    (path,) = files(tmp_path)
    lines = path.read_text().splitlines()
    about = json.loads(lines[0])
    assert about["weights"] == "a" * 64 and about["threshold"] == 0.5
    assert about["code"]["tfcoseg"] and about["code"]["tensorflow"]
    assert len(lines) == 1 + MASKS
    assert max(map(len, lines[1:])) < 400


def test_a_folder_is_made_only_once_something_is_put_in(tmp_path):
    JudgementCache(tmp_path / "cache", {"weights": "a"})
    assert not (tmp_path / "cache").exists()

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.cache import JudgementCache, open_cache
from tfcoseg.evaluate.fingerprint import fingerprint
from tfcoseg.evaluate.summary import summarise

PROTOCOL = Protocol(pairs="all", wrong_partner=True, no_correlation=True)
MASKS = 36 + 12 + 36
# A search for the masks of a pair judges both of them.
SEARCHES = 18 + 12 + 18


class Stopped(Exception):
    """What happens in the middle of a run."""


@pytest.fixture
def run(folder, predictor, tmp_path):
    """Evaluates with a cache; returns the evaluation and the masks judged anew.

    The one with the number in `stop` is interrupted.
    """

    def evaluate(weights="a" * 64, stop=None, protocol=PROTOCOL):
        cache = open_cache(tmp_path / "cache", weights, predictor, protocol)
        predictor.encoded.clear()
        predictor.searches.clear()
        judged, put = [], cache.put

        def count(judgement):
            if len(judged) == stop:
                raise Stopped
            judged.append(judgement)
            put(judgement)

        cache.put = count
        evaluation = evaluate_folder(
            predictor, folder, protocol, extremes=0, cache=cache
        )
        return evaluation, len(judged)

    return evaluate


def files(tmp_path):
    return sorted((tmp_path / "cache").iterdir())


def same(one, other):
    assert summarise(one) == summarise(other)
    for a, b in zip(one.judgements, other.judgements, strict=True):
        assert (a.comparison, a.counts) == (b.comparison, b.counts)
        assert (a.score, a.min_score) == (b.score, b.min_score)
        assert type(a.score) is type(b.score) is float
        assert a.at_thresholds.dtype == b.at_thresholds.dtype
        np.testing.assert_array_equal(a.at_thresholds, b.at_thresholds)


def test_second_run_encodes_and_searches_nothing(run, folder, predictor):
    first, judged = run()
    assert judged == MASKS and len(predictor.searches) == SEARCHES
    second, judged = run()
    assert judged == 0 and not predictor.encoded and not predictor.searches
    same(first, second)
    same(first, evaluate_folder(predictor, folder, PROTOCOL))


@pytest.mark.parametrize("stop", [0, 1, 25, MASKS - 1])
def test_an_interrupted_run_resumes(run, folder, predictor, stop):
    with pytest.raises(Stopped):
        run(stop=stop)
    resumed, judged = run()
    assert judged == MASKS - stop
    assert all(count == 1 for count in predictor.encoded.values())
    same(resumed, evaluate_folder(predictor, folder, PROTOCOL))


def test_only_what_is_missing_is_encoded(run, predictor):
    with pytest.raises(Stopped):
        run(stop=MASKS - 5)
    run()
    groups = {path.parent.name for path in predictor.encoded}
    # The last pictures of the last group, and their partners.
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
    predictor.working_size, predictor.min_score = 64, 0.25
    assert run()[1] == MASKS
    predictor.min_score = 0.0
    assert run(protocol=Protocol(pairs="all", metric_size=16))[1] == 36
    assert run()[1] == 0
    assert len(files(tmp_path)) == 6


def test_contours_are_kept(run):
    plain, contours = Protocol(), Protocol(boundary=True)
    assert [run(protocol=p)[1] for p in (plain, contours)] == [12, 12]
    first, second = (run(protocol=contours) for _ in range(2))
    assert first[1] == second[1] == 0
    same(first[0], second[0])
    assert {judgement.boundary for judgement in second[0].judgements} == {1.0}


def test_reference_masks_are_part_of_the_question(run, folder, write):
    free, given = Protocol("first"), Protocol("first", reference_masks=True)
    assert [run(protocol=p)[1] for p in (free, given, free, given)] == [9, 9, 0, 0]
    mask = np.asarray(Image.open(folder / "masks/car/0.png")).copy()
    mask[0, 0] = 255
    Image.fromarray(mask).save(folder / "masks/car/0.png")
    assert [run(protocol=p)[1] for p in (free, given)] == [0, 3]


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
    evaluation, judged = run(protocol=protocol)
    assert judged == judged_anew
    assert any(judgement.counts.jaccard < 1 for judgement in evaluation.judgements)


def test_void_value_is_part_of_the_question(run):
    run(protocol=Protocol(pairs="all"))
    assert run(protocol=Protocol(pairs="all", void_value=128))[1] == 36


@pytest.mark.parametrize("cut", [1, 2, 40, 150])
def test_file_that_was_cut_short_loses_its_last_line_only(run, tmp_path, cut):
    first, _ = run()
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    second, judged = run()
    assert judged == 1
    same(first, second)
    third, judged = run()
    assert judged == 0
    same(first, third)


def test_file_that_was_cut_to_nothing_or_spoilt_is_begun_anew(run, tmp_path):
    first, _ = run()
    (path,) = files(tmp_path)
    for content in (b"", b"{", path.read_bytes()[:20], b'\xff\n[1,2]\n"x"\n7\n'):
        path.write_bytes(content)
        second, judged = run()
        assert judged == MASKS
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

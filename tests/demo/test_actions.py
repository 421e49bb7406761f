"""What a visitor can do, without a browser: the network runs once for all drawings."""

import zipfile

import pytest

from tfcoseg.demo.actions import BACKGROUNDS, Actions


@pytest.fixture
def paths(draw):
    return [draw("a.png"), draw("b.png", box=(5, 5, 80, 40))]


def test_drawing_again_never_runs_the_network(predictor, paths, tmp_path):
    actions = Actions(predictor)
    found = actions.find(paths)
    calls = list(predictor.calls)
    drawn = {t: actions.draw(found, t, "White") for t in (0.1, 0.3, 0.7, 1.0)}
    actions.archive(found, 0.3, "White", tmp_path)
    assert predictor.calls == calls == ["encode", "encode", "find"]
    # The rim is half as bright as the box: in at 0.3, out at 0.7.
    assert len({pictures for _, pictures in drawn.values()}) > 2


def test_every_background_is_drawn(predictor, paths):
    actions = Actions(predictor)
    found = actions.find(paths)
    drawn = {name: actions.draw(found, 0.5, name)[1] for name in BACKGROUNDS}
    assert len(set(drawn.values())) == len(BACKGROUNDS)


def test_two_visitors_have_results_of_their_own(predictor, paths, draw):
    actions = Actions(predictor)
    first = actions.find(paths)
    before = actions.draw(first, 0.5, "White")
    second = actions.find([draw("c.png"), draw("d.png")])
    assert actions.draw(first, 0.5, "White") == before
    assert "d.png" in actions.draw(second, 0.5, "White")[1]


def test_without_results_there_is_nothing_to_see_or_to_download(predictor, tmp_path):
    actions = Actions(predictor)
    assert actions.draw(None, 0.5, "White") == ("", "")
    with pytest.raises(ValueError, match="Expected results"):
        actions.archive(None, 0.5, "White", tmp_path)
    with pytest.raises(ValueError, match="2 to 8"):
        actions.find(None)


def test_every_download_has_a_place_of_its_own(predictor, paths, tmp_path):
    actions = Actions(predictor)
    found = actions.find(paths)
    made = [actions.archive(found, 0.5, "White", tmp_path / "new") for _ in "ab"]
    assert made[0] != made[1] and made[0].name == made[1].name
    assert all(zipfile.is_zipfile(path) for path in made)


def test_the_report_names_no_picture(predictor, paths):
    lines = []
    Actions(predictor, report=lines.append).find(paths)
    (line,) = lines
    assert line.startswith("2 pictures in ") and "a.png" not in line

"""What is kept of an earlier run, and what is refused."""

import json

import pytest

from tfcoseg.batch.results import Results, read_results

MADE = {"tfcoseg": "1", "weights": {"sha256": "w"}, "options": {"size": 64}}
INPUTS = {"anchor": None, "pictures": [{"file": "a", "sha256": "1"}]}
ENTRY = {"file": "a", "outputs": {"mask": "a_mask.png"}}


@pytest.fixture
def kept(tmp_path):
    """The folder of a finished run."""
    results = Results(tmp_path / "out", MADE)
    assert results.begin("", INPUTS, ["a_mask.png"]) == {}
    results.add("", ENTRY)
    results.end("", ["b: broken"])
    return tmp_path / "out"


def test_the_same_again_is_kept(kept):
    results = Results(kept, MADE)
    assert results.begin("", INPUTS, ["a_mask.png"]) == {"a": ENTRY}
    assert results.outputs() == {kept / "a_mask.png"}
    content = read_results(kept / "results.json")
    assert content["groups"][""]["problems"] == ["b: broken"]
    assert {name: content[name] for name in MADE} == MADE


@pytest.mark.parametrize(
    "change, complaint",
    [
        ({"weights": {"sha256": "v"}}, 'sha256: "w" then, "v" now'),
        ({"options": {"size": 96}}, "size: 64 then, 96 now"),
        ({"tfcoseg": "2"}, 'tfcoseg: "1" then, "2" now'),
    ],
)
def test_other_weights_or_options_are_refused(change, complaint, kept):
    with pytest.raises(ValueError, match=f"--overwrite.*where differ {complaint}"):
        Results(kept, MADE | change)
    results = Results(kept, MADE | change, overwrite=True)
    assert results.begin("", INPUTS, []) == {}


@pytest.mark.parametrize(
    "pictures, complaint",
    [
        ([("a", "1"), ("b", "2")], "b added"),
        ([("a", "2")], "a changed"),
        ([("b", "2"), ("c", "3")], "b and 1 more added, a gone"),
    ],
)
def test_other_pictures_are_refused(pictures, complaint, kept):
    inputs = {**INPUTS, "pictures": [{"file": f, "sha256": s} for f, s in pictures]}
    with pytest.raises(ValueError, match=f"changes the masks of all.*{complaint}"):
        Results(kept, MADE).begin("", inputs, [])
    for way in ("overwrite", "follow"):
        assert Results(kept, MADE, **{way: True}).begin("", inputs, []) == {}


def test_another_anchor_is_refused(kept):
    with pytest.raises(ValueError, match="Received: another anchor"):
        Results(kept, MADE).begin("", {**INPUTS, "anchor": "9"}, [])


def test_overwriting_begins_anew_and_following_does_not(kept):
    assert Results(kept, MADE, overwrite=True).begin("", INPUTS, []) == {}
    assert Results(kept, MADE, follow=True).begin("", INPUTS, []) == {"a": ENTRY}


def test_other_groups_are_left_alone(kept):
    results = Results(kept, MADE)
    results.begin("more", INPUTS, ["more/a_mask.png"])
    results.end("more", [])
    assert set(read_results(kept / "results.json")["groups"]) == {"", "more"}


def test_nothing_is_written_where_nothing_was_found(tmp_path):
    results = Results(tmp_path / "out", MADE)
    results.begin("", INPUTS, ["a_mask.png"])
    results.end("", ["a: broken"])
    assert not (tmp_path / "out").exists()


def test_it_is_not_written_at_each_picture(tmp_path, monkeypatch):
    clock = iter([0.0, 0.01, 1.0, 2.0, 5.5, 5.6, 5.7]).__next__
    monkeypatch.setattr("tfcoseg.batch.results.time.monotonic", clock)
    results = Results(tmp_path, MADE)
    results.begin("", INPUTS, [])
    seen = []
    for number in range(4):
        results.add("", {**ENTRY, "file": str(number)})
        content = json.loads((tmp_path / "results.json").read_text())
        seen.append(len(content["groups"][""]["pictures"]))
    assert seen == [1, 1, 1, 4]


@pytest.mark.parametrize("content", ["", "[]", '{"groups": {"x": {}}}', '{"a": 1}'])
def test_another_programs_file_is_not_replaced(content, tmp_path):
    (tmp_path / "results.json").write_text(content)
    with pytest.raises(ValueError, match="or no such file.*cannot be read"):
        Results(tmp_path, MADE)
    assert (tmp_path / "results.json").read_text() == content

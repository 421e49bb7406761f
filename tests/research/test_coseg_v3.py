import dataclasses
import json

import pytest

from research import coseg_v3


@pytest.fixture
def data(tmp_path):
    for group in coseg_v3.MSRC_GROUPS + ["cow"]:
        for kind in ("images", "masks"):
            (tmp_path / "data" / "msrc_coseg" / kind / group).mkdir(parents=True)
    return tmp_path / "data"


def test_no_group_of_the_benchmark_is_trained_on(data, tmp_path):
    *sets, msrc = coseg_v3.folders(data, tmp_path / "run")
    assert [folder.rpartition("/")[2] for folder in sets] == coseg_v3.SETS
    groups = {
        path.name for path in (tmp_path / "run/msrc_coseg_other/images").iterdir()
    }
    assert groups == set(coseg_v3.MSRC_GROUPS) and "cow" not in groups
    assert msrc.endswith("run/msrc_coseg_other")
    # Asked again, as by a run that resumes, it is the same.
    assert coseg_v3.folders(data, tmp_path / "run")[-1] == msrc


def test_davis_is_not_trained_on():
    assert not any("davis" in name for name in coseg_v3.SETS)


def test_the_small_weights_differ_in_the_network_alone(data, tmp_path):
    large, small = (
        coseg_v3.recipes(data, tmp_path, tmp_path / "run", small, seed=3)
        for small in (False, True)
    )
    assert list(large) == list(small) == ["first", "second"]
    for part in large:
        one, other = map(dataclasses.asdict, (large[part], small[part]))
        changed = {name for name in one if one[name] != other[name]}
        assert changed == {"model", "backbone_weights"}
        assert one["seed"] == {"first": 3, "second": 103}[part]


def test_the_second_part_begins_where_the_first_ends(data, tmp_path):
    run = tmp_path / "run"
    parts = coseg_v3.recipes(data, tmp_path, run, False, seed=0)
    assert parts["first"].weights is None
    assert parts["second"].weights == str(run / "first" / "best.weights.h5")
    assert parts["second"].head_epochs == 0 < parts["second"].upper_epochs
    assert max(parts["first"].sizes) < min(parts["second"].sizes)


def test_without_the_folders_it_is_a_usage_error(monkeypatch, capsys):
    monkeypatch.delenv("TFCOSEG_DATA", raising=False)
    with pytest.raises(SystemExit) as end:
        coseg_v3.main(["--output", "x.weights.h5"])
    assert end.value.code == 2 and "TFCOSEG_DATA" in capsys.readouterr().err


def test_beside_the_weights_lie_the_ranges_and_the_litert_file(
    data, tmp_path, monkeypatch
):
    """Those of the weights that were written, and of the first two sets."""
    weights = tmp_path / "mine.weights.h5"
    asked = {}
    monkeypatch.setattr(
        coseg_v3, "record", lambda *given: asked.update(record=given) or {"sha256": "x"}
    )
    monkeypatch.setattr(coseg_v3, "read_card", lambda path: {"name": path.name})
    monkeypatch.setattr(coseg_v3, "load_model", lambda path: f"model of {path.name}")
    monkeypatch.setattr(
        coseg_v3,
        "export_litert",
        lambda *given, **options: asked.update(lite=given, **options),
    )
    ranges, lite = coseg_v3.write_beside(weights, data, overwrite=False)
    assert (ranges.name, lite.name) == ("mine.calibration.json", "mine.tflite")
    assert json.loads(ranges.read_text()) == {"sha256": "x"}
    folders = [data / "pascal_coseg", data / "caltech101"]
    assert asked["record"] == (weights, folders, 20)
    assert asked["lite"] == ("model of mine.weights.h5", lite, "float16")
    assert asked["card"] == {"name": "mine.weights.h5"} and not asked["overwrite"]


def test_what_is_there_is_not_replaced_after_hours(data, tmp_path, monkeypatch):
    monkeypatch.setenv("TFCOSEG_DATA", str(data))
    monkeypatch.setenv("TFCOSEG_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(coseg_v3, "train", lambda *given: pytest.fail("it trained"))
    (tmp_path / "mine.tflite").write_bytes(b"")
    with pytest.raises(FileExistsError, match="mine.tflite"):
        coseg_v3.main(["--output", str(tmp_path / "mine.weights.h5")])

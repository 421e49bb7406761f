import hashlib
import json

import pytest

from tfcoseg import embedded
from tfcoseg.embedded import EMBEDDED_WEIGHTS
from tfcoseg.evaluate.weights import describe_weights


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
    assert weights.has_seen(tmp_path / "elsewhere" / "pets")
    assert not weights.has_seen(tmp_path / "pets" / "images")


def test_weights_without_a_card_are_not_known_to_have_seen_anything(tmp_path):
    path = tmp_path / "best.weights.h5"
    path.write_bytes(b"weights")
    weights = describe_weights(path)
    assert weights.trained_on is None
    assert not weights.has_seen("pets")


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
    assert weights.has_seen("pascal_coseg")

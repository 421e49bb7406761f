import hashlib
import json
import zipfile

import h5py
import pytest

from tfcoseg.cards import read_card
from tfcoseg.embedded import EMBEDDED_WEIGHTS, embedded_weights_path


@pytest.mark.parametrize("suffix", [".weights.h5", ".keras"])
def test_card_beside_the_weights(suffix, tmp_path):
    path = tmp_path / f"mine-v1{suffix}"
    path.write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    assert read_card(path) == {"name": "mine-v1", "sha256": sha256}
    # The file itself says what it is called and holds.
    written = {"name": "old", "sha256": "0", "trained_on": ["pets"]}
    (tmp_path / "mine-v1.json").write_text(json.dumps(written))
    expected = {"name": "mine-v1", "sha256": sha256, "trained_on": ["pets"]}
    assert read_card(str(path)) == expected


def test_card_of_the_embedded_weights_is_of_these_very_weights():
    card = read_card("coseg")
    assert card["name"] == EMBEDDED_WEIGHTS[-1]
    assert card == {**card, **read_card(EMBEDDED_WEIGHTS[-1])}
    assert {"trained_on", "scores", "limits", "licence"} <= set(card)


@pytest.mark.parametrize("name", EMBEDDED_WEIGHTS)
def test_card_is_of_the_file_beside_it(name):
    """As it stands in the folder: `read_card` puts the file's own digest in."""
    file = embedded_weights_path(name)
    card = json.loads(file.with_name(f"{name}.json").read_text())
    assert card["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    with h5py.File(file) as weights:
        numbers = []
        weights.visititems(
            lambda _, of: numbers.append(getattr(of, "size", 0))  # groups have none
        )
    assert card["parameters"] == sum(numbers)
    assert (card["name"], card["model"]) == (name, "CoSegEfficientNetLite2")


def test_card_that_is_no_json(tmp_path):
    (tmp_path / "best.keras").write_bytes(b"weights")
    (tmp_path / "best.json").write_text("{")
    with pytest.raises(ValueError, match="card in JSON.*best.json"):
        read_card(tmp_path / "best.keras")


def test_missing_weights(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_card(tmp_path / "none.keras")


def test_card_of_an_exported_folder(tmp_path):
    folder = tmp_path / "models" / "3"
    (folder / "assets.extra").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    sha256 = hashlib.sha256(b"graph").hexdigest()
    assert read_card(folder) == {"name": "3", "sha256": sha256}
    card = {"name": "mine-v1", "sha256": "of the weights", "trained_on": ["pets"]}
    (folder / "assets.extra" / "model_card.json").write_text(json.dumps(card))
    found = read_card(folder)
    assert found == {**card, "sha256": found["sha256"]} and len(found["sha256"]) == 64


def test_card_inside_a_litert_file(tmp_path):
    path = tmp_path / "phone.tflite"
    path.write_bytes(b"TFL3 network")
    sha256 = hashlib.sha256(b"TFL3 network").hexdigest()
    assert read_card(path) == {"name": "phone", "sha256": sha256}
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model_card.json", '{"name": "mine-v1", "trained_on": []}')
    found = read_card(path)
    assert found["name"] == "mine-v1" and found["trained_on"] == []
    assert found["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()

"""The newest version is served, and a broken one changes nothing."""

import shutil
import time

import pytest

from tfcoseg.serve import DevelopmentServer

AVAILABLE, END = "AVAILABLE", "END"
GOOD = {"signature_name": "logarithm", "inputs": [[1, 1]]}


@pytest.fixture
def folder(export, tmp_path):
    """A copy of the export, in which versions come and go."""
    return shutil.copytree(export, tmp_path / "models")


def states(client):
    status, content = client.get()
    assert status == 200
    entries = content["model_version_status"]
    return [(entry["version"], entry["state"]) for entry in entries]


@pytest.fixture
def quick(monkeypatch):
    """Lets servers look at their folder more often."""
    monkeypatch.setattr("tfcoseg.serve.server.POLL_SECONDS", 0.02)


def wait_for(client, expected):
    deadline = time.monotonic() + 20
    while states(client) != expected:
        assert time.monotonic() < deadline, states(client)
        time.sleep(0.02)


def test_a_new_version_is_taken_up_while_the_server_runs(folder, client_of, quick):
    lines = []
    with DevelopmentServer(folder, labels=["stable"], report=lines.append) as server:
        client = client_of(server)
        assert states(client) == [("1", AVAILABLE)]
        shutil.copytree(folder / "1", folder / ".2.partial")
        (folder / ".2.partial").rename(folder / "2")
        wait_for(client, [("2", AVAILABLE), ("1", END)])
        assert client.predict(**GOOD)[0] == 200
        assert client.get("/versions/1/metadata")[0] == 404
        content = client.get("/labels/stable")[1]
        assert content["model_version_status"][0]["version"] == "2"
    assert "version 2 is served from now on" in lines


def test_numbers_are_compared_as_numbers(folder, client_of):
    for version in ("9", "10"):
        shutil.copytree(folder / "1", folder / version)
    with DevelopmentServer(folder) as server:
        assert states(client_of(server)) == [("10", AVAILABLE)]


@pytest.mark.parametrize(
    "name", [".9", "9.tmp", "tmp-9", "-9", "+9", "9 ", "٩", "latest"]
)
def test_folders_of_other_names_are_no_versions(folder, client_of, name):
    shutil.copytree(folder / "1", folder / name)
    (folder / "8").mkdir()  # nor is one without a model
    (folder / "7").write_text("a file")
    with DevelopmentServer(folder) as server:
        assert states(client_of(server)) == [("1", AVAILABLE)]


def test_a_broken_version_keeps_the_old_one(folder, client_of, quick):
    with DevelopmentServer(folder) as server:
        client = client_of(server)
        (folder / "2").mkdir()
        (folder / "2" / "saved_model.pb").write_bytes(b"nothing of the kind")
        wait_for(client, [("2", END), ("1", AVAILABLE)])
        content = client.get("/versions/2")[1]["model_version_status"][0]
        assert content["status"]["error_code"] == "UNKNOWN"
        assert content["status"]["error_message"]
        assert str(folder) not in content["status"]["error_message"]
        assert client.predict(**GOOD)[0] == 200
        # It is mended in place.
        shutil.rmtree(folder / "2" / "saved_model.pb", ignore_errors=True)
        shutil.copytree(folder / "1", folder / "2", dirs_exist_ok=True)
        wait_for(client, [("2", AVAILABLE), ("1", END)])
        assert client.predict(**GOOD)[0] == 200


def test_a_broken_version_is_not_tried_again_and_again(folder, client_of, quick):
    lines = []
    with DevelopmentServer(folder, report=lines.append) as server:
        client = client_of(server)
        (folder / "2").mkdir()
        (folder / "2" / "saved_model.pb").write_bytes(b"nothing of the kind")
        wait_for(client, [("2", END), ("1", AVAILABLE)])
        time.sleep(0.3)
    assert len([line for line in lines if "cannot be loaded" in line]) == 1


def test_without_its_folder_the_version_is_still_served(folder, client_of, quick):
    with DevelopmentServer(folder) as server:
        client = client_of(server)
        shutil.rmtree(folder)
        assert client.predict(**GOOD)[0] == 200


def test_when_the_newest_is_taken_away_the_one_before_comes_back(
    folder, client_of, quick
):
    shutil.copytree(folder / "1", folder / "2")
    with DevelopmentServer(folder) as server:
        client = client_of(server)
        assert states(client) == [("2", AVAILABLE)]
        shutil.rmtree(folder / "2")
        wait_for(client, [("2", END), ("1", AVAILABLE)])
        assert client.predict(**GOOD)[0] == 200

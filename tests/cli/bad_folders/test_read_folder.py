"""What is wrong with a folder earns one line, which names it, and the rest is read."""

import os
import warnings

import pytest

from tfcoseg.data.folder import problem_with, read_folder


def test_what_is_wrong_is_named_once(root, spoiled):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        records = read_folder(root, on_error="skip")
    if spoiled.deep:
        assert not caught
        lines = [line for line in map(problem_with, records) if line]
        records = [record for record in records if not problem_with(record)]
    else:
        (warning,) = caught
        count, *lines, last = str(warning.message).splitlines()
        lines = [line.strip() for line in lines]
        assert count == f"{root}: 1 file or group cannot be used:"
        assert last == "These are left out."
        with pytest.raises(ValueError) as error:
            read_folder(root)
        assert lines[0] in str(error.value)
    (line,) = lines
    assert spoiled.said in line and line.isprintable()
    assert {(r.group, r.name) for r in records} == spoiled.left


@pytest.mark.parametrize("listed", ["images/cat", "masks/cat"])
def test_a_folder_that_may_not_be_read(root, monkeypatch, listed):
    """As it is for others than the superuser, who may read everything."""
    refused = os.fspath(root / listed)

    def refuse(function):
        def call(path, *args, **kwargs):
            if os.fspath(path).startswith(refused):
                raise PermissionError(13, "Permission denied", os.fspath(path))
            return function(path, *args, **kwargs)

        return call

    for name in ("listdir", "scandir", "open"):
        monkeypatch.setattr(os, name, refuse(getattr(os, name)))
    monkeypatch.setattr("builtins.open", refuse(open))
    monkeypatch.setattr("io.open", refuse(open))
    with pytest.warns(UserWarning, match=f"{listed}.*Permission denied"):
        records = read_folder(root, on_error="skip")
    assert {record.group for record in records} == {"bus"}

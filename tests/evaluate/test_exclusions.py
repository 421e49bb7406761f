import pytest

from tfcoseg.evaluate.exclusions import read_exclusions


def written(tmp_path, text):
    path = tmp_path / "groups.tsv"
    path.write_text(text)
    return path


def test_list_of_look_alikes(tmp_path):
    path = written(
        tmp_path, "# comment\ncow\tsheep\tgoat\n\nface\ntea pot\tkettle # same\n"
    )
    assert read_exclusions(path) == [
        ("cow", "sheep"),
        ("cow", "goat"),
        ("sheep", "goat"),
        ("face",),
        ("tea pot", "kettle"),
    ]


def test_names_separated_by_spaces(tmp_path):
    assert read_exclusions(written(tmp_path, "cow sheep\n")) == [("cow", "sheep")]


def test_table_of_classes(tmp_path):
    text = (
        "video\tclass\nrally\tcar\nparking\tcar\nbus\tbus\nduck\tbird\nlucia\tperson\n"
    )
    excluded = {frozenset(pair) for pair in read_exclusions(written(tmp_path, text))}
    assert {"rally", "parking"} in excluded  # one class
    assert {"rally", "bus"} in excluded  # often on one picture
    assert {"lucia", "duck"} in excluded  # people are everywhere
    assert {"rally", "duck"} not in excluded


def test_table_with_a_short_line_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"two columns.*groups.tsv.*\['rally'\]"):
        read_exclusions(written(tmp_path, "video\tclass\nrally\n"))


def test_file_that_is_no_text_is_an_error(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ValueError, match="text file.*picture.png"):
        read_exclusions(path)

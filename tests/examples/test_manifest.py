"""Lines of a manifest, and the pictures they name."""

import hashlib
import io
import json

import numpy as np
import pytest
from coseg_groups.manifest import (
    BadRecord,
    Group,
    dead_letter,
    only_one,
    parse_line,
    read_pictures,
)
from PIL import ExifTags, Image

from tfcoseg import samples
from tfcoseg.pictures import read_image


def line(**record):
    return json.dumps(record).encode()


def encoded(kind, turned=None):
    """A sample picture in a format, with an EXIF orientation or none."""
    exif = Image.Exif()
    if turned:
        exif[ExifTags.Base.Orientation] = turned
    file = io.BytesIO()
    with Image.open(samples.pair()[0]) as image:
        image.convert("RGB").save(file, kind, exif=exif)
    return file.getvalue()


def test_a_line_is_a_group():
    given = line(group="a/b ü", pictures=["x.jpg", "y.jpg"], note="is passed over")
    assert parse_line(given) == Group("a/b ü", ("x.jpg", "y.jpg"))
    assert parse_line(b"\xef\xbb\xbf" + given + b"\r") == parse_line(given)


@pytest.mark.parametrize(
    "given, said",
    [
        (b'{"group": "sheep", "pict', "line of JSON"),
        (b"\xff\xfe", "line of JSON"),
        (b'["sheep"]', "JSON object. Received: list"),
        (line(pictures=["a", "b"]), '"group".*None'),
        (line(group="", pictures=["a", "b"]), '"group"'),
        (line(group=3, pictures=["a", "b"]), '"group".*3'),
        (b'{"group": "\\ud800", "pictures": ["a", "b"]}', '"group"'),
        (line(group="x"), '"pictures".*None'),
        (line(group="x", pictures="ab"), '"pictures".*ab'),
        (line(group="x", pictures=["a", None]), '"pictures"'),
        (line(group="x", pictures=["a"]), "2 to 32 pictures. Received: 1"),
        (line(group="x", pictures=["a"] * 33), "Received: 33"),
    ],
)
def test_a_line_that_is_none_says_why(given, said):
    with pytest.raises(BadRecord, match=said) as caught:
        parse_line(given)
    letter = json.loads(dead_letter("manifest", caught.value, line=given))
    assert letter["stage"] == "manifest" and letter["reason"] == str(caught.value)
    assert letter["line"] == given.decode("utf-8", "backslashreplace")
    named = b'"x"' in given
    assert (
        letter["group"] == "x" if named else letter["group"] in (None, "", 3, "\ud800")
    )


def test_of_two_groups_of_one_name_neither_is_meant():
    one, other = Group("twice", ("a", "b")), Group("twice", ("a", "c"))
    assert only_one([one]) is one
    with pytest.raises(BadRecord, match="'twice' on 2 lines"):
        only_one([one, other])


def test_a_file_is_sent_as_it_is_if_tensorflow_reads_it_as_we_do(files):
    files["folder/a.jpg"] = encoded("JPEG")
    files["s3://elsewhere/b.png"] = encoded("PNG")
    group = Group("x", ("a.jpg", "s3://elsewhere/b.png"))
    assert read_pictures(group, "folder", files) == [
        (hashlib.sha256(content).hexdigest(), content) for content in files.values()
    ]
    files["whole/a.jpg"] = files["folder/a.jpg"]
    absolute = Group("x", ("/".join(["", "whole", "a.jpg"]),) * 2)
    files["/whole/a.jpg"] = files["whole/a.jpg"]
    assert len(read_pictures(absolute, "folder", files)) == 2


@pytest.mark.parametrize("kind, turned", [("JPEG", 6), ("PNG", 3), ("WEBP", None)])
def test_any_other_is_sent_as_what_we_read(kind, turned, files, tmp_path):
    files["a"] = encoded(kind, turned)
    (tmp_path / "a").write_bytes(files["a"])
    (digest, sent), _ = read_pictures(Group("x", ("a", "a")), "", files)
    assert digest == hashlib.sha256(files["a"]).hexdigest()
    with Image.open(io.BytesIO(sent)) as image:
        assert image.format == "PNG" and not image.getexif()
        np.testing.assert_array_equal(image, read_image(tmp_path / "a"))


@pytest.mark.parametrize(
    "content, said",
    [(None, "b.jpg: "), (b"hello", "b.jpg: Expected a picture"), (b"", "b.jpg: ")],
)
def test_a_picture_that_cannot_be_read_is_named(content, said, files):
    files["a.jpg"] = encoded("JPEG")
    if content is not None:
        files["b.jpg"] = content
    group = Group("x", ("a.jpg", "b.jpg"))
    with pytest.raises(BadRecord, match=said) as caught:
        read_pictures(group, "", files)
    assert "0x" not in str(caught.value)  # the same again, if it is run again
    letter = json.loads(dead_letter("pictures", caught.value, group=group))
    assert (letter["group"], letter["pictures"]) == ("x", ["a.jpg", "b.jpg"])


def test_a_cut_picture_that_must_be_turned_is_found_out_here(files):
    files["a.jpg"] = encoded("JPEG", 6)[:-2000]
    with pytest.raises(BadRecord, match="a.jpg: .*truncated"):
        read_pictures(Group("x", ("a.jpg", "a.jpg")), "", files)


def test_a_full_memory_is_nobodys_fault():
    class Full:
        def read(self, path):
            raise MemoryError

    with pytest.raises(MemoryError):
        read_pictures(Group("x", ("a", "b")), "", Full())

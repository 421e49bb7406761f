import shutil

from tfcoseg.data.duplicates import duplicate_images
from tfcoseg.data.folder import read_folder


def test_no_duplicates(folder):
    assert duplicate_images(read_folder(folder({"cat": 3, "dog": 3}))) == set()


def test_listed_pictures(folder):
    root = folder({"cat": 3, "dog": 3, "cow": 2})
    (root / "duplicates_across_classes.tsv").write_text(
        "cat/00.png\tdog/01.png\ncat/02.png\tcow/00.png\tdog/02.png\n\nelk/01.png\n"
    )
    expected = ["cat/00", "dog/01", "cat/02", "cow/00", "dog/02"]
    records = read_folder(root)
    found = duplicate_images(records)
    assert found == {root / "images" / f"{name}.png" for name in expected}
    # Of the records at hand only.
    cats = [record for record in records if record.group == "cat"]
    assert {path.parent.name for path in duplicate_images(cats)} == {"cat"}


def test_equal_files_of_different_groups(folder):
    root = folder({"cat": 3, "dog": 3})
    images = root / "images"
    shutil.copy(images / "cat/01.png", images / "dog/02.png")
    # Within one group a copy says nothing about other kinds of object.
    shutil.copy(images / "dog/00.png", images / "dog/01.png")
    found = duplicate_images(read_folder(root))
    assert found == {images / "cat/01.png", images / "dog/02.png"}


def test_files_of_equal_length_but_other_content(folder):
    root = folder({"cat": 2, "dog": 2})
    for group in ("cat", "dog"):
        path = root / "images" / group / "00.png"
        path.write_bytes(path.read_bytes() + group.encode())
    assert duplicate_images(read_folder(root)) == set()

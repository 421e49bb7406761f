"""What all builders do alike, tried on the Internet set."""

import io
import os

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

pytestmark = pytest.mark.filterwarnings("ignore:internet_coseg/1.0.0, test. not as")


@pytest.fixture
def manual(tmp_path, save, noise, square):
    """A manual folder of one's own, to spoil: two pictures of each kind."""
    for folder in ("Airplane100", "Car100", "Horse100"):
        root = tmp_path / "manual" / "Data" / folder
        for number in ("0001", "0002"):
            save(root / f"{number}.jpg", noise(int(number)))
            save(root / "GroundTruth" / f"{number}.png", square(value=255))
    return tmp_path / "manual"


def stored(builder):
    """{(group, name): encoded bytes} of the pictures."""
    skip = {"image": tfds.decode.SkipDecoding()}
    return {
        (example["group"].decode(), example["name"].decode()): example["image"]
        for example in tfds.as_numpy(builder.as_dataset(split="test", decoders=skip))
    }


def test_bad_files_are_left_out_and_named(manual, prepare, read, save):
    car, horse = manual / "Data/Car100", manual / "Data/Horse100"
    whole = (car / "0001.jpg").read_bytes()
    (car / "0001.jpg").write_bytes(whole[:-60])
    save(car / "GroundTruth/0002.png", np.zeros((16, 12), np.uint8))
    (horse / "GroundTruth/0001.png").unlink()
    (horse / "GroundTruth/0002.png").write_bytes(b"no picture")
    with pytest.warns(UserWarning) as caught:
        builder = prepare("internet_coseg", manual)
    lines = str(caught[0].message).splitlines()
    assert lines[0].startswith("internet_coseg/1.0.0, test: 4 ")
    for name, why in (
        ("Car100/0001.jpg", "truncated"),
        ("Car100/0002.jpg", "12 x 16, but 16 x 12 of its mask"),
        ("Horse100/GroundTruth/0001.png", "no such picture"),
        ("Horse100/GroundTruth/0002.png", "readable picture"),
    ):
        assert sum(name in line and why in line for line in lines) == 1, (name, lines)
    assert {group for group, _ in read(builder)} == {"airplane"}
    assert builder.info.metadata["left_out"] == {"test": 4}
    assert builder.info.metadata["problems"] == {
        "test": [s.strip() for s in lines[1:5]]
    }
    assert builder.info.metadata["groups"] == {"test": {"airplane": 2}}


def test_names_that_cannot_be_kept_are_left_out_and_named(
    manual, prepare, read, save, noise
):
    car, horse = manual / "Data/Car100", manual / "Data/Horse100"
    for folder, suffix in ((car, b".jpg"), (car / "GroundTruth", b".png")):
        there = os.fsencode(folder)
        os.rename(there + b"/0001" + suffix, there + b"/caf\xe9" + suffix)
    save(horse / "0002.jpeg", noise(5))
    (horse / "0003.jpg").symlink_to("0003.jpg")
    with pytest.warns(UserWarning) as caught:
        builder = prepare("internet_coseg", manual)
    _, *lines = str(caught[0].message).split(" not as published:")[0].splitlines()[:4]
    assert r"Car100/caf\xe9.jpg: its name, or that of its" in lines[0]
    assert "Horse100/0002.jpg: another picture has its name" in lines[1]
    assert "Horse100/0003.jpg" in lines[2]
    assert builder.info.metadata["left_out"] == {"test": 3}
    assert set(read(builder)) == {
        *(("airplane", name) for name in ("0001", "0002")),
        ("car", "0002"),
        *(("horse", name) for name in ("0001", "0002")),
    }


def test_all_that_is_wrong_is_kept(manual, prepare, noise, save):
    for number in range(30):
        save(manual / f"Data/Car100/no_mask_{number}.jpg", noise(number))
    with pytest.warns(UserWarning, match="and 10 more"):
        prepare("internet_coseg", manual)
    # As who opens the prepared set later finds it.
    metadata = tfds.builder(
        "internet_coseg", data_dir=manual.parent / "tfds"
    ).info.metadata
    assert len(metadata["problems"]["test"]) == metadata["left_out"]["test"] == 30
    assert "airplane: expected 100 pictures, found 2" in metadata["differences"]["test"]


def test_nothing_that_can_be_used(manual, prepare):
    for truth in manual.rglob("GroundTruth/*.png"):
        truth.unlink()
    with pytest.raises(ValueError) as caught:
        prepare("internet_coseg", manual)
    message = str(caught.value)
    assert f"expected pictures in {manual}. Received 6 files" in message
    assert "Car100/GroundTruth/0001.png" in message and "Download" in message


def test_bytes_of_plain_pictures_are_kept(manual, prepare, save, noise):
    car = manual / "Data/Car100"
    save(car / "0002.jpg", noise(3)[..., 0], quality=50)  # grey
    found = stored(prepare("internet_coseg", manual))
    assert found["car", "0001"] == (car / "0001.jpg").read_bytes()
    assert found["car", "0002"] == (car / "0002.jpg").read_bytes()


def test_pictures_that_decoders_differ_on_are_stored_as_seen(
    manual, prepare, save, noise, read
):
    car = manual / "Data/Car100"
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    turned = np.ascontiguousarray(noise(1).transpose(1, 0, 2)[::-1])
    save(car / "0001.jpg", turned, exif=exif)
    save(car / "0002.jpg", Image.fromarray(noise(2)).convert("CMYK"))
    builder = prepare("internet_coseg", manual)
    found = stored(builder)
    for name in ("0001", "0002"):
        assert found["car", name].startswith(b"\x89PNG")
        with Image.open(io.BytesIO(found["car", name])) as image:
            assert image.mode == "RGB" and image.size == (16, 12)
    with Image.open(car / "0001.jpg") as image:
        expected = np.asarray(image).transpose(1, 0, 2)[:, ::-1]
    np.testing.assert_array_equal(read(builder)["car", "0001"][0], expected)


def test_no_manual_folder(prepare, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        prepare("internet_coseg", tmp_path / "nowhere")
    message = str(caught.value)
    assert str(tmp_path / "nowhere") in message
    assert "ObjectDiscovery-data.zip" in message and "Data/Airplane100" in message


@pytest.mark.parametrize(
    "name, needed",
    [
        ("coco_coseg", "annotations"),
        ("davis_coseg", "JPEGImages/480p and Annotations/480p"),
        ("icoseg", "images and ground_truth"),
        ("internet_coseg", "Airplane100 and Car100 and Horse100"),
        ("msrc_coseg", "Images and GroundTruth"),
        ("pascal_voc_coseg", "JPEGImages and SegmentationClass and ImageSets"),
    ],
)
def test_another_layout(name, needed, prepare, tmp_path):
    (tmp_path / "manual" / "something").mkdir(parents=True)
    with pytest.raises(FileNotFoundError) as caught:
        prepare(name, tmp_path / "manual")
    message = str(caught.value)
    assert f"expected {needed}" in message
    assert f"of {tmp_path / 'manual'}" in message
    assert "Download" in message and "extract" in message
    assert message.endswith("Received: a folder with ['something']")
    assert not tfds.builder(name, data_dir=tmp_path / "tfds").is_prepared()


def test_a_second_folder_does_not_get_the_first_ones_pictures(
    manual, internet, prepare, read, tmp_path
):
    first = read(prepare("internet_coseg", manual))
    with pytest.raises(ValueError, match="was prepared from .*manual already"):
        prepare("internet_coseg", internet)
    second = read(prepare("internet_coseg", internet, tmp_path / "other"))
    assert set(first) != set(second)
    # The same folder again is no mistake, by whatever name.
    again = prepare("internet_coseg", manual / ".." / "manual")
    assert set(read(again)) == set(first)
    assert again.info.metadata["manual_dir"] == str(manual)


def test_every_builder_names_its_papers_and_its_licence():
    for name in (
        "coco_coseg",
        "davis_coseg",
        "icoseg",
        "internet_coseg",
        "msrc_coseg",
        "pascal_voc_coseg",
    ):
        metadata = tfds.builder_cls(name).get_metadata()
        assert "@" in metadata.citation and "title" in metadata.citation
        assert "## Licence" in metadata.description
        assert metadata.tags

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tfcoseg.datasets import group as of_group
from tfcoseg.datasets.icoseg import icoseg_dataset_builder

pytestmark = pytest.mark.filterwarnings("ignore:icoseg/groups38/1.0.0, test. not as")

BEAR = "002 Alaskan Brown Bear-Eukaryote museums Milwaukee Zoo 2006-cmlburnett"
LIBERTY = "042 Statue of Liberty-Liberty Enlightening the World (Groups)-EricaJoy"
# Only the words before the first hyphen say what a group shows.
KITE = "099 Kite-Panda Festival-someone"
GROUPS = (BEAR, LIBERTY, KITE, "brown_bear")


@pytest.fixture(scope="module")
def icoseg(tmp_path_factory, save, noise, square):
    """Ground truths are of 0 and 1 in one bit, as in the real set."""
    manual = tmp_path_factory.mktemp("icoseg")
    for seed, group in enumerate(GROUPS):
        root = manual / "dataset_public"
        save(root / "images" / group / "1234_o.jpg", noise(seed))
        truth = square(columns=slice(seed, 9), dtype=bool)
        save(root / "ground_truth" / group / "1234_o.png", truth)
        (root / "images" / group / "Thumbs.db").write_bytes(b"no picture")
    return manual


class IcosegTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = icoseg_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["groups38"]
    SPLITS = {"test": len(GROUPS)}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def dummy(cls, icoseg):
        cls.EXAMPLE_DIR = icoseg


def test_tfds_load_finds_it(tmp_path, icoseg, square):
    dataset = tfds.load(
        "icoseg",
        split="test",
        data_dir=tmp_path,
        download_and_prepare_kwargs={
            "download_config": tfds.download.DownloadConfig(manual_dir=icoseg)
        },
    )
    found = {e["group"].decode(): e for e in tfds.as_numpy(dataset)}
    assert sorted(found) == list(GROUPS)
    for seed, group in enumerate(GROUPS):
        expected = square(columns=slice(seed, 9))
        np.testing.assert_array_equal(found[group]["mask"][..., 0], expected)
        assert found[group]["name"] == b"1234_o"


def test_subset_is_chosen_by_the_first_words(prepare, read, icoseg):
    with pytest.warns(UserWarning, match=r"expected 8 groups, found 2"):
        examples = read(prepare("icoseg/subset8", icoseg))
    assert {group for group, _ in examples} == {BEAR, "brown_bear"}


def test_subset_may_be_listed(prepare, read, icoseg):
    file = icoseg / "icoseg_subset8.txt"
    file.write_text(f"{KITE}\n{LIBERTY}\n", encoding="utf-8")
    try:
        with pytest.warns(UserWarning, match=r"expected 8 groups, found 2"):
            examples = read(prepare("icoseg/subset8", icoseg))
    finally:
        file.unlink()
    assert {group for group, _ in examples} == {KITE, LIBERTY}


def test_groups_without_pictures_are_named(
    prepare, read, tmp_path, save, noise, square, monkeypatch
):
    root = tmp_path / "manual" / "dataset_public"
    for name in ("bear", "panda"):
        save(root / "images" / name / "1.jpg", noise())
        save(root / "ground_truth" / name / "1.png", square())
    (root / "images/cheetah").mkdir()
    (root / "images/elephant").symlink_to("elephant")
    (root / "images/.hidden").mkdir()
    (root / "images/Thumbs.db").write_bytes(b"no folder")

    def jpegs(folder):
        if folder.name == "panda":  # as it is for others than the superuser
            raise PermissionError(13, "Permission denied", str(folder))
        return list_jpegs(folder)

    list_jpegs = of_group.jpegs
    monkeypatch.setattr(of_group, "jpegs", jpegs)
    with pytest.warns(UserWarning) as caught:
        builder = prepare("icoseg", tmp_path / "manual")
    lines = builder.info.metadata["problems"]["test"]
    message = str(caught[0].message)
    for line, name, why in zip(
        lines,
        ("cheetah", "elephant", "panda"),
        ("a group without pictures", "a link that leads nowhere", "Permission denied"),
        strict=True,
    ):
        assert f"images/{name}: " in line and why in line and line in message
    assert {group for group, _ in read(builder)} == {"bear"}


def test_a_list_that_is_wrong_or_came_too_late(prepare, icoseg, tmp_path):
    file = icoseg / "icoseg_subset8.txt"
    file.write_text("panda7\n", encoding="utf-8")
    try:
        with pytest.raises(ValueError, match=r"subset8\.txt .*Received: \['panda7'\]"):
            prepare("icoseg/subset8", icoseg)
        file.write_bytes("é".encode("latin-1"))
        with pytest.raises(ValueError, match=r"text file.*subset8\.txt"):
            prepare("icoseg/subset8", icoseg)
        file.unlink()
        with pytest.warns(UserWarning, match="found 2"):
            prepare("icoseg/subset8", icoseg)
        prepare("icoseg/subset8", icoseg)
        file.write_text(f"{KITE}\n", encoding="utf-8")
        with pytest.raises(ValueError, match="prepared before its lists were changed"):
            prepare("icoseg/subset8", icoseg)
        with pytest.raises(ValueError, match="prepared before its lists were changed"):
            tfds.load("icoseg/subset8", data_dir=tmp_path / "tfds")
        again = tfds.download.DownloadConfig(
            manual_dir=icoseg, download_mode=tfds.GenerateMode.REUSE_CACHE_IF_EXISTS
        )
        builder = tfds.builder("icoseg/subset8", data_dir=tmp_path / "tfds")
        with pytest.warns(UserWarning, match="found 1"):
            builder.download_and_prepare(download_config=again)
    finally:
        file.unlink(missing_ok=True)


def test_numbers_that_are_not_the_published_ones_are_named(prepare, icoseg):
    with pytest.warns(UserWarning) as caught:
        prepare("icoseg", icoseg)
    message = str(caught[0].message)
    assert f"{BEAR}: expected 19 pictures, found 1" in message
    assert (
        "023 Pandas-Tai-Land 6708-TAIwiffic: expected 25 pictures, found 0" in message
    )
    assert "expected 38 groups, found 4" in message
    assert "expected 643 pictures in all, found 4" in message
    # It is not known which groups the others are, so none is called wrong.
    assert "not a group" not in message

import os
import stat
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from tfcoseg import pictures
from tfcoseg.pictures import (
    read_image,
    read_mask,
    read_size,
    resize_image,
    resize_soft_mask,
    write_png,
)
from tfcoseg.signature import MAX_PIXELS, VOID

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
# Two rows, three columns, no two pixels alike.
PIXELS = np.array(
    [[RED, GREEN, BLUE], [(1, 2, 3), (40, 50, 60), (255, 255, 255)]], np.uint8
)


def saved(image, path, **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(path, **options)
    return path


def png_header(width, height):
    """A PNG whose header announces any size; its data are nonsense."""

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x" * 9)


class TestReadImage:
    def test_path_pil_image_and_array_are_the_same_picture(self, tmp_path):
        path = saved(PIXELS, tmp_path / "a.png")
        with Image.open(path) as opened:
            sources = [path, str(path), opened, Image.fromarray(PIXELS), PIXELS]
            for source in sources:
                picture = read_image(source)
                assert picture.dtype == np.uint8
                np.testing.assert_array_equal(picture, PIXELS)

    def test_result_may_be_written_to_and_is_not_the_source(self):
        source = PIXELS.copy()
        read_image(source)[:] = 7
        np.testing.assert_array_equal(source, PIXELS)

    def test_grey_is_repeated(self, tmp_path):
        grey = np.array([[0, 100, 255]], np.uint8)
        expected = np.stack([grey] * 3, axis=-1)
        for source in (saved(grey, tmp_path / "a.png"), grey, grey[..., None]):
            np.testing.assert_array_equal(read_image(source), expected)

    def test_one_bit_picture_is_black_and_white(self, tmp_path):
        path = saved(Image.fromarray(np.array([[False, True]])), tmp_path / "a.png")
        np.testing.assert_array_equal(read_image(path), [[[0] * 3, [255] * 3]])

    @pytest.mark.parametrize("alpha", [0, 128])
    def test_alpha_is_dropped(self, tmp_path, alpha):
        rgba = np.dstack([PIXELS, np.full((2, 3), alpha, np.uint8)])
        for source in (saved(rgba, tmp_path / "a.png"), rgba):
            np.testing.assert_array_equal(read_image(source), PIXELS)

    def test_alpha_of_grey_is_dropped(self, tmp_path):
        image = Image.merge("LA", [Image.new("L", (2, 1), 90), Image.new("L", (2, 1))])
        assert np.all(read_image(saved(image, tmp_path / "a.png")) == 90)

    @pytest.mark.parametrize("transparency", [None, 0, bytes([0, 128, 255])])
    def test_palette_gives_its_colours(self, tmp_path, transparency):
        image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "L")
        image = image.convert("P")
        image.putpalette([*RED, *GREEN, *BLUE])
        options = {} if transparency is None else {"transparency": transparency}
        path = saved(image, tmp_path / "a.png", **options)
        np.testing.assert_array_equal(read_image(path), [[RED, GREEN, BLUE]])

    def test_cmyk(self, tmp_path):
        image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
        picture = read_image(saved(image, tmp_path / "a.jpg", quality=95))
        assert picture.shape == (16, 16, 3)
        assert np.abs(picture.astype(int) - RED).max() <= 3

    def test_sixteen_bits_keep_the_high_byte(self, tmp_path):
        deep = np.array([[0, 255, 256, 0x7FFF, 0xFFFF]], np.uint16)
        path = saved(deep, tmp_path / "a.png")
        expected = np.stack([[[0, 0, 1, 0x7F, 0xFF]]] * 3, axis=-1)
        np.testing.assert_array_equal(read_image(path), expected)

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_exif_orientation_is_honoured(self, tmp_path, orientation):
        # How a stored picture has to be turned to be seen upright, from the EXIF
        # specification: where row 0 and column 0 of the stored picture belong.
        upright = {
            1: lambda x: x,
            2: lambda x: x[:, ::-1],
            3: lambda x: x[::-1, ::-1],
            4: lambda x: x[::-1],
            5: lambda x: x.transpose(1, 0, 2),
            6: lambda x: x[::-1].transpose(1, 0, 2),
            7: lambda x: x[::-1, ::-1].transpose(1, 0, 2),
            8: lambda x: x[:, ::-1].transpose(1, 0, 2),
        }[orientation](PIXELS)
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = saved(PIXELS, tmp_path / "a.png", exif=exif)
        np.testing.assert_array_equal(read_image(path), upright)
        assert read_size(path) == upright.shape[:2]
        with Image.open(path) as opened:
            np.testing.assert_array_equal(read_image(opened), upright)
        jpeg = saved(PIXELS, tmp_path / "a.jpg", exif=exif)
        assert read_image(jpeg).shape == upright.shape
        assert read_size(jpeg) == upright.shape[:2]

    def test_one_pixel(self, tmp_path):
        path = saved(PIXELS[:1, :1], tmp_path / "a.png")
        np.testing.assert_array_equal(read_image(path), [[RED]])

    @pytest.mark.parametrize("dtype", ["int64", "uint16", "float32", "float64"])
    def test_number_types(self, dtype):
        np.testing.assert_array_equal(read_image(PIXELS.astype(dtype)), PIXELS)

    def test_floats_are_rounded(self):
        picture = read_image(np.array([[0.4, 1.6, 254.7]]))
        np.testing.assert_array_equal(picture[0, :, 0], [0, 2, 255])

    @pytest.mark.parametrize(
        "array",
        [
            np.array([[1.0, np.nan]]),
            np.array([[1.0, np.inf]]),
            np.array([[-1]]),
            np.array([[256]]),
            np.array([[0.0, 0.5]]),
        ],
        ids=["nan", "infinite", "negative", "too great", "fractions"],
    )
    def test_values_that_do_not_fit(self, array):
        with pytest.raises(ValueError, match=r"0\.\.255.*Received"):
            read_image(array)

    @pytest.mark.parametrize(
        "array",
        [
            np.zeros(3),
            np.zeros((2, 2, 2)),
            np.zeros((1, 2, 2, 3)),
            np.zeros((0, 2, 3)),
            np.zeros((2, 2), bool),
            np.array([["a"]]),
        ],
        ids=["1-d", "2 channels", "batch", "empty", "bool", "text"],
    )
    def test_arrays_that_do_not_fit(self, array):
        with pytest.raises(ValueError, match="one picture.*Received"):
            read_image(array)

    def test_black_floats_are_a_black_picture(self):
        assert read_image(np.zeros((2, 2))).max() == 0

    @pytest.mark.parametrize("source", [None, 3, b"bytes", [[0]]])
    def test_other_types(self, source):
        with pytest.raises(TypeError, match="path, a PIL image or an array.*Received"):
            read_image(source)


class TestUnreadable:
    def test_missing_file(self, tmp_path):
        for read in (read_image, read_mask, read_size):
            with pytest.raises(FileNotFoundError, match="nowhere.png"):
                read(tmp_path / "nowhere.png")

    @pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0"])
    def test_text_named_jpg(self, tmp_path, content):
        path = tmp_path / "text.jpg"
        path.write_bytes(content)
        for read in (read_image, read_mask, read_size):
            with pytest.raises(ValueError, match="readable.*text.jpg"):
                read(path)

    @pytest.mark.parametrize("suffix", ["jpg", "png"])
    def test_truncated(self, tmp_path, suffix):
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        path = saved(noise, tmp_path / f"half.{suffix}")
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(ValueError, match=f"half.{suffix}"):
            read_image(path)

    def test_truncated_pil_image(self, tmp_path):
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        path = saved(noise, tmp_path / "half.jpg")
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with Image.open(path) as opened:
            with pytest.raises(ValueError, match="a PIL image"):
                read_image(opened)

    def test_folder(self, tmp_path):
        with pytest.raises(ValueError, match="readable"):
            read_image(tmp_path)

    # Above Pillow's own limit, and between its limit and ours.
    @pytest.mark.parametrize("side", [20_000, 10_001])
    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    def test_header_of_too_many_pixels(self, tmp_path, side):
        assert side**2 > MAX_PIXELS
        path = tmp_path / "bomb.png"
        path.write_bytes(png_header(side, side))
        for read in (read_image, read_mask, read_size):
            with pytest.raises(ValueError, match="bomb.png"):
                read(path)

    # Not `resource.getrusage`: its peak is at least that of the process that forked.
    @pytest.mark.slow
    @pytest.mark.skipif(sys.platform != "linux", reason="peak memory is in procfs")
    def test_twelve_megapixels_in_less_than_two_gigabytes(self, tmp_path):
        path = saved(Image.new("RGBA", (4000, 3000)), tmp_path / "large.png")
        code = (
            "import sys; from tfcoseg import pictures as p\n"
            "small = p.resize_image(p.read_image(sys.argv[1]), (385, 385))\n"
            "mask = p.resize_soft_mask(small[..., 0].astype('float32'), (3000, 4000))\n"
            "peak, = [x for x in open('/proc/self/status') if 'VmHWM' in x]\n"
            "print(peak.split()[1])"
        )
        out = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, check=True
        )
        assert int(out.stdout) < 0.5e6  # kilobytes: leaves the rest to the network


class TestReadMask:
    @pytest.mark.parametrize("high", [1, 255])
    def test_binary(self, tmp_path, high):
        path = saved(np.array([[0, high, 0]], np.uint8), tmp_path / "m.png")
        mask = read_mask(path)
        assert mask.dtype == np.uint8
        np.testing.assert_array_equal(mask, [[0, 1, 0]])

    @pytest.mark.parametrize("value, expected", [(0, 0), (1, 1), (255, 1)])
    def test_of_one_value(self, tmp_path, value, expected):
        path = saved(np.full((2, 2), value, np.uint8), tmp_path / "m.png")
        assert np.all(read_mask(path) == expected)

    def test_one_bit(self, tmp_path):
        path = saved(Image.fromarray(np.array([[False, True]])), tmp_path / "m.png")
        np.testing.assert_array_equal(read_mask(path), [[0, 1]])

    def test_palette_is_read_as_indices(self, tmp_path):
        image = Image.fromarray(np.array([[0, 1, 255]], np.uint8), "L").convert("P")
        image.putpalette([*GREEN, *GREEN] + [9] * 254 * 3)
        path = saved(image, tmp_path / "m.png")
        np.testing.assert_array_equal(read_mask(path, void_value=255), [[0, 1, VOID]])

    @pytest.mark.parametrize(
        "values, void_value, expected",
        [
            ([0, 1, 255], 255, [0, 1, VOID]),
            ([0, 255, 255], 255, [0, VOID, VOID]),
            ([0, 255, 128], 128, [0, 1, VOID]),
            ([0, 1, 1], 255, [0, 1, 1]),
        ],
    )
    def test_void(self, tmp_path, values, void_value, expected):
        path = saved(np.array([values], np.uint8), tmp_path / "m.png")
        np.testing.assert_array_equal(read_mask(path, void_value), [expected])

    @pytest.mark.parametrize(
        "values, void_value",
        [([0, 1, 255], None), ([0, 254, 255], None), ([0, 2], None), ([1, 9], 255)],
    )
    def test_other_values_are_listed(self, tmp_path, values, void_value):
        path = saved(np.array([values], np.uint8), tmp_path / "m.png")
        listed = str(values).replace("[", r"\[")
        with pytest.raises(ValueError, match=rf"void_value=255.*m\.png.*{listed}"):
            read_mask(path, void_value)

    def test_many_other_values_are_abridged(self, tmp_path):
        path = saved(np.arange(256, dtype=np.uint8)[None], tmp_path / "m.png")
        with pytest.raises(ValueError, match=r"18, 19\] and more"):
            read_mask(path)

    def test_sixteen_bits(self, tmp_path):
        path = saved(np.array([[0, 255]], np.uint16), tmp_path / "m.png")
        np.testing.assert_array_equal(read_mask(path), [[0, 1]])
        path = saved(np.array([[0, 65535]], np.uint16), tmp_path / "n.png")
        with pytest.raises(ValueError, match="65535"):
            read_mask(path)

    def test_colours_are_refused(self, tmp_path):
        path = saved(PIXELS, tmp_path / "m.png")
        with pytest.raises(ValueError, match="one channel.*m.png of mode RGB"):
            read_mask(path)

    @pytest.mark.parametrize("void_value", [-1, 0, 1, 256])
    def test_void_value_out_of_range(self, tmp_path, void_value):
        path = saved(np.zeros((1, 1), np.uint8), tmp_path / "m.png")
        with pytest.raises(ValueError, match=f"void_value={void_value}"):
            read_mask(path, void_value)


class TestReadSize:
    def test_decodes_nothing(self, tmp_path):
        path = tmp_path / "a.png"
        path.write_bytes(png_header(70, 50))
        assert read_size(path) == (50, 70)
        with pytest.raises(ValueError):
            read_image(path)


class TestResize:
    def test_image_of_its_own_size_is_unchanged(self):
        np.testing.assert_array_equal(resize_image(PIXELS, (2, 3)), PIXELS)

    def test_image_shrinks_with_antialiasing(self):
        stripes = np.zeros((40, 40, 3), np.uint8)
        stripes[:, ::2] = 255
        small = resize_image(stripes, (5, 4))
        assert small.shape == (5, 4, 3) and small.dtype == np.uint8
        # Away from the border the stripes average out; without antialiasing they alias.
        assert np.all(np.abs(small[:, 1:3].astype(int) - 127) <= 2)

    def test_soft_mask_between_two_pixels(self):
        mask = resize_soft_mask(np.array([[0.0, 1.0]], np.float32), (1, 4))
        assert mask.dtype == np.float32
        # Centres of the new pixels are at -1/4, 1/4, 3/4 and 5/4 of the old distance.
        np.testing.assert_allclose(mask, [[0, 0.25, 0.75, 1]], atol=1e-6)

    def test_soft_mask_accepts_other_floats_and_strides(self):
        mask = np.linspace(0, 1, 12).reshape(3, 4).T
        np.testing.assert_allclose(resize_soft_mask(mask, (4, 3)), mask, atol=1e-6)


class TestWritePng:
    def test_array_and_pil_image_come_back(self, tmp_path):
        write_png(tmp_path / "a.png", PIXELS)
        write_png(tmp_path / "b.png", Image.fromarray(PIXELS))
        for name in ("a.png", "b.png"):
            np.testing.assert_array_equal(read_image(tmp_path / name), PIXELS)
        assert sorted(os.listdir(tmp_path)) == ["a.png", "b.png"]

    def test_existing_file_is_kept(self, tmp_path):
        path = tmp_path / "a.png"
        path.write_text("mine")
        with pytest.raises(FileExistsError, match="a.png.*--overwrite"):
            write_png(path, PIXELS)
        assert path.read_text() == "mine"
        write_png(path, PIXELS, overwrite=True)
        np.testing.assert_array_equal(read_image(path), PIXELS)

    def test_failure_leaves_neither_old_nor_new_rubbish(self, tmp_path, monkeypatch):
        path = tmp_path / "a.png"
        path.write_text("mine")

        def fail(*_):
            raise OSError("no space left")

        monkeypatch.setattr(pictures.os, "replace", fail)
        with pytest.raises(OSError, match="no space left"):
            write_png(path, PIXELS, overwrite=True)
        assert path.read_text() == "mine"
        assert os.listdir(tmp_path) == ["a.png"]

    def test_permissions_are_those_of_any_new_file(self, tmp_path):
        write_png(tmp_path / "a.png", PIXELS)
        (tmp_path / "b").touch()
        modes = [stat.S_IMODE((tmp_path / n).stat().st_mode) for n in ("a.png", "b")]
        assert modes[0] == modes[1]

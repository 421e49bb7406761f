import numpy as np
import pytest

from tfcoseg.ablate.claims import format_peaks
from tfcoseg.ablate.distances import distance_of, peak_distance, places
from tfcoseg.ablate.peaks import measure_peaks
from tfcoseg.applications import CoSegMobileNetV2, endpoints
from tfcoseg.data import image_dataset, read_folder
from tfcoseg.pictures import read_mask


def distance(place, mask):
    """From (y, x) in pixels to the centroid, by a sum over the mask's pixels."""
    places = [
        (y + 0.5, x + 0.5) for y, row in enumerate(mask) for x in np.nonzero(row)[0]
    ]
    centroid = np.mean(places, axis=0)
    return np.linalg.norm(centroid - place) / np.linalg.norm(mask.shape)


@pytest.mark.parametrize("peak", [(0, 0), (1, 2), (2, 3)])
def test_distance_is_from_the_position_s_pixel_to_the_centroid(peak):
    response = np.zeros((3, 4))
    response[peak] = 1
    mask = np.zeros((33, 98), bool)  # seen at 33 x 49: twice as wide
    mask[12:20, 60:70] = True
    expected = distance((16 * peak[0] + 0.5, (16 * peak[1] + 0.5) * 2), mask)
    height, width = (places(3, 33), places(4, 49))
    assert height * 33 == pytest.approx([0.5, 16.5, 32.5])
    found, hit = distance_of(height[peak[0]], width[peak[1]], mask)
    assert found == pytest.approx(expected)
    assert hit == (peak == (1, 2))


def test_positions_lie_symmetrically_where_the_size_is_16_n_plus_1(give_strength):
    model = give_strength(CoSegMobileNetV2(weights=None))
    for weight in model.weights:  # a network for which left and right are alike
        if weight.name == "kernel" and weight.shape[1] > 1:
            weight.assign((weight + weight[:, ::-1]) / 2)
    image = np.random.default_rng(0).uniform(0, 255, (1, 65, 65, 3))

    def asymmetry(size):
        both = [image[:, :size, :size], image[:, :size, :size][:, :, ::-1]]
        one, two = (endpoints.encode(model, x)["embedding"].numpy() for x in both)
        return np.abs(one - two[:, :, ::-1]).max() / np.abs(one).max()

    assert asymmetry(65) < 1e-4
    assert asymmetry(64) > 1e-2


def test_an_object_in_the_corner_is_a_diagonal_from_the_other_corner():
    mask = np.zeros((100, 100), bool)
    mask[-1, -1] = True
    response = np.zeros((100, 100))
    response[0, 0] = 1
    assert peak_distance(response, mask, 100) == (pytest.approx(0.99), 0.0)


def test_sizes_at_which_positions_lie_elsewhere_are_refused(model, data):
    with pytest.raises(ValueError, match="16 n \\+ 1.*Received: size=64"):
        measure_peaks(model, read_folder(data), 64)


@pytest.fixture(scope="module")
def peaks(model, data):
    return measure_peaks(model, read_folder(data)[:4] + read_folder(data)[7:11], 65)


def test_rows_and_what_is_measured_of_them(peaks):
    assert list(peaks["rows"]) == [
        *("kernel 11", "kernel 15", "kernel 19", "F"),
        *("centre of the picture", "any position", "own energy"),
    ]
    assert peaks["pictures"] == peaks["wrong_pictures"] == 8
    for name, row in peaks["rows"].items():
        assert 0 < row["right"] < 100 and 0 <= row["right_on_object"] <= 100
        assert ("wrong" in row) == (name in list(peaks["rows"])[:4])
    levels = peaks["rows"]["kernel 11"]
    assert levels["difference"] == pytest.approx(
        levels["wrong"] - levels["right"], abs=1e-3
    )


def test_f_is_the_correlation_with_the_next_of_the_group(peaks, model, data):
    records = read_folder(data)
    records = records[:4] + records[7:11]
    distances = {"right": [], "wrong": []}
    images = [image for image, *_ in image_dataset(records, 65, augment=False)]
    encoded = [endpoints.encode(model, image[None]) for image in images]
    for index, record in enumerate(records):
        first = index // 4 * 4
        partners = {"right": first + (index + 1) % 4, "wrong": (index + 4) % 8}
        mask = read_mask(record.mask) == 1
        for kind, partner in partners.items():
            xcorr = model.get_layer("pyramid_xcorr")
            correlation = xcorr.correlate(
                encoded[index]["embedding"], encoded[partner]["kernel"]
            )
            response = np.asarray(correlation)[0].sum(-1)
            row, column = np.unravel_index(response.argmax(), response.shape)
            place = (16 * row + 0.5) * 32 / 65, (16 * column + 0.5) * 48 / 65
            distances[kind].append(distance(place, mask))
    for kind, expected in distances.items():
        assert peaks["rows"]["F"][kind] == pytest.approx(
            100 * np.mean(expected), abs=0.01
        )
    error = np.subtract(distances["wrong"], distances["right"]).std(ddof=1) / 8**0.5
    assert peaks["rows"]["F"]["standard_error"] == pytest.approx(100 * error, abs=0.01)
    centre = [distance((16, 24), read_mask(r.mask) == 1) for r in records]
    found = peaks["rows"]["centre of the picture"]["right"]
    assert found == pytest.approx(100 * np.mean(centre), abs=0.01)
    off = np.array(centre) > 0.1
    assert 0 < off.sum() < 8 and peaks["off_centre_pictures"] == off.sum()
    found = peaks["rows"]["F"]["off_centre"]
    assert found == pytest.approx(
        100 * np.array(distances["right"])[off].mean(), abs=0.01
    )


def test_the_table_has_a_dash_where_there_is_no_partner(peaks):
    lines = format_peaks(peaks).splitlines()
    assert len(lines) == 8 and "±" in lines[1]
    assert lines[-1].startswith("own energy") and lines[-1].endswith("-")

import numpy as np
import pytest

from tfcoseg.ablate.claims import format_peaks
from tfcoseg.ablate.peaks import measure_peaks, peak_distance
from tfcoseg.applications import endpoints
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
def test_distance_is_from_the_position_s_middle_to_the_centroid(peak):
    response = np.zeros((3, 4))
    response[peak] = 1
    mask = np.zeros((30, 80), bool)
    mask[12:20, 45:58] = True
    expected = distance(((peak[0] + 0.5) * 10, (peak[1] + 0.5) * 20), mask)
    found, hit = peak_distance(response, mask)
    assert found == pytest.approx(expected)
    assert hit == (peak == (1, 2))


def test_an_object_in_the_corner_is_a_diagonal_from_the_other_corner():
    mask = np.zeros((100, 100), bool)
    mask[-1, -1] = True
    response = np.zeros((100, 100))
    response[0, 0] = 1
    assert peak_distance(response, mask) == (pytest.approx(0.99), 0.0)


@pytest.fixture(scope="module")
def peaks(model, data):
    return measure_peaks(model, read_folder(data)[:4] + read_folder(data)[7:11], 64)


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
    images = [image for image, *_ in image_dataset(records, 64, augment=False)]
    encoded = [endpoints.encode(model, image[None]) for image in images]
    for index, record in enumerate(records):
        first = index // 4 * 4
        partners = {"right": first + (index + 1) % 4, "wrong": (index + 4) % 8}
        mask = read_mask(record.mask) == 1
        for kind, partner in partners.items():
            correlation = endpoints.correlate(
                model, encoded[index]["embedding"], encoded[partner]["kernel"]
            )
            response = np.asarray(correlation)[0].sum(-1)
            row, column = np.unravel_index(response.argmax(), response.shape)
            place = (row + 0.5) * 32 / len(response), (column + 0.5) * 48 / len(
                response
            )
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

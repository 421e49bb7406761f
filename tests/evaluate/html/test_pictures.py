import base64
import io

import numpy as np
from PIL import Image

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.html.page import build_page
from tfcoseg.evaluate.html.pictures import draw_example


def test_pictures_are_embedded_and_described(parse, evaluation, report):
    page = parse(build_page(evaluation.extremes, report))
    kinds = evaluation.extremes
    examples = [*kinds.best, *kinds.median, *kinds.worst]
    assert len(page.all("figure")) == len(examples) == 6
    pictures = page.all("img")
    assert len(pictures) == 2 * len(examples)
    for picture in pictures:
        encoded = picture["attributes"]["src"].split(",")[1]
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
            assert image.size == (30, 20)
        assert picture["attributes"]["alt"]
    assert "J 25.0 car/0 beside car/1" in page.all("figure")[4]["text"]


def test_example_is_tinted_where_found_and_outlined_where_true(evaluation):
    worst = evaluation.extremes.worst[0]
    assert worst.comparison.record.name == "0" and worst.mask[2:6, 3:7].all()
    drawn = draw_example(worst).astype(int)
    grey = np.abs(drawn - 128).max(axis=-1)
    assert grey[15:, 20:].max() == 0  # the background is as it was
    outline = (drawn[..., 2] - drawn[..., 0] > 100) & (drawn[..., 1] > 200)
    rows, columns = np.nonzero(outline)
    assert (rows.min(), rows.max()) == (1, 10) and columns.max() == 11
    assert drawn[4, 5, 0] > 120 and drawn[4, 5, 1] < 60  # red over blue


def test_groups_show_two_partners_and_say_how_many_there_are(
    parse, folder, write, predictor, report
):
    for index in range(4, 6):
        write(folder, "car", f"{index}", (0, 0, 255), side=5)
    protocol = Protocol(pairs="group", groups=["car"])
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=1)
    page = parse(build_page(evaluation.extremes, report))
    assert len(page.all("img")) == len(page.all("figure")) * 3
    assert "and 3 more" in page.all("figcaption")[0]["text"]

from tfcoseg.evaluate.html.page import build_page


def test_published_rows_say_whether_they_can_be_compared(parse, evaluation, report):
    report["declared"] = {
        "name": "saa",
        "source": "SAA",
        "averages": ["pooled"],
        "not_published": ["pictures"],
        "overridden": [],
    }
    network = {"backbone": "VGG16", "input_size": 512, "trained_on": ["VOC"]}
    report["published"] = [
        {"system": "A", "venue": "X", "year": 2018, "P": 95.0, "J": 80.0}
        | {"average": "pooled", "verdict": "compatible", "reasons": [], "missing": []}
        | network,
        {"system": "B", "venue": None, "year": None, "P": None, "J": 70.0}
        | {"average": None, "verdict": "incompatible", "reasons": ["other pictures"]}
        | {"trained_on": []},
    ]
    page = parse(build_page(evaluation.extremes, report))
    rows = page.rows("Published figures")
    pooled = report["overall"]["J"]["pooled"]
    assert rows[1][0] == "coseg-v9" and rows[1][3:5] == [f"{pooled:.1f}", "pooled"]
    assert rows[2] == [
        *("A", "X 2018", "95.0", "80.0", "pooled", "same protocol"),
        "VGG16, 512; trained on VOC",
    ]
    assert rows[3] == [
        *("B", "", "\N{EN DASH}", "70.0", "average not published", "not comparable"),
        "other pictures; not trained",
    ]
    assert "saa (SAA); not published: pictures" in page.all("header")[0]["text"]

from tfcoseg.evaluate.html.page import build_page


def test_heading_tells_set_weights_protocol_command_and_version(
    parse, evaluation, report
):
    report["not_judged"] = 2
    page = parse(build_page(evaluation.extremes, report))
    assert page.all("h1")[0]["text"] == "my pictures"
    assert "my pictures" in page.all("title")[0]["text"]
    told = page.all("dl", class_="facts")[0]["text"]
    pictures = "3 groups, 12 pictures (2 more in no pair"
    for fact in (pictures, "consecutive", "64 x 64", "coseg-v9", "01234567"):
        assert fact in told
    command = "tfcoseg evaluate --data 'my pictures' --pairs all --fold 0"
    assert command in told
    assert "tfcoseg 0.1.0" in page.all("footer")[0]["text"]
    assert "training" not in page.all("header")[0]["text"]


def test_training_scores_are_named_so(parse, evaluation, report):
    report["is_training_score"] = True
    report["cross_validation"] = {"class": ["tfcoseg train x", "tfcoseg evaluate x"]}
    page = parse(build_page(evaluation.extremes, report))
    assert "training scores" in page.all("p", class_="note")[0]["text"]
    assert "tfcoseg train x" in [code["text"] for code in page.all("code")]

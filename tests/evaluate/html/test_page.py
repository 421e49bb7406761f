import pytest

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.html.page import build_page, write_page
from tfcoseg.evaluate.summary import summarise


def test_page_needs_nothing_but_itself(parse, evaluation, report):
    text = build_page(evaluation.extremes, report)
    page = parse(text)
    for name in ("script", "link", "iframe", "object", "base", "style"):
        assert len(page.all(name)) == (name == "style")
    for element in page.elements:
        for key, value in element["attributes"].items():
            assert not key.startswith("on")
            if key in ("src", "href", "srcset", "action", "data"):
                assert value.startswith("data:image/jpeg;base64,")
    style = page.all("style")[0]["text"]
    assert "url(" not in style and "@import" not in style
    assert "://" not in text
    ids = [e["attributes"]["id"] for e in page.elements if "id" in e["attributes"]]
    assert len(ids) == len(set(ids))


def test_figures_are_those_of_the_summary(parse, evaluation, report):
    page = parse(build_page(evaluation.extremes, report))
    header, everything, wrong = page.rows("All figures")
    overall = report["overall"]
    expected = [overall["J"][average] for average in ("images", "groups", "pooled")]
    expected += [overall["P"]["images"], overall["predicted"]["images"]]
    expected.append(0.0)  # no mask is empty
    assert everything == ["all groups", "12", *(f"{value:.1f}" for value in expected)]
    assert wrong[:3] == ["wrong partner", "12", "0.0"] and wrong[-1] == "100.0"
    tiles = page.all("dl", class_="figures")[0]["text"]
    assert f"{expected[0]:.1f}" in tiles and f"{expected[2]:.1f}" in tiles
    assert page.rows("Where nothing is in common")[1][1] == "12"
    scores = report["scores"]
    _, at_loss, in_use = page.rows("Scores")
    assert at_loss == ["at most 3 % lost", "1.000", "0.0", "100.0"]
    assert in_use == ["in use", "0.000", "0.0", "0.0"]
    assert f"AUC {scores['auc']:.3f}; expected" in page.all("main")[0]["text"]


def test_what_is_not_as_it_should_be_is_told(parse, evaluation, report):
    page = parse(build_page(evaluation.extremes, report))
    assert "averaged" not in page.all("main")[0]["text"]
    assert "Not as published" not in [h["text"] for h in page.all("h2")]
    report["differences"] = ["expected 38 groups, found 4"]
    report["groups"]["car"]["J_masks"] = 3
    page = parse(build_page(evaluation.extremes, report))
    assert "Not as published" in [h["text"] for h in page.all("h2")]
    told = page.all("main")[0]["text"]
    assert "expected 38 groups, found 4" in told
    assert "masks that it is averaged over: car, 3 of 4." in told


def test_a_report_of_the_least_kind_is_a_page(parse, folder, predictor):
    protocol = Protocol(groups=["car"], per_group=2)
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=0)
    report = {
        "data": "pets",
        "weights": {"name": "w", "sha256": "0" * 64},
        "is_training_score": False,
        **summarise(evaluation),
    }
    page = parse(build_page(evaluation.extremes, report))
    assert [h["text"] for h in page.all("h2")] == [
        *("Figures", "Groups", "J against the working size", "Left out")
    ]
    assert not page.all("figure")


def test_page_is_written_whole_and_replaces_nothing_unasked(
    evaluation, report, tmp_path
):
    path = tmp_path / "report.html"
    write_page(path, evaluation.extremes, report)
    first = path.read_text(encoding="utf-8")
    assert first.startswith("<!DOCTYPE html>") and first.endswith("</html>\n")
    with pytest.raises(FileExistsError, match="--overwrite"):
        write_page(path, evaluation.extremes, report)
    write_page(path, evaluation.extremes, report, overwrite=True)
    assert path.read_text(encoding="utf-8") == first

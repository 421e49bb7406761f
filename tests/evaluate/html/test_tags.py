from tfcoseg.evaluate.html.page import build_page
from tfcoseg.evaluate.html.tags import Html, command, join, tag

NASTY = '<b>"cats" & dogs\'</b>'


def test_names_cannot_become_markup(parse, evaluation, report):
    report["data"] = report["weights"]["name"] = NASTY
    report["options"]["data"] = NASTY
    report["groups"] = {NASTY: report["groups"]["car"]}
    report["left_out"] = [f"images/{NASTY}.jpg: broken"]
    report["published"] = [
        {"system": NASTY, "verdict": "unknown", "missing": [NASTY], "notes": [NASTY]}
    ]
    page = parse(build_page(evaluation.extremes, report))
    assert page.all("h1")[0]["text"] == NASTY
    assert not any(b["text"].startswith('"cats"') for b in page.all("b"))
    assert page.rows("J of each group")[1][0] == NASTY
    assert page.all("li")[-1]["text"] == f"images/{NASTY}.jpg: broken"


def test_tags():
    assert (
        tag("td", "a < b & c", class_="x y") == '<td class="x y">a &lt; b &amp; c</td>'
    )
    assert tag("p", Html("<b>x</b>"), 7) == "<p><b>x</b>7</p>"
    assert tag("img", alt='"', hidden=True, src=None) == '<img alt="&quot;" hidden/>'
    assert tag("text", text_anchor="end") == '<text text-anchor="end"></text>'
    assert join("<", Html("<br/>")) == "&lt;<br/>"
    assert isinstance(join("x"), Html)
    code = "<code><span>a</span> <span>--b</span> <span>&lt;c&gt;</span></code>"
    assert command("a --b <c>") == code

"""A page to look at, and what takes it apart."""

from html.parser import HTMLParser

import pytest

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.summary import summarise
from tfcoseg.evaluate.thresholds import threshold_curve

VOID = {"meta", "img"}


class Page(HTMLParser):
    """Takes a page apart, and fails where an element is not closed in its order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, name, attributes):
        element = {"name": name, "attributes": dict(attributes), "text": ""}
        self.elements.append(element)
        if name not in VOID:
            self.open.append(element)

    def handle_startendtag(self, name, attributes):
        self.elements.append({"name": name, "attributes": dict(attributes), "text": ""})

    def handle_endtag(self, name):
        assert self.open.pop()["name"] == name

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, name, **attributes):
        """The elements of a name that have these attributes."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element["name"] == name
            and wanted.items() <= element["attributes"].items()
        ]

    def rows(self, label):
        """The cells of each row of a table, header included."""
        start = self.elements.index(self.all("div", **{"aria-label": label})[0])
        rows = []
        for element in self.elements[start + 1 :]:
            if element["name"] == "div":
                break
            if element["name"] == "tr":
                rows.append([])
            if element["name"] in ("th", "td"):
                rows[-1].append(element["text"])
        return rows


@pytest.fixture
def parse():
    """Takes the text of a page apart."""
    return Page


@pytest.fixture
def evaluation(folder, write, predictor):
    for index, truth_side in enumerate((8, 6, 5)):
        write(folder, "car", f"{index}", (0, 0, 255), side=4, truth_side=truth_side)
    return evaluate_folder(predictor, folder, Protocol(wrong_partner=True), extremes=2)


@pytest.fixture
def report(evaluation):
    pairs = [j for j in evaluation.judgements if j.comparison.kind == "pair"]
    return {
        "tfcoseg": "0.1.0",
        "data": "my pictures",
        "options": {"data": "my pictures", "pairs": "all", "void": None, "fold": 0},
        "weights": {"name": "coseg-v9", "sha256": "0123456789abcdef" * 4},
        "is_training_score": False,
        "seconds": 1.5,
        "thresholds": threshold_curve(pairs),
        **summarise(evaluation),
    }

"""The best and the worst masks of an evaluation on one picture."""

from PIL import Image

from tfcoseg.data.record import read_true_mask
from tfcoseg.evaluate.run import Evaluation
from tfcoseg.pictures import read_image
from tfcoseg.visualization import contact_sheet, overlay

TRUTH_COLOUR = (32, 160, 64)


def draw_sheet(evaluation: Evaluation) -> Image.Image:
    """Draws the extremes, best first: found mask, true mask (green), and the partner.

    No picture is shown twice. Of a whole group the first partner is shown.
    """
    extremes = evaluation.extremes
    rows, captions = [], []
    for title in ("best", "worst"):
        for number, example in enumerate(getattr(extremes, title), start=1):
            rows.append(_row(example))
            captions.append(_caption(f"{title} {number}", example))
    if captions:
        captions[0] += "  (found mask, true mask, partner)"
    return contact_sheet(rows, captions)


def _row(example):
    record, partner = example.comparison.record, example.comparison.partner
    image = read_image(record.image)
    truth = read_true_mask(record) == 1
    return [
        overlay(image, example.mask),
        overlay(image, truth, TRUTH_COLOUR),
        read_image(partner.image),
    ]


def _caption(title, example):
    record, partner = example.comparison.record, example.comparison.partner
    jaccard = f"J {100 * example.jaccard:.1f}"
    return f"{title}: {jaccard}, {record.group}/{record.name} with {partner.name}"

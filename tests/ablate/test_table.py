import numpy as np
import pytest

from tfcoseg.ablate import Settings, format_caption, format_table, summarise


def row(cell, seed, held_out, unseen, wrong=None):
    def figures(jaccard, wrong):
        return {"J": jaccard, "wrong_J": wrong, "wrong_predicted": wrong}

    return {
        "cell": cell,
        "seed": seed,
        "change": f"what {cell} changes",
        "beside": "base",
        "figures": {
            "held out": figures(held_out, wrong),
            "unseen kinds": figures(unseen, None),
        },
        "parameters": 1234,
        "seconds": {"training": 60.0, "judging": 30.0},
    }


ROWS = [
    row("base", 0, 70.0, 20.0, 5.0),
    row("other", 0, 61.0, 11.0),
    row("base", 1, 72.0, 26.0, 8.0),
    row("base", 2, 71.5, 21.0, 8.0),
]


def test_mean_and_spread_over_seeds():
    base, other = summarise(ROWS)
    assert (base["cell"], other["cell"]) == ("base", "other")
    assert base["seeds"] == [0, 1, 2] and base["minutes"] == pytest.approx(1.5)
    means = np.mean([[70, 20], [72, 26], [71.5, 21]], axis=1)
    assert base["figures"]["J"] == pytest.approx((means.mean(), means.std(ddof=1)))
    unseen = np.array([20, 26, 21])
    assert base["figures"]["J unseen kinds"] == pytest.approx(
        (unseen.mean(), unseen.std(ddof=1))
    )
    assert base["figures"]["wrong predicted"][0] == pytest.approx(7.0)
    assert "J seen kinds" not in base["figures"]
    assert other["figures"]["J"] == (36.0, None)
    assert base["figures"]["difference"] == (None, None)
    assert other["figures"]["difference"] == (-9.0, None)  # of the one seed of both
    assert other["figures"]["wrong J"] == (None, None)


def test_differences_are_of_equal_seeds():
    more = [row("other", seed, j, j) for seed, j in ((1, 50.0), (2, 46.25), (3, 90.0))]
    mean, spread = summarise(ROWS + more)[1]["figures"]["difference"]
    # 36 - 45, 50 - 49 and 46.25 - 46.25; no base has seed 3.
    assert (mean, spread) == pytest.approx((-8 / 3, np.std([-9, 1, 0], ddof=1)))


def test_text_is_aligned_and_tells_the_spread():
    header, base, other = format_table(ROWS).splitlines()
    assert header.split()[:5] == ["cell", "beside", "J", "difference", "J"]
    assert base.split()[1] == "-" and other.split()[1:4] == ["base", "36.0", "-9.0"]
    assert "71.2 ± 1.0" in base and base.endswith("  3")
    assert "36.0" in other and " - " in other and "±" not in other
    assert len(base) == len(other)


def test_markdown_says_what_each_cell_changes():
    lines = format_table(ROWS, markdown=True).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[1].startswith("| --- | --- | --- | ---: |")
    assert "| base | what base changes | - | 46.8 ± 2.0 | - |" in lines[2]


def test_columns_of_verification_and_masks_are_there_where_they_are_known():
    figures = {"verified_J": 60.0, "verified_wrong_J": 1.0, "masked_J": 80.0}
    more = row("masked", 0, 70.0, 20.0, 5.0)
    for one in more["figures"].values():
        one.update(figures)
    header, *lines = format_table([*ROWS, more]).splitlines()
    assert "verified J  verified wrong J  masked J" in header
    assert "verified wrong predicted" not in header and "masked wrong" not in header
    assert lines[-1].split()[-6:-3] == ["60.0", "1.0", "80.0"]
    assert lines[0].split()[-6:-3] == ["-"] * 3
    assert summarise([more])[0]["figures"]["masked J"] == (80.0, None)


def test_the_caption_says_how_much_was_done():
    caption = format_caption(ROWS * 10, Settings(data=("a",), steps=7, batch_size=3))
    assert "J in percent at 257 x 257 pixels" in caption
    assert "40 heads of 7 steps of 3 pairs, 1.0 hours" in caption

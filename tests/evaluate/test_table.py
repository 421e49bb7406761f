from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.benchmarks import find_benchmark
from tfcoseg.evaluate.beside import beside
from tfcoseg.evaluate.protocols import PROTOCOLS
from tfcoseg.evaluate.report import heading
from tfcoseg.evaluate.summary import summarise
from tfcoseg.evaluate.table import align, format_table


def test_columns_line_up():
    text = align([["", "n", "J"], ["cat", 10, 7.25], ["elephant", 2, None]])
    assert text == "           n    J\ncat       10  7.2\nelephant   2    -"


def test_table_of_an_evaluation(folder, predictor):
    protocol = Protocol(wrong_partner=True, no_correlation=True)
    text = format_table(summarise(evaluate_folder(predictor, folder, protocol)))
    rows = {line[:17].strip(): line[17:].split() for line in text.splitlines()}
    figures = ["12", *["100.0"] * 4, "5.2", "0.0"]
    assert rows["all groups"] == figures
    assert rows["wrong partner"][1:4] == ["0.0", "0.0", "0.0"]
    assert rows["wrong partner"][-1] == "100.0"
    assert rows["correlation off"][0] == "12"
    assert rows["nothing in common"] == ["12", "0.0", "0.0", "0.0"]
    assert {"aeroplane", "bird", "car"} <= {
        line.split(" ")[0] for line in text.split("\n")
    }
    assert max(map(len, text.splitlines())) <= 80
    lines = " ".join(text.split())
    assert "at most 3 % lost 1.000 0.0 100.0 in use 0.000 0.0 0.0 Scores of" in lines
    assert "12 right and 12 wrong pairs: AUC 1.000; expected calibration" in lines


def report_of(folder, predictor, name, benchmark="internet_coseg", **options):
    declaration = PROTOCOLS[name]
    predictor.working_size = declaration.working_size or 64
    evaluation = evaluate_folder(predictor, folder, declaration.protocol(**options))
    return {
        **summarise(evaluation),
        **beside(evaluation, find_benchmark(benchmark), declaration),
        "data": benchmark,
        "weights": {"name": "mine", "sha256": "0" * 64},
        "is_training_score": False,
    }


def test_published_figures_stand_below_in_three_parts(folder, predictor):
    report = report_of(folder, predictor, "mcanet")
    text = format_table(report)
    lines = text.splitlines()
    ours = next(line for line in lines if line.startswith("  mine"))
    figures = [f"{report['overall'][name]['groups']:.1f}" for name in "PJ"]
    assert ours.split()[1:] == [*figures, "over", "groups"]
    order = [
        *(
            "published, no difference known, but not all is known",
            "  CARNN",
            "  MCANet",
        ),
        *("published, not comparable", "  DOCS", "  SAA", "  SSNM-VGG", "  SSNM-HRNet"),
    ]
    found = [next(i for i, t in enumerate(lines) if t.startswith(o)) for o in order]
    assert found == sorted(found)
    saa = found[order.index("  SAA")]
    assert lines[saa].split()[-3:] == ["-", "70.6", "pooled"]
    assert "pair instead of group; other size (512 x 512); other average" in text
    assert "the author's erratum; 74.1 is a typo" in " ".join(text.split())
    assert max(map(len, lines)) <= 80


def test_our_figure_by_each_average_of_the_protocol(folder, predictor):
    for name, count in (("ours", 3), ("saa", 1), ("gong", 3)):
        text = format_table(report_of(folder, predictor, name))
        assert text.count("\n  mine ") == count


def test_heading_tells_what_of_a_protocol_was_not_followed(folder, predictor):
    report = report_of(folder, predictor, "saa", pairs="group", per_group=3)
    text = " ".join(heading(report).split())
    assert "internet_coseg: 3 groups, 9 pictures (the first 3 of each group)" in text
    assert "whole groups" in text and "threshold 0.5, least score 0, measured" in text
    assert "measured at 512 x 512" in text
    assert "protocol saa (SAA, ACCV 2018); not followed here: pairs (all pairs)" in text
    text = " ".join(heading(report_of(folder, predictor, "gong")).split())
    assert "protocol gong (Gong); not published: working size, average" in text


def test_heading_counts_what_was_left_out_and_names_the_fold(folder, predictor):
    (folder / "images/car/1.png").write_bytes(b"no picture")
    fold = {"folds": 3, "fold": 2, "fold_by": "class"}
    report = report_of(folder, predictor, "ours", **fold)
    text = " ".join(heading(report).split())
    assert "1 group, 3 pictures, consecutive pairs, fold 2 of 3 by class only" in text
    assert "left out: 1 file or group that cannot be used" in text
    assert "published, not comparable" in format_table(report)
    assert "published, no difference" not in format_table(report)


def test_heading_tells_which_pairs_and_pictures_were_chosen(folder, predictor):
    chosen = {"limit": 1, "leave_out": ["car/0", "car/1"]}
    text = " ".join(heading(report_of(folder, predictor, "gong", **chosen)).split())
    assert "6 pictures (without those of a list of 2; 4 more in no pair that" in text
    assert "disjoint consecutive pairs, at most 1 of each group" in text


def test_heading_tells_training_scores_and_weights_that_nobody_knows(folder, predictor):
    report = report_of(folder, predictor, "ours", limit=1, groups=["car"])
    assert "1 group, 1 picture (3 more in no pair that is judged)" in heading(report)
    told = "training scores"
    assert told not in heading(report)
    report["weights"]["trained_on"] = ["pets"]
    assert told not in heading(report)
    report["is_development_score"] = True
    text = " ".join(heading(report).split())
    assert "Tuned on this set: settings of mine were chosen" in text
    assert told not in text
    report["is_development_score"] = False
    report["weights"]["trained_on"] = None
    assert "Nobody says what mine was trained on" in heading(report)
    report["is_training_score"] = True
    text = " ".join(heading(report).split())
    assert f"Trained on this set: these are {told}" in text and "Nobody" not in text


def test_heading_tells_by_which_names_the_card_lists_the_set(folder, predictor):
    report = report_of(folder, predictor, "ours", "pascal_voc_coseg")
    report |= {"is_development_score": True}
    report["known_as"] = {"trained_on": [], "tuned_on": ["pascal_coseg"]}
    text = " ".join(heading(report).split())
    assert "a look at scores on pascal_coseg, so" in text
    report |= {"is_training_score": True}
    report["known_as"]["trained_on"] = ["voc", "pascal_coseg"]
    text = " ".join(heading(report).split())
    assert "mine was trained on voc, pascal_coseg. No published" in text


def test_heading_counts_numbers_that_are_not_as_published(folder, predictor):
    report = report_of(folder, predictor, "ours")
    assert "not as published" not in heading(report)
    report["differences"] = ["expected 38 groups, found 4"]
    assert "not as published: 1 number of this set" in heading(report)


def test_heading_tells_how_many_pictures_are_in_no_pair(folder, predictor, write):
    write(folder, "car", "odd", (0, 0, 255), side=4)
    report = report_of(folder, predictor, "gong")
    text = " ".join(heading(report).split())
    assert "12 pictures (1 more in no pair that is judged), disjoint" in text
    assert report["not_judged"] == 1
    assert report_of(folder, predictor, "ours")["not_judged"] == 0

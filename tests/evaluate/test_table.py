from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.summary import summarise
from tfcoseg.evaluate.table import align, format_table


def test_columns_line_up():
    text = align([["", "n", "J"], ["cat", 10, 7.25], ["elephant", 2, None]])
    assert text == "           n    J\ncat       10  7.2\nelephant   2    -"


def test_table_of_an_evaluation(folder, predictor):
    protocol = Protocol(wrong_partner=True, empty_pairs=True, no_correlation=True)
    text = format_table(summarise(evaluate_folder(predictor, folder, protocol)))
    rows = {line[:17].strip(): line[17:].split() for line in text.splitlines()}
    assert rows["all groups"] == ["12", "100.0", "100.0", "100.0", "100.0", "5.2"]
    assert rows["wrong partner"][1:4] == ["0.0", "0.0", "0.0"]
    assert rows["correlation off"][0] == "12"
    assert rows["nothing in common"] == ["12", "0.0", "0.0", "0.0"]
    assert {"aeroplane", "bird", "car"} <= {
        line.split(" ")[0] for line in text.split("\n")
    }
    assert max(map(len, text.splitlines())) <= 80

from tfcoseg.evaluate.command_line import command_line


def test_command_line_leaves_out_what_was_not_given():
    options = {
        "data": "a b",
        "per_group": 3,
        "groups": ["car", "bird"],
        "void": None,
        "controls": True,
        "quiet": False,
        "fold": 0,
    }
    assert command_line(options) == (
        "tfcoseg evaluate --data 'a b' --per-group 3 --groups car,bird --controls "
        "--fold 0"
    )

"""What the page refuses, and in which words."""

import pytest

from tfcoseg.demo import Limits


@pytest.mark.parametrize("count, received", [(0, "none"), (1, "1"), (9, "9")])
def test_a_group_of_another_size_is_refused(count, received):
    with pytest.raises(ValueError, match="2 to 8 pictures") as error:
        Limits().check_count(count)
    assert str(error.value).endswith(f"Received: {received}")
    assert ("Add" if count < 2 else "Remove") in str(error.value)


@pytest.mark.parametrize("count", [2, 8])
def test_a_group_is_taken(count):
    Limits().check_count(count)


def test_a_file_is_measured_before_it_is_decoded(draw):
    path = draw("a.png", size=(2000, 1000))
    Limits(megapixels=2).check_file(path)
    with pytest.raises(ValueError, match="at most 1 megapixels.*2000 x 1000"):
        Limits(megapixels=1).check_file(path)
    # The header is all that is there of it.
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match="2000 x 1000"):
        Limits(megapixels=1).check_file(path)
    with open(path, "ab") as file:
        file.truncate(1_500_001)
    with pytest.raises(ValueError, match="at most 1 MB.*1.5 MB"):
        Limits(megabytes=1).check_file(path)


@pytest.mark.parametrize(
    "name, value", [("pictures", 1), ("waiting", 0), ("seconds", 0), ("megabytes", -1)]
)
def test_limits_that_let_nothing_through_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}`.*Received: {value}"):
        Limits(**{name: value})

from tfcoseg.datasets.published import Published


def test_no_difference():
    published = Published({"cat": 2, "dog": 3}, number=2, pictures=4)
    assert published.differences({"cat": 2, "dog": 3}, 4) == []
    assert Published().differences({"cat": 2}, 2) == []


def test_each_difference_is_named():
    published = Published({"cat": 2, "dog": 3}, number=2, pictures=5)
    assert published.differences({"cat": 1, "cow": 4, "dog": 3}, 8) == [
        "cat: expected 2 pictures, found 1",
        "expected 2 groups, found 3",
        "expected 5 pictures in all, found 8",
        "cow: not a group of this set, found 4 pictures",
    ]


def test_a_group_is_not_called_wrong_where_not_all_are_known():
    published = Published({"cat": 2}, number=3)
    assert published.differences({"cat": 2, "cow": 4, "dog": 3}, 9) == []

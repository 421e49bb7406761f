"""Counts that are logged from time to time."""

import logging

from coseg_groups import progress


def test_it_speaks_at_intervals(monkeypatch, caplog):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    counter = progress.Progress(10.0)
    with caplog.at_level(logging.INFO, "coseg_groups"):
        for state in ("done", "done", "bad", "kept"):
            counter.count(state)
            now[0] += 6.0
        assert caplog.messages == [
            "groups: 1 done, 0 kept, 0 bad after 0 s",
            "groups: 2 done, 0 kept, 1 bad after 12 s",
        ]
    assert str(counter) == "groups: 2 done, 1 kept, 1 bad"
    assert progress.of_this_process() is progress.of_this_process()

"""A process that was forked after a prediction has none of the runtime's threads.

Whatever it computes would wait for them for ever.
"""

import os

_state = {"has_computed": False, "is_forked": False}


def _notice():
    _state["is_forked"] = _state["has_computed"]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_notice)


def before_computing() -> None:
    """To be called before the network computes anything.

    Raises:
        RuntimeError: in a process that was forked after that.
    """
    if _state["is_forked"]:
        raise RuntimeError(
            "Expected a process that was spawned, or forked before the first "
            "prediction; start others with multiprocessing.get_context('spawn'). "
            "Received: one that was forked after it, in which TensorFlow and LiteRT "
            "wait for ever"
        )
    _state["has_computed"] = True

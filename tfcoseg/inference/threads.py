"""How many threads TensorFlow computes with, which it settles once for a process."""


def limit_tensorflow(threads: int | None) -> None:
    """Has TensorFlow compute with so many threads; None leaves it as it is.

    Raises:
        ValueError: if it has begun already, with another number.
    """
    if threads is None:
        return
    import tensorflow as tf

    threading = tf.config.threading
    try:
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError as error:  # where it has begun with this number, there is none
        raise ValueError(
            "`threads` must be the same for all of a process that TensorFlow runs, and "
            "given before it computes anything. Received: "
            f"threads={threads}, after it had begun with "
            f"{threading.get_intra_op_parallelism_threads() or 'one per core'}"
        ) from error

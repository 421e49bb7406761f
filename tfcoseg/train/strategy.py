"""Training on all devices of one machine, each with its share of every batch."""

from collections.abc import Iterable

import keras
import tensorflow as tf


def make_strategy(name: str | None) -> tf.distribute.Strategy:
    """The strategy of a name.

    Args:
        name: "mirrored" for all GPUs of this machine, or its logical CPUs where it has
            none; `None` for one device, TensorFlow's default.

    Raises:
        ValueError: for another name.
    """
    if name is None:
        return tf.distribute.get_strategy()
    if name != "mirrored":
        raise ValueError(f'`strategy` must be "mirrored" or None. Received: {name!r}')
    return tf.distribute.MirroredStrategy()


def check_batch_sizes(batch_sizes: Iterable[int], replicas: int) -> None:
    """Makes sure that each device gets as many pairs of a batch as any other.

    The gradient is the mean of what the devices find, which is that of the whole batch
    only then.

    Args:
        batch_sizes: pairs of a batch, over all devices.
        replicas: number of devices.

    Raises:
        ValueError: if a size is no multiple of the number of devices.
    """
    uneven = [size for size in batch_sizes if size % replicas]
    if uneven:
        raise ValueError(
            f"Each of {replicas} devices takes the same number of pairs of a batch: "
            f"batch sizes must be multiples of {replicas}. "
            f"Received: {', '.join(map(str, uneven))}"
        )


def even_batches(count: int, batch_size: int, replicas: int) -> tuple[int, int]:
    """How many of so many pairs to judge, in batches of which size.

    On several devices each gets a part of every batch, the last one too: a device that
    got none of it would end the run.

    Args:
        count: number of pairs.
        batch_size: greatest size of a batch.
        replicas: number of devices.

    Returns:
        (number of pairs, size of a batch), as given for one device.

    Raises:
        ValueError: if there are fewer pairs than devices.
    """
    if replicas == 1:
        return count, batch_size
    count -= count % replicas
    if not count:
        raise ValueError(
            f"Each of {replicas} devices needs a pair to validate on. Keep more "
            "pictures for that, or train on fewer devices. Received: fewer pairs"
        )
    sizes = range(replicas, min(batch_size, count) + 1, replicas)
    return count, max(size for size in sizes if count % size == 0)


def synchronize(network: keras.Model, replicas: int) -> None:
    """Lets batch normalisation see the whole batch, where it is shared by devices.

    Args:
        network: changed in place; its weights are not.
        replicas: number of devices; nothing is done for one.
    """
    if replicas == 1:
        return
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True


class ClippedAdamW(keras.optimizers.AdamW):
    """AdamW that clips the gradient of the whole batch, on however many devices.

    Keras' own clips what each device has found before it is summed, so that the same
    batch would train differently on two devices than on one.

    Args:
        learning_rate: rate or schedule.
        weight_decay: as in `keras.optimizers.AdamW`.
        largest_norm: of the gradient of each variable.
    """

    def __init__(self, learning_rate, weight_decay, largest_norm=1.0):
        super().__init__(learning_rate, weight_decay, name="adamw")
        self.largest_norm = largest_norm

    def apply(self, grads, trainable_variables=None):
        # None outside of the devices' own work, which is where `fit` never applies.
        context = tf.distribute.get_replica_context()
        replicas = context.num_replicas_in_sync
        grads = list(grads)
        known = [grad for grad in grads if grad is not None]  # unused weights have none
        if replicas > 1:
            known = context.all_reduce(tf.distribute.ReduceOp.SUM, known)
        # Keras sums over the devices once more, of which each now holds the sum.
        clipped = iter(tf.clip_by_norm(g, self.largest_norm) / replicas for g in known)
        given = [None if grad is None else next(clipped) for grad in grads]
        super().apply(given, trainable_variables)

    def get_config(self):
        config = super().get_config()
        own = {name: config[name] for name in ("learning_rate", "weight_decay")}
        return {**own, "largest_norm": self.largest_norm}

"""Training on all devices of one machine, each with its share of every batch."""

from collections.abc import Iterable

import keras
import tensorflow as tf

STRATEGIES = ("mirrored",)


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
    if name not in STRATEGIES:
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


def synchronize(network: keras.Model, replicas: int) -> None:
    """Lets batch normalisation see the whole batch, where it is shared by devices.

    Args:
        network: changed in place; its weights are not.
        replicas: number of devices; nothing is to be done for one.
    """
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = replicas > 1


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
        if replicas > 1:
            grads = context.all_reduce(tf.distribute.ReduceOp.SUM, grads)
        clipped = [tf.clip_by_norm(grad, self.largest_norm) for grad in grads]
        # Keras sums over the devices once more, of which each now holds the sum.
        super().apply([grad / replicas for grad in clipped], trainable_variables)

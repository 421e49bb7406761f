import csv
import dataclasses
import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.cli.main import main
from tfcoseg.train import train
from tfcoseg.train.strategy import (
    ClippedAdamW,
    check_batch_sizes,
    even_batches,
    make_strategy,
    synchronize,
)

# Devices are made before TensorFlow is used, so that this takes a process of its own.
TRAIN_ON_BOTH = """
import json, sys
import tensorflow as tf

(processor,) = tf.config.list_physical_devices("CPU")
devices = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(processor, devices)

from tfcoseg.train import Recipe, train

folder, recipe = sys.argv[1], json.loads(sys.argv[2])
for name in ("none", "mirrored"):
    strategy = None if name == "none" else name
    train(f"{folder}/{name}", Recipe(**recipe), verbose=0, strategy=strategy)
"""


@pytest.fixture(scope="module")
def runs(recipe, tmp_path_factory):
    """{strategy: folder} of one short recipe on one device, and on two."""
    folder = tmp_path_factory.mktemp("strategies")
    short = dataclasses.replace(
        recipe, sizes=(48,), head_epochs=1, upper_epochs=0, finetune_epochs=0
    )
    arguments = [str(folder), json.dumps(dataclasses.asdict(short))]
    command = [sys.executable, "-c", TRAIN_ON_BOTH, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name: folder / name for name in ("none", "mirrored")}


@pytest.mark.slow
def test_two_devices_train_as_one_does(runs):
    """For two steps; Adam makes much of what sums differ by in the end.

    Its first steps have the size of the rate whatever that of the gradient, so that the
    sign of one that is nearly zero counts as much as any.
    """
    rows = {}
    for name, run in runs.items():
        with open(run / "log.csv", newline="") as file:
            rows[name] = list(csv.DictReader(file))
    assert [row["stage"] for row in rows["mirrored"]] == ["head"]
    for name in ("loss", "val_loss"):
        one, two = ([float(row[name]) for row in rows[run]] for run in rows)
        np.testing.assert_allclose(two, one, rtol=1e-4)


@pytest.mark.slow
def test_a_run_tells_its_devices(runs):
    notes = json.loads((runs["mirrored"] / "arguments.json").read_text())
    assert (notes["strategy"], notes["devices"]) == ("mirrored", 2)
    notes = json.loads((runs["none"] / "arguments.json").read_text())
    assert (notes["strategy"], notes["devices"]) == (None, 1)


def test_the_gradient_that_is_clipped_is_that_of_the_whole_batch():
    """Of two devices' shares, one long and one short, as of their sum on one device."""
    shares = [np.array([3.0, 0.0]), np.array([-2.5, 0.1])]

    class TwoDevices:
        num_replicas_in_sync = 2

        def all_reduce(self, operation, gradients):
            assert operation == tf.distribute.ReduceOp.SUM
            return [tf.constant(sum(shares))]

    seen = []

    def applied(gradient, context=None):
        with pytest.MonkeyPatch.context() as patch:
            if context:
                patch.setattr(tf.distribute, "get_replica_context", lambda: context)
            patch.setattr(
                keras.optimizers.AdamW, "apply", lambda self, g, v: seen.append(g[0])
            )
            ClippedAdamW(1e-3, 0.0).apply([tf.constant(gradient)], [])
        return seen.pop().numpy()

    whole = applied(sum(shares))
    # Each device hands on its half, of which Keras makes the sum.
    np.testing.assert_allclose(2 * applied(shares[0], TwoDevices()), whole)
    np.testing.assert_allclose(whole, sum(shares))  # shorter than 1: as it was
    np.testing.assert_allclose(applied(np.array([3.0, 4.0])), [0.6, 0.8])


def test_one_device_trains_as_keras_own_optimizer_does():
    start = np.arange(6.0).reshape(2, 3)
    values = []
    for optimizer in (
        ClippedAdamW(1e-2, 4e-3),
        keras.optimizers.AdamW(1e-2, 4e-3, clipnorm=1.0),
    ):
        variable = keras.Variable(start)
        for step in range(3):
            optimizer.apply([tf.fill((2, 3), 0.1 + step)], [variable])
        values.append(np.array(variable))
    np.testing.assert_allclose(*values, rtol=1e-6)


def test_batch_normalisation_sees_the_whole_batch():
    network = keras.Sequential(
        [keras.Input((2,)), keras.Sequential([keras.layers.BatchNormalization()])]
    )
    (norm,) = network.layers[0].layers
    for replicas in (1, 2):
        synchronize(network, replicas)
        assert norm.synchronized == (replicas > 1)


def test_batches_that_cannot_be_shared_are_refused():
    check_batch_sizes([8, 4], 4)
    with pytest.raises(ValueError, match="multiples of 4. Received: 2, 9"):
        check_batch_sizes([8, 2, 9], 4)


@pytest.mark.parametrize("replicas", [2, 3, 4])
@pytest.mark.parametrize("count", range(4, 30))
def test_no_device_is_left_without_pairs_to_judge(count, replicas):
    for batch_size in (replicas, 4 * replicas):
        kept, size = even_batches(count, batch_size, replicas)
        assert count - replicas < kept <= count
        assert kept % size == 0 and size % replicas == 0 and size <= batch_size
    assert even_batches(count, 3, 1) == (count, 3)
    with pytest.raises(ValueError, match=f"Each of {replicas} devices needs a pair"):
        even_batches(replicas - 1, replicas, replicas)


@pytest.mark.filterwarnings("ignore:Gradients do not exist:UserWarning")
def test_weights_that_are_not_used_have_no_gradient():
    used, unused = keras.Variable([1.0]), keras.Variable([1.0])
    ClippedAdamW(0.1, 0.0).apply([tf.constant([1.0]), None], [used, unused])
    assert used.numpy() < 1 and unused.numpy() == 1


def test_the_optimizer_is_made_anew_from_its_configuration():
    one = ClippedAdamW(1e-2, 4e-3, largest_norm=0.5)
    again = ClippedAdamW.from_config(one.get_config())
    assert again.get_config() == one.get_config()
    assert again.largest_norm == 0.5 and again.weight_decay == 4e-3


def test_an_unknown_strategy_is_refused(recipe, tmp_path, capsys):
    with pytest.raises(ValueError, match="`strategy` must be \"mirrored\".*'all'"):
        train(tmp_path / "run", recipe, strategy="all")
    with pytest.raises(SystemExit) as exit_:
        main(["train", "--data", "a", "--run", "b", "--strategy", "all"])
    assert exit_.value.code == 2
    assert "choose from" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_one_device_is_the_default():
    assert make_strategy(None).num_replicas_in_sync == 1

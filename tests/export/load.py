"""Runs one signature of a SavedModel with the TensorFlow of this Python.

python load.py JOB.json IN.npz OUT.npz
"""

import json
import sys

import numpy as np
import tensorflow as tf


def main(job, arrays, answer):
    with open(job) as file:
        job = json.load(file)
    function = tf.saved_model.load(job["folder"]).signatures[job["signature"]]
    with np.load(arrays, allow_pickle=True) as given:
        inputs = {name: tf.constant(given[name]) for name in given.files}
    outputs = function(**inputs)
    np.savez(answer, **{name: tensor.numpy() for name, tensor in outputs.items()})
    print(tf.__version__)


if __name__ == "__main__":
    main(*sys.argv[1:])

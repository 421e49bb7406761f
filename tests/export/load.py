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
    answers = {}
    with np.load(arrays, allow_pickle=True) as given:
        for call in range(job["calls"]):
            inputs = {n: tf.constant(given[f"{call}.{n}"]) for n in job["inputs"]}
            for name, tensor in function(**inputs).items():
                answers[f"{call}.{name}"] = tensor.numpy()
    np.savez(answer, **answers)


if __name__ == "__main__":
    main(*sys.argv[1:])

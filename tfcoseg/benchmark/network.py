"""What a pair costs over its two encoder passes, which no method could do without."""

from collections.abc import Iterator

import tensorflow as tf

from tfcoseg.applications import CoSegEfficientNetLite2
from tfcoseg.benchmark.timing import Comparison, interleave
from tfcoseg.inference import Predictor
from tfcoseg.samples import pair
from tfcoseg.signature import IMAGE_A, IMAGE_B, TRAINING_SIZE, WORKING_SIZE

TARGET = 1.8


def compare_with_encoder(
    repeats: int, size: int = TRAINING_SIZE, working_size: int = WORKING_SIZE
) -> Iterator[Comparison]:
    """A pair through CoSegEfficientNetLite2, by two passes through its encoder.

    The weights are random, which is as fast. A second comparison, without a target, is
    the use that people make of it: two pictures from disk to masks at their own size.

    Args:
        repeats: rounds of timing.
        size: side of the pictures, in pixels.
        working_size: that of the predictor.
    """
    model = CoSegEfficientNetLite2(weights=None)
    encoder = model.get_layer("siamese_encoder")
    shape = (1, size, size, 3)
    images = {name: tf.random.uniform(shape, 0, 255) for name in (IMAGE_A, IMAGE_B)}
    whole = tf.function(lambda inputs: model(inputs, training=False))
    passes = tf.function(lambda inputs: [encoder.encode(i) for i in inputs.values()])
    timings = interleave(
        {"pair": lambda: whole(images), "two encoders": lambda: passes(images)}, repeats
    )
    ratio = timings["pair"].median / timings["two encoders"].median
    name = f"pair by two encoder passes, {size} x {size}"
    yield Comparison(name, ratio, TARGET, False, timings)

    predictor = Predictor(model, working_size)
    functions = {
        "predict": lambda: predictor.predict(*pair()),
        "two encoders": lambda: passes(images),
    }
    timings = interleave(functions, repeats)
    ratio = timings["predict"].median / timings["two encoders"].median
    name = f"Predictor at {working_size} by the same"
    yield Comparison(name, ratio, timings=timings)

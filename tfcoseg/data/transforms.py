"""What may be done to a picture and its mask: functions `args -> (example -> example)`.

An example is a dict of an `image`, (height, width, 3) in 0..255, uint8 as it was read
or, from the first function on that computes with it, float32; a `mask`, uint8 (height,
width, 1) of 0, 1 and `VOID`; and a `seed`, int32 (2,). Each function returns a new dict
with the same keys. What a random one does depends on its arguments and the seed alone,
and picture and mask always share its geometry.
"""

import tensorflow as tf

# Each transform folds its own number into the seed, so that they draw independently,
# and leaving one out changes nothing about the others.
_CROP, _FLIP, _BRIGHTNESS, _CONTRAST, _SATURATION, _HUE, _GREY = range(7)


def resize(size):
    """Squashes picture and mask to (height, width), or to a square of one number.

    Example:

    >>> image, mask = np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6, 1), np.uint8)
    >>> tuple(resize(2)({"image": image, "mask": mask})["mask"].shape)
    (2, 2, 1)
    """
    size = (size, size) if isinstance(size, int) else tuple(size)

    def apply(example):
        return {**example, **_resized(example["image"], example["mask"], size)}

    return apply


def random_crop(scale=(0.4, 1.0), min_object_covered=0.6, aspect_ratio=(0.75, 1.333)):
    """Keeps a random rectangle that shows most of the object.

    Args:
        scale: least and greatest share of the picture's area that is kept.
        min_object_covered: least share of the box around the object that is kept. Where
            no rectangle is found, the whole picture stays.
        aspect_ratio: least and greatest width / height of the rectangle.

    Example:

    >>> image, mask = np.zeros((40, 60, 3), np.uint8), np.ones((40, 60, 1), np.uint8)
    >>> example = {"image": image, "mask": mask, "seed": [1, 2]}
    >>> cropped = random_crop(scale=(0.5, 0.9))(example)
    >>> 1200 <= cropped["mask"].shape[0] * cropped["mask"].shape[1] <= 2160
    True
    """

    def apply(example):
        image, mask = example["image"], example["mask"]
        begin, size, _ = tf.image.stateless_sample_distorted_bounding_box(
            tf.shape(image),
            _object_box(mask)[None, None],
            seed=_seed(example, _CROP),
            min_object_covered=min_object_covered,
            aspect_ratio_range=aspect_ratio,
            area_range=scale,
        )
        end = begin + size
        window = slice(begin[0], end[0]), slice(begin[1], end[1])
        return {**example, "image": image[window], "mask": mask[window]}

    return apply


def random_flip(probability=0.5):
    """Mirrors left and right with the given probability.

    Example:

    >>> image, mask = np.zeros((1, 2, 3), np.uint8), np.uint8([[[0], [1]]])
    >>> example = {"image": image, "mask": mask, "seed": [1, 2]}
    >>> np.ravel(random_flip(probability=1.0)(example)["mask"]).tolist()
    [1, 0]
    """

    def apply(example):
        drawn = tf.random.stateless_uniform((), _seed(example, _FLIP))
        image, mask = tf.cond(
            drawn < probability,
            lambda: (example["image"][:, ::-1], example["mask"][:, ::-1]),
            lambda: (example["image"], example["mask"]),
        )
        return {**example, "image": image, "mask": mask}

    return apply


def random_colour(brightness=0.15, contrast=0.3, saturation=0.4, hue=0.05, grey=0.1):
    """Changes the colours of the picture; the mask stays.

    Args:
        brightness: greatest change, as a share of full white.
        contrast, saturation: greatest change of a factor of 1, below 1.
        hue: greatest turn, as a share of the colour circle, up to 0.5.
        grey: probability that no colour is left.

    Example:

    >>> image, mask = np.full((2, 2, 3), 200, np.uint8), np.ones((2, 2, 1), np.uint8)
    >>> example = random_colour()({"image": image, "mask": mask, "seed": [1, 2]})
    >>> example["image"].dtype.name, example["mask"] is mask
    ('float32', True)
    """

    def apply(example):
        seeds = [_seed(example, number) for number in range(_BRIGHTNESS, _GREY + 1)]
        image = tf.cast(example["image"], tf.float32) / 255.0
        image = tf.image.stateless_random_brightness(image, brightness, seeds[0])
        # TensorFlow refuses an empty range of contrasts or saturations.
        if contrast:
            image = tf.image.stateless_random_contrast(
                image, 1 - contrast, 1 + contrast, seeds[1]
            )
        # Saturation and hue are defined inside the colour cube only.
        image = tf.clip_by_value(image, 0.0, 1.0)
        if saturation:
            image = tf.image.stateless_random_saturation(
                image, 1 - saturation, 1 + saturation, seeds[2]
            )
        image = tf.image.stateless_random_hue(image, hue, seeds[3])
        if grey:
            colourless = tf.random.stateless_uniform((), seeds[4]) < grey
            image = tf.cond(colourless, lambda: _grey(image), lambda: image)
        return {**example, "image": tf.clip_by_value(image, 0.0, 1.0) * 255.0}

    return apply


def _resized(image, mask, size):
    """The rule: pictures bilinearly with antialiasing, masks by nearest neighbour."""
    image = tf.image.resize(image, size, "bilinear", antialias=True)
    return {
        # TensorFlow leaves the type alone where the size is right already.
        "image": tf.cast(image, tf.float32),
        "mask": tf.image.resize(mask, size, "nearest"),
    }


def _object_box(mask):
    """Returns (top, left, bottom, right) as shares, the whole of an empty mask."""
    there = mask[..., 0] == 1
    spans = [_span(tf.reduce_any(there, axis=1)), _span(tf.reduce_any(there, axis=0))]
    (top, bottom), (left, right) = spans
    return tf.stack([top, left, bottom, right])


def _span(holds):
    """Where the true entries begin and end, as shares; of none of them, (0, 1)."""
    length = tf.shape(holds, tf.int64)[0]
    there = tf.where(holds)[:, 0]
    empty = tf.equal(tf.size(there), 0)
    low = tf.where(empty, tf.zeros_like(length), tf.reduce_min(there))
    high = tf.where(empty, length, tf.reduce_max(there) + 1)
    return tf.cast(low / length, tf.float32), tf.cast(high / length, tf.float32)


def _grey(image):
    return tf.repeat(tf.image.rgb_to_grayscale(image), 3, axis=-1)


def _seed(example, number):
    return tf.random.experimental.stateless_fold_in(example["seed"], number)

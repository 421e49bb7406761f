"""From records on disk to `tf.data` datasets of a model's inputs and truths."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from tfcoseg.data import transforms
from tfcoseg.data.composites import Composites
from tfcoseg.data.pairing import Pair
from tfcoseg.data.record import Record, read_record
from tfcoseg.data.references import reference_masks
from tfcoseg.signature import (
    IMAGE_A,
    IMAGE_B,
    MASK_A,
    MASK_B,
    REFERENCE_A,
    REFERENCE_B,
    TRAINING_SIZE,
    VOID,
)

Transform = Callable[[dict], dict]


def default_augmentation(size: int | tuple[int, int]) -> list[Transform]:
    """What `augment=True` does, resizing to `size` included.

    Only the crop comes before the resizing: a photograph of 12 megapixels is uint8
    until then, and has fewer pixels afterwards.

    Example:

    >>> [step.__qualname__.split(".")[0] for step in default_augmentation(321)]
    ['random_crop', 'resize', 'random_flip', 'random_colour']
    """
    return [
        transforms.random_crop(),
        transforms.resize(size),
        transforms.random_flip(),
        transforms.random_colour(),
    ]


def pair_dataset(
    pairs: Sequence[Pair],
    size: int | tuple[int, int] = TRAINING_SIZE,
    batch_size: int = 4,
    seed: int = 0,
    augment: bool | Sequence[Transform] = True,
    void_value: int | None = None,
    first_index: int = 0,
    drop_remainder: bool = True,
    donors: Sequence[Record] = (),
    distractor_share: float = 0.0,
    swap_share: float = 0.0,
    scene_share: float = 0.0,
    reference_share: float = 0.0,
) -> tf.data.Dataset:
    """Reads, augments, resizes and batches pairs, in their order, once through.

    The two pictures of a pair are augmented independently; but every other pair of a
    picture with itself is augmented alike, to be the same to the pixel. What happens to
    pair i depends on (seed, i) and the donors alone, i counted from `first_index`; so a
    run that stopped after N pairs resumes with `pair_dataset(sample_pairs(...,
    start=N), ..., first_index=N)`.

    Args:
        pairs: see `tfcoseg.data.pairing`. The masks of a negative pair come out empty.
        size: (height, width), or one number for a square.
        batch_size: pairs per batch.
        seed: of the augmentation.
        augment: whether to augment, or transforms of your own, which come before the
            resizing and get the picture as uint8.
        void_value: for records that do not name theirs; see
            `tfcoseg.pictures.read_mask`.
        first_index: the number of the first pair.
        drop_remainder: leave out a last, smaller batch, so that all have one shape.
        donors: records whose objects are pasted into pairs, before the augmentation,
            such as all that `pairs` were sampled from.
        distractor_share: float. Fraction of the pairs in which each picture gets an
            object of another kind; see `tfcoseg.data.composites`. Defaults to 0.
        swap_share: float. Fraction of the positive pairs in which only what is pasted
            into both pictures is in common. Defaults to 0.
        scene_share: float. Fraction of the negative pairs that become one scene with a
            different object in each picture. Defaults to 0.
        reference_share: float. Fraction of the pairs of which a true mask is an input,
            too; see `tfcoseg.data.references`. Defaults to 0.

    Returns:
        A dataset of ({"image_a", "image_b"}, {"mask_a", "mask_b"}); images float32
        (batch, height, width, 3) in 0..255, masks float32 (batch, height, width, 1) of
        0, 1 and `VOID`. With `reference_share`, the inputs also hold "reference_a" and
        "reference_b", float32 (batch, height, width, 1) of 0 and 1; all ones where none
        is given.

    Raises:
        ValueError: if a share is not a probability, or donors are needed and missing.

    Example:

    >>> pairs = sample_pairs(read_folder("my_pictures"), count=4)
    >>> dataset = pair_dataset(pairs, size=64, batch_size=2)
    >>> images, masks = next(iter(dataset))
    >>> tuple(images["image_a"].shape), tuple(masks["mask_b"].shape)
    ((2, 64, 64, 3), (2, 64, 64, 1))
    """
    if not 0 <= reference_share <= 1:
        raise ValueError(
            f"`reference_share` must be in 0..1. Received: {reference_share}"
        )
    pairs = list(pairs)
    steps = _steps(size, augment)
    shares = distractor_share, swap_share, scene_share
    composites = Composites(donors, *shares, seed, void_value)
    positive = tf.constant([pair.positive for pair in pairs], tf.bool)
    # As two frames of a video, where the background is in common, too.
    same = [
        pair.record_a == pair.record_b and (first_index + number) % 2 == 0
        for number, pair in enumerate(pairs)
    ]
    same = tf.constant(same, tf.bool)

    def load(i):
        images, masks = [], []
        sides = _read_pair(pairs, composites, i, i + first_index)
        for side, example in enumerate(sides):
            part = tf.where(same[i], 0, side)
            example["seed"] = _seed(seed, i + first_index, part)
            for step in steps:
                example = step(example)
            images.append(example["image"])
            masks.append(example["mask"])
        inputs = dict(zip((IMAGE_A, IMAGE_B), images))
        if reference_share:
            drawing = positive[i], reference_share, _seed(seed, i + first_index, 2)
            references = reference_masks(masks, *drawing)
            inputs.update(zip((REFERENCE_A, REFERENCE_B), references))
        truths = [_truth(mask, positive[i]) for mask in masks]
        return inputs, dict(zip((MASK_A, MASK_B), truths))

    dataset = tf.data.Dataset.range(len(pairs), output_type=tf.int32)
    dataset = dataset.map(load, num_parallel_calls=tf.data.AUTOTUNE)
    return dataset.batch(batch_size, drop_remainder=drop_remainder).prefetch(2)


def image_dataset(
    records: Sequence[Record],
    size: int | tuple[int, int] = TRAINING_SIZE,
    views: int = 1,
    seed: int = 0,
    augment: bool | Sequence[Transform] = True,
) -> tf.data.Dataset:
    """Reads every record `views` times, each time augmented anew: to cache features of.

    Args:
        records: see `read_folder`.
        size: (height, width), or one number for a square.
        views: how often each record comes, in direct succession.
        seed: of the augmentation; that of a view depends on (seed, record index, view).
        augment: whether to augment, or transforms of your own, as in `pair_dataset`.
            Without it every view is the picture itself.

    Returns:
        A dataset, not batched, of (image, mask, record index, view): float32 (height,
        width, 3) in 0..255, uint8 (height, width, 1) of 0, 1 and `VOID`, int32, int32.

    Example:

    >>> dataset = image_dataset(read_folder("my_pictures"), size=64, views=2)
    >>> image, mask, index, view = next(iter(dataset))
    >>> tuple(image.shape), int(index), int(view), int(dataset.cardinality())
    ((64, 64, 3), 0, 0, 8)
    """
    records = list(records)
    steps = _steps(size, augment)

    def load(i):
        index, view = i // views, i % views
        example = _read(records, index)
        example["seed"] = _seed(seed, index, view)
        for step in steps:
            example = step(example)
        return example["image"], example["mask"], index, view

    dataset = tf.data.Dataset.range(len(records) * views, output_type=tf.int32)
    dataset = dataset.map(load, num_parallel_calls=tf.data.AUTOTUNE)
    return dataset.prefetch(tf.data.AUTOTUNE)


def _steps(size, augment):
    if augment is True:
        return default_augmentation(size)
    return [*(augment or ()), transforms.resize(size)]


def _read_pair(pairs, composites, index, number):
    """Reads a pair inside a graph: an example of each side."""

    def read(i, number):
        (image_a, mask_a), (image_b, mask_b) = composites.read(pairs[i], number)
        return image_a, mask_a[..., None], image_b, mask_b[..., None]

    types = (tf.uint8,) * 4
    arrays = tf.numpy_function(read, [index, number], types)
    return _example(*arrays[:2]), _example(*arrays[2:])


def _read(records, index):
    """Reads a record inside a graph."""

    def read(i):
        image, mask = read_record(records[i])
        return image, mask[..., None]

    return _example(*tf.numpy_function(read, [index], (tf.uint8, tf.uint8)))


def _example(image, mask):
    image.set_shape((None, None, 3))
    mask.set_shape((None, None, 1))
    return {"image": image, "mask": mask}


def _seed(seed, index, part):
    """An int32 pair for `part` (a side or a view) of example `index`."""
    seed = tf.stack([tf.constant(seed, tf.int32), index])
    return tf.random.experimental.stateless_fold_in(seed, part)


def _truth(mask, positive):
    """The mask itself; of a negative pair only its void, with no object."""
    keep = tf.logical_or(positive, mask == VOID)
    return tf.cast(tf.where(keep, mask, tf.zeros_like(mask)), tf.float32)

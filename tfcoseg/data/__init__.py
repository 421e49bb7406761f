"""Pictures in folders, pairs of them, and the way from there to a model.

Names are imported when they are first asked for: folders and pairs need no TensorFlow.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what `__getattr__` does, for those who read and do not run
    from tfcoseg.data.co_occurrence import may_share_object as may_share_object
    from tfcoseg.data.duplicates import duplicate_images as duplicate_images
    from tfcoseg.data.folder import read_folder as read_folder
    from tfcoseg.data.folds import split_fold as split_fold
    from tfcoseg.data.joint import joint_groups as joint_groups
    from tfcoseg.data.leaving_out import read_ids as read_ids
    from tfcoseg.data.negatives import wrong_partners as wrong_partners
    from tfcoseg.data.pairing import make_pairs as make_pairs
    from tfcoseg.data.pairs import ImageSet as ImageSet
    from tfcoseg.data.pairs import Pair as Pair
    from tfcoseg.data.pairs import all_pairs as all_pairs
    from tfcoseg.data.pairs import consecutive_pairs as consecutive_pairs
    from tfcoseg.data.pipeline import default_augmentation as default_augmentation
    from tfcoseg.data.pipeline import image_dataset as image_dataset
    from tfcoseg.data.pipeline import pair_dataset as pair_dataset
    from tfcoseg.data.record import Record as Record
    from tfcoseg.data.sampling import sample_pairs as sample_pairs
    from tfcoseg.data.transforms import random_colour as random_colour
    from tfcoseg.data.transforms import random_crop as random_crop
    from tfcoseg.data.transforms import random_flip as random_flip
    from tfcoseg.data.transforms import resize as resize

_HOMES = {
    "ImageSet": "pairs",
    "Pair": "pairs",
    "Record": "record",
    "all_pairs": "pairs",
    "consecutive_pairs": "pairs",
    "default_augmentation": "pipeline",
    "duplicate_images": "duplicates",
    "image_dataset": "pipeline",
    "joint_groups": "joint",
    "make_pairs": "pairing",
    "may_share_object": "co_occurrence",
    "pair_dataset": "pipeline",
    "random_colour": "transforms",
    "random_crop": "transforms",
    "random_flip": "transforms",
    "read_folder": "folder",
    "read_ids": "leaving_out",
    "resize": "transforms",
    "sample_pairs": "sampling",
    "split_fold": "folds",
    "wrong_partners": "negatives",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name in _HOMES:
        module = importlib.import_module(f"{__name__}.{_HOMES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

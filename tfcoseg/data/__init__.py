"""Pictures in folders, pairs of them, and the way from there to a model.

Names are imported when they are first asked for: folders and pairs need no TensorFlow.
"""

import importlib

_HOMES = {
    "Pair": "pairing",
    "Record": "folder",
    "all_pairs": "pairing",
    "consecutive_pairs": "pairing",
    "default_augmentation": "pipeline",
    "duplicate_images": "duplicates",
    "image_dataset": "pipeline",
    "may_share_object": "co_occurrence",
    "pair_dataset": "pipeline",
    "random_colour": "transforms",
    "random_crop": "transforms",
    "random_flip": "transforms",
    "read_folder": "folder",
    "resize": "transforms",
    "sample_pairs": "pairing",
    "wrong_partners": "pairing",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name in _HOMES:
        module = importlib.import_module(f"{__name__}.{_HOMES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

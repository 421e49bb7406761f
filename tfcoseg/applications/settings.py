"""Weights files that know which model they are for."""

import json
import os

import h5py
import keras

_ATTRIBUTE = "tfcoseg_settings"


def settings_of(model: keras.Model) -> dict:
    """The arguments of `CoSeg` that make a model, as far as its weights need them.

    Example:

    >>> from tfcoseg.applications import CoSegVGG16
    >>> settings_of(CoSegVGG16())["decoder_filters"]
    (256, 128, 64)
    """
    encoder = model.get_layer("siamese_encoder")
    xcorr = model.get_layer("pyramid_xcorr")
    decoder = model.get_layer("mask_decoder")
    return {
        "backbone": encoder.backbone,
        "features": encoder.features,
        "descriptors": encoder.descriptors,
        "skips": encoder.skips,
        "branch_from": encoder.branch_from,
        "output_stride": encoder.output_stride,
        "filters": xcorr.filters,
        "kernel_sizes": xcorr.kernel_sizes,
        "normalization": xcorr.normalization,
        "decoder_filters": decoder.filters,
        "context": decoder.context,
        "name": model.name,
    }


def save_weights(model: keras.Model, path: str | os.PathLike) -> None:
    """As `model.save_weights`, with the model's settings in the file.

    Args:
        model: a model of `tfcoseg.applications`.
        path: the `.weights.h5` file to write; replaced if it exists.

    Example:

    >>> from tfcoseg.applications import CoSegEfficientNetLite0, load_model
    >>> save_weights(CoSegEfficientNetLite0(weights=None), "mine.weights.h5")
    >>> load_model("mine.weights.h5").name
    'coseg_efficientnet_lite0'
    """
    model.save_weights(path, overwrite=True)
    with h5py.File(path, "a") as file:
        file.attrs[_ATTRIBUTE] = json.dumps(settings_of(model))


def read_settings(path: str | os.PathLike) -> dict | None:
    """What `save_weights` left in a file; None where there is nothing."""
    if not os.path.isfile(path) or not h5py.is_hdf5(path):
        return None
    with h5py.File(path) as file:
        text = file.attrs.get(_ATTRIBUTE)
    return None if text is None else json.loads(text)

"""What of a network trains, and the model through which it does."""

import keras

from tfcoseg.applications.coseg import compare
from tfcoseg.signature import (
    IMAGE_A,
    IMAGE_B,
    MASK_A,
    MASK_B,
    REFERENCE_A,
    REFERENCE_B,
)


def training_model(network: keras.Model, references: bool = False) -> keras.Model:
    """A model that shares the network's layers: one comparison, and no verification.

    The weights are those of any number of comparisons, and this one is the cheapest.

    Args:
        network: a model of `tfcoseg.applications`.
        references: whether it takes "reference_a" and "reference_b", too.
    """
    sizes = {IMAGE_A: 3, IMAGE_B: 3}
    if references:
        sizes |= {REFERENCE_A: 1, REFERENCE_B: 1}
    inputs = {n: keras.Input((None, None, c), name=n) for n, c in sizes.items()}
    images = {name: inputs[name] for name in (IMAGE_A, IMAGE_B)}
    masks = {name: inputs[name] for name in inputs if name not in images}
    encoder = network.get_layer("siamese_encoder")
    affinity = encoder.descriptors and network.get_layer("semantic_affinity")
    parts = network.get_layer("pyramid_xcorr"), network.get_layer("mask_decoder")
    found = compare((*parts, affinity), encoder(*images.values()), images, masks)
    return keras.Model(inputs, dict(zip((MASK_A, MASK_B), found)), name="training")


def set_trainable(network: keras.Model, stage: str) -> None:
    """Lets train what a stage trains.

    Args:
        network: a model of `tfcoseg.applications`, changed in place.
        stage: "head", all but the encoder; "upper", also the encoder's branch, or where
            it has none its layers above the deepest skip; "finetune", all but the trunk
            of an encoder with a branch and the statistics of batch normalisation:
            those of a few pairs are noise.
    """
    encoder = network.get_layer("siamese_encoder")
    for layer in network._flatten_layers():
        layer.trainable = True
    if encoder.branch is not None:
        # The descriptors keep what the backbone has learnt from many more pictures.
        encoder.trunk.trainable = False
        encoder.branch.trainable = stage != "head"
    elif stage == "head":
        encoder.trunk.trainable = False
    elif stage == "upper":
        for layer in encoder.layers_up_to_skips():
            layer.trainable = False
    if stage == "finetune":
        for layer in network.get_layer("mask_decoder")._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False

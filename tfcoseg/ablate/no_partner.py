"""The correlation switched off, as a layer that is trained so."""

import keras

from tfcoseg.layers import PyramidXCorr


@keras.saving.register_keras_serializable(package="tfcoseg")
class NoPartner(PyramidXCorr):
    """phi_2 of the image's own embedding: `PyramidXCorr` without its partner.

    It has the weights of `PyramidXCorr`, and each image's result is the same with any
    partner. `tfcoseg.applications.endpoints.correlate` does so to a model that was
    trained with a partner, if it gets no kernel.

    Args, call arguments, input and output shape as `PyramidXCorr`.

    Example:

    >>> layer = NoPartner(8)
    >>> a, b = layer(np.ones((2, 9, 7, 4)), np.ones((2, 6, 6, 4)))
    >>> tuple(a.shape), tuple(b.shape)
    ((2, 9, 7, 8), (2, 6, 6, 8))
    """

    def __init__(self, filters, **kwargs):
        kwargs.setdefault("name", "no_partner")
        super().__init__(filters, **kwargs)

    def call(self, features_a, features_b, reference_a=None, reference_b=None):
        return (
            self.phi_2(self.embed(features_a)),
            self.phi_2(self.embed(features_b)),
        )

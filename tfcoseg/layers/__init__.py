"""The Keras layers of the network."""

from tfcoseg.layers.mask_decoder import MaskDecoder as MaskDecoder
from tfcoseg.layers.pyramid_xcorr import PyramidXCorr as PyramidXCorr
from tfcoseg.layers.semantic_affinity import SemanticAffinity as SemanticAffinity
from tfcoseg.layers.siamese_encoder import SiameseEncoder as SiameseEncoder
from tfcoseg.layers.verification import Verification as Verification

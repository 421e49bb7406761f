"""Masks as COCO writes them in JSON: run lengths and polygons; NumPy only."""

from tfcoseg.coco.polygons import polygons as polygons
from tfcoseg.coco.rle import decode_rle as decode_rle
from tfcoseg.coco.rle import encode_rle as encode_rle

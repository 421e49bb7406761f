"""The ablation: what each part of the network is worth, and what the paper claims.

Cells that differ in one thing each are trained on the same cached features of a frozen
encoder, for the same number of steps, and judged on pictures that no benchmark uses.
"""

from tfcoseg.ablate.cells import CELLS as CELLS
from tfcoseg.ablate.cells import Cell as Cell
from tfcoseg.ablate.cells import find_cells as find_cells
from tfcoseg.ablate.grid import run as run
from tfcoseg.ablate.heads import build_head as build_head
from tfcoseg.ablate.no_partner import NoPartner as NoPartner
from tfcoseg.ablate.non_local import NonLocal as NonLocal
from tfcoseg.ablate.settings import Settings as Settings
from tfcoseg.ablate.table import format_caption as format_caption
from tfcoseg.ablate.table import format_table as format_table
from tfcoseg.ablate.table import summarise as summarise

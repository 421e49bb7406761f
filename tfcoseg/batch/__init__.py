"""Many pictures from and to the disk: groups, what was written, and going on."""

from tfcoseg.batch.sources import Group as Group
from tfcoseg.batch.sources import NoPictures as NoPictures
from tfcoseg.batch.sources import csv_pairs as csv_pairs
from tfcoseg.batch.sources import find_pictures as find_pictures
from tfcoseg.batch.sources import subfolder_groups as subfolder_groups

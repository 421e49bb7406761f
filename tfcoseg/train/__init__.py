"""One recipe: from folders of pictures and masks to trained weights."""

from tfcoseg.train.recipe import Recipe as Recipe
from tfcoseg.train.recipe import train as train
from tfcoseg.train.run_folder import RunFolder as RunFolder

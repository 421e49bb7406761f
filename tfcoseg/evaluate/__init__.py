"""How good a model is on a folder of pictures with masks, with the usual protocols."""

from tfcoseg.evaluate.cache import open_cache as open_cache
from tfcoseg.evaluate.judge import Judgement as Judgement
from tfcoseg.evaluate.protocol import Protocol as Protocol
from tfcoseg.evaluate.run import Evaluation as Evaluation
from tfcoseg.evaluate.run import evaluate_folder as evaluate_folder
from tfcoseg.evaluate.scores import Counts as Counts
from tfcoseg.evaluate.scores import averages as averages
from tfcoseg.evaluate.scores import count_pixels as count_pixels
from tfcoseg.evaluate.scores import emptiness as emptiness
from tfcoseg.evaluate.sizes import evaluate_sizes as evaluate_sizes
from tfcoseg.evaluate.thresholds import threshold_curve as threshold_curve

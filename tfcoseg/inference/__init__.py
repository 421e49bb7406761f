"""From pictures of any kind to masks at their own size."""

from tfcoseg.inference.predictor import Predictor as Predictor
from tfcoseg.inference.results import Encoded as Encoded
from tfcoseg.inference.results import Explanation as Explanation
from tfcoseg.inference.results import Find as Find
from tfcoseg.inference.results import GroupResult as GroupResult
from tfcoseg.inference.results import PairResult as PairResult

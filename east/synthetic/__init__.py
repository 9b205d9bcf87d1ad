"""Problems of known density: true probabilities, and with them the best reachable score and rule of any metric."""

from east.synthetic.best import Best
from east.synthetic.grid import Grid
from east.synthetic.over_view import BestOverView, best_over_view
from east.synthetic.overlapping import CLASSES, FEATURES, PRIORS, overlapping_gaussians, posterior
from east.synthetic.presets import DEFAULT_PRESET, PRESETS, Preset
from east.synthetic.problem import DEFAULT_ROWS, DEFAULT_TEST_ROWS, LABEL, Problem, make_problem
from east.synthetic.ranges import RANGES, Range
from east.synthetic.shapes import SHAPES, Shape

__all__ = [
    "CLASSES",
    "DEFAULT_PRESET",
    "DEFAULT_ROWS",
    "DEFAULT_TEST_ROWS",
    "FEATURES",
    "LABEL",
    "PRESETS",
    "PRIORS",
    "RANGES",
    "SHAPES",
    "Best",
    "BestOverView",
    "Grid",
    "Preset",
    "Problem",
    "Range",
    "Shape",
    "best_over_view",
    "make_problem",
    "overlapping_gaussians",
    "posterior",
]

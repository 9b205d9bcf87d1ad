"""Facts in, plotly figures out: plain data for `Plotly.react`, each with a text alternative."""

from east.figures.bars import class_balance_figure, score_figure
from east.figures.curves import QUANTITIES, arm_series, curve_figure
from east.figures.matrices import (
    NORMALISATIONS,
    difference_figure,
    matrix_figure,
    normalised,
    order_by_confusion,
)
from east.figures.palette import DARK, LIGHT, Figure, Theme
from east.figures.script import plotly_script
from east.figures.surrogate import annealing_figure, heaviside_figure, heaviside_knots

__all__ = [
    "DARK",
    "LIGHT",
    "NORMALISATIONS",
    "QUANTITIES",
    "Figure",
    "Theme",
    "annealing_figure",
    "arm_series",
    "class_balance_figure",
    "curve_figure",
    "difference_figure",
    "heaviside_figure",
    "heaviside_knots",
    "matrix_figure",
    "normalised",
    "order_by_confusion",
    "plotly_script",
    "score_figure",
]

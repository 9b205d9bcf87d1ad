"""Plotly figures as plain data for `Plotly.react`, each with a text alternative."""

from east.figures.bars import class_balance_figure, score_figure
from east.figures.comparison import class_change_figure, paired_figure
from east.figures.curves import QUANTITIES, arm_series, curve_figure
from east.figures.matrices import (
    NORMALISATIONS,
    difference_figure,
    matrix_figure,
    normalised,
    order_by_confusion,
)
from east.figures.microscope import cross_effect_figure, gradient_figure, row_heaviside_figure
from east.figures.ordering import MANY_CLASSES, ClassOrder, class_order
from east.figures.palette import DARK, LIGHT, Figure, Theme
from east.figures.problem import problem_figure
from east.figures.regions import region_difference_figure, region_figure
from east.figures.script import plotly_script
from east.figures.simplex import probabilities_at, shade_points, simplex_figure
from east.figures.sizes import size_figure
from east.figures.square import color_ends, square_figure
from east.figures.surrogate import annealing_figure, heaviside_figure, heaviside_knots
from east.figures.sweeps import frontier_figure, grid_figure

__all__ = [
    "DARK",
    "LIGHT",
    "MANY_CLASSES",
    "NORMALISATIONS",
    "QUANTITIES",
    "ClassOrder",
    "Figure",
    "Theme",
    "annealing_figure",
    "arm_series",
    "class_balance_figure",
    "class_change_figure",
    "class_order",
    "color_ends",
    "cross_effect_figure",
    "curve_figure",
    "difference_figure",
    "frontier_figure",
    "gradient_figure",
    "grid_figure",
    "heaviside_figure",
    "heaviside_knots",
    "matrix_figure",
    "normalised",
    "order_by_confusion",
    "paired_figure",
    "plotly_script",
    "probabilities_at",
    "problem_figure",
    "region_difference_figure",
    "region_figure",
    "row_heaviside_figure",
    "score_figure",
    "shade_points",
    "simplex_figure",
    "size_figure",
    "square_figure",
]

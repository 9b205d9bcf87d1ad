"""One row of a batch under the microscope: its way into the soft matrix, and what each loss wants of it."""

from east.microscope.anatomy import Anatomy, anatomy
from east.microscope.batch import Batch, LossSetup
from east.microscope.effects import cross_effect, gradients_if_moved
from east.microscope.examples import (
    EXAMPLE_CLASSES,
    batch_around,
    example_batch,
    example_setup,
    moved_towards,
    rebalanced,
)
from east.microscope.gradients import KINDS, Gradient, gradient_at, row_gradients, soft_matrix
from east.microscope.simplex import STARVED_SHARE, Field, field_of, simplex_points

__all__ = [
    "EXAMPLE_CLASSES",
    "KINDS",
    "STARVED_SHARE",
    "Anatomy",
    "Batch",
    "Field",
    "Gradient",
    "LossSetup",
    "anatomy",
    "batch_around",
    "cross_effect",
    "example_batch",
    "example_setup",
    "field_of",
    "gradient_at",
    "gradients_if_moved",
    "moved_towards",
    "rebalanced",
    "row_gradients",
    "simplex_points",
    "soft_matrix",
]

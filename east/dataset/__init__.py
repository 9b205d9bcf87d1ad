"""A table and a target to split, encoded numbers."""

from east.dataset.encoding import Encoder
from east.dataset.preparing import Choices, Dataset, Part, prepare, prepare_arrays, prepare_choices

__all__ = ["Choices", "Dataset", "Encoder", "Part", "prepare", "prepare_arrays", "prepare_choices"]

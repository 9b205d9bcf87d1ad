"""A table and a target to split, encoded numbers; and the plain facts of a table before that."""

from east.dataset.encoding import Encoder
from east.dataset.facts import ClassFacts, ColumnFacts, Concern, Profile, TargetGuess
from east.dataset.preparing import Choices, Dataset, Part, prepare, prepare_arrays, prepare_choices
from east.dataset.profiling import profile

__all__ = [
    "Choices",
    "ClassFacts",
    "ColumnFacts",
    "Concern",
    "Dataset",
    "Encoder",
    "Part",
    "Profile",
    "TargetGuess",
    "prepare",
    "prepare_arrays",
    "prepare_choices",
    "profile",
]

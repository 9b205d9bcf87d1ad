"""A table and a target to split, encoded numbers; and the profile of a table before that."""

from east.dataset.encoding import Encoder
from east.dataset.facts import ClassFacts, ColumnFacts, Concern, Profile, TargetGuess
from east.dataset.fresh import with_test
from east.dataset.outline import Choices, Outline, outline
from east.dataset.preparing import Dataset, Part, prepare, prepare_arrays, prepare_choices
from east.dataset.profiling import profile
from east.dataset.regions import RegionPoints, Regions, RegionView, region_columns, region_view
from east.dataset.telling import number_text, profile_text, size_text, span_text

__all__ = [
    "Choices",
    "ClassFacts",
    "ColumnFacts",
    "Concern",
    "Dataset",
    "Encoder",
    "Outline",
    "Part",
    "Profile",
    "RegionPoints",
    "RegionView",
    "Regions",
    "TargetGuess",
    "number_text",
    "outline",
    "prepare",
    "prepare_arrays",
    "prepare_choices",
    "profile",
    "profile_text",
    "region_columns",
    "region_view",
    "size_text",
    "span_text",
    "with_test",
]

"""The verdict: a kind for programs, and sentences for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "better",  # than every rival; between ways: training for the metric was the step that helped
    "better_model",  # the same for the models of one seed, which does not judge the losses
    "better_than_some",  # than some rivals, undecided against the others
    "weighting_enough",
    "rule_enough",  # deciding for the metric with the networks of a simpler loss
    "both",  # training for the metric and deciding for it
    "ensemble",  # an ensemble improves on one network
    "anchor_enough",  # EAST's anchor without the soft matrix
    "simpler_enough",  # another rival beats cross-entropy, and the subject is not shown to beat that rival
    "worse",  # than at least one rival
    "worse_model",
    "equal",  # no difference shown, and the intervals exclude one larger than EQUAL
    "undecided",
    "too_few_rows",
    "alone",  # no other arm to compare with
]


SUFFICED: dict[str, Kind] = {
    "weighting": "weighting_enough",
    "anchor": "anchor_enough",
    "simpler": "simpler_enough",
}
# If all differences are within one point, the verdict is "equal for practical purposes".
EQUAL = 0.01


@dataclass(frozen=True)
class Verdict:
    """A kind for programs, a headline of one sentence, and sentences with the evidence."""

    kind: Kind
    headline: str
    details: tuple[str, ...]

    @property
    def text(self) -> str:
        """The headline followed by its details."""
        return " ".join((self.headline, *self.details))

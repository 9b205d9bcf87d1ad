"""What a verdict is: a kind for the programs, and sentences for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "better",  # than every rival; among ways: training for the metric got you there
    "better_model",  # the same of one seed's models: nothing is known of the losses
    "better_than_some",  # than some, and with the others undecided
    "weighting_enough",
    "rule_enough",  # deciding for the metric on a simpler loss's networks
    "both",  # training for the metric and deciding for it
    "ensemble",  # an ensemble adds to what one network can do
    "anchor_enough",  # EAST's anchor without the soft matrix
    "simpler_enough",  # another rival beats cross-entropy, and the subject is not shown to beat that rival
    "worse",  # than at least one rival
    "worse_model",
    "equal",  # no difference, and none larger than EQUAL can hide
    "undecided",
    "too_few_rows",
    "alone",  # nobody to compare with
]


SUFFICED: dict[str, Kind] = {
    "weighting": "weighting_enough",
    "anchor": "anchor_enough",
    "simpler": "simpler_enough",
}
# Differences all within one point are called equal for practical purposes.
EQUAL = 0.01


@dataclass(frozen=True)
class Verdict:
    """A kind for the programs, a headline of one sentence, and the sentences that back it."""

    kind: Kind
    headline: str
    details: tuple[str, ...]

    @property
    def text(self) -> str:
        """The headline and its details, one after the other."""
        return " ".join((self.headline, *self.details))

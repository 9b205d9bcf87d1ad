"""An arm of a race: a loss, the metric it is trained for and judged by, and a decision rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

from east.errors import no_such
from east.losses import LOSSES, LossSpec
from east.metrics import Metric
from east.options import Option
from east.rules import RULES

PLAIN_RULE = "argmax"
MEMBERS = Option(
    "Members of an ensemble",
    "Number of networks in an ensemble, which decides by their mean probabilities; above 1, every arm also races "
    "as an ensemble.",
    kind="whole",
    least=1,
    example="5",
)


@dataclass(frozen=True)
class Arm:
    """A loss, a metric and a decision rule; arms of the same loss and metric share their networks.

    Args:
        loss: a key of LOSSES.
        metric: metric that the networks are trained for, the rule is fitted for, and the arm is judged by.
        rule: a key of RULES.
        members: 1 for each lane alone; above 1, an ensemble that decides by the mean probabilities.

    Raises:
        SettingError: for a loss or a rule that does not exist, or fewer than one member.
    """

    loss: str
    metric: Metric
    rule: str = PLAIN_RULE
    members: int = 1

    def __post_init__(self) -> None:
        """Refuse unknown losses and rules."""
        for kind, name, table in (("loss", self.loss, LOSSES), ("decision rule", self.rule, RULES)):
            if name not in table:
                raise no_such(kind, name, table)
        MEMBERS.check("members", self.members)

    @property
    def ensemble(self) -> bool:
        """Whether the arm is an ensemble of several networks."""
        return self.members > 1

    @property
    def key(self) -> str:
        """Name for people and files, "loss" or "loss+rule"; code passes the arm itself."""
        rule = () if self.rule == PLAIN_RULE else (self.rule,)
        return "+".join((self.loss, *rule, *(("ensemble",) if self.ensemble else ())))

    @property
    def label(self) -> str:
        """The name people read."""
        loss = LOSSES[self.loss].label + (" ensemble" if self.ensemble else "")
        return loss if self.rule == PLAIN_RULE else f"{loss} with {RULES[self.rule].label}"

    @property
    def spec(self) -> LossSpec:
        """The entry of its loss in LOSSES."""
        return LOSSES[self.loss]

    @property
    def networks(self) -> Arm:
        """The arm that trains its networks: the same loss and metric, each lane alone, by the plain argmax."""
        return replace(self, rule=PLAIN_RULE, members=1)

    @property
    def plain(self) -> bool:
        """Whether the arm is a loss alone, without a fitted rule and without an ensemble."""
        return self == self.networks

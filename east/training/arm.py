"""What races: a loss, the metric it is trained for and judged by, and the rule that decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from east.errors import SettingError
from east.losses import LOSSES, LossSpec
from east.metrics import Metric
from east.options import Option
from east.rules import RULES

PLAIN_RULE = "argmax"
MEMBERS = Option(
    "Members of an ensemble",
    "Networks whose mean probabilities decide; above 1 every arm also races as such an ensemble.",
    kind="whole",
    least=1,
    example="5",
)


@dataclass(frozen=True)
class Arm:
    """One way to a prediction; arms of the same loss and metric share their networks.

    Args:
        loss: a key of LOSSES.
        metric: what it is trained for, its rule is fitted for, and it is judged by.
        rule: a key of RULES.
        members: networks whose mean probabilities decide; 1 is each lane alone, more are an ensemble.

    Raises:
        SettingError: for a loss or a rule that does not exist, or fewer than one member.
    """

    loss: str
    metric: Metric
    rule: str = PLAIN_RULE
    members: int = 1

    def __post_init__(self) -> None:
        """Refuse names that are not known."""
        for kind, name, table in (("loss", self.loss, LOSSES), ("rule", self.rule, RULES)):
            if name not in table:
                raise SettingError(f"There is no such {kind}", repr(name), f"choose from {', '.join(table)}")
        MEMBERS.check("members", self.members)

    @property
    def ensemble(self) -> bool:
        """Whether several networks decide together."""
        return self.members > 1

    @property
    def key(self) -> str:
        """A name for people and files, "loss" or "loss+rule"; code passes the arm itself."""
        rule = () if self.rule == PLAIN_RULE else (self.rule,)
        return "+".join((self.loss, *rule, *(("ensemble",) if self.ensemble else ())))

    @property
    def label(self) -> str:
        """The name people read."""
        loss = LOSSES[self.loss].label + (" ensemble" if self.ensemble else "")
        return loss if self.rule == PLAIN_RULE else f"{loss} with {RULES[self.rule].label}"

    @property
    def spec(self) -> LossSpec:
        """What LOSSES says of its loss."""
        return LOSSES[self.loss]

    @property
    def networks(self) -> Arm:
        """The arm whose lanes it reads: the same loss and metric, each lane alone, by the plain argmax."""
        return replace(self, rule=PLAIN_RULE, members=1)

    @property
    def plain(self) -> bool:
        """Whether nothing but the loss is at work: no fitted rule and no ensemble."""
        return self == self.networks

"""What races: a loss, the metric it is trained for and judged by, and the rule that decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from east.errors import SettingError
from east.losses import LOSSES, LossSpec
from east.metrics import Metric
from east.rules import RULES

PLAIN_RULE = "argmax"


@dataclass(frozen=True)
class Arm:
    """One way to a prediction; arms of the same loss and metric share their networks.

    Args:
        loss: a key of LOSSES.
        metric: what it is trained for, its rule is fitted for, and it is judged by.
        rule: a key of RULES.
        ensemble: whether the mean probabilities of all its lanes decide, instead of each lane alone.

    Raises:
        SettingError: for a loss or a rule that does not exist.
    """

    loss: str
    metric: Metric
    rule: str = PLAIN_RULE
    ensemble: bool = False

    def __post_init__(self) -> None:
        """Refuse names that are not known."""
        for kind, name, table in (("loss", self.loss, LOSSES), ("rule", self.rule, RULES)):
            if name not in table:
                raise SettingError(f"There is no such {kind}", repr(name), f"choose from {', '.join(table)}")

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
        return replace(self, rule=PLAIN_RULE, ensemble=False)

    @property
    def plain(self) -> bool:
        """Whether nothing but the loss is at work: no fitted rule and no ensemble."""
        return self == self.networks

"""The size sweep: where training for the metric pays, and from which network size on a rule does as well."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from east.comparison.differences import Difference
from east.comparison.intervals import holm
from east.comparison.race import race_from
from east.comparison.resampling import DRAWS
from east.comparison.scores import Comparison, Score, compare
from east.errors import SettingError

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.metrics import Metric
    from east.training import Arm, Outcome, Scorecard, TrainConfig

WIDTHS: tuple[tuple[int, ...], ...] = ((), (4,), (16,), (64, 64))
RULES_TRIED = ("metric", "expected")
SLICES = 50
"""How often a training of one size reports on its way."""


@dataclass(frozen=True)
class SizePoint:
    """The race at one size of the network.

    Args:
        hidden: widths of its hidden layers.
        parameters: how many it has.
        comparison: EAST by argmax against all others.
        rule: the rule under which the reference scored highest on the test part; hindsight in its favour.
        reference, subject: the two losses by argmax.
        scorecards: of a linear network, the first seed's of each loss; else ().
    """

    hidden: tuple[int, ...]
    parameters: int
    comparison: Comparison
    rule: str
    reference: Arm
    subject: Arm
    scorecards: tuple[Scorecard, ...] = ()

    @property
    def label(self) -> str:
        """The size in words."""
        return size_label(self.hidden)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Both losses by argmax and under the rule: the reference, the same ruled, the subject, the same ruled."""
        return tuple(
            arm for own in (self.reference, self.subject) for arm in (own, replace(own, rule=self.rule))
        )

    @property
    def scores(self) -> tuple[Score, ...]:
        """The scores of `arms`, in their order."""
        return tuple(self.comparison.score(arm) for arm in self.arms)

    @property
    def lead(self) -> Difference:
        """The subject by argmax minus the reference with its best rule."""
        return self.comparison.difference(replace(self.reference, rule=self.rule))


@dataclass(frozen=True)
class SizeSweep:
    """The points of a sweep, in the order of the sizes asked for."""

    metric: Metric
    points: tuple[SizePoint, ...]

    @property
    def leads(self) -> tuple[Difference, ...]:
        """The lead at each size, corrected for the number of sizes too."""
        own = [point.lead for point in self.points]
        adjusted = holm(np.array([lead.adjusted_p for lead in own]))
        return tuple(replace(lead, adjusted_p=float(p)) for lead, p in zip(own, adjusted, strict=True))

    @property
    def sentence(self) -> str:
        """Say where the subject's lead over the reference with its best rule ends."""
        return lead_sentence(self)


@dataclass(frozen=True)
class SizeProgress:
    """How far a sweep is: the size in training, the share of all steps done, and the points finished so far."""

    hidden: tuple[int, ...]
    share: float
    points: tuple[SizePoint, ...]


def sweep_sizes(
    dataset: Dataset,
    base: TrainConfig,
    widths: Sequence[Sequence[int]] = WIDTHS,
    *,
    rules: Sequence[str] = RULES_TRIED,
    draws: int = DRAWS,
) -> Generator[SizeProgress, None, SizeSweep]:
    """Train cross-entropy and EAST side by side at each size, on the same rows, seeds and batches.

    A linear network is linear in the columns only where the dataset was prepared with
    `numeric_encoding="scaled"`. It yields its progress some tens of times a size, and may be closed at any
    of them; its return value is the sweep.

    Args:
        dataset: the encoded table; its test part judges.
        base: every other setting.
        widths: widths of the hidden layers, one tuple a size, () for a linear network.
        rules: keys of RULES that both losses are decided by beside the argmax.
        draws: bootstrap replicates.

    Raises:
        SettingError: for no size or the same one twice, no rule, or a test part without rows.
    """
    sizes = tuple(tuple(hidden) for hidden in widths)
    if not 0 < len(sizes) == len(set(sizes)):
        raise SettingError("A size sweep needs one size or more, each once", sizes)
    if not rules or "argmax" in rules:
        raise SettingError(
            "A size sweep needs a rule beside the argmax", tuple(rules), "use metric or expected"
        )
    points: tuple[SizePoint, ...] = ()
    for hidden in sizes:
        outcome = yield from _trained(dataset, _config(base, hidden, rules), hidden, len(sizes), points)
        points = (*points, _point(outcome, dataset, hidden, draws))
    yield SizeProgress(sizes[-1], 1.0, points)
    return SizeSweep(base.metric, points)


def size_label(hidden: Sequence[int]) -> str:
    """Name a size: "linear", "4 units" or "64-64"."""
    if not hidden:
        return "linear"
    return (
        f"{hidden[0]} unit{'s' if hidden[0] > 1 else ''}" if len(hidden) == 1 else "-".join(map(str, hidden))
    )


def lead_sentence(sweep: SizeSweep) -> str:
    """Say in one sentence at which sizes the lead is shown, and from which on it is not."""
    factor, unit = sweep.metric.unit
    leads = list(zip(sweep.points, sweep.leads, strict=True))
    shown = [place for place, (_, lead) in enumerate(leads) if lead.conclusion == "better"]
    subject = sweep.points[0].subject.label
    rival = f"{sweep.points[0].reference.label.lower()} with its best rule"
    behind = [f"{factor * -lead.value:.1f} {unit} at {point.label}" for point, lead in leads
              if lead.conclusion == "worse"]  # fmt: skip
    tail = f"; it is behind by {_and(behind)}" if behind else ""
    if not shown:
        return f"{subject} is not shown to lead {rival} at any of these sizes{tail}."
    amounts = [f"{factor * leads[place][1].value:.1f}{f' {unit}' if place == shown[0] else ''} at "
               f"{leads[place][0].label}" for place in shown]  # fmt: skip
    text = f"{subject} leads {rival} by {_and(amounts)}"
    if shown == list(range(len(shown))) and len(shown) < len(leads):
        first = leads[len(shown)][0].label
        where = f"at {first}" if len(shown) + 1 == len(leads) else f"from {first} on"
        return f"{text}; {where} no lead is shown{tail}."
    return f"{text}{'' if len(shown) == len(leads) else '; at no other size is a lead shown'}{tail}."


def _config(base: TrainConfig, hidden: tuple[int, ...], rules: Sequence[str]) -> TrainConfig:
    return replace(
        base, hidden=hidden, losses=("cross_entropy", "east"), rules=("argmax", *rules), members=1, arms=None
    )


def _trained(
    dataset: Dataset, config: TrainConfig, hidden: tuple[int, ...], sizes: int, points: tuple[SizePoint, ...]
) -> Generator[SizeProgress, None, Outcome]:
    """Train one size to its end, reporting on the way."""
    from east.training import Training

    yield SizeProgress(hidden, len(points) / sizes, points)
    training = Training(dataset, config)
    while not training.done:
        training.advance(max(1, training.total_steps // SLICES))
        yield SizeProgress(hidden, (len(points) + training.progress) / sizes, points)
    return training.outcome()


def _point(outcome: Outcome, dataset: Dataset, hidden: tuple[int, ...], draws: int) -> SizePoint:
    from east.network import Layout
    from east.training import scorecard

    race = race_from(outcome)
    reference, subject = (arm for arm in race.arms if arm.plain)
    comparison = compare(race, subject=subject, draws=draws)
    ruled = [score for score in comparison.scores if score.arm.networks == reference and not score.arm.plain]
    best = max(ruled, key=lambda score: score.mean)
    parameters = Layout((dataset.num_features, *hidden, dataset.num_classes)).size
    cards = [
        scorecard(outcome.arm(arm).lanes[0].weights, dataset.feature_names, dataset.classes)
        for arm in (reference, subject)
        if not hidden
    ]
    return SizePoint(hidden, parameters, comparison, best.arm.rule, reference, subject, tuple(cards))


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

"""The square: trained by likelihood or for the metric, decided by argmax or for the metric, alone or as an ensemble."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from east.figures import color_ends, square_figure
from pages.shared import live_view
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Comparison, Race, Score
    from east.run import Run
    from east.training import Arm, Outcome

BEST_FIRST = ("expected", "metric", "offsets")


def metrics_rule(race: Race) -> str | None:
    """Return the rule of the square's second column: the metric's own if it races, else offsets."""
    racing = {arm.rule for arm in race.arms}
    return next((rule for rule in BEST_FIRST if rule in racing), None)


def draw(run: Run, outcome: Outcome, comparison: Comparison) -> None:
    """Draw the square of one network and that of the ensemble, and the way from one corner to the best."""
    squares = _squares(comparison)
    if squares:
        ends = color_ends([score for corners in squares.values() for row in corners for score in row])
        theme, best = live_view.theme(), _best(comparison)
        cells = [
            Cell(f"square {members}", _title(members), square_figure(corners, ends, framed=best, theme=theme))
            for members, corners in squares.items()
        ]
        live_view.draw("square", [Group("square", cells, len(cells), wide=True)], marks={"run": run.id})
    way = _way(comparison)
    if way:
        st.caption(way)


def rules_in_words(outcome: Outcome, comparison: Comparison) -> None:
    """Say the fitted rules in words; of several seeds' rules the first one's."""
    ruled = [arm for arm in comparison.race.arms if arm.rule != "argmax"]
    if not ruled:
        return
    with st.expander("The fitted rules in words"):
        for arm in ruled:
            rules = outcome.arm(arm).rules
            which = "" if len(rules) == 1 else f", seed {outcome.arm(arm).seeds[0]}"
            words = literal(rules[0].in_words(outcome.classes))
            st.markdown(f"**{literal(arm.label)}**{which}: {words}")


def _squares(comparison: Comparison) -> dict[int, tuple[tuple[Score, ...], ...]]:
    """Return the corners by the number of members, of every square whose four arms raced."""
    race = comparison.race
    rule, baseline, subject = metrics_rule(race), race.baseline, race.subject
    if rule is None or baseline is None or subject == baseline:
        return {}
    squares = {}
    for members in dict.fromkeys(arm.members for arm in race.arms):
        corners = _corners((baseline, subject), rule, members)
        if all(arm in race.arms for row in corners for arm in row):
            squares[members] = tuple(tuple(comparison.score(arm) for arm in row) for row in corners)
    return squares


def _corners(losses: tuple[Arm, ...], rule: str, members: int) -> tuple[tuple[Arm, ...], ...]:
    return tuple(
        tuple(replace(arm, rule=decided, members=members) for decided in ("argmax", rule)) for arm in losses
    )


def _title(members: int) -> str:
    return "One network" if members == 1 else f"Ensemble of {members} networks"


def _best(comparison: Comparison) -> Arm | None:
    """Return where the way to the cheapest best arm ends; None where no step is shown to add."""
    taken = [step.taken for step in comparison.steps if step.taken is not None]
    return taken[-1] if taken else None


def _way(comparison: Comparison) -> str:
    """Write the steps of the way from cross-entropy to the cheapest arm that no costlier one is shown to beat."""
    from east.comparison.wording import amount, span

    taken = [
        next(found for found in step.differences if found.first == step.taken)
        for step in comparison.steps
        if step.taken is not None
    ]
    if not taken:
        return ""
    metric, start = comparison.metric, taken[0].second
    parts = [f"**{literal(start.label)}** {comparison.score(start).mean:.3f}"]
    for found in taken:
        gained = f"{amount(found.value, metric, sign=True)} ({span(found.interval, metric)})"
        parts.append(f"**{literal(found.first.label)}** {literal(gained)} {metric.unit.name}")
    return "Each step is the cheapest that is shown to add, and the last one is framed: " + " → ".join(parts)

"""What networks that are trained already reach under a rule for another metric: matrices, scores, classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from east.figures import class_order, matrix_figure
from east.figures.labels import short_labels
from east.tables import neutralise_formulas
from pages.compare.decisions import decisions, find_ahead
from pages.compare.small_table import MOST_ROWS_AT_ONCE, small_table
from pages.compare.square import metrics_rule
from pages.compare.trained_for import trained_for
from pages.shared import live_view
from pages.shared.judging import judged
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import ArmResult, Race
    from east.metrics import Metric
    from east.run import Run
    from east.training import Arm, ArmOutcome, Outcome

MOST_IN_LINE = 6
"""Of more classes the rules take too many words to stand open on the page."""

_drawn = count()


def draw(run: Run, outcome: Outcome, metric: Metric, next_ones: Sequence[Metric] = ()) -> None:
    """Decide for a metric on cross-entropy's and EAST's networks, and show what that comes to.

    Args:
        run: that is looked at.
        outcome: what it came to.
        metric: what is decided for.
        next_ones: metrics that may be asked for next, the likeliest first.
    """
    from east.comparison import result_of

    race = judged(run, outcome).race
    known = decisions(run, outcome, race, metrics_rule(race) or "expected")
    arms = list(dict.fromkeys(arm for arm in (race.baseline, race.subject) if arm is not None))
    fitted = [known.of(arm, metric) for arm in arms]
    results = [result_of(found, outcome, members_in_turn=False) for found in fitted]
    _matrices(results, outcome.classes, metric)
    left, right = st.columns(2)
    with left:
        _scores(run, outcome, metric, race, results)
        _in_words(fitted, outcome.classes)
    with right:
        _classes(race, results)
    if next_ones:
        find_ahead(run, known, arms, (metric, *next_ones))


def _matrices(results: Sequence[ArmResult], classes: Sequence[str], metric: Metric) -> None:
    theme, order = live_view.theme(), class_order(results[0].mean_hard)
    names = order.names(classes)
    cells = [
        Cell(
            f"decided {result.arm.loss}",
            f"{result.arm.spec.label}, decided for {metric.label}",
            matrix_figure(
                order.matrix(result.mean_hard), names, name=result.arm.label, theme=theme, still=True
            ),
        )
        for result in results
    ]
    live_view.draw("decided", [Group("decided", cells, 2, wide=True)], marks={"seq": next(_drawn)})


def _scores(run: Run, outcome: Outcome, metric: Metric, race: Race, results: Sequence[ArmResult]) -> None:
    """List what the networks score by argmax, decided for the metric, and trained for it."""
    from east.comparison import result_of

    lines = ["| On test | by argmax | decided for it |", "|---|---|---|"]
    for result in results:
        members = replace(result.arm, metric=outcome.metric, rule="argmax")
        plain = race.result(members) if members in race.arms else result_of(outcome.arm(members), outcome)
        lines.append(_line(_name(result.arm, outcome), _mean(metric, plain), _mean(metric, result)))
    reached = trained_for(run, outcome, metric, results[-1].arm)
    lines.extend(_line(found.name, *found.scores) for found in reached)
    kind = (
        f"Ensembles of {results[0].arm.members} networks" if results[0].arm.ensemble else "One network each"
    )
    small_table("decided_scores", "\n".join(lines))
    trained = reached or metric == outcome.metric
    more = (
        ""
        if trained
        else f" No run here was trained for {literal(metric.label)}: a β frontier or a grid would."
    )
    st.caption(f"{kind}; {literal(metric.label)}.{more}")


def _name(arm: Arm, outcome: Outcome) -> str:
    trained = arm.spec.role != "reference"
    return f"{arm.spec.label}, trained for {outcome.metric.label}" if trained else arm.spec.label


def _line(name: str, plain: float, decided: float) -> str:
    return f"| {literal(name)} | {plain:.3f} | **{decided:.3f}** |"


def _mean(metric: Metric, result: ArmResult) -> float:
    return float(metric.scores(result.hard).mean())


def _in_words(fitted: Sequence[ArmOutcome], classes: Sequence[str]) -> None:
    place = st.expander("The rules in words") if len(classes) > MOST_IN_LINE else st.container()
    for found in fitted:
        words = literal(found.rules[0].in_words(short_labels(classes, 24)))
        place.caption(f"**{literal(found.arm.spec.label)}'s rule**: {words}")


def _classes(race: Race, results: Sequence[ArmResult]) -> None:
    """List each class's precision and recall."""
    from east.comparison import class_rows

    columns: dict[tuple[str, str], list[object]] = {
        ("", "class"): list(short_labels(race.classes, 24)),
        ("", "test rows"): [int(rows) for rows in race.class_counts],
    }
    for result in results:
        rows, label = class_rows(race, result), result.arm.spec.label
        columns[label, "precision"] = [f"{row.precision:.3f}" for row in rows]
        columns[label, "recall"] = [f"{row.recall:.3f}" for row in rows]
    frame = neutralise_formulas(pd.DataFrame(list(zip(*columns.values(), strict=True))))
    frame.columns = pd.MultiIndex.from_tuples(list(columns))
    st.dataframe(frame, hide_index=True, height="content" if len(frame) <= MOST_ROWS_AT_ONCE else "auto")

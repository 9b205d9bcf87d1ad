"""Any arm of any run of this session against any other, paired where both saw the same test rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.figures import paired_figure
from pages.shared import live_view, shelf
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import JudgedArm


@dataclass(frozen=True)
class Candidate:
    """An arm of a past run that can be compared, and what people call the two together."""

    name: str
    run_id: str
    tested: JudgedArm


def section() -> None:
    """Draw the choice of two arms and their difference, once two runs have ended."""
    candidates = _candidates()
    if len({candidate.run_id for candidate in candidates}) < 2:
        return
    st.subheader("Any two", anchor=False)
    places = range(len(candidates))
    left, right = st.columns(2)
    first = left.selectbox("First", places, format_func=lambda place: candidates[place].name)
    other_run = next(place for place in places if candidates[place].run_id != candidates[0].run_id)
    second = right.selectbox("Second", places, other_run, format_func=lambda place: candidates[place].name)
    if first == second:
        st.caption("Choose two different ones.")
        return
    _compare(candidates[first], candidates[second])


def _candidates() -> list[Candidate]:
    """List the arms without a fitted rule of all runs that have ended, the newest run first."""
    from east.comparison import JudgedArm

    runs = shelf.past_runs()
    titles = Counter(run.title for run, _ in runs)
    found = []
    for run, kept in runs:
        if run.outcome is None or run.machine is None:
            continue
        began = f" ({kept.began:%H:%M:%S})" if titles[run.title] > 1 else ""
        for arm in (one.arm for one in run.outcome.arms if one.arm.plain):
            tested = JudgedArm(run.outcome, arm, kept.table, run.machine.dataset.test.rows)
            found.append(Candidate(f"{arm.label} · {run.title}{began}", run.id, tested))
    return found


def _compare(first: Candidate, second: Candidate) -> None:
    from east.comparison import first_minus_second, pair_past_runs, pair_sentence

    try:
        race = pair_past_runs(first.tested, second.tested)
    except EastError as error:
        st.info(literal(error))
        for candidate in (first, second):
            label, score = candidate.tested.arm.metric.label, candidate.tested.score
            st.markdown(f"{literal(candidate.name)}: {literal(label)} {score:.4f} on test")
        return
    difference, names = first_minus_second(race), (first.name, second.name)
    st.markdown(literal(pair_sentence(difference, names, race.metric)))
    figure = paired_figure([difference], unit=race.metric.unit, names=[names], theme=live_view.theme())
    live_view.draw("two_runs", [Group("two", [Cell("two", race.metric.label, figure)], 1, wide=True)])

"""Beside the race: what models that are not ours reach on the same rows, trained in a process of their own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

import streamlit as st

from east.references import REFERENCES, FittedReference, fit_beside, rows_of
from pages.compare.small_table import small_table
from pages.compare.square import metrics_rule
from pages.shared import session, shelf
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Comparison, References
    from east.run import Run
    from east.training import Outcome

MOST_ROWS = 20_000
"""Above so many rows they are trained when asked for only."""
POLL_S = 1.0

Futures = list[Future[FittedReference]]


@st.cache_resource(show_spinner=False)
def _under_way() -> dict[str, Futures]:
    """Return, for the whole process, the references of each run, in training or trained."""
    return {}


def draw(run: Run, outcome: Outcome, comparison: Comparison) -> None:
    """Train the references once a run, and show what they reach."""
    futures = _under_way().get(run.id) or _begin(run)
    if futures is None:
        return
    waiting = not all(future.done() for future in futures)
    st.fragment(_draw, run_every=POLL_S if waiting else None)(run, outcome, comparison, futures, waiting)


def _begin(run: Run) -> Futures | None:
    """Start the training of the references, of a long table only when asked to."""
    table = shelf.table_of(run)
    if table is None or run.machine is None:
        return None
    dataset = run.machine.dataset
    if sum(len(part) for part in (dataset.train, dataset.validation, dataset.test)) > MOST_ROWS:
        names = ", ".join(spec.label.lower() for spec in REFERENCES.values())
        if not st.button("Train references beside it", help=f"On the same rows: {names}."):
            return None
    known = _under_way()
    for gone in [run_id for run_id in known if shelf.store().get(run_id) is None]:
        for future in known.pop(gone):
            future.cancel()
    known[run.id] = fit_beside(list(REFERENCES), rows_of(table, dataset))
    return known[run.id]


def _draw(run: Run, outcome: Outcome, comparison: Comparison, futures: Futures, waiting: bool) -> None:
    missing = [key for key, future in zip(REFERENCES, futures, strict=True) if not future.done()]
    if missing:
        names = ", ".join(REFERENCES[key].label.lower() for key in missing)
        st.caption(f":material/hourglass_top: Beside the race, on the same rows: {names} in training…")
        return
    if waiting:
        st.rerun()
    fitted = [future.result() for future in futures if future.exception() is None]

    def judge() -> References:
        from east.comparison import judge_references

        rules = ("argmax", metrics_rule(comparison.race) or "expected")
        return judge_references(comparison, outcome, fitted, rules)

    judged = session.once("references", run.id, judge)
    small_table("beside", _table(judged))
    _say(judged, comparison, futures)


def _table(judged: References) -> str:
    """Write the scores as a table, a row a reference."""
    lines = ["| Beside the race | by argmax | by the metric's rule |", "|---|---|---|"]
    for key in dict.fromkeys(one.key for one in judged.scores):
        cells = [
            f"{one.score.mean:.3f} ({one.score.interval[0]:.3f} to {one.score.interval[1]:.3f})"
            for one in judged.scores
            if one.key == key
        ]
        lines.append(f"| {REFERENCES[key].label} | {' | '.join((*cells, '')[:2])} |")
    return "\n".join(lines)


def _say(judged: References, comparison: Comparison, futures: Sequence[Future[FittedReference]]) -> None:
    """Say where a reference is ahead, and which could not be trained."""
    from east.comparison import reference_sentence

    sentence = reference_sentence(judged, comparison)
    if sentence:
        st.markdown(f":material/forest: {literal(sentence)}")
    for key, future in zip(REFERENCES, futures, strict=True):
        if future.exception() is not None:
            st.caption(f"{REFERENCES[key].label} could not be trained: {literal(future.exception())}")

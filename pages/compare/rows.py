"""The rows of the table that fall into one cell of a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from east.tables import neutralise_formulas
from pages.shared import links, shelf, state
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.run import Run
    from east.training import Arm

MOST_ROWS = 200


def draw(run: Run, comparison: Comparison, pair: tuple[Arm, Arm]) -> None:
    """Show the table's rows that fall into one cell of one arm's matrix."""
    from east.comparison import rows_in_cell

    race = comparison.race
    true, predicted, arm = _cell(comparison, pair)
    st.markdown("**The rows behind a cell**")
    with st.container(horizontal=True):
        spots = range(len(race.classes))
        st.selectbox(
            "Arm",
            [0, 1],
            format_func=lambda place: pair[place].label,
            **state.bind_entry("cell", 2, (true, predicted, arm)),
        )
        for entry, label in enumerate(("True class", "Predicted")):
            st.selectbox(
                label,
                spots,
                format_func=lambda place: race.classes[place],
                **state.bind_entry("cell", entry, (true, predicted, arm)),
            )
    positions = rows_in_cell(race, pair[arm], true, predicted)
    often = " for at least half of the seeds" if len(race.seeds) > 1 else ""
    fall, are = ("rows fall", "They are") if len(positions) != 1 else ("row falls", "It is")
    st.caption(
        f"{len(positions):,} test {fall} there. {are} “{literal(race.classes[true])}”, and called "
        f"“{literal(race.classes[predicted])}” by {literal(pair[arm].label)}{often}."
    )
    table, machine = shelf.table_of(run), run.machine
    if not len(positions):
        return
    if table is None or machine is None:
        st.caption("The table itself is no longer in memory.")
        return
    chosen = machine.dataset.test.rows[positions[:MOST_ROWS]]
    st.dataframe(neutralise_formulas(table.frame.iloc[chosen]))
    if len(positions) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS} of them are shown.")


def _cell(comparison: Comparison, pair: tuple[Arm, Arm]) -> tuple[int, int, int]:
    """Return the chosen cell, or else the largest confusion of the first arm."""
    from east.comparison import largest_confusion

    count, wanted = len(comparison.race.classes), state.get().cell
    if len(wanted) == 3 and max(wanted[:2]) < count and min(wanted) >= 0 and wanted[2] < 2:
        return wanted[0], wanted[1], wanted[2]
    if wanted:
        links.note_fallback("cell", ", ".join(map(str, wanted)))
        state.put(cell=())
    return *largest_confusion(comparison.race, pair[0]), 0

"""The classes of the target as bars, and how many rows each part of the split gets."""

from __future__ import annotations

import streamlit as st

from east.figures import class_balance_figure
from east.tables import Table
from pages.shared import live_view, table
from pages.shared.words import literal

MOST_BARS = 40


def section(used: Table, classes: table.Classes) -> None:
    """Draw the section."""
    st.markdown(f"**{literal(table.title())}** · {used.num_rows:,} rows · {used.num_columns:,} columns")
    found = [(name, count) for name, count in zip(classes.names, classes.counts, strict=True) if count]
    found = found or [(known.label, known.count) for known in table.facts().classes]
    target = table.target(used)
    if not found:
        st.caption(f"“{literal(target)}” has no classes yet.")
        return
    _bars(found, target)
    if classes.problem is not None:
        st.caption("Not split yet: a question is open.")
        return
    train, validation, test = classes.parts
    choices = table.choices()
    stratified = choices.group is None and choices.time is None
    st.caption(
        f"{'Each class is split alike: ' if stratified else ''}{train:,} rows to train on, "
        f"{validation:,} to choose the best moment, {test:,} kept for the final score."
    )
    for note in classes.notes:
        st.caption(literal(note))


def _bars(found: list[tuple[str, int]], target: str) -> None:
    from east.dataset import number_text

    largest = sorted(found, key=lambda pair: -pair[1])
    many = len(found) > MOST_BARS
    names, counts = zip(*(largest[:MOST_BARS] if many else found), strict=True)
    figure = class_balance_figure(names, counts, theme=live_view.theme())
    ratio = largest[0][1] / largest[-1][1]
    title = f"{len(found):,} classes of “{target}” · largest to smallest {number_text(ratio, 3)} : 1"
    caption = f"The {MOST_BARS} largest of {len(found):,} classes." if many else ""
    cell = live_view.Cell("balance", title, figure, caption)
    live_view.draw("balance", [live_view.Group("balance", [cell], columns=1)])

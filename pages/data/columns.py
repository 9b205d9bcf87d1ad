"""The columns of the table in use, as a table: what each is, what is missing, and what it is used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from east.tables import Table, neutralise_formulas
from pages.shared import table
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.dataset import Choices, Profile, TargetGuess

PREVIEW_ROWS = 100
MOST_GUESSES = 3
LONGEST_NAME = 40
ROLES: Mapping[str, str] = {"id": "ID-like", "text": "free text"}


def section(facts: Profile, used: Table) -> None:
    """Draw the facts of all columns, and the first rows, side by side in tabs."""
    from east.dataset import size_text

    st.subheader("What is in it", anchor=False)
    st.caption(f"{literal(size_text(facts))}. {literal(_gaps(facts))}")
    first, second = st.tabs(["Columns", f"First {min(PREVIEW_ROWS, used.num_rows)} rows"])
    with first:
        _facts(facts)
    with second:
        # Its toolbar can download it: no cell of it may start a formula there.
        st.dataframe(neutralise_formulas(used.frame.head(PREVIEW_ROWS)), height=420, hide_index=True)


def _gaps(facts: Profile) -> str:
    gaps = [f"{column.name} ({column.missing:,})" for column in facts.columns if column.missing]
    if not gaps:
        return "No value is missing."
    more = f" and {len(gaps) - 8} more columns" if len(gaps) > 8 else ""
    return f"Missing values in {', '.join(gaps[:8])}{more}."


def _facts(facts: Profile) -> None:
    from east.dataset import span_text

    choices = table.choices()
    rank = {guess.column: place for place, guess in enumerate(facts.guesses, 1)}
    reasons = {guess.column: guess.reason for guess in facts.guesses}
    rows = {
        "column": [column.name for column in facts.columns],
        "used as": [_use(column.name, choices) for column in facts.columns],
        "is": [ROLES.get(column.role, column.role) for column in facts.columns],
        "missing": [column.missing_share for column in facts.columns],
        "different": [column.distinct for column in facts.columns],
        "least … median … greatest, or examples": [
            span_text(column) or ", ".join(column.examples) for column in facts.columns
        ],
        "as target": [
            f"{rank[column.name]}. {reasons[column.name]}" if column.name in rank else ""
            for column in facts.columns
        ],
    }
    most = max([column.missing_share for column in facts.columns], default=0.0)
    st.dataframe(
        neutralise_formulas(pd.DataFrame(rows)),
        height=min(36 + 35 * len(facts.columns), 430),
        hide_index=True,
        column_config={
            "missing": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=max(most, 1.0)
            ),
            "different": st.column_config.NumberColumn(format="localized"),
            "as target": st.column_config.TextColumn(help="how likely it is the column to predict, and why"),
        },
    )


def _use(name: str, choices: Choices) -> str:
    uses = {choices.target: "target", choices.group: "group", choices.time: "time"}
    return "left out" if name in choices.exclude else uses.get(name, "feature")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def guesses(facts: Profile) -> str:
    """Say which columns are the likeliest targets, and why the first is."""
    found: Sequence[TargetGuess] = facts.guesses
    if not found:
        return "No column looks like one to predict; choose it yourself."
    reason = found[0].reason
    first, *others = (literal(_short(guess.column)) for guess in found[:MOST_GUESSES])
    likeliest = f"Likeliest: **{first}**. {literal(reason)}."
    return f"{likeliest} Then: {', '.join(others)}." if others else likeliest

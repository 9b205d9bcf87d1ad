"""What two arms do for each class: precision, recall and F."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, cast

import pandas as pd
import streamlit as st

from east.figures import class_change_figure
from east.figures.comparison import MOST_CHANGES
from east.figures.labels import short_labels
from east.tables import neutralise_formulas
from pages.compare.arms import pick_two
from pages.compare.small_table import MOST_ROWS_AT_ONCE
from pages.shared import live_view
from pages.shared.judging import judged
from pages.shared.live_view import Cell, Group

if TYPE_CHECKING:
    from east.comparison import ClassRow
    from east.run import Run
    from east.training import Outcome

ROWS_FOUND = ("First − second", "rows found")


def section(run: Run, outcome: Outcome) -> None:
    """Show what two arms do for each class, what changed most first."""
    from east.comparison import class_table

    comparison = judged(run, outcome)
    first, second = pick_two(comparison)
    beta = float(comparison.metric.options.get("beta", 1.0))
    table = class_table(comparison.race, first, second, beta)
    theme = live_view.theme()
    figure = class_change_figure(table, theme=theme)
    caption = f"Filled: {first.label}. Open: {second.label}. What changed most is on top."
    if len(table) > MOST_CHANGES:
        caption += f" The first {MOST_CHANGES} of {len(table)} classes; the table below has all."
    legend = [(arm.label, theme.arm(arm)) for arm in dict.fromkeys((first, second))]
    group = Group("classes", [Cell("classes", f"F{beta:g} by class", figure, caption)], 1, wide=True)
    live_view.draw("compare_classes", [group], legend=legend)
    st.caption(
        "Precision: of the rows predicted as this class, the share that is of it. Recall: of the rows of this "
        "class, the share that is found. Means over the seeds; 0 / 0 counts as 0."
    )
    _class_numbers(table, f"F{beta:g}")


def _class_numbers(table: Sequence[tuple[ClassRow, ClassRow]], f_name: str) -> None:
    """List the rates of each class, those of one arm under its name."""
    rows = []
    names = short_labels([one.name for one, _ in table], 24)
    for name, (one, other) in zip(names, table, strict=True):
        row: dict[tuple[str, str], object] = {("", "class"): name, ("", "test rows"): one.support}
        for rated in dict.fromkeys((one, other)):
            rates = (rated.precision, rated.recall, rated.f)
            row |= {
                (rated.arm.label, kind): rate
                for kind, rate in zip(("precision", "recall", f_name), rates, strict=True)
            }
        if one != other:
            row[ROWS_FOUND] = one.found - other.found
        rows.append(row)
    columns = list(rows[0])
    frame = neutralise_formulas(pd.DataFrame([list(row.values()) for row in rows]))
    frame.columns = pd.MultiIndex.from_tuples(columns)
    # Streamlit finds columns under a heading by position, behind the hidden index; its types know names only.
    configs: dict[int, object] = {
        1 + place: st.column_config.NumberColumn(format="%.3f", width=72)
        for place, (arm, _) in enumerate(columns)
        if arm
    }
    configs[1] = st.column_config.Column(width=170)
    if ROWS_FOUND in columns:
        configs[len(columns)] = st.column_config.NumberColumn(format="%+.1f", width=100)
    height: Literal["content", "auto"] = "content" if len(frame) <= MOST_ROWS_AT_ONCE else "auto"
    st.dataframe(frame, hide_index=True, height=height, column_config=cast("Mapping[str, None]", configs))

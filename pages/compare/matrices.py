"""Two arms' matrices on the test part, their difference, and the rows behind a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from east.figures import NORMALISATIONS, difference_figure, matrix_figure
from east.figures.ordering import MANY_CLASSES, class_order
from pages.compare import rows
from pages.compare.arms import judged, labels, pick_two
from pages.shared import live_view, state
from pages.shared.live_view import Cell, Group
from pages.shared.settings import DEFAULTS
from pages.shared.words import CELL_NAMES

if TYPE_CHECKING:
    from east.run import Run
    from east.training import Outcome


def section(run: Run, outcome: Outcome) -> None:
    """Show two arms' matrices, their difference, and the rows behind a cell."""
    comparison = judged(run, outcome)
    first, second = pick_two(comparison)
    show = state.known("show", NORMALISATIONS, DEFAULTS.show)
    st.segmented_control(
        "Cells show", list(NORMALISATIONS), format_func=lambda name: CELL_NAMES[name],
        label_visibility="collapsed", required=True,
        **state.bind("show", show),
    )  # fmt: skip
    race, called = comparison.race, labels((first, second))
    theme = live_view.theme()
    order = class_order(race.arm(first).hard.mean(axis=0))
    means = {key: order.matrix(race.arm(key).hard.mean(axis=0)) for key in (first, second)}
    names = order.names(race.classes)
    mean = ", mean over seeds" if len(race.seeds) > 1 else ""
    cells = [
        Cell(
            f"matrix {place}",
            called[key] + mean,
            matrix_figure(means[key], names, name=called[key], normalise=show, theme=theme, still=True),
            "Click a cell to see the rows behind it.",
            click=True,
        )
        for place, key in enumerate((first, second))
    ]
    gap = difference_figure(
        means[first], means[second], names, names=(called[first], called[second]), normalise=show,
        theme=theme, still=True,
    )  # fmt: skip
    cells.append(
        Cell("difference", "First − second", gap, "Blue: more of it with the first arm; orange: less.")
    )
    click = live_view.draw("compare_matrices", [side_by_side("matrices", cells, len(names))])
    if click is not None and click.cell.startswith("matrix"):
        true, predicted = race.classes.index(click.y), race.classes.index(click.x)
        state.put(cell=(true, predicted, int(click.cell[-1])))
    rows.draw(run, comparison, (first, second))


def side_by_side(key: str, cells: Sequence[Cell], classes: int) -> Group:
    """Set three matrices side by side where there is room for their labels."""
    return Group(key, cells, 2 if classes > MANY_CLASSES else 3, wide=True, wide_columns=3)

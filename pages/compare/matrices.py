"""Two arms' matrices on the test part, their difference, and the rows behind a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from east.figures import MANY_CLASSES, NORMALISATIONS, class_order, difference_figure, matrix_figure
from east.plain_text import visible
from pages.compare import rows
from pages.compare.arms import pick_two
from pages.shared import live_view, state
from pages.shared.every_arm import every_arm
from pages.shared.judging import judged
from pages.shared.live_view import Cell, Group
from pages.shared.settings import DEFAULTS
from pages.shared.words import CELL_NAMES

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.figures import ClassOrder
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
    race, theme = comparison.race, live_view.theme()
    order = class_order(race.result(first).mean_hard)
    means = [order.matrix(race.result(arm).mean_hard) for arm in (first, second)]
    names = order.names(race.classes)
    over_seeds = ", mean over seeds" if len(race.seeds) > 1 else ""
    cells = [
        Cell(
            f"matrix {place}",
            arm.label + over_seeds,
            matrix_figure(mean, names, name=arm.label, normalise=show, theme=theme, still=True),
            "Click a cell to see the rows behind it.",
            click=True,
        )
        for place, (arm, mean) in enumerate(zip((first, second), means, strict=True))
    ]
    gap = difference_figure(
        means[0], means[1], names, names=(first.label, second.label), normalise=show,
        theme=theme, still=True,
    )  # fmt: skip
    cells.append(Cell("difference", "First − second", gap, difference_caption(means[0], means[1])))
    click = live_view.draw("compare_matrices", [side_by_side("matrices", cells, len(names))])
    drawn = [visible(name) for name in race.classes]
    if click is not None and click.cell in ("matrix 0", "matrix 1") and {click.x, click.y} <= set(drawn):
        state.put(cell=(drawn.index(click.y), drawn.index(click.x), int(click.cell[-1])))
    rows.draw(run, comparison, (first, second))
    if len(race.arms) > len({first, second}):
        _every_arm(comparison, order, show)


def _every_arm(comparison: Comparison, order: ClassOrder, show: str) -> None:
    """Draw the matrix of every arm of the race, small and beside each other."""
    race = comparison.race
    found = (
        (result.arm, f"{comparison.score(result.arm).mean:.3f}", result.mean_hard) for result in race.results
    )
    caption = f"On test, with the {comparison.metric.label} of each."
    group = every_arm(found, order, order.names(race.classes), show, live_view.theme(), caption)
    live_view.draw("compare_every", [group], marks={"cells": show})


def difference_caption(first: ArrayLike, second: ArrayLike) -> str:
    """Say how to read the difference of two matrices, or that there is none."""
    if np.array_equal(np.asarray(first), np.asarray(second)):
        return "Nothing: both matrices are the same."
    return "Blue: more of it with the first; orange: less."


def side_by_side(key: str, cells: Sequence[Cell], classes: int) -> Group:
    """Set three matrices side by side where there is room for their labels."""
    return Group(key, cells, 2 if classes > MANY_CLASSES else 3, wide=True, wide_columns=3)

"""The pictures of one row: the simplex, its place on the Heaviside, each loss's push, and the soft matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from east.figures import gradient_figure, matrix_figure, row_heaviside_figure, shade_points, simplex_figure
from pages.microscope.subject import Subject
from pages.shared import live_view, state
from pages.shared.live_view import Cell, Click, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.microscope import Anatomy, Field

HEIGHT = 262
ARROWS = 11
PLACES: Mapping[str, str] = {"below": "below the band", "in": "in the band", "above": "above the band"}
MOST_ROWS = 10


def draw(subject: Subject, progress: float, moved: Subject) -> Click | None:
    """Draw the pictures and return a click on the simplex.

    Args:
        subject: the row.
        progress: of the annealing, in [0, 1].
        moved: the same with another row moved, for the pale arrows.
    """
    from east.microscope import anatomy, row_gradients

    theme = live_view.theme()
    own = anatomy(subject.batch, subject.row, subject.setup, progress)
    pushes = row_gradients(subject.batch, subject.row, subject.setup, progress)
    cells = [
        Cell(
            "heaviside",
            "Where each class stands",
            row_heaviside_figure(own, subject.classes, theme=theme, height=HEIGHT),
            "The ringed class is the true one. Shaded: the band, where the gradient is.",
        ),
        Cell(
            "push",
            "What each loss wants",
            gradient_figure(pushes, subject.classes, theme=theme, height=HEIGHT),
            "Up: a step raises the logit of this class. Dark: the metric's part; pale: the anchor's.",
        ),
        _soft_matrix(subject, own),
    ]
    if len(subject.classes) == 3:
        cells.insert(0, _simplex(subject, progress, moved))
    return live_view.draw("microscope", [Group("microscope", cells, 2, wide=True)])


def wants(subject: Subject, progress: float) -> None:
    """Say in words what each loss wants of the row."""
    from east.microscope import row_gradients

    pushes = row_gradients(subject.batch, subject.row, subject.setup, progress)
    st.markdown("  \n".join(literal(push.in_words(subject.classes)) for push in pushes.values()))


def numbers(subject: Subject, progress: float) -> None:
    """Show, class by class, the numbers behind the pictures."""
    from east.losses import LOSSES
    from east.microscope import anatomy, row_gradients

    own = anatomy(subject.batch, subject.row, subject.setup, progress)
    pushes = row_gradients(subject.batch, subject.row, subject.setup, progress)
    table = pd.DataFrame(
        {
            "class": list(subject.classes),
            "p": own.probabilities,
            "stands": [PLACES[place] for place in own.places],
            "H(p)": own.heights,
            "membership": own.memberships,
            **{f"push: {LOSSES[kind].label}": push.push for kind, push in pushes.items()},
        }
    )
    plain, small = st.column_config.NumberColumn(format="%.3f"), st.column_config.NumberColumn(format="%+.5f")
    formats = {
        name: small if name.startswith("push") else plain
        for name in table.columns
        if table[name].dtype == float
    }
    st.dataframe(table, hide_index=True, column_config=formats)


def pick_arrows() -> None:
    """Draw the choice of the loss that the simplex is drawn for."""
    from east.losses import LOSSES
    from east.microscope import KINDS

    st.selectbox(
        "Small arrows and shade",
        KINDS,
        format_func=lambda kind: LOSSES[kind].label,
        **state.bind("arrows", state.known("arrows", KINDS, "east")),
    )


def _simplex(subject: Subject, progress: float, moved: Subject) -> Cell:
    from east.losses import LOSSES
    from east.microscope import KINDS, simplex_points

    kind = state.known("arrows", KINDS, "east")
    arrows, shade = (
        _field(subject, kind, progress, points) for points in (simplex_points(ARROWS), shade_points())
    )
    here = subject.batch.probabilities[subject.row]
    motions, others = (
        {each: _field(found, each, progress, here[None]).motion[0] for each in KINDS}
        for found in (subject, moved)
    )
    figure = simplex_figure(
        arrows,
        shade,
        motions,
        here,
        subject.classes,
        moved=others,
        part="metric" if kind != "cross_entropy" else "total",
        theme=live_view.theme(),
        height=HEIGHT,
        pick=subject.by_hand,
    )
    click = "Click to put the row there. " if subject.by_hand else ""
    caption = f"{click}Small arrows: {LOSSES[kind].label} at other places. Grey: wrong, and hardly pulled up."
    return Cell("simplex", "Where the row goes", figure, caption, click=subject.by_hand)


def _field(subject: Subject, kind: str, progress: float, points: NDArray[np.float64]) -> Field:
    from east.microscope import field_of

    return field_of(kind, subject.batch, subject.row, subject.setup, progress, points)


def _soft_matrix(subject: Subject, own: Anatomy) -> Cell:
    from east.microscope import soft_matrix

    soft = soft_matrix(subject.batch, "east", own.sharpness)
    name = subject.classes[subject.target]
    added = ", ".join(f"{value:.2f}" for value in own.memberships[:MOST_ROWS])
    more = ", …" if len(own.memberships) > MOST_ROWS else ""
    return Cell(
        "soft",
        f"The soft matrix of the batch, {len(subject.batch):,} rows",
        matrix_figure(
            soft,
            subject.classes,
            name="EAST, soft matrix",
            normalise="count",
            theme=live_view.theme(),
            height=HEIGHT,
        ),
        f"This row adds {added}{more} to the line of “{name}”.",
    )

"""Move another row of the batch, and see what each loss wants of this one change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from east.figures import cross_effect_figure
from pages.microscope.subject import Subject
from pages.shared import live_view, state
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.microscope import Gradient

MOST_PARTS = 6


@dataclass(frozen=True, eq=False)
class OtherRow:
    """A second row of the batch, the class it moves to and how far, in [0, 1]."""

    row: int
    towards: int
    share: float
    probabilities: NDArray[np.float64]

    def move_in(self, subject: Subject) -> Subject:
        """Return the subject with this row moved."""
        return replace(subject, batch=subject.batch.with_row(self.row, self.probabilities))


def chosen(subject: Subject) -> OtherRow:
    """Return the other row of the settings; at first another of the same class moves to its own class."""
    from east.microscope import moved_towards

    wanted, count = state.get(), len(subject.batch)
    others = [row for row in range(count) if row != subject.row]
    alike = [row for row in others if subject.batch.targets[row] == subject.target]
    row = next((row for row in others if row == wanted.other), (alike or others)[0])
    places, own = range(len(subject.classes)), int(subject.batch.targets[row])
    towards = next((place for place in places if place == wanted.towards), own)
    probabilities = moved_towards(subject.batch.probabilities[row], towards, wanted.moved)
    return OtherRow(row, towards, wanted.moved, probabilities)


def section(subject: Subject, progress: float, other: OtherRow) -> None:
    """Draw the other row's controls, and this row's pushes before and after."""
    from east.microscope import gradients_if_moved

    st.subheader("Move another row", anchor=False)
    st.caption(
        "Cross-entropy is a sum over rows: what it wants of a row depends on that row alone. The metric is of "
        "the whole batch: move one row, and what it wants of another one changes."
    )
    left, right = st.columns([1, 3])
    with left:
        _controls(subject, other)
    before, after = gradients_if_moved(
        subject.batch, subject.row, other.row, other.probabilities, subject.setup, progress
    )
    figure = cross_effect_figure(before, after, subject.classes, theme=live_view.theme())
    with right:
        cell = Cell(
            "effect",
            "What each loss wants of this row",
            figure,
            "Dark: as it is. Pale: once the other row has moved.",
        )
        live_view.draw("other_row", [Group("other_row", [cell], 1, wide=True)])
        st.markdown(_words(subject, progress, other, before, after))


def _controls(subject: Subject, other: OtherRow) -> None:
    batch, names = subject.batch, subject.classes
    rows = [row for row in range(len(batch)) if row != subject.row]
    st.selectbox(
        "Other row of the batch",
        rows,
        format_func=lambda row: f"{row}: {names[batch.targets[row]]}",
        **state.bind("other", other.row, resets=("towards",)),
    )
    st.selectbox(
        "It moves towards",
        range(len(names)),
        format_func=lambda place: names[place],
        **state.bind("towards", other.towards),
    )
    st.slider("How far", 0.0, 1.0, step=0.05, **state.bind("moved", other.share))
    parts = " · ".join(
        f"{literal(names[place])} {batch.probabilities[other.row][place]:.2f} → {other.probabilities[place]:.2f}"
        for place in np.argsort(-other.probabilities)[:MOST_PARTS]
    )
    st.caption(parts)


def _words(
    subject: Subject,
    progress: float,
    other: OtherRow,
    before: Mapping[str, Gradient],
    after: Mapping[str, Gradient],
) -> str:
    """Say how much each push changes, and what a small step of the other row would do."""
    from east.losses import LOSSES
    from east.microscope import cross_effect

    own = subject.target
    changes = "; ".join(
        f"{LOSSES[kind].label} {gradient.push[own]:+.4f} → {after[kind].push[own]:+.4f}"
        for kind, gradient in before.items()
    )
    effect = cross_effect(subject.batch, subject.row, other.row, subject.setup, progress)
    mine, theirs = np.unravel_index(np.abs(effect).argmax(), effect.shape)
    names = [literal(name) for name in subject.classes]
    return (
        f"The push on this row's own class, {names[own]}: {changes}.  \n"
        f"Under EAST the gradient on this row's logit of {names[mine]} changes by {effect[mine, theirs]:+.2g} for each "
        f"unit that the other row's logit of {names[theirs]} rises; under cross-entropy by 0."
    )

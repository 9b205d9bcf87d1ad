"""What a reader can choose to do about a concern, as buttons; and the questions that must be answered first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import state, table, uploads
from pages.shared.words import literal

if TYPE_CHECKING:
    from east import tables
    from east.dataset import Choices, Concern, Profile

BINS = 4
CAN_BE_LEFT_OUT = {
    "id", "near_empty", "duplicate_column", "leakage", "copy", "date", "free_text", "high_cardinality", "mixed_types",
}  # fmt: skip


@dataclass(frozen=True)
class Remedy:
    """A button: its label, and the settings it changes."""

    label: str
    changes: Mapping[str, object]


def draw_problem(classes: table.Classes) -> None:
    """Say why there can be no training yet, with buttons that answer the open questions."""
    if classes.problem is None:
        return
    choices = table.choices()
    questions = open_questions(table.facts(), choices)
    if not questions:
        st.error(literal(classes.problem))
    for place, concern in enumerate(questions):
        st.error(literal(concern))
        with st.container(horizontal=True):
            draw_buttons(remedies(concern, choices), f"problem_{place}")


def open_questions(facts: Profile, choices: Choices) -> list[Concern]:
    """List the concerns that stand against a training until the reader chooses what to do."""
    return [
        concern
        for concern in facts.concerns
        if concern.severity == "stop" and settled(concern, choices) is None and remedies(concern, choices)
    ]


def settled(concern: Concern, choices: Choices) -> str | None:
    """Say what the reader has chosen about a concern, if anything."""
    if concern.kind == "missing_target" and choices.missing_target == "leave_out":
        return "these rows are left out, as chosen"
    if concern.kind == "rare_class" and choices.rare != "refuse":
        return "merged into one class, as chosen" if choices.rare == "merge" else "kept, as chosen"
    if concern.kind in CAN_BE_LEFT_OUT and concern.column in choices.exclude:
        return "it is left out, as chosen"
    if concern.kind == "date" and concern.column == choices.time:
        return "the rows are split by it, as chosen"
    if concern.column is not None and concern.column == choices.group:
        return "each of its values stays on one side of the split, as chosen"
    return None


def remedies(concern: Concern, choices: Choices) -> list[Remedy]:
    """List what one click can do about a concern."""
    return [*_answers(concern, choices), *reading_remedies(concern.remedies)]


def reading_remedies(offered: Sequence[tables.Remedy]) -> list[Remedy]:
    """List what one click can do by reading the file again; nothing where the file is not here."""
    if not uploads.can_read_again(table.current()):
        return []
    return [Remedy(one.label, {one.option: uploads.setting_of(one.value)}) for one in offered]


def _answers(concern: Concern, choices: Choices) -> list[Remedy]:
    if concern.kind == "missing_target":
        return [Remedy("Leave these rows out", {"missing": "leave_out"})]
    if concern.kind == "rare_class":
        return [Remedy("Merge into one class", {"rare": "merge"}), Remedy("Keep", {"rare": "keep"})]
    if concern.kind in ("continuous_target", "too_many_classes") and choices.bins is None:
        numeric = concern.column is not None and table.is_numeric(table.current(), concern.column)
        return [Remedy(f"Cut into {BINS} classes", {"bins": BINS})] if numeric else []
    if concern.kind in CAN_BE_LEFT_OUT and concern.column is not None:
        split = Remedy("Split by it", {"time": concern.column, "group": None})
        left_out = Remedy("Leave it out", {"exclude": (*choices.exclude, concern.column)})
        return [split, left_out] if concern.kind == "date" else [left_out]
    return []


def draw_buttons(offered: Sequence[Remedy], key: str) -> None:
    """Draw a button for each remedy."""
    for place, remedy in enumerate(offered):
        st.button(literal(remedy.label), key=f"{key}_{place}", on_click=_apply, args=(remedy,))


def _apply(remedy: Remedy) -> None:
    state.put(**remedy.changes)

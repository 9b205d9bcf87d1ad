"""What to look out for in the table in use: evidence, remedy, and a button where one click applies it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import table
from pages.shared.remedies import CAN_BE_LEFT_OUT, Remedy, draw_buttons, open_questions, remedies, settled
from pages.shared.settings import DEFAULTS
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.dataset import Choices, Concern, Profile

MOST_SHOWN = 6
MOST_ALIKE = 3
ICONS = {
    "stop": ":red[:material/error:]",
    "warn": ":orange[:material/warning:]",
    "note": ":blue[:material/info:]",
    "done": ":green[:material/check_circle:]",
}
# Of many columns at once: what they are, and what to do.
ALIKE = {
    "constant": ("have the same value in every row", "they are ignored"),
    "near_empty": ("have (nearly) no value", "leave them out unless they mean something"),
    "id": ("have a value of their own in nearly every row", "leave them out: they name rows"),
    "date": ("hold dates", "they become year, month, day and seconds"),
    "free_text": ("hold free text", "its letters are summarised in a few numbers"),
    "high_cardinality": ("have very many categories", "they are summarised in a few numbers"),
    "mixed_types": ("mix numbers and text", "correct the text, or take the columns as categories"),
    "duplicate_column": ("equal another column in every row", "leave the repetitions out"),
    "copy": ("are copies or encodings of the target", "leave them out"),
    "leakage": ("predict the target almost perfectly, each alone", "leave out what is known only after it"),
}


def section(facts: Profile) -> None:
    """List what to look out for, the gravest first; open questions stand beside the button to train."""
    choices = table.choices()
    questions = open_questions(facts, choices)
    groups = _groups([concern for concern in facts.concerns if concern not in questions], choices)
    if not groups:
        if not questions:
            st.caption(f"{ICONS['done']} Nothing to look out for was found.")
        return
    st.subheader("What to look out for", anchor=False)
    for place, group in enumerate(groups[:MOST_SHOWN]):
        _draw(group, choices, place)
    rest = groups[MOST_SHOWN:]
    if rest:
        with st.expander(f"{len(rest)} more"):
            for place, group in enumerate(rest, MOST_SHOWN):
                _draw(group, choices, place)


def _groups(concerns: Sequence[Concern], choices: Choices) -> list[list[Concern]]:
    """Put concerns of one kind about many columns together; those that are settled come last."""

    def sort_key(concern: Concern) -> tuple[bool, int, str]:
        grave = ("stop", "warn", "note").index(concern.severity)
        return settled(concern, choices) is not None, grave, concern.kind

    groups: list[list[Concern]] = []
    for _, alike in groupby(sorted(concerns, key=sort_key), key=sort_key):
        members = list(alike)
        groups += (
            [members]
            if len(members) > MOST_ALIKE and members[0].kind in ALIKE
            else [[member] for member in members]
        )
    return groups


def _draw(group: Sequence[Concern], choices: Choices, place: int) -> None:
    first = group[0]
    done = settled(first, choices)
    icon = ICONS["done" if done else first.severity]
    remedy = done or first.remedy
    if len(group) > 1:
        remedy = "they are left out, as chosen" if done else ALIKE[first.kind][1]
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{icon} {_evidence(group)}. :gray[{literal(_sentence(remedy))}]", width="stretch")
        offered = _undo(group, choices) if done else _remedies_of(group, choices)
        draw_buttons(offered, f"concern_{place}")


def _evidence(group: Sequence[Concern]) -> str:
    first = group[0]
    if len(group) > 1:
        names = ", ".join(f"**{literal(concern.column)}**" for concern in group[:5])
        more = f" and {len(group) - 5:,} more" if len(group) > 5 else ""
        return f"{len(group):,} columns {ALIKE[first.kind][0]}: {names}{more}"
    about = f"**{literal(first.column)}**: " if first.column is not None else ""
    evidence = first.evidence if about else _capital(first.evidence)
    return f"{about}{literal(evidence)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return f"{_capital(text)}."


def _remedies_of(group: Sequence[Concern], choices: Choices) -> list[Remedy]:
    if len(group) == 1:
        return remedies(group[0], choices)
    names = [concern.column for concern in group if concern.column is not None]
    if group[0].kind not in CAN_BE_LEFT_OUT:
        return []
    return [Remedy(f"Leave all {len(names):,} out", {"exclude": (*choices.exclude, *names)})]


def _undo(group: Sequence[Concern], choices: Choices) -> list[Remedy]:
    first = group[0]
    names = {concern.column for concern in group}
    changes: dict[str, object] = {"time": None, "group": None}
    if first.kind == "missing_target":
        changes = {"missing": DEFAULTS.missing}
    elif first.kind == "rare_class":
        changes = {"rare": DEFAULTS.rare}
    elif names & set(choices.exclude):
        changes = {"exclude": tuple(name for name in choices.exclude if name not in names)}
    return [Remedy("Undo", changes)]

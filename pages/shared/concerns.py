"""What to look out for in the table in use: evidence, remedy, and a button where one click applies it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import state, table
from pages.shared.settings import SETTINGS
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.dataset import Choices, Concern, Profile

MOST_SHOWN = 6
MOST_ALIKE = 3
BINS = 4
LEFT_OUT = {
    "id", "near_empty", "duplicate_column", "leakage", "copy", "date", "free_text", "high_cardinality", "mixed_types",
}  # fmt: skip
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


@dataclass(frozen=True)
class Remedy:
    """A button: its label, and the settings it puts."""

    label: str
    puts: tuple[tuple[str, Any], ...]


def problem(classes: table.Classes) -> None:
    """Say why there can be no training yet, with buttons that answer the open questions."""
    if classes.problem is None:
        return
    asked = table.choices()
    questions = _questions(table.facts(), asked)
    if not questions:
        st.error(literal(classes.problem))
    for place, concern in enumerate(questions):
        st.error(literal(concern))
        with st.container(horizontal=True):
            _buttons(_remedies(concern, asked), f"problem_{place}")


def _questions(facts: Profile, asked: Choices) -> list[Concern]:
    """List the concerns that stand against a training until the reader chooses what to do."""
    return [
        concern
        for concern in facts.concerns
        if concern.severity == "stop" and _done(concern, asked) is None and _remedies(concern, asked)
    ]


def section(facts: Profile) -> None:
    """List what to look out for, the gravest first; open questions stand beside the button to train."""
    asked = table.choices()
    questions = _questions(facts, asked)
    groups = _groups([concern for concern in facts.concerns if concern not in questions], asked)
    if not groups:
        if not questions:
            st.caption(f"{ICONS['done']} Nothing to look out for was found.")
        return
    st.subheader("What to look out for", anchor=False)
    for place, group in enumerate(groups[:MOST_SHOWN]):
        _draw(group, asked, place)
    rest = groups[MOST_SHOWN:]
    if rest:
        with st.expander(f"{len(rest)} more"):
            for place, group in enumerate(rest, MOST_SHOWN):
                _draw(group, asked, place)


def _groups(concerns: Sequence[Concern], asked: Choices) -> list[list[Concern]]:
    """Put concerns of one kind about many columns together; those that are settled come last."""

    def sort_key(concern: Concern) -> tuple[bool, int, str]:
        grave = ("stop", "warn", "note").index(concern.severity)
        return _done(concern, asked) is not None, grave, concern.kind

    groups: list[list[Concern]] = []
    for _, alike in groupby(sorted(concerns, key=sort_key), key=sort_key):
        members = list(alike)
        groups += (
            [members]
            if len(members) > MOST_ALIKE and members[0].kind in ALIKE
            else [[member] for member in members]
        )
    return groups


def _draw(group: Sequence[Concern], asked: Choices, place: int) -> None:
    first = group[0]
    done = _done(first, asked)
    icon = ICONS["done" if done else first.severity]
    remedy = done or first.remedy
    if len(group) > 1:
        remedy = "they are left out, as chosen" if done else ALIKE[first.kind][1]
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{icon} {_evidence(group)}. :gray[{literal(_sentence(remedy))}]", width="stretch")
        remedies = _undo(group, asked) if done else _remedies_of(group, asked)
        _buttons(remedies, f"concern_{place}")


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


def _buttons(remedies: Sequence[Remedy], key: str) -> None:
    for place, remedy in enumerate(remedies):
        st.button(remedy.label, key=f"{key}_{place}", on_click=_apply, args=(remedy,))


def _apply(remedy: Remedy) -> None:
    for name, value in remedy.puts:
        state.put(name, value)


def _done(concern: Concern, asked: Choices) -> str | None:
    """Say what has been chosen about a concern, if something has."""
    if concern.kind == "missing_target" and asked.missing_target == "leave_out":
        return "these rows are left out, as chosen"
    if concern.kind == "rare_class" and asked.rare != "refuse":
        return "merged into one class, as chosen" if asked.rare == "merge" else "kept, as chosen"
    if concern.kind in LEFT_OUT and concern.column in asked.exclude:
        return "it is left out, as chosen"
    if concern.kind == "date" and concern.column == asked.time:
        return "the rows are split by it, as chosen"
    if concern.column is not None and concern.column == asked.group:
        return "its values stay on one side of the split each, as chosen"
    return None


def _remedies(concern: Concern, asked: Choices) -> list[Remedy]:
    """List what one click can do about a concern."""
    used = table.current()
    if concern.kind == "missing_target":
        return [Remedy("Leave these rows out", (("missing", "leave_out"),))]
    if concern.kind == "rare_class":
        return [Remedy("Merge into one class", (("rare", "merge"),)), Remedy("Keep", (("rare", "keep"),))]
    if concern.kind in ("continuous_target", "too_many_classes") and asked.bins is None:
        can = concern.column is not None and table.is_numeric(used, concern.column)
        return [Remedy(f"Cut into {BINS} classes", (("bins", BINS),))] if can else []
    if concern.kind in LEFT_OUT and concern.column is not None:
        split = Remedy("Split by it", (("time", concern.column), ("group", None)))
        left_out = Remedy("Leave it out", (("exclude", (*asked.exclude, concern.column)),))
        return [split, left_out] if concern.kind == "date" else [left_out]
    return []


def _remedies_of(group: Sequence[Concern], asked: Choices) -> list[Remedy]:
    if len(group) == 1:
        return _remedies(group[0], asked)
    names = [concern.column for concern in group if concern.column is not None]
    if group[0].kind not in LEFT_OUT:
        return []
    return [Remedy(f"Leave all {len(names):,} out", (("exclude", (*asked.exclude, *names)),))]


def _undo(group: Sequence[Concern], asked: Choices) -> list[Remedy]:
    first = group[0]
    names = {concern.column for concern in group}
    if first.kind == "missing_target":
        puts: tuple[tuple[str, Any], ...] = (("missing", SETTINGS["missing"].default),)
    elif first.kind == "rare_class":
        puts = (("rare", SETTINGS["rare"].default),)
    elif names & set(asked.exclude):
        puts = (("exclude", tuple(name for name in asked.exclude if name not in names)),)
    else:
        puts = (("time", None), ("group", None))
    return [Remedy("Undo", puts)]

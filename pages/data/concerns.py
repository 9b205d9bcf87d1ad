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

    Entry = list[Concern]
    """All concerns about one column, or one about the whole table."""

MOST_ALIKE = 3
MOST_NAMED = 5
LEAVE_OUT = {"id", "near_empty", "duplicate_column", "copy"}
"""What a column is left out for unless it means something; a leak is left out only if its value comes too late."""
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
    """Say how much there is to look out for; open questions stand beside the button to train."""
    choices = table.choices()
    questions = open_questions(facts, choices)
    groups = _groups([concern for concern in facts.concerns if concern not in questions], choices)
    if not groups:
        if not questions:
            st.caption(f"{ICONS['done']} Nothing to look out for was found.")
        return
    _draw_columns_to_leave_out(facts, choices)
    with st.expander(f"What to look out for: {len(groups)}", icon=":material/visibility:"):
        for place, group in enumerate(groups):
            _draw(group, choices, place)


def _draw_columns_to_leave_out(facts: Profile, choices: Choices) -> None:
    """Offer to leave out, in one click, every column that should not be learned from."""
    names = list(
        dict.fromkeys(
            concern.column
            for concern in facts.concerns
            if concern.kind in LEAVE_OUT
            and concern.severity == "warn"
            and concern.column is not None
            and settled(concern, choices) is None
        )
    )
    kept = {column.name for column in facts.columns} - {facts.target, *choices.exclude, *names}
    if not names or not kept:
        return
    noun = "1 column" if len(names) == 1 else f"{len(names):,} columns"
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{ICONS['warn']} {noun} to leave out: {_named(names)}", width="stretch")
        draw_buttons([_leave_out(names, choices, "Apply all")], "leave_out")


def _groups(concerns: Sequence[Concern], choices: Choices) -> list[list[Entry]]:
    """Make one entry of all concerns about a column, and one of many columns with the same kinds of concern.

    Entries that are settled come last.
    """

    def sort_key(entry: Entry) -> tuple[bool, int, tuple[str, ...]]:
        grave = min(("stop", "warn", "note").index(concern.severity) for concern in entry)
        return _settled(entry, choices) is not None, grave, tuple(concern.kind for concern in entry)

    by_column: dict[str, Entry] = {}
    for place, concern in enumerate(concerns):
        by_column.setdefault(f"of {concern.column}" if concern.column else f"at {place}", []).append(concern)
    groups: list[list[Entry]] = []
    for (_, _, kinds), alike in groupby(sorted(by_column.values(), key=sort_key), key=sort_key):
        members = list(alike)
        together = len(members) > MOST_ALIKE and all(kind in ALIKE for kind in kinds)
        groups += [members] if together else [[member] for member in members]
    return groups


def _settled(entry: Entry, choices: Choices) -> str | None:
    """Say what has been chosen about a column, if that answers everything there is to say of it."""
    answers = [settled(concern, choices) for concern in entry]
    return answers[0] if all(answers) else None


def _draw(group: Sequence[Entry], choices: Choices, place: int) -> None:
    entry = group[0]
    done = _settled(entry, choices)
    icon = ICONS["done" if done else entry[0].severity]
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        text = _one_column(entry, done) if len(group) == 1 else _many_columns(group, done)
        st.markdown(f"{icon} {text}", width="stretch")
        offered = _undo(group, choices) if done else _remedies_of(group, choices)
        draw_buttons(offered, f"concern_{place}")


def _one_column(entry: Entry, done: str | None) -> str:
    column = entry[0].column
    sentences: list[str] = []
    for concern in entry:
        evidence = concern.evidence if column is not None and not sentences else _capital(concern.evidence)
        remedy = "" if done else f" :gray[{literal(_sentence(concern.remedy))}]"
        sentences.append(f"{literal(evidence)}.{remedy}")
    if done:
        sentences.append(f":gray[{literal(_sentence(done))}]")
    about = f"**{literal(column)}**: " if column is not None else ""
    return about + " ".join(sentences)


def _many_columns(group: Sequence[Entry], done: str | None) -> str:
    names = [str(entry[0].column) for entry in group]
    kinds = [concern.kind for concern in group[0]]
    what = ", and they ".join(ALIKE[kind][0] for kind in kinds)
    remedy = "they are left out, as chosen" if done else "; ".join(ALIKE[kind][1] for kind in kinds)
    return f"{len(group):,} columns {what}: {_named(names)}. :gray[{literal(_sentence(remedy))}]"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(f"**{literal(name)}**" for name in names[:MOST_NAMED]) + more


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return f"{_capital(text)}."


def _remedies_of(group: Sequence[Entry], choices: Choices) -> list[Remedy]:
    if len(group) == 1:
        offered = [remedy for concern in group[0] for remedy in remedies(concern, choices)]
        return list({remedy.label: remedy for remedy in offered}.values())
    if group[0][0].kind not in CAN_BE_LEFT_OUT:
        return []
    return [_leave_out([str(entry[0].column) for entry in group], choices, f"Leave all {len(group):,} out")]


def _leave_out(names: Sequence[str], choices: Choices, label: str) -> Remedy:
    return Remedy(label, {"exclude": tuple(dict.fromkeys((*choices.exclude, *names)))})


def _undo(group: Sequence[Entry], choices: Choices) -> list[Remedy]:
    first = group[0][0]
    names = {entry[0].column for entry in group}
    changes: dict[str, object] = {"time": None, "group": None}
    if first.kind == "missing_target":
        changes = {"missing": DEFAULTS.missing}
    elif first.kind == "rare_class":
        changes = {"rare": DEFAULTS.rare}
    elif names & set(choices.exclude):
        changes = {"exclude": tuple(name for name in choices.exclude if name not in names)}
    return [Remedy("Undo", changes)]

"""The prediction that a step asks for before it shows anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.lesson.prepared import Place
from pages.shared.session import Slot

if TYPE_CHECKING:
    from east.lesson import Question, Step

ANSWERS: Slot[dict[Place, int]] = Slot("lesson_answers")
NOTHING = -1


def answered(place: Place) -> int | None:
    """Return the option that the reader chose at a step, or None before that."""
    return (ANSWERS.get() or {}).get(place)


def ask(place: Place, question: Question | None) -> None:
    """Ask for the prediction; a step without a question only asks to go on."""
    if question is None:
        st.button("Show me", type="primary", on_click=_take, args=(place, NOTHING))
        return
    chosen = st.radio(
        question.text, range(len(question.options)), format_func=question.options.__getitem__, index=None
    )
    if st.button("Show me", type="primary", help="Choose what you expect first.", disabled=chosen is None):
        _take(place, chosen if chosen is not None else NOTHING)
        st.rerun()


def judge(question: Question | None, answer: int) -> None:
    """Say what the reader expected, and what holds."""
    if question is None:
        return
    right, expected = question.options[question.answer], question.options[answer]
    if answer == question.answer:
        st.success(f"As you expected: **{right}**")
    else:
        st.warning(f"You expected: {expected}  \nIt is: **{right}**")


def again(place: Place, step: Step) -> None:
    """Show what was asked, and offer to ask it anew."""
    if step.question is None:
        st.markdown(step.text)
        return
    with st.expander("The question"):
        st.markdown(step.text)
        st.markdown(f"*{step.question.text}*")
        st.button("Ask me again", on_click=_forget, args=(place,))


def _forget(place: Place) -> None:
    ANSWERS.set({known: answer for known, answer in (ANSWERS.get() or {}).items() if known != place})


def _take(place: Place, answer: int) -> None:
    ANSWERS.set({**(ANSWERS.get() or {}), place: answer})

"""Walk through a lesson: each step asks for a prediction, then shows a training that has been prepared."""

from __future__ import annotations

import streamlit as st

from east.errors import EastError
from east.lesson import Lesson, Step, failed_claims, fill
from pages.lesson import controls, library, pictures, play, question
from pages.lesson.prepared import Place, PreparedStep, Trainings, trainings
from pages.lesson.requests import request_of
from pages.shared import address, notes, state
from pages.shared.settings import DEFAULTS
from pages.shared.words import literal

POLL_S = 0.4
# Two panels stand side by side at a width of 1280 pixels only with narrower margins.
STYLE = "<style>.stMainBlockContainer { padding-left: 2rem; padding-right: 2rem; }</style>"


def main() -> None:
    """Draw the page."""
    st.html(STYLE)
    noted = st.container()
    name = library.chosen()
    try:
        lesson = library.lesson(name)
    except EastError as error:
        st.title("Lesson", anchor=False)
        _pick_lesson(name)
        st.error(literal(error))
    else:
        _lesson(name, lesson)
    with noted:
        notes.draw()


def _lesson(name: str, lesson: Lesson) -> None:
    number = state.known("step", range(1, len(lesson.steps) + 1), 1)
    place = Place(name, library.version(name), number)
    trainings().open(place)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(literal(lesson.title), anchor=False, width="content")
        st.segmented_control(
            "Step",
            range(1, len(lesson.steps) + 1),
            required=True,
            label_visibility="collapsed",
            width="content",
            **state.bind("step", number),
        )
        address.copy_link()
    if number == 1 and lesson.summary:
        st.caption(lesson.summary)
    _pick_lesson(name)
    _step(place, lesson.steps[number - 1], len(lesson.steps))


def _pick_lesson(name: str) -> None:
    there = library.names()
    if len(there) > 1:
        st.selectbox("Lesson", there, **state.bind("lesson", name, resets=("step",)))


def _step(place: Place, step: Step, count: int) -> None:
    words, stage = st.columns([1, 2.4], gap="medium")
    answer = question.answered(place)
    prepared = trainings().get(place)
    with words:
        st.subheader(f"{place.number}. {literal(step.title)}", anchor=False)
        if answer is None:
            st.markdown(step.text)
            question.ask(place, step.question)
        else:
            question.judge(step.question, answer)
            _reveal(step, prepared)
        _turn(place, count)
        if answer is not None:
            play.button(step, prepared, last=place.number == count)
            question.again(place, step)
    with stage:
        if answer is None:
            _before(place, step, prepared)
        elif prepared is None:
            _wait(place)
        else:
            st.fragment(_show)(place, step, prepared)


def _before(place: Place, step: Step, prepared: PreparedStep | None) -> None:
    """Draw what can be seen before the prediction."""
    if "problem" in step.before:
        _draw_problem(place, step)
    if not set(step.before) - {"problem"}:
        return
    if prepared is None:
        _wait(place)
    else:
        pictures.draw(step.before, pictures.Look(prepared.subjects, step.moment, DEFAULTS.show))


def _wait(place: Place) -> None:
    """Say why there is nothing to see, or how far it is."""
    problem = trainings().problem(place)
    if problem is not None:
        st.error(literal(problem))
    else:
        st.fragment(_Waiting(trainings(), place).draw, run_every=POLL_S)()


class _Waiting:
    """Says how far the training is that a step waits for, and has the page drawn once it is there."""

    def __init__(self, trained: Trainings, place: Place) -> None:
        self._trained, self._place = trained, place

    def draw(self) -> None:
        """Draw the waiting."""
        if self._trained.get(self._place) is not None or self._trained.problem(self._place) is not None:
            st.rerun()
        st.progress(self._trained.progress(), "Training what this step shows…")


def _draw_problem(place: Place, step: Step) -> None:
    """Draw the made problem of the left panel, if it has one."""
    settings = library.settings_of(step.panels[0].settings, f"step {place.number}")
    try:
        problem = request_of(settings).problem
    except EastError as error:
        st.error(literal(error))
        return
    if problem is not None:
        pictures.draw_problem(problem)


def _reveal(step: Step, prepared: PreparedStep | None) -> None:
    """Say what the training shows, and where it shows something else than the lesson says."""
    if prepared is None:
        return
    try:
        st.markdown(fill(step.reveal, prepared.values))
        failed = failed_claims(step, prepared.values)
    except EastError as error:
        st.error(literal(error))
        return
    if failed:
        st.warning("This training came out otherwise than the lesson says: " + literal(" ".join(failed)))


def _show(place: Place, step: Step, prepared: PreparedStep) -> None:
    above, below = st.container(), st.container()
    with below.container():
        pictured = st.container()
        look = controls.draw(place, step, prepared, above)
    with pictured:
        pictures.draw(step.show, look)


def _turn(place: Place, count: int) -> None:
    """Draw the way back and on."""
    back, on = st.columns(2)
    back.button(
        "Back",
        icon=":material/arrow_back:",
        width="stretch",
        disabled=place.number == 1,
        on_click=_go,
        args=(place, -1),
    )
    on.button(
        "Next",
        icon=":material/arrow_forward:",
        width="stretch",
        disabled=place.number == count,
        on_click=_go,
        args=(place, 1),
    )


def _go(place: Place, by: int) -> None:
    state.put(lesson=place.lesson, step=place.number + by)


main()

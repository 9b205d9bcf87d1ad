"""Pick a metric and losses, then watch: soft and hard matrices, annealing, scores; pause, step, stop, replay."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from east.errors import EastError
from pages.shared import address, notes, remedies, shelf, table, warm_up
from pages.shared.start import train_button
from pages.shared.words import literal
from pages.train import axes, controls, gains, headline, network, picture, scorecard, steering, style

POLL_S = 0.5
# Of a run that waits for its turn: many pages that ask for nothing new would slow the trainings that they wait for.
IN_LINE_POLL_S = 2.0
STORY = (
    (
        "blur_on",
        "Soft",
        "Each prediction is spread over the classes, so that the confusion matrix has a gradient.",
    ),
    ("tune", "Annealed", "The spread shrinks while training goes on: soft at first, almost hard at the end."),
    ("grid_on", "Hard", "What you are judged by: each prediction counted once. Watch the two come together."),
)


def main() -> None:
    """Draw the page."""
    run = shelf.run()
    # The watcher comes first: what the run is like now decides when it has the page drawn anew.
    watcher = None if run is None else picture.Watcher(run)
    if run is None:
        address.title_with_link("Train")
    else:
        with st.container(key="train_head", gap=None):
            style.draw(steering.projected())
            headline.draw(run)
    noted = st.container()
    warm = warm_up.done()
    if warm:
        gains.section()
    questions = st.container() if run is None else None
    if run is None or watcher is None:
        _invitation()
    else:
        # The fragment is made anew at every run of the page, so that polling ends when the run rests.
        every_s = IN_LINE_POLL_S if run.state.ahead else POLL_S
        st.fragment(watcher.draw, run_every=every_s if watcher.polled else None)()
        scorecard.section(run)
    with st.sidebar:
        if warm:
            _settings(questions)
        else:
            warm_up.draw_waiting()
    with noted:
        notes.draw()


def _settings(questions: DeltaGenerator | None) -> None:
    """Draw the settings; what stands against a training is asked in `questions`, or else above the button."""
    try:
        controls.metric_picker()
        network.network_picker()
        controls.loss_picker()
        axes.axes_picker()
        controls.more_settings()
        classes = table.classes()
    except EastError as error:
        classes = table.Classes(problem=str(error))
    with questions or st.container():
        remedies.draw_problem(classes)
    train_button(classes.problem is not None)


def _invitation() -> None:
    st.markdown(
        f"Nothing is training yet. Press **Train** in the sidebar to race the losses on "
        f"**{literal(table.title())}**, predicting **{literal(table.target(table.current()))}**."
    )
    for column, (icon, title, text) in zip(st.columns(3, border=True), STORY, strict=True):
        column.markdown(f":material/{icon}: **{title}**")
        column.caption(text)
    st.page_link("pages/data/page.py", label="Choose another table", icon=":material/table:")


main()

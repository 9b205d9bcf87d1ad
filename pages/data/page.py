"""Choose or upload a table, see what is in it, and start."""

import streamlit as st

from pages.data import balance, columns, make, split, upload
from pages.shared import first_look, notes, state, table, uploads
from pages.shared.problems import MADE


def main() -> None:
    """Draw the page; at a session's first look only what a first click needs."""
    st.title("Train for the metric you are judged by", anchor=False)
    st.markdown(
        "Cross-entropy trains for likelihood. **EAST** trains for the confusion matrix itself. "
        "Pick a problem or a table, press Train, and watch the two race."
    )
    noted = st.container()
    left, right = st.columns([1, 1], gap="large")
    made = table.source() == MADE
    light = made and first_look.is_first()
    with left:
        _choose(light)
        if made:
            make.preset(light)
        used = table.current()
        upload.findings(used)
        classes = split.section(used, light)
    if first_look.draw_rest_later():
        return
    with left:
        if made:
            make.changes()
        split.settings(used)
    with right:
        if made:
            make.picture()
        balance.section(used, classes)
    if not made:
        columns.section(table.facts(), used)
    with noted:
        notes.draw()


def _choose(light: bool) -> None:
    if light:
        st.skeleton(first_look.SELECT_PX)
        st.skeleton(first_look.EXPANDER_PX)
        return
    chosen = table.source()  # which may find the upload of a run again
    titles = {MADE: "Made problem: two features, best decision known"}
    titles |= {name: sample.title for name, sample in table.known_samples().items()}
    uploaded = uploads.current()
    if uploaded is not None and uploaded.table is not None:
        titles[uploads.UPLOADED] = f"{uploaded.table.name} (yours)"
    st.selectbox(
        "Table",
        table.sources(),
        format_func=lambda name: titles[name],
        **state.bind("sample", chosen, resets=uploads.ABOUT_ONE_TABLE),
    )
    upload.uploader()


main()

"""The choice of the two columns that decision regions are drawn over."""

from __future__ import annotations

import streamlit as st

from pages.shared import state, table


def axes_picker() -> None:
    """Draw the choice, where a table has more than two columns of numbers."""
    choices = table.choices()
    unused = {choices.target, *choices.exclude}
    names = [
        facts.name for facts in table.facts().columns if facts.role == "numeric" and facts.name not in unused
    ]
    if len(names) < 3:
        return
    across = state.known("across", names, names[0])
    others = [name for name in names if name != across]
    if state.get().up == across:
        state.put(up=None)
    up = state.known("up", others, others[0])
    with st.expander("Decision regions over", icon=":material/select_all:"):
        st.selectbox("Across", names, **state.bind("across", across))
        st.selectbox("Up", others, **state.bind("up", up))
        st.caption("The other columns are held at their medians. Taken up by the next training.")

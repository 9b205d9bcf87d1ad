"""A press is heard although the page is drawn anew before the button is reached, where Streamlit's own is lost."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from pages.shared.press import press

    heard = st.session_state.setdefault("heard", {"ours": 0, "streamlit's": 0})
    if st.session_state.pop("interrupt", False):
        st.rerun()
    heard["ours"] += press("Ours", "ours")
    heard["streamlit's"] += st.button("Theirs")


def clicked(place: int, *, interrupt: bool) -> dict[str, int]:
    app = AppTest.from_function(page).run()
    app.session_state["interrupt"] = interrupt
    app.button[place].click().run()
    heard = dict(app.session_state["heard"])
    assert app.run().session_state["heard"] == heard  # once is enough
    return heard


def test_a_press_is_heard_once() -> None:
    assert clicked(0, interrupt=False) == {"ours": 1, "streamlit's": 0}
    assert clicked(1, interrupt=False) == {"ours": 0, "streamlit's": 1}


def test_a_press_is_heard_though_the_page_is_drawn_anew_before() -> None:
    assert clicked(0, interrupt=True) == {"ours": 1, "streamlit's": 0}
    assert clicked(1, interrupt=True) == {"ours": 0, "streamlit's": 0}

"""Links to a page other than the first, on a server that has just started.

Streamlit serves the files that lie directly in a folder called `pages/` until `app.py` has run once, and says
"Page not found" where there is none of the name in the link. So there is one for each page, which comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import links
from pages.shared.session import Slot

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

_WANTED: Slot[str] = Slot("wanted_page")


def enter(page: str) -> None:
    """Send the session through app.py, which goes on to the page."""
    links.load()
    _WANTED.set(page)
    st.switch_page("app.py", query_params=links.texts())


def go_on(pages: Mapping[str, StreamlitPage]) -> None:
    """Go on to the page that a link asked for, if the session came in by `enter`."""
    wanted = _WANTED.take()
    if wanted is not None and wanted in pages:
        st.switch_page(pages[wanted], query_params=links.texts())

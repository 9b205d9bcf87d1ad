"""The door of a server that others use: whoever has not logged in sees a page with a button, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from east.kept import login_required
from pages.shared.words import literal

NOT_SET_UP = (
    "This server asks for a login, and none is set up on it. Whoever runs it finds how in .github/SERVING.md."
)
NOT_INVITED = "This server is not open to your account. Ask whoever runs it."


def waiting_room() -> Callable[[], None] | None:
    """Return what to draw for somebody who may not come in; None for everybody else."""
    login = _secrets("auth")
    if login is None:
        return _not_set_up if login_required() or _are_damaged() else None
    if not st.user.get("is_logged_in", False):
        return lambda: _log_in(login)
    return None if _is_invited() else _not_invited


def leave() -> None:
    """Say who is logged in, with a button to log out."""
    if st.user.get("is_logged_in", False):
        with st.sidebar.container(horizontal=True, vertical_alignment="center"):
            st.caption(literal(st.user.get("email") or st.user.get("name") or "Logged in"))
            _log_out()


def _log_in(login: Mapping[str, Any]) -> None:
    st.title("east")
    named: list[str | None] = [name for name, value in login.items() if isinstance(value, Mapping)]
    for provider in named or [None]:
        label = "Log in" if provider is None else f"Log in with {literal(provider)}"
        st.button(label, type="primary", on_click=st.login, args=(provider,))


def _not_invited() -> None:
    st.title("east")
    st.error(NOT_INVITED)
    _log_out()


def _not_set_up() -> None:
    st.title("east")
    st.error(NOT_SET_UP)


def _log_out() -> None:
    st.button("Log out", type="tertiary", on_click=st.logout)


def _is_invited() -> bool:
    """Whether the address is one of those that are let in; a provider may know people from everywhere."""
    patterns: Sequence[str] | None = (_secrets("east") or {}).get("let_in")
    if patterns is None:
        return True
    address = str(st.user.get("email") or "").lower()
    sure = st.user.get("email_verified", True) is True
    return sure and any(fnmatch(address, str(pattern).lower()) for pattern in patterns)


def _secrets(section: str) -> Mapping[str, Any] | None:
    """Return a section of the secrets; None where there is none."""
    try:
        found: Mapping[str, Any] | None = st.secrets.get(section)
    except StreamlitSecretNotFoundError:
        return None
    return found


def _are_damaged() -> bool:
    """Whether there is a file of secrets that cannot be read: it may have said that a login is asked for."""
    if not any(Path(path).exists() for path in st.get_option("secrets.files")):
        return False
    try:
        st.secrets.to_dict()
    except StreamlitSecretNotFoundError:
        return True
    return False

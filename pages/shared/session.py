"""The only module that touches Streamlit's session: typed places in it, and values that are made once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import streamlit as st

Value = TypeVar("Value")


@dataclass(frozen=True)
class Slot(Generic[Value]):
    """One value of a browser's session, kept in memory under a name of its own."""

    name: str

    def get(self) -> Value | None:
        """Return the value, or None where nothing has been set."""
        return cast("Value | None", st.session_state.get(self.name))

    def set(self, value: Value) -> None:
        """Replace the value."""
        st.session_state[self.name] = value

    def take(self) -> Value | None:
        """Return the value and forget it."""
        return cast("Value | None", st.session_state.pop(self.name, None))


def once(name: str, mark: Hashable, make: Callable[[], Value]) -> Value:
    """Return what `make` gives, and call it again only when `mark` differs from the last time."""
    slot: Slot[tuple[Hashable, Value]] = Slot(f"once_{name}")
    known = slot.get()
    if known is None or known[0] != mark:
        known = (mark, make())
        slot.set(known)
    return known[1]


def show_in_widget(key: str, value: object) -> None:
    """Make a widget start with a value; one that is on the page keeps its own."""
    if key not in st.session_state:
        st.session_state[key] = value


def widget_value(key: str) -> object:
    """Return what a widget says.

    Raises:
        KeyError: when there is no such widget, or it was reset before its news came.
    """
    return cast(object, st.session_state[key])


def reset_widgets(key: str) -> None:
    """Make a widget, and those of its entries (`key/0`, `key/1`), start anew."""
    for known in list(st.session_state):
        if known == key or str(known).startswith(f"{key}/"):
            del st.session_state[known]


def component_value(key: str, name: str) -> object:
    """Return what a component has sent under a name, or None."""
    sent = st.session_state.get(key)
    return cast(object, sent.get(name)) if isinstance(sent, Mapping) else None

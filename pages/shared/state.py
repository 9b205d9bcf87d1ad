"""The settings of this session, read and written by three verbs: `get`, `put` and `bind` (to a widget)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypedDict, TypeVar

from pages.shared import links, session
from pages.shared.settings import DEFAULTS, ENTRIES, Settings, changed

Value = TypeVar("Value")


class Bound(TypedDict):
    """The arguments that tie a widget to a setting."""

    key: str
    on_change: Callable[..., None]
    args: tuple[str, Sequence[object] | None, int, Sequence[str]] | tuple[str, str]


def get() -> Settings:
    """Return the settings as they are now."""
    return links.SETTINGS.get() or DEFAULTS


def put(**changes: object) -> None:
    """Change settings; the widgets of these names and the link show it too.

    Raises:
        TypeError: for a name that is no setting.
    """
    links.SETTINGS.set(changed(get(), changes))
    for name in changes:
        session.reset_widgets(_key(name))
    links.write()


def bind(name: str, value: object, *, resets: Sequence[str] = ()) -> Bound:
    """Tie a widget to a setting.

    Args:
        name: of the setting.
        value: its present value, which the widget starts with.
        resets: settings that a change brings back to their defaults: they were answers to another question.
    """
    session.show_in_widget(_key(name), value)
    return {"key": _key(name), "on_change": _take, "args": (name, None, 0, resets)}


def bind_entry(name: str, place: int, values: Sequence[object]) -> Bound:
    """Tie a widget to one entry of a setting that is a tuple; `values` are its present entries."""
    key = f"{_key(name)}/{place}"
    session.show_in_widget(key, values[place])
    return {"key": key, "on_change": _take, "args": (name, values, place, ())}


def bind_named(name: str, entry: str, value: object) -> Bound:
    """Tie a widget to one entry of a setting that holds texts by name; `value` is its present value."""
    key = f"{_key(name)}/{entry}"
    session.show_in_widget(key, value)
    return {"key": key, "on_change": _take_named, "args": (name, entry)}


def put_entry(name: str, entry: str, value: object) -> None:
    """Change one entry of a setting that holds texts by name; None removes it."""
    links.SETTINGS.set(changed(get(), {name: _with_entry(name, entry, value)}))
    session.reset_widgets(f"{_key(name)}/{entry}")
    links.write()


def show_again() -> None:
    """Tell the browser the value of every widget once more: it shows the default where it has missed a page run."""
    for name in ENTRIES:
        session.reset_widgets(_key(name))


def known(name: str, options: Iterable[Value], default: Value) -> Value:
    """Return a setting that must be one of `options`; another value is dropped with a note, for the default."""
    value = getattr(get(), name)
    for option in options:
        if option == value:
            return option
    if value != getattr(DEFAULTS, name):
        links.note_fallback(name, value)
        put(**{name: getattr(DEFAULTS, name)})
    return default


def known_each(name: str, options: Iterable[str]) -> tuple[str, ...]:
    """Return a setting that is a tuple of some of `options`; other entries are left out with a note."""
    wanted, there = getattr(get(), name), set(options)
    found = tuple(entry for entry in wanted if entry in there)
    if found != wanted:
        links.note_left_out(name, next(entry for entry in wanted if entry not in there))
        put(**{name: found})
    return found


def _take(name: str, values: Sequence[object] | None, place: int, resets: Sequence[str]) -> None:
    """Take a setting from its widget."""
    try:
        value = session.widget_value(_key(name) if values is None else f"{_key(name)}/{place}")
    except KeyError:
        return
    if values is not None:
        value = (*values[:place], value, *values[place + 1 :])
    elif isinstance(value, list):
        value = tuple(value)
    links.SETTINGS.set(changed(get(), {name: value}))
    put(**{other: getattr(DEFAULTS, other) for other in resets})


def _take_named(name: str, entry: str) -> None:
    """Take one entry of a setting from its widget."""
    try:
        value = session.widget_value(f"{_key(name)}/{entry}")
    except KeyError:
        return
    links.SETTINGS.set(changed(get(), {name: _with_entry(name, entry, value)}))


def _with_entry(name: str, entry: str, value: object) -> tuple[tuple[str, str], ...]:
    texts: dict[str, str] = dict(getattr(get(), name))
    texts.pop(entry, None)
    return tuple(texts.items()) if value in (None, "") else (*texts.items(), (entry, str(value)))


def _key(name: str) -> str:
    return f"widget_{name}"

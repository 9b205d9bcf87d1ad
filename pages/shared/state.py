"""The only reader and writer of the session's state, typed; settings live in the link as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from east.run import Registry, Run
from pages.shared.settings import SETTINGS

if TYPE_CHECKING:
    from east.tables import Table

MISSING = object()


@dataclass(frozen=True)
class Kept:
    """A run on a session's shelf: its id, the table it was trained on, and when it began."""

    run_id: str
    table: Table
    began: datetime


@st.cache_resource(show_spinner=False)
def registry() -> Registry:
    """Return the process's one registry of runs."""
    return Registry()


def load_link() -> None:
    """Take the settings from the link when a session begins; what cannot be read falls back, with a note."""
    if "settings" in st.session_state:
        return
    settings: dict[str, Any] = {}
    st.session_state["settings"] = settings
    for name, text in st.query_params.items():
        if name not in SETTINGS:
            continue
        try:
            settings[name] = SETTINGS[name].read(text)
        except ValueError:
            _tell_fallback(name, text)
    run_id = st.query_params.get("run")
    st.session_state["run"] = run_id
    # A reload is a new session; it finds its shelf by any run that lies on it.
    st.session_state["shelf"] = _shelves().get(run_id or "", [])


def link() -> dict[str, str]:
    """Return what the link is to say: every setting that is not at its default, and the run."""
    said = {
        name: SETTINGS[name].write(value)
        for name, value in _settings().items()
        if value != SETTINGS[name].default and value is not None
    }
    run_id = st.session_state.get("run")
    return {**said, "run": run_id} if run_id else said


def write_link() -> None:
    """Make the link say what is set; a page switch drops it, so that it is written at every run."""
    if st.query_params.to_dict() != link():
        st.query_params.from_dict(link())


def setting(name: str) -> Any:
    """Return a setting, or its default."""
    return _settings().get(name, SETTINGS[name].default)


def put(name: str, value: Any) -> None:
    """Set a setting; the widgets of that name show it too."""
    _settings()[name] = value
    key = widget_key(name)
    for known in [known for known in st.session_state if known == key or str(known).startswith(f"{key}/")]:
        del st.session_state[known]


def choose(name: str, value: Any) -> None:
    """Set a setting from a fragment, which runs without the frame that writes the link otherwise."""
    put(name, value)
    write_link()


def note(name: str, value: Any) -> None:
    """Set a setting whose widget shows it already."""
    _settings()[name] = value


def chosen(name: str, options: Iterable[Any], default: Any = MISSING) -> Any:
    """Return a setting that must be one of `options`; else fall back to the default, with a note."""
    known = list(options)
    value = setting(name)
    fallback = SETTINGS[name].default if default is MISSING else default
    if value in known:
        return value
    if value is not None:
        _tell_fallback(name, value)
        put(name, None if default is not MISSING else fallback)
    return fallback


def widget_key(name: str) -> str:
    """Return the key of the widget that shows a setting."""
    return f"widget_{name}"


def bind(name: str, value: Any, resets: Sequence[str] = ()) -> dict[str, Any]:
    """Return the `key` and `on_change` that tie a widget to a setting whose present value is `value`.

    A change brings the settings in `resets` back to their defaults: they were answers to another question.
    """
    key = widget_key(name)
    if key not in st.session_state:
        st.session_state[key] = value
    return {"key": key, "on_change": _take, "args": (name, resets)}


def bind_entry(name: str, place: int, values: Sequence[float]) -> dict[str, Any]:
    """Return what ties a widget to one entry of a setting that is a tuple, whose present `values` these are."""
    key = f"{widget_key(name)}/{place}"
    if key not in st.session_state:
        st.session_state[key] = values[place]
    return {"key": key, "on_change": _take_entry, "args": (name, place, tuple(values))}


def _take_entry(name: str, place: int, values: tuple[float, ...]) -> None:
    key = f"{widget_key(name)}/{place}"
    if key not in st.session_state:  # the setting was put anew before this news of the widget came
        return
    changed = st.session_state[key]
    _settings()[name] = (*values[:place], changed, *values[place + 1 :])
    write_link()


def _take(name: str, resets: Sequence[str]) -> None:
    if widget_key(name) not in st.session_state:  # the setting was put anew before this news came
        return
    value = st.session_state[widget_key(name)]
    _settings()[name] = tuple(value) if isinstance(value, list) else value
    for other in resets:
        put(other, SETTINGS[other].default)
    write_link()


def _settings() -> dict[str, Any]:
    return cast(dict[str, Any], st.session_state.setdefault("settings", {}))


def component_value(key: str, name: str) -> Any:
    """Return what a component has sent under a name, or None."""
    sent = st.session_state.get(key)
    return sent.get(name) if isinstance(sent, Mapping) else None


def tell(sentence: str) -> None:
    """Remember a sentence to be shown on the page that is drawn next."""
    notes = st.session_state.setdefault("notes", [])
    if sentence not in notes:
        notes.append(sentence)


def take_notes() -> list[str]:
    """Return the remembered sentences, and forget them."""
    return cast(list[str], st.session_state.pop("notes", []))


def _tell_fallback(name: str, value: object) -> None:
    tell(f"The link's {SETTINGS[name].label} “{str(value)[:60]}” is not known here; the default is used.")


def frame_is_open() -> bool:
    """Whether this session came in through app.py."""
    return bool(st.session_state.get("frame", False))


def open_frame() -> None:
    """Note that this session came in through app.py."""
    st.session_state["frame"] = True


def remember_way(page: str) -> None:
    """Remember which page a link asked for."""
    st.session_state["way"] = page


def take_way() -> str | None:
    """Return the page a link asked for, once."""
    return cast("str | None", st.session_state.pop("way", None))


def kept(name: str) -> Any:
    """Return what this session keeps under a name, or None."""
    return st.session_state.get(f"kept_{name}")


def keep(name: str, value: Any) -> None:
    """Keep something for this session, in memory only."""
    st.session_state[f"kept_{name}"] = value


def remembered(name: str, mark: object, make: Callable[[], Any]) -> Any:
    """Return what `make` gives, made anew only when `mark` differs from the last time."""
    key = f"remembered_{name}"
    if key not in st.session_state or st.session_state[key][0] != mark:
        st.session_state[key] = (mark, make())
    return st.session_state[key][1]


def run() -> Run | None:
    """Return this session's run, if it still exists."""
    return registry().get(st.session_state.get("run"))


def start_run(run: Run, table: Table) -> None:
    """Start a run of a table for this session; the one before is stopped, and lies on the shelf.

    Raises:
        SettingError: when the server has too many active ones.
    """
    former = registry().get(st.session_state.get("run"))
    if former is not None:
        former.command("stop", wait_s=0)
    registry().start(run)
    shelf = cast(list[Kept], st.session_state.setdefault("shelf", []))
    shelf.append(Kept(run.id, table, datetime.now()))
    _shelves()[run.id] = shelf
    open_run(run.id)


def open_run(run_id: str) -> None:
    """Make a run on the shelf this session's run."""
    st.session_state["run"] = run_id
    for name in ("at", "first", "second", "cell", "model", "offsets"):
        put(name, SETTINGS[name].default)


def rename(run: Run) -> None:
    """Give a run the name that stands in the widget `name_<id>`; an empty one changes nothing."""
    run.title = str(st.session_state.get(f"name_{run.id}", "")).strip() or run.title


def delete_run(run_id: str) -> None:
    """Stop and forget a run."""
    registry().drop(run_id)
    if st.session_state.get("run") == run_id:
        st.session_state["run"] = None


def past_runs() -> list[tuple[Run, Kept]]:
    """Return the runs this session has started and that still exist, the newest first."""
    shelf = cast(list[Kept], st.session_state.setdefault("shelf", []))
    for kept in [kept for kept in shelf if registry().get(kept.run_id) is None]:
        shelf.remove(kept)
        _shelves().pop(kept.run_id, None)
    found = [(registry().get(kept.run_id), kept) for kept in reversed(shelf)]
    return [(run, kept) for run, kept in found if run is not None]


def table_of(run: Run) -> Table | None:
    """Return the table a run was trained on, if this session started it."""
    return next((kept.table for other, kept in past_runs() if other.id == run.id), None)


def side_run(kind: str) -> Run | None:
    """Return this session's run beside the main one: its "grid" or its "frontier"."""
    return registry().get(setting(kind))


def start_side_run(kind: str, run: Run) -> None:
    """Start a run beside the main one, unless too many are active; the one before of its kind ends."""
    former = setting(kind)
    if former:
        registry().drop(former)
    registry().start(run)
    put(kind, run.id)


@st.cache_resource(show_spinner=False)
def _shelves() -> dict[str, list[Kept]]:
    """Return, for the whole process, the shelf each run lies on; a run's id cannot be guessed."""
    return {}

"""The runs of this session: the one that is shown, the earlier ones, and the sweeps beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import streamlit as st

from east.run import Limits, Run, RunStore
from pages.shared import links, state
from pages.shared.session import Slot

if TYPE_CHECKING:
    from east.synthetic import Problem
    from east.tables import Table
    from pages.shared.settings import Settings

Sweep = Literal["grid", "frontier"]


@dataclass(frozen=True)
class Kept:
    """A run on the shelf.

    Args:
        run_id: of the run.
        table: it was trained on.
        began: when.
        problem: that was made, if the table was drawn from one.
        read_as: how the file was read, if the table was uploaded.
    """

    run_id: str
    table: Table
    began: datetime
    problem: Problem | None = None
    read_as: Settings | None = None


_SHELF: Slot[list[Kept]] = Slot("shelf")


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """Return the process's one store of runs."""
    return RunStore(limits=Limits.of_environment)


@st.cache_resource(show_spinner=False)
def _shelves() -> dict[str, list[Kept]]:
    """Return, for the whole process, the shelf each run lies on; a run's id cannot be guessed."""
    return {}


def _shelf() -> list[Kept]:
    """Return this session's shelf; a reload is a new session, and finds its shelf by the run in the link."""
    shelf = _SHELF.get()
    if shelf is None:
        shelf = _shelves().get(links.RUN.get() or "", [])
        _SHELF.set(shelf)
    return shelf


def run() -> Run | None:
    """Return this session's run, if it still exists."""
    return store().get(links.RUN.get())


def start(new: Run, table: Table, problem: Problem | None = None, read_as: Settings | None = None) -> None:
    """Start a run of a table for this session; the one before is stopped, and lies on the shelf.

    Raises:
        SettingError: when the server has too many active ones.
    """
    former = run()
    if former is not None:
        former.command("stop", wait_s=0)
    store().start(new)
    _lay(Kept(new.id, table, datetime.now(), problem, read_as))
    show(new.id)


def adopt(ended: Run, table: Table, problem: Problem | None = None) -> None:
    """Show an ended run that was trained for everybody: this session gets one of its own id."""
    own = store().keep_copy(ended)
    _lay(Kept(own.id, table, datetime.now(), problem))
    show(own.id)


def put_back(opened: Run, kept: Kept | None) -> None:
    """Show a run of an earlier day; without its table it lies on no shelf."""
    store().add(opened)
    if kept is not None:
        _lay(kept)
    show(opened.id)


def _lay(kept: Kept) -> None:
    """Lay a run on this session's shelf, in the place of one of the same id."""
    shelf = _shelf()
    shelf[:] = [*(other for other in shelf if other.run_id != kept.run_id), kept]
    _shelves()[kept.run_id] = shelf


def show(run_id: str) -> None:
    """Make a run on the shelf the one that is shown."""
    _shelf()
    links.RUN.set(run_id)
    state.put(at=None, regions=None, first=None, second=None, cell=(), model=None, offsets=(), taken=None)
    state.put(probe_arm=None, probe_cell=(), probe_row=1, other=None, towards=None)


def delete(run_id: str) -> None:
    """Stop and forget a run."""
    store().drop(run_id)
    if links.RUN.get() == run_id:
        links.RUN.take()


def past_runs() -> list[tuple[Run, Kept]]:
    """Return the runs this session has started and that still exist, the newest first."""
    shelf = _shelf()
    for kept in [kept for kept in shelf if store().get(kept.run_id) is None]:
        shelf.remove(kept)
        _shelves().pop(kept.run_id, None)
    found = [(store().get(kept.run_id), kept) for kept in reversed(shelf)]
    return [(existing, kept) for existing, kept in found if existing is not None]


def kept_of(trained: Run) -> Kept | None:
    """Return what is known of a run, if this session started it."""
    return next((kept for other, kept in past_runs() if other.id == trained.id), None)


def table_of(trained: Run) -> Table | None:
    """Return the table a run was trained on, if this session started it."""
    kept = kept_of(trained)
    return None if kept is None else kept.table


def problem_of(trained: Run) -> Problem | None:
    """Return the made problem a run was trained on; None for a table whose density nobody knows."""
    kept = kept_of(trained)
    return None if kept is None else kept.problem


def sweep(kind: Sweep) -> Run | None:
    """Return this session's sweep of a kind."""
    settings = state.get()
    return store().get(settings.grid if kind == "grid" else settings.frontier)


def start_sweep(kind: Sweep, new: Run) -> None:
    """Start a sweep beside the run; the one before of its kind ends.

    Raises:
        SettingError: when the server has too many active runs.
    """
    former = sweep(kind)
    if former is not None:
        store().drop(former.id)
    store().start(new)
    state.put(**{kind: new.id})

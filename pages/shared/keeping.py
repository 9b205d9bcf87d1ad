"""Runs that last: kept while they train, opened again on another day, and resumed where they were cut off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from east.errors import EastError
from east.kept import KeptRuns, Origin, RunKeeper, home, open_run, switched_off
from east.run import PACES, Run
from east.synthetic import DEFAULT_TEST_ROWS, make_problem
from pages.shared import links, notes, problems, session, shelf, state, table, uploads, warm_up
from pages.shared.settings import DEFAULTS
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.kept import Entry, OpenedRun
    from east.synthetic import Problem
    from east.tables import Table
    from east.training import Training
    from pages.shared.request import TrainingRequest
    from pages.shared.settings import Settings
    from pages.shared.shelf import Sweep

GONE = (
    "is gone: this server does not have it, and it is not kept here. The link's settings apply; train anew."
)
END_S = 10.0
"""A run that is stopped is judged once more before it has ended."""


def runs() -> KeptRuns:
    """Return the process's kept runs."""
    return _runs(home())


@st.cache_resource(show_spinner=False)
def _runs(folder: Path) -> KeptRuns:
    return KeptRuns(folder)


def is_on() -> bool:
    """Whether new runs are kept."""
    return not switched_off() and runs().settings.keep


def keeper(run_id: str, title: str, wanted: TrainingRequest) -> RunKeeper | None:
    """Return who keeps a new run; None where runs are not kept."""
    if not is_on():
        return None
    return RunKeeper(runs(), run_id, title, wanted.table, _origin(wanted))


def _origin(wanted: TrainingRequest) -> Origin:
    """Say where the table of a training comes from."""
    name, source = wanted.table.name, table.source()
    if wanted.problem is not None:
        made = {
            "settings": wanted.problem.settings,
            "rows": wanted.table.num_rows,
            "seed": wanted.choices.seed,
            "test_rows": DEFAULT_TEST_ROWS,
            "test_seed": problems.TEST_SEED,
        }
        return Origin("made", name, made=made)
    if source in table.known_samples():
        return Origin("sample", name)
    read_as = uploads.read_as(wanted.table)
    return Origin("file", name, {} if read_as is None else asdict(uploads.read_options(read_as)))


def draw_line(run: Run) -> None:
    """Say how far a run is kept, or why it is not."""
    text, problem = run.keeper.status_text, run.keeper.problem
    if problem is not None:
        st.warning(literal(text), icon=":material/save:")
    elif text and not run.state.ended:
        st.caption(f":material/save: {literal(text)}")


def reopen() -> None:
    """Open the run of the link, where a server that has gone has kept it; else say that it is not here."""
    run_id = links.RUN.get()
    if run_id is None or shelf.run() is not None:
        return
    if not run_id.isalnum() or not runs().path(run_id).is_file():
        _forget(f"The link's run {GONE}")
        return
    try:
        show(runs().find(run_id))
    except EastError as error:
        _forget(str(error))


def _forget(reason: str) -> None:
    """Show no run any more, and say why; those that the session started beside it stay on its shelf."""
    shelf.past_runs()
    links.RUN.take()
    notes.add(reason)


def note_gone_sweep(kind: Sweep) -> None:
    """Say that a sweep of the link is gone, if it is."""
    if getattr(state.get(), kind) is not None and shelf.sweep(kind) is None:
        notes.add(f"The link's run of the {kind} {GONE}")
        state.put(**{kind: None})


def show(entry: Entry) -> None:
    """Open a kept run and show it, with its table where that is at hand.

    Raises:
        EastError: when it is damaged or cannot be read.
    """
    opened = _open(entry)
    again = Run.opened(entry.run_id, entry.title, opened.machine, opened.history)
    again.state, again.outcome = opened.run_state, opened.outcome
    found, problem, read_as = opened.table, *_whence(opened)
    kept = None if found is None else shelf.Kept(entry.run_id, found, entry.began, problem, read_as)
    shelf.put_back(again, kept)


def draw_changed_losses(run: Run, today: str) -> None:
    """Say which losses of a kept run are defined differently today.

    Args:
        run: what is shown.
        today: what follows from it on this page.
    """
    changed = session.once("changed_losses", run.id, lambda: _changed_losses(run))
    if changed:
        verb = "is" if len(changed) == 1 else "are"
        told = (
            f"{', '.join(changed)} {verb} defined differently today than when this run was trained: {today}"
        )
        st.info(literal(told), icon=":material/history:")


def _changed_losses(run: Run) -> tuple[str, ...]:
    from east.kept import changed_losses

    if run.machine is None or not runs().path(run.id).is_file():
        return ()
    try:
        about = runs().find(run.id).about
    except EastError:  # its file is damaged
        return ()
    return changed_losses(about, run.machine.config) if about else ()


def resume(entry: Entry) -> None:
    """Go on with a run that was interrupted.

    Raises:
        EastError: when it cannot be read, its table is not at hand, or too many runs are active.
    """
    from east.kept import before, resumed

    opened = _open(entry)
    if opened.table is None:
        resumed(runs(), opened)  # says what is missing
    found, (problem, read_as) = opened.table, _whence(opened)
    assert found is not None
    origin = Origin.from_json(entry.about["origin"])

    def make() -> Training:
        again.limits.admit(opened.dataset, opened.config)
        return resumed(runs(), opened)

    again = Run(
        make,
        title=entry.title,
        pace=state.known("pace", PACES, DEFAULTS.pace),
        keeper=RunKeeper(runs(), entry.run_id, entry.title, found, origin, goes_on=True),
        run_id=entry.run_id,
        earlier=before(opened),
    )
    shelf.start(again, found, problem, read_as)


@contextmanager
def noted() -> Iterator[None]:
    """Turn what goes wrong with kept runs into a note."""
    try:
        yield
    except EastError as error:
        notes.add(str(error))


def let_go(run: Run) -> bool:
    """Wait shortly until a run that is to be deleted is no longer written; returns whether it is so."""
    return not isinstance(run.keeper, RunKeeper) or run.keeper.wait(END_S)


def _open(entry: Entry) -> OpenedRun:
    warm_up.wait()
    given = _at_hand(entry.about)
    try:
        return open_run(runs(), entry.run_id, given)
    except EastError:
        if given is None:
            raise
    # The table of that name is another one: what is kept can be seen without it.
    return open_run(runs(), entry.run_id, look=False)


def _at_hand(about: Mapping[str, Any]) -> Table | None:
    """Return the table of a run if the app has it: the same object, so that runs on it can be paired."""
    if not about:
        return None
    origin = Origin.from_json(about["origin"])
    if origin.kind == "made":
        made = origin.made
        return problems.drawn(make_problem(**made["settings"]), made["rows"], made["seed"])
    for name, sample in table.known_samples().items():
        if origin.kind == "sample" and sample.file.name == origin.name:
            return table.read_sample(name)
    upload = uploads.current()
    if upload is not None and upload.table is not None and upload.table.name == origin.name:
        return upload.table
    return None


def _whence(opened: OpenedRun) -> tuple[Problem | None, Settings | None]:
    """Return the made problem of a run's table, and how its file was read."""
    origin = Origin.from_json(opened.entry.about["origin"])
    problem = make_problem(**origin.made["settings"]) if origin.kind == "made" else None
    return problem, None if opened.table is None else uploads.read_as(opened.table)

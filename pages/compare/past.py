"""Past runs: those of this session and those kept from earlier; opened, renamed, deleted, and any two compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.compare import kept_runs, two_runs
from pages.shared import keeping, session, shelf
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.run import Run
    from east.training import Outcome
    from pages.shared.shelf import Kept


def section(run: Run, outcome: Outcome) -> None:
    """Draw the list and the comparison of two."""
    listing()
    two_runs.section()


def listing() -> None:
    """List the runs of this session, and then those that are kept."""
    runs = shelf.past_runs()
    if runs:
        _of_this_session(runs)
    kept_runs.section({run.id for run, _ in runs})


def _of_this_session(runs: Sequence[tuple[Run, Kept]]) -> None:
    """List the runs of this session, the newest first."""
    st.caption("Runs of this session are seen only by who has a link to one of them.")
    present = shelf.run()
    for run, kept in runs:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            mark = " · **shown now**" if present is not None and present.id == run.id else ""
            st.markdown(
                f"**{literal(run.title)}**{mark}  \n{literal(_facts(run))} · {kept.began:%d %b %Y, %H:%M}",
                width="stretch",
            )
            with st.container(horizontal=True, width="content"):
                _buttons(run, present is not None and present.id == run.id)


def _buttons(run: Run, shown: bool) -> None:
    st.button("Open", key=f"open_{run.id}", on_click=shelf.show, args=(run.id,), disabled=shown)
    with st.popover("Rename"):
        st.text_input(
            "New name", run.title, max_chars=80, key=f"name_{run.id}", on_change=_rename, args=(run,)
        )
    with st.popover("Delete"):
        st.markdown("A deleted run cannot be brought back.")
        st.button("Delete it", key=f"delete_{run.id}", on_click=_delete, args=(run.id,), type="primary")


def _rename(run: Run) -> None:
    """Give a run the name typed for it, also where it is kept; an empty one changes nothing."""
    run.title = str(session.widget_value(f"name_{run.id}")).strip() or run.title
    with keeping.noted():
        if keeping.runs().path(run.id).is_file():
            keeping.runs().rename(run.id, run.title)


def _delete(run_id: str) -> None:
    """Delete a run, also where it is kept."""
    run = shelf.store().get(run_id)
    shelf.delete(run_id)
    with keeping.noted():
        if run is not None and keeping.let_go(run):
            keeping.runs().delete(run_id)


def _facts(run: Run) -> str:
    if run.machine is None:
        return run.state.status
    config, dataset = run.machine.config, run.machine.dataset
    arms = ", ".join(arm.label for arm in config.networks)
    seeds = len(config.seeds)
    status = () if run.outcome is not None else (run.state.status,)
    words = (*status, config.metric.label, f"{dataset.name}, {dataset.target}", arms)
    return " · ".join((*words, f"{seeds} {'seeds' if seeds > 1 else 'seed'}"))

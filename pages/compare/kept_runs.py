"""Runs kept on this computer: found again on another day, opened, resumed, named, pinned, exported, deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.kept import MOST_GB, choose, export_zip, open_run, shared, switched_off
from pages.shared import keeping, session, shelf, warm_up
from pages.shared.session import Slot
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.kept import Entry

SHOWN = 20
_MORE: Slot[int] = Slot("kept_runs_shown")
_EXPORT: Slot[str] = Slot("kept_run_to_export")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_OFF = "Runs are not kept here: the variable EAST_KEEP says so."


def section(in_session: Collection[str]) -> None:
    """List the kept runs, the newest first; none on a server that others use too.

    Args:
        in_session: ids of the runs that this session lists already.
    """
    if serves_others():
        st.caption("Others use this server too. A run of an earlier day opens by its link, and only by that.")
        return
    entries = keeping.runs().list()
    earlier = [entry for entry in entries if entry.run_id not in in_session]
    st.markdown("**Kept on this computer**")
    _where(len(entries))
    _offer()
    wanted = ""
    if len(earlier) > SHOWN:
        wanted = st.text_input("Find", key="kept_find", placeholder="a name, a table or a metric").lower()
    found = [entry for entry in earlier if wanted in f"{entry.title} {_facts(entry)}".lower()]
    most = _MORE.get() or SHOWN
    for entry in found[:most]:
        _line(entry)
    if len(found) > most:
        st.button(f"Show more of {len(found):,}", on_click=_MORE.set, args=(most + SHOWN,))


def serves_others() -> bool:
    """Whether people who are not to see each other's runs use this server: it says so, or other machines reach it."""
    return shared() or st.get_option("server.address") not in _LOCAL


def _where(count: int) -> None:
    """Say where the runs lie and how much room they take, and let the user choose."""
    runs = keeping.runs()
    with st.container(horizontal=True, vertical_alignment="center"):
        room = f"{runs.size() / 1e6:,.1f} MB of {runs.settings.most_gb:g} GB"
        st.caption(
            f"{count:,} {'run' if count == 1 else 'runs'}, {room}, in `{runs.folder}`. They outlast the server; "
            "they hold settings, scores, weights and predictions, and no cells of your table.",
            width="stretch",
        )
        with st.popover("Keeping"):
            if switched_off():
                st.caption(_OFF)
            st.toggle(
                "Keep new runs",
                keeping.is_on(),
                key="keep_runs",
                on_change=_choose_to_keep,
                disabled=switched_off(),
            )
            if MOST_GB.shown is not None:
                least, most, step = MOST_GB.shown
                st.number_input(
                    MOST_GB.label, least, most, min(max(runs.settings.most_gb, least), most), step,
                    help=MOST_GB.help, key="keep_gb", on_change=_choose_room,
                )  # fmt: skip


def _choose_to_keep() -> None:
    with keeping.noted():
        choose(keeping.runs().home, keep=bool(session.widget_value("keep_runs")))


def _choose_room() -> None:
    with keeping.noted():
        choose(keeping.runs().home, most_gb=float(str(session.widget_value("keep_gb"))))


def _offer() -> None:
    """Offer the oldest runs for deletion where the room is used up."""
    offered = keeping.runs().offered()
    if not keeping.runs().is_full():
        return
    st.warning("Kept runs fill their room, so that new ones are not kept. Delete some, or allow more room.")
    if offered:
        names = ", ".join(entry.title for entry in offered[:5]) + (" …" if len(offered) > 5 else "")
        with st.popover(f"Delete the {len(offered):,} oldest"):
            st.markdown(f"{literal(names)}. They cannot be brought back.")
            st.button(
                "Delete them", key="kept_delete_oldest", on_click=_delete, args=(offered,), type="primary"
            )


def _line(entry: Entry) -> None:
    present = shelf.run()
    shown = present is not None and present.id == entry.run_id
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        pin = ":material/keep: " if entry.pinned else ""
        mark = " · **shown now**" if shown else ""
        began = "" if entry.problem else f" · {entry.began:%d %b %Y, %H:%M}"
        st.markdown(
            f"{pin}**{literal(entry.title)}**{mark}  \n{literal(_facts(entry))}{began}", width="stretch"
        )
        if entry.problem is None:
            _readable(entry, shown)
        with st.popover("Delete", disabled=entry.status == "active"):
            st.markdown("A deleted run cannot be brought back.")
            st.button(
                "Delete it",
                key=f"kept_delete_{entry.run_id}",
                on_click=_delete,
                args=([entry],),
                type="primary",
            )


def _readable(entry: Entry, shown: bool) -> None:
    run_id, active = entry.run_id, entry.status == "active"
    if entry.resumable and st.button("Resume", key=f"kept_resume_{run_id}", type="primary"):
        _go(lambda: keeping.resume(entry), "pages/train/page.py")
    if st.button("Open", key=f"kept_open_{run_id}", disabled=shown or active):
        _go(
            lambda: keeping.show(entry), "pages/train/page.py" if entry.resumable else "pages/compare/page.py"
        )
    with st.popover("More"):
        name = f"kept_name_{run_id}"
        st.text_input("New name", entry.title, max_chars=80, key=name, on_change=_rename, args=(run_id,))
        label = "Unpin" if entry.pinned else "Pin"
        hint = "A pinned run is never offered for deletion."
        st.button(label, key=f"kept_pin_{run_id}", help=hint, on_click=_pin, args=(entry,))
        if not entry.resumable and not active:
            _export(entry)


def _go(do: Callable[[], None], page: str) -> None:
    """Do what opens a run, and go to see it; where it fails, say why."""
    try:
        do()
    except EastError as error:
        st.error(literal(error))
    else:
        st.switch_page(page)


def _export(entry: Entry) -> None:
    """Offer the run as a zip, which is made once it is asked for."""
    st.button("Export", key=f"kept_export_{entry.run_id}", on_click=_EXPORT.set, args=(entry.run_id,))
    if _EXPORT.get() != entry.run_id:
        return
    warm_up.wait()
    try:
        data = session.once(
            "kept_export",
            entry.run_id,
            lambda: export_zip(open_run(keeping.runs(), entry.run_id, look=False)),
        )
    except EastError as error:
        st.error(literal(error))
    else:
        st.download_button(
            "Save the zip", data, f"{entry.run_id}.zip", on_click="ignore", icon=":material/download:"
        )


def _rename(run_id: str) -> None:
    with keeping.noted():
        keeping.runs().rename(run_id, str(session.widget_value(f"kept_name_{run_id}")))


def _pin(entry: Entry) -> None:
    with keeping.noted():
        keeping.runs().pin(entry.run_id, not entry.pinned)


def _delete(entries: Sequence[Entry]) -> None:
    for entry in entries:
        if shelf.store().get(entry.run_id) is not None:
            shelf.delete(entry.run_id)
        with keeping.noted():
            keeping.runs().delete(entry.run_id)


def _facts(entry: Entry) -> str:
    """Say how a run stands and what it was about."""
    if entry.problem is not None:
        return entry.problem
    about = entry.about
    status = () if entry.status == "finished" else (entry.status_text,)
    seeds = len(about["config"]["seeds"])
    words = (*status, about["metric"], f"{about['table']}, {about['target']}", ", ".join(about["arms"]))
    return " · ".join((*words, f"{seeds} {'seeds' if seeds > 1 else 'seed'}"))

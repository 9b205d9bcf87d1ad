"""A reader's own file: taking it, waiting for it, how it was read, and how else to read it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from east.tables import FORMATS, Finding, Table, format_names, format_of_name, upload_endings
from pages.shared import remedies, state, uploads
from pages.shared.settings import ENTRIES
from pages.shared.words import literal

MOST_MEGABYTES = 200
PATIENCE_S = 2.0
POLL_S = 0.5
ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "mac_roman",
    "shift_jis", "gb18030", "big5", "euc_kr",
)  # fmt: skip
CHOICES: Mapping[str, Sequence[str]] = {
    "format": sorted(FORMATS),
    "encoding": ENCODINGS,
    "delimiter": (",", ";", "\t", "|", " ", ":", "~", "^"),
    "decimal": (".", ","),
    "quote": ('"', "'", "none"),
    "header": ("yes", "no"),
    "thousands": (",", ".", "none"),
    "units": ("yes", "no"),
    "second_header": ("yes", "no"),
    "keep_words": ("yes", "no"),
    "join_alike": ("yes", "no"),
}
NAMES: Mapping[str, str] = {
    ",": "comma  ,", ";": "semicolon  ;", "\t": "tab", "|": "bar  |", " ": "space", ":": "colon  :", "~": "tilde  ~",
    "^": "caret  ^", ".": "point  .", '"': 'double  "', "'": "single  '",
}  # fmt: skip


def uploader() -> None:
    """Draw the place for a file, and follow its reading until its table is there."""
    upload = uploads.latest()
    with st.expander("Or upload your own", expanded=upload is not None, icon=":material/upload:"):
        file = st.file_uploader(
            f"{format_names()}; it stays in this computer's memory",
            type=list(upload_endings()),
            max_upload_size=MOST_MEGABYTES,
        )
        if file is not None and (upload is None or file.file_id != upload.file_id):
            uploads.take(file.file_id, file.name, file.getvalue())
        reading = uploads.follow(PATIENCE_S)
        if reading is None:
            return
        if not reading.done():
            # Drawn by its own timer: the page goes on, and other pages can be opened meanwhile.
            st.fragment(_waiting, run_every=POLL_S)(reading)
            return
        if uploads.adopt(reading):
            st.rerun()
        if reading.problem is not None:
            _refused(reading)


def _waiting(reading: uploads.Reading) -> None:
    if reading.done():
        st.rerun()
    seconds = time.monotonic() - reading.began
    st.markdown(f":material/hourglass_top: Reading {literal(reading.name)}, {seconds:.0f} s so far…")


def _refused(reading: uploads.Reading) -> None:
    st.error(literal(reading.problem))
    if uploads.current() is not None:
        st.caption("What you see is still the table as it was read before.")


def findings(table: Table) -> None:
    """List what was decided while a table was read; an upload can be read differently from here."""
    reading, mine = uploads.reading(), uploads.can_read_again(table)
    problem = reading.problem if reading is not None else None
    if not table.findings and not mine and problem is None:
        return
    open_ones = [finding for finding in table.findings if mine and problem is None and _is_open(finding)]
    for place, finding in enumerate(open_ones):
        _with_buttons(finding, f"question_{place}")
    with st.expander("How the file was read", expanded=problem is not None, icon=":material/fact_check:"):
        if problem is None:
            _list([finding for finding in table.findings if finding not in open_ones])
        if reading is not None and problem is not None:
            _overrides(_by_name(reading.name), {}, problem.choices)
        elif mine:
            found = {finding.what: finding for finding in table.findings}
            _overrides(_by_findings(table.findings), found, ())


def _is_open(finding: Finding) -> bool:
    """Whether a finding has remedies and the reader has not chosen one yet."""
    return any(getattr(state.get(), remedy.option) is None for remedy in finding.remedies)


def _list(findings: Sequence[Finding]) -> None:
    plain = [f"- {_line(finding)}" for finding in findings if not finding.remedies]
    if plain:
        st.markdown("\n".join(plain))
    for place, finding in enumerate(finding for finding in findings if finding.remedies):
        _with_buttons(finding, f"finding_{place}")


def _with_buttons(finding: Finding, key: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_line(finding), width="stretch")
        remedies.draw_buttons(remedies.reading_remedies(finding.remedies), key)


def _line(finding: Finding) -> str:
    what = ENTRIES[finding.what].label if finding.what in ENTRIES else finding.what
    return f"**{literal(what)}**: {literal(finding.decided)} :gray[({literal(finding.why)})]"


def _by_findings(found: Sequence[Finding]) -> Sequence[str]:
    """List what can be chosen for a file of the format that was found or chosen."""
    kinds = [finding.decided for finding in found if finding.what == "format"]
    key = state.get().format or next((kind for kind in reversed(kinds) if kind in FORMATS), "csv")
    archive = ("member",) if "zip" in kinds else ()
    return (*archive, *(FORMATS[key].options if key in FORMATS else ()))


def _by_name(name: str) -> Sequence[str]:
    """List what can be chosen for a file that could not be read, by its name."""
    entry = format_of_name(name) or FORMATS["csv"]
    return ("member", *entry.options) if name.lower().endswith(".zip") else entry.options


def _overrides(names: Sequence[str], found: Mapping[str, Finding], offered: Sequence[str]) -> None:
    """Draw a choice for everything that can be read differently; an empty one leaves it to be detected."""
    names = [name for name in names if name in ENTRIES and _choices(name, found, offered)]
    if not names:
        return
    st.caption("Read it differently:")
    columns = st.columns(2)
    for place, name in enumerate(names):
        value, options = getattr(state.get(), name), list(_choices(name, found, offered))
        decided = found[name].decided if name in found else ""
        with columns[place % 2]:
            st.selectbox(
                ENTRIES[name].label.capitalize(),
                options if value is None or value in options else [*options, value],
                index=None,
                format_func=lambda value: NAMES.get(value, value),
                placeholder=f"detected: {decided}" if decided else "detected",
                **state.bind(name, value),
            )


def _choices(name: str, found: Mapping[str, Finding], offered: Sequence[str]) -> Sequence[str]:
    if name in ("sheet", "member"):
        return offered or (found[name].alternatives if name in found else ())
    return CHOICES[name]

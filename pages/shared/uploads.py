"""A reader's own file: its bytes, the reading of them behind the page, and the table that came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from east.errors import EastError, TableError
from east.tables import ReadOptions, Table, read_table_guarded
from pages.shared import state
from pages.shared.settings import SETTINGS

if TYPE_CHECKING:
    from east.dataset import Profile

UPLOADED = "upload"
READING = ("format", "encoding", "delimiter", "decimal", "quote", "header", "sheet", "member")
ASKED = ("target", "exclude", "bins", "missing", "rare", "group", "time")
"""Settings that are about one table and mean nothing for another."""

_numbers = count(1)


@dataclass(frozen=True)
class Upload:
    """A file of this session; `table` is None until it has been read once.

    Args:
        file_id, name, data: of the file.
        wanted: settings of a link that wait for this file.
        table, facts: what came of the last reading that went well, and its profile.
        number: of that reading, another for each.
    """

    file_id: str
    name: str
    data: bytes = field(repr=False)
    wanted: Mapping[str, Any]
    table: Table | None = None
    facts: Profile | None = None
    number: int = 0


class Reading:
    """One reading of an upload, in a thread of its own; the file itself is opened in a process of its own."""

    def __init__(self, upload: Upload, options: Mapping[str, Any]) -> None:
        self.file_id, self.name, self.options = upload.file_id, upload.name, dict(options)
        self.began = time.monotonic()
        self.table: Table | None = None
        self.facts: Profile | None = None
        self.problem: EastError | None = None
        self._given_up = threading.Event()
        self._thread = threading.Thread(
            target=self._read, args=(upload.data,), daemon=True, name="east-reading"
        )
        self._thread.start()

    def done(self, wait_s: float = 0.0) -> bool:
        """Whether it has ended, for which it is waited as long as said."""
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def give_up(self) -> None:
        """End it: another reading takes its place."""
        self._given_up.set()

    def _read(self, data: bytes) -> None:
        try:
            from east.dataset import profile

            options = ReadOptions(**self.options)
            table = read_table_guarded(data, self.name, options, given_up=self._given_up)
            self.facts, self.table = profile(table), table
        except EastError as error:
            self.problem = error
        except Exception as error:
            logging.getLogger(__name__).exception("reading an upload")
            remedy = "try another format"
            self.problem = TableError(f"{self.name!r} cannot be read", type(error).__name__, remedy)


def current() -> Upload | None:
    """Return this session's upload, if it has been read."""
    upload: Upload | None = state.kept("upload")
    return upload if upload is not None and upload.table is not None else None


def latest() -> Upload | None:
    """Return this session's upload, read or not."""
    upload: Upload | None = state.kept("upload")
    return upload


def take(file_id: str, name: str, data: bytes) -> None:
    """Take a new file; what a link wants of it is used, and nothing else that was set for another."""
    wanted: Mapping[str, Any] = state.kept("awaited") or {}
    first = latest() is None and not wanted
    state.keep("awaited", None)
    for setting in READING:
        if not first:
            state.put(setting, wanted.get(setting, SETTINGS[setting].default))
    new = Upload(file_id, name, data, {key: wanted[key] for key in ASKED if key in wanted})
    former = current()
    if former is not None:  # its table stays in use until the new file has been read
        new = replace(new, table=former.table, facts=former.facts, number=former.number)
    state.keep("upload", new)


def restore(table: Table) -> None:
    """Take a table back that a reload has lost; its file is gone, so that it cannot be read differently."""
    state.keep("upload", Upload("", table.name, b"", {}, table, None, next(_numbers)))
    state.tell(
        f"The page was loaded anew; your table is the one that was trained on last, {table.name}. "
        "To read its file differently, upload it again."
    )


def await_again() -> None:
    """Set the choices of a link aside that is about an upload, until there is one; no link holds data."""
    names = (*READING, *ASKED)
    state.keep("awaited", {name: state.setting(name) for name in names})
    for name in ("sample", *names):
        state.put(name, SETTINGS[name].default)
    state.tell(
        "This link is about a table of somebody's own, and links hold no data: upload that table, "
        "and what the link chooses is chosen."
    )


def options() -> dict[str, Any]:
    """Return what is asked of reading, as `ReadOptions` takes it."""
    asked = {name: state.setting(name) for name in READING}
    asked["header"] = {"yes": True, "no": False}.get(asked["header"])
    asked["quote"] = "" if asked["quote"] == "none" else asked["quote"]
    return asked


def follow(wait_s: float) -> Reading | None:
    """Return the reading of the upload as it is asked for now; begins it, and waits for it a little.

    Once it has ended well its table is the upload's.
    """
    upload = latest()
    if upload is None or not upload.file_id:
        return None
    reading: Reading | None = state.kept("reading")
    if reading is None or (reading.file_id, reading.options) != (upload.file_id, options()):
        if reading is not None:
            reading.give_up()
        reading = Reading(upload, options())
        state.keep("reading", reading)
    reading.done(wait_s)
    return reading


def adopt(reading: Reading) -> bool:
    """Make the table of a reading that has ended the table in use; returns whether it was not yet."""
    upload = latest()
    if upload is None or reading.table is None or upload.table is reading.table:
        return False
    another = state.kept("adopted") != upload.file_id
    state.keep("adopted", upload.file_id)
    state.keep(
        "upload",
        replace(upload, table=reading.table, facts=reading.facts, number=next(_numbers), wanted={}),
    )
    state.put("sample", UPLOADED)
    for name in ASKED:
        # Put even where it stays: a widget would go on showing what it showed for the table before.
        kept = SETTINGS[name].default if another else state.setting(name)
        state.put(name, upload.wanted.get(name, kept))
    return True

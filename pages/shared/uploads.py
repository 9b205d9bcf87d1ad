"""A reader's own file: its bytes, the reading of them behind the page, and the table that came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from east.errors import EastError, TableError
from east.tables import ReadOptions, Table, read_table_guarded
from pages.shared import notes, state
from pages.shared.session import Slot
from pages.shared.settings import DEFAULTS, Settings

if TYPE_CHECKING:
    from east.dataset import Profile

UPLOADED = "upload"
READING = (
    "format", "encoding", "delimiter", "decimal", "quote", "header", "sheet", "member", "thousands", "units",
    "second_header", "keep_words", "join_alike",
)  # fmt: skip
ABOUT_ONE_TABLE = ("target", "exclude", "bins", "missing", "rare", "group", "time")
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
        read_as: the settings of that reading.
    """

    file_id: str
    name: str
    data: bytes = field(repr=False)
    wanted: Mapping[str, object]
    table: Table | None = None
    facts: Profile | None = None
    number: int = 0
    read_as: Settings | None = None


class Reading:
    """One reading of an upload in a thread; the file itself is opened in a process of its own.

    Args:
        upload: what is read.
        settings: how.
        profiled: whether the table is to be profiled too.
    """

    def __init__(self, upload: Upload, settings: Settings, *, profiled: bool = True) -> None:
        self.file_id, self.name, self.settings = upload.file_id, upload.name, settings
        self._profiled = profiled
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
        """Wait up to `wait_s` seconds for the end; returns whether it has come."""
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def answers(self, upload: Upload, settings: Settings) -> bool:
        """Whether it reads this file under these settings."""
        alike = all(getattr(self.settings, name) == getattr(settings, name) for name in READING)
        return self.file_id == upload.file_id and alike

    def give_up(self) -> None:
        """End it: another reading takes its place."""
        self._given_up.set()

    def _read(self, data: bytes) -> None:
        try:
            from east.dataset import profile

            options = read_options(self.settings)
            table = read_table_guarded(data, self.name, options, given_up=self._given_up)
            self.facts = profile(table) if self._profiled else None
            self.table = table
        except EastError as error:
            self.problem = error
        except Exception as error:
            logging.getLogger(__name__).exception("reading an upload")
            remedy = "try another format"
            self.problem = TableError(f"{self.name!r} cannot be read", type(error).__name__, remedy)


_UPLOAD: Slot[Upload] = Slot("upload")
_READING: Slot[Reading] = Slot("reading")
_WAITING: Slot[Mapping[str, object]] = Slot("settings_for_an_upload")
_IN_USE: Slot[str] = Slot("file_in_use")


def latest() -> Upload | None:
    """Return this session's upload, read or not."""
    return _UPLOAD.get()


def current() -> Upload | None:
    """Return this session's upload, if it has been read."""
    upload = latest()
    return upload if upload is not None and upload.table is not None else None


def reading() -> Reading | None:
    """Return the newest reading, under way or ended."""
    return _READING.get()


def take(file_id: str, name: str, data: bytes) -> None:
    """Take a new file; only the settings that a link has for it are used, none that was set for another file."""
    wanted = _WAITING.take() or {}
    if latest() is not None or wanted:
        state.put(**{setting: wanted.get(setting, getattr(DEFAULTS, setting)) for setting in READING})
    new = Upload(file_id, name, data, {key: wanted[key] for key in ABOUT_ONE_TABLE if key in wanted})
    former = current()
    if former is not None:  # its table stays in use until the new file has been read
        known = {name: getattr(former, name) for name in ("table", "facts", "number", "read_as")}
        new = replace(new, **known)
    _UPLOAD.set(new)


def read_as(table: Table) -> Settings | None:
    """Return the settings under which a table was read, if it is this session's upload."""
    upload = current()
    return upload.read_as if upload is not None and upload.table is table else None


def restore(table: Table, read_under: Settings | None) -> None:
    """Take a table back that a reload has lost; its file is gone, so that it cannot be read differently."""
    _UPLOAD.set(Upload("", table.name, b"", {}, table, None, next(_numbers), read_under))
    notes.add(
        f"The page was reloaded; your table is the one that was trained on last, {table.name}. "
        "To read its file differently, upload it again."
    )


def wait_for_file() -> None:
    """Set aside what a link says of an upload until there is one; no link holds data."""
    names = (*READING, *ABOUT_ONE_TABLE)
    settings = state.get()
    _WAITING.set({name: getattr(settings, name) for name in names})
    state.put(**{name: getattr(DEFAULTS, name) for name in ("sample", *names)})
    notes.add(
        "This link is about someone's own table, and links hold no data. Upload that table, and the link's "
        "settings apply to it."
    )


def follow(wait_s: float) -> Reading | None:
    """Return the reading of the upload under the present settings; begins it, and waits for it up to `wait_s`."""
    upload = latest()
    if upload is None or not upload.file_id:
        return None
    under_way, settings = reading(), state.get()
    if under_way is None or not under_way.answers(upload, settings):
        if under_way is not None:
            under_way.give_up()
        under_way = Reading(upload, settings)
        _READING.set(under_way)
    under_way.done(wait_s)
    return under_way


def adopt(ended: Reading) -> bool:
    """Make the table of a reading that has ended the table in use; returns whether it was not yet."""
    upload = latest()
    if upload is None or ended.table is None or upload.table is ended.table:
        return False
    another = _IN_USE.get() != upload.file_id
    _IN_USE.set(upload.file_id)
    adopted = replace(upload, table=ended.table, facts=ended.facts, number=next(_numbers), wanted={})
    _UPLOAD.set(replace(adopted, read_as=ended.settings))
    # Every one is put, also where it stays: a widget would go on showing its value for the table before.
    kept = DEFAULTS if another else state.get()
    answers = {name: upload.wanted.get(name, getattr(kept, name)) for name in ABOUT_ONE_TABLE}
    state.put(sample=UPLOADED, **answers)
    return True


def can_read_again(table: Table) -> bool:
    """Whether a table is this session's upload and its file is still here."""
    upload = current()
    return upload is not None and upload.table is table and bool(upload.file_id)


def setting_of(value: str | bool) -> str:
    """Return how the settings write what a remedy sets an option of reading to."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or "none"


def _switch(text: str | None) -> bool | None:
    return None if text is None else text == "yes"


def _mark(text: str | None) -> str | None:
    return "" if text == "none" else text


def read_options(settings: Settings) -> ReadOptions:
    """Return what settings say of how a file is read."""
    return ReadOptions(
        format=settings.format,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        decimal=settings.decimal,
        quote=_mark(settings.quote),
        header=_switch(settings.header),
        sheet=settings.sheet,
        member=settings.member,
        thousands=_mark(settings.thousands),
        units=_switch(settings.units),
        second_header=_switch(settings.second_header),
        keep_words=_switch(settings.keep_words),
        join_alike=_switch(settings.join_alike),
    )

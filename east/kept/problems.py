"""What a disk can do to kept runs, each in one sentence."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from east.errors import EastError


class KeptError(EastError):
    """A run that cannot be kept, or a kept one that cannot be read; `final` where trying again is of no use."""

    def __init__(
        self, what: str, got: object = None, remedy: str | None = None, *, final: bool = False
    ) -> None:
        super().__init__(what, got, remedy)
        self.final = final


def in_words(error: Exception, path: Path) -> KeptError:
    """Say what an error of SQLite or the disk means for a file of a run."""
    if isinstance(error, KeptError):
        return error
    code = getattr(error, "sqlite_errorcode", None)
    kind = code & 0xFF if code is not None else None
    number = error.errno if isinstance(error, OSError) else None
    where = str(path.parent)
    if kind == sqlite3.SQLITE_FULL or number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return KeptError("The disk is full", where, "make room")
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or number in (
        errno.EACCES,
        errno.EROFS,
        errno.EPERM,
    ):
        return KeptError("The folder cannot be written to", where, "allow it, or name another in EAST_HOME")
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return KeptError("Another program holds the run's file", path.name, "close it")
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path)
    if kind == sqlite3.SQLITE_CANTOPEN or number == errno.ENOENT:
        return KeptError("The run's file cannot be opened", str(path), "look whether its folder is there")
    if kind == sqlite3.SQLITE_IOERR:
        return KeptError("The disk does not answer as it should", where, "look for room and rights")
    if isinstance(error, sqlite3.Error):  # what cannot be read as it was written
        return damaged(path)
    return KeptError("The run's file cannot be used", f"{path.name} ({error})", "look at the disk")


def damaged(path: Path) -> KeptError:
    """Say that a file is not as it was written."""
    return KeptError("The file of this run is damaged", path.name, "delete it", final=True)

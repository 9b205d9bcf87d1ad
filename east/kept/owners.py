"""Who writes to a run: a program that lives, or none, so that an unfinished run was interrupted.

Each program holds an exclusive lock of SQLite on a file of its own; the system lifts it when the program dies,
however it dies. The names of these files never come again.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

from east.kept.problems import in_words

SUFFIX = ".owner"


class Owners:
    """The programs that write to the runs of a folder.

    Args:
        folder: of the runs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._mine: tuple[int, str, sqlite3.Connection] | None = None

    def me(self) -> str:
        """Return this program's name, which it holds until it ends.

        Raises:
            KeptError: when no file can be written here.
        """
        with self._lock:
            while self._mine is None or self._mine[0] != os.getpid():
                self._forget_the_dead()
                self._begin()
            return self._mine[1]

    def is_me(self, name: str) -> bool:
        """Whether this is the name of this very program."""
        return self._mine is not None and self._mine[:2] == (os.getpid(), name)

    def lives(self, name: str) -> bool:
        """Whether a program of this name is running, in this process or another."""
        if self.is_me(name):
            return True
        path = self._folder / f"{name}{SUFFIX}"
        return path.is_file() and not _can_lock(path)

    def _begin(self) -> None:
        name = secrets.token_hex(8)
        path = self._folder / f"{name}{SUFFIX}"
        try:
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise in_words(error, path) from None
        # Another program that tidied up in between may have taken the file for a dead one's.
        if path.is_file():
            self._mine = os.getpid(), name, connection

    def _forget_the_dead(self) -> None:
        for path in self._folder.glob(f"*{SUFFIX}"):
            if _can_lock(path):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                    Path(f"{path}-journal").unlink(missing_ok=True)


def _can_lock(path: Path) -> bool:
    """Whether nobody holds a file; one that cannot be opened is held by nobody we could ask."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0)
        ) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            return True
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF not in (
            sqlite3.SQLITE_BUSY,
            sqlite3.SQLITE_LOCKED,
        )

"""One run in one SQLite file: parts of bytes by kind and name, each with a mark that shows any change.

A file of its own for each run: what befalls one does not touch another, and two programs wait for each other only
over the same run. A rollback journal and `synchronous=EXTRA` make a transaction last once it has returned, and
undo it whole otherwise.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from east.kept.problems import KeptError, damaged, in_words

FORMAT = 1
SUFFIX, UNBORN = ".run", ".new"
"""Of a file that is there, and of one whose first transaction has not returned."""
PATIENCE_S = 5.0
"""How long to wait for another program that writes to the same run."""
TABLE = (
    "CREATE TABLE parts (kind TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, mark BLOB NOT NULL, "
    "PRIMARY KEY (kind, name))"
)


class Parts:
    """The parts of a run within one transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path

    def put(self, kind: str, name: str, value: bytes) -> None:
        """Write a part, in the place of one of the same name."""
        row = (kind, name, value, _mark(kind, name, value))
        self._connection.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", row)

    def drop(self, kind: str, name: str) -> None:
        """Remove a part, if it is there."""
        self._connection.execute("DELETE FROM parts WHERE kind = ? AND name = ?", (kind, name))

    def count(self, kind: str) -> int:
        """Count the parts of a kind."""
        (number,) = self._connection.execute("SELECT count(*) FROM parts WHERE kind = ?", (kind,)).fetchone()
        return int(number)

    def all(self, kind: str) -> Mapping[str, bytes]:
        """Read all parts of a kind, by name in order.

        Raises:
            KeptError: where one is not as it was written.
        """
        rows = self._connection.execute(
            "SELECT name, value, mark FROM parts WHERE kind = ? ORDER BY name", (kind,)
        )
        found = {}
        for name, value, mark in rows:
            if not isinstance(value, bytes) or _mark(kind, str(name), value) != mark:
                raise damaged(self._path)
            found[str(name)] = value
        return found

    def check(self) -> None:
        """Look through the file's whole structure.

        Raises:
            KeptError: where it is damaged.
        """
        if self._connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise damaged(self._path)


def create(path: Path, parts: Mapping[tuple[str, str], bytes]) -> None:
    """Make the file of a run; it appears under its name only once its first parts are on the disk.

    Raises:
        KeptError: when it cannot be written.
    """
    unborn = path.with_suffix(UNBORN)
    try:
        for leftover in (unborn, Path(f"{unborn}-journal")):
            leftover.unlink(missing_ok=True)
        with _transaction(unborn, "rwc") as fresh:
            fresh._connection.execute(TABLE)
            for (kind, name), value in parts.items():
                fresh.put(kind, name, value)
        unborn.rename(path)
        _sync_folder(path.parent)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            unborn.unlink(missing_ok=True)
        raise in_words(error, path) from None


@contextmanager
def writing(path: Path) -> Iterator[Parts]:
    """Write parts in one transaction: all of them are on the disk when it returns, or none.

    Raises:
        KeptError: when they cannot be written.
    """
    try:
        with _transaction(path, "rw") as parts:
            yield parts
    except (sqlite3.Error, OSError) as error:
        raise in_words(error, path) from None


@contextmanager
def reading(path: Path) -> Iterator[Parts]:
    """Read parts, all of the same moment.

    Raises:
        KeptError: when the file cannot be read, is damaged or is no run.
    """
    try:
        # Only who may write can undo what a crash has left half done.
        mode = "rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "ro"
        with closing(_connect(path, mode)) as connection:
            connection.execute("BEGIN")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:  # SQLite's own, also of an empty file
                raise damaged(path)
            if version != FORMAT:
                remedy = "open it with that one"
                raise KeptError("This run was kept by another version", path.name, remedy, final=True)
            yield Parts(connection, path)
    except (sqlite3.Error, OSError) as error:
        raise in_words(error, path) from None


@contextmanager
def _transaction(path: Path, mode: str) -> Iterator[Parts]:
    with closing(_connect(path, mode)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = EXTRA")
        if mode == "rwc":
            connection.execute("PRAGMA auto_vacuum = FULL")  # what is dropped gives its room back
        connection.execute("BEGIN IMMEDIATE")
        if mode == "rwc":
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        # Closing without a commit undoes everything.
        yield Parts(connection, path)
        connection.execute("COMMIT")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=PATIENCE_S
    )


def _mark(kind: str, name: str, value: bytes) -> bytes:
    digest = hashlib.blake2b(f"{kind}/{name}/".encode(), digest_size=12)
    digest.update(value)
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last; Windows has no way to, and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The kept runs of a folder: listed, renamed, pinned, deleted, and how much room they take."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from east.errors import EastError, SettingError
from east.kept import database
from east.kept.database import SUFFIX, Parts
from east.kept.home import GB, KeepSettings, home, keep_settings, make_folder
from east.kept.owners import Owners
from east.kept.plain import to_bytes
from east.kept.problems import KeptError, damaged, in_words

ENDED = ("finished", "stopped", "failed")
FACT = "fact"
ABOUT, NAMED, PROGRESS = "about", "named", "progress"
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Entry:
    """A kept run as the list shows it.

    Args:
        run_id: of the run.
        path: of its file.
        size: of it, in bytes.
        title, pinned: as the user named and marked it.
        status: finished, stopped, failed, interrupted, or active for one that is being trained.
        step, total_steps: how far it is kept.
        began: when, in local time.
        about: what was trained, as plain data.
        progress: how far it came, as plain data.
        problem: why it cannot be read, in a sentence; None for one that can.
    """

    run_id: str
    path: Path
    size: int
    title: str
    pinned: bool = False
    status: str = "damaged"
    step: int = 0
    total_steps: int = 0
    began: datetime = datetime.min
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)
    progress: Mapping[str, Any] = field(default_factory=dict, repr=False)
    problem: str | None = None

    @property
    def status_text(self) -> str:
        """Say how it stands."""
        if self.problem is not None:
            return self.problem
        if self.status in ("interrupted", "active"):
            word = "interrupted" if self.status == "interrupted" else "in training, kept"
            return f"{word} at step {self.step:,} of {self.total_steps:,}"
        return self.status

    @property
    def resumable(self) -> bool:
        """Whether it can be trained to its end."""
        return self.status == "interrupted"


class KeptRuns:
    """The kept runs of a folder.

    Args:
        folder: where they lie; by default `EAST_HOME` or the user's data folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.home = home() if folder is None else folder
        self.folder = self.home / "runs"
        self.owners = Owners(self.folder)
        self._known: dict[Path, tuple[tuple[int, int], Entry]] = {}
        self._active: set[str] = set()
        self._lock = threading.Lock()

    @property
    def settings(self) -> KeepSettings:
        """What the user has chosen about keeping."""
        return keep_settings(self.home)

    def path(self, run_id: str) -> Path:
        """Return the file of a run."""
        return self.folder / f"{run_id}{SUFFIX}"

    def list(self) -> tuple[Entry, ...]:
        """List all runs, the newest first; one that cannot be read is there with its problem."""
        try:
            paths = sorted(self.folder.glob(f"*{SUFFIX}"))
        except OSError:
            return ()
        with self._lock:
            found = [entry for path in paths if (entry := self._entry(path)) is not None]
            self._known = {path: known for path, known in self._known.items() if path in set(paths)}
        return tuple(sorted(found, key=lambda entry: (entry.began, entry.run_id), reverse=True))

    def find(self, name: str) -> Entry:
        """Return a run by its id, or by a beginning of it that no other has.

        Raises:
            SettingError: where there is none, or more than one.
        """
        with self._lock:
            exact = self._entry(self.path(name)) if name.isalnum() else None
        if exact is not None:
            return exact
        found = [entry for entry in self.list() if name and entry.run_id.startswith(name)]
        if len(found) != 1:
            what = "There is no such kept run" if not found else "More than one kept run begins so"
            raise SettingError(what, repr(name), "see `python -m east runs list`")
        return found[0]

    def size(self) -> int:
        """Count the bytes of all files in the folder."""
        total = 0
        for path in self.folder.glob("*"):
            with suppress(OSError):
                total += path.stat().st_size
        return total

    def is_full(self) -> bool:
        """Whether kept runs fill the room they may take."""
        return self.size() >= self.settings.most_gb * GB

    def offered(self) -> Sequence[Entry]:
        """List the oldest runs, neither pinned nor active, without which a tenth of the room would be free.

        Nothing deletes them but the user; empty while there is room.
        """
        if not self.is_full():
            return ()
        room, offered = self.size() - 0.9 * self.settings.most_gb * GB, []
        for entry in reversed(self.list()):
            if room > 0 and not entry.pinned and entry.status != "active":
                offered.append(entry)
                room -= entry.size
        return offered

    def rename(self, run_id: str, title: str) -> None:
        """Give a run another title; an empty one changes nothing.

        Raises:
            KeptError: when it cannot be written.
        """
        if title.strip():
            self._name(run_id, title=title.strip()[:LONGEST_TITLE])

    def pin(self, run_id: str, pinned: bool = True) -> None:
        """Mark a run so that it is never offered for deletion, or no longer.

        Raises:
            KeptError: when it cannot be written.
        """
        self._name(run_id, pinned=pinned)

    def delete(self, run_id: str) -> None:
        """Delete a run for good.

        Raises:
            SettingError: while it is being trained.
            KeptError: when the file cannot be deleted.
        """
        path = self.path(run_id)
        with self._lock:
            entry = self._entry(path)
        if entry is not None and entry.status == "active":
            raise SettingError("This run is in training", repr(entry.title), "stop it first")
        try:
            path.unlink(missing_ok=True)
            Path(f"{path}-journal").unlink(missing_ok=True)
        except OSError as error:
            raise in_words(error, path) from None

    def claim(self, run_id: str) -> Mapping[str, Any]:
        """Take a run over to train it on, and return its progress; no other program can meanwhile.

        Raises:
            SettingError: when it has ended, or another program trains it.
            KeptError: when it cannot be written.
        """
        mine = self.owners.me()
        with database.writing(self.path(run_id)) as parts:
            progress = json.loads(parts.all(FACT)[PROGRESS])
            if progress["status"] in ENDED:
                raise SettingError("This run has ended", progress["status"], "train again")
            if self._is_active(run_id, progress["owner"]):
                raise SettingError("This run is in training already", None, "stop it there first")
            progress = {**progress, "owner": mine}
            parts.put(FACT, PROGRESS, to_bytes(progress))
        self._active.add(run_id)
        return dict(progress)

    def begin(self, run_id: str, parts: Mapping[tuple[str, str], bytes]) -> None:
        """Make the file of a new run, which is active until `release`.

        Raises:
            KeptError: when it cannot be written.
        """
        database.create(self.path(run_id), parts)
        self._active.add(run_id)

    def release(self, run_id: str) -> None:
        """Say that this program no longer writes to a run."""
        self._active.discard(run_id)

    def make_folder(self) -> None:
        """Make the folder, where it is not there yet.

        Raises:
            EastError: when it cannot be made.
        """
        make_folder(self.folder)

    def _is_active(self, run_id: str, owner: str) -> bool:
        return run_id in self._active if self.owners.is_me(owner) else self.owners.lives(owner)

    def _name(self, run_id: str, **changes: Any) -> None:
        with database.writing(self.path(run_id)) as parts:
            named = json.loads(parts.all(FACT)[NAMED])
            parts.put(FACT, NAMED, to_bytes({**named, **changes}))

    def _entry(self, path: Path) -> Entry | None:
        """Read what the list shows of a run, again only where its file has changed."""
        try:
            seen = path.stat()
        except OSError:
            return None
        mark = (seen.st_mtime_ns, seen.st_size)
        known = self._known.get(path)
        # A journal is there during a transaction, or after a crash: then the file is not what it looks like.
        if known is None or known[0] != mark or Path(f"{path}-journal").exists():
            self._known[path] = known = (mark, _read(path, seen.st_size))
        return self.now(known[1])

    def now(self, entry: Entry) -> Entry:
        """Tell an unfinished run that is being trained from one that was interrupted."""
        if entry.problem is not None or entry.status in ENDED:
            return entry
        active = self._is_active(entry.run_id, str(entry.progress["owner"]))
        return Entry(**{**vars(entry), "status": "active" if active else "interrupted"})


def _read(path: Path, size: int) -> Entry:
    try:
        with database.reading(path) as parts:
            return entry_of(path, size, parts)
    except (EastError, ValueError, KeyError, TypeError) as error:
        reason = error if isinstance(error, KeptError) else damaged(path)
        return Entry(path.stem, path, size, path.stem, problem=str(reason))


def entry_of(path: Path, size: int, parts: Parts) -> Entry:
    """Read what the list shows of a run."""
    found = {name: json.loads(value) for name, value in parts.all(FACT).items()}
    about, named, progress = found[ABOUT], found[NAMED], found[PROGRESS]
    return Entry(
        run_id=path.stem,
        path=path,
        size=size,
        title=str(named["title"]),
        pinned=bool(named["pinned"]),
        status=str(progress["status"]),
        step=int(progress["step"]),
        total_steps=int(about["total_steps"]),
        began=datetime.fromisoformat(about["began"]),
        about=about,
        progress=progress,
    )

"""Keeps one run while it trains: a thread of its own writes, and the training never waits for the disk."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from east.errors import EastError
from east.kept import database
from east.kept.about import about_run, profile_to_json, split_rows
from east.kept.origin import Origin
from east.kept.plain import arrays_to_bytes, moment_to_bytes, outcome_to_parts, to_bytes
from east.kept.problems import KeptError
from east.kept.store import ABOUT, ENDED, FACT, NAMED, PROGRESS, KeptRuns
from east.run import Keeper

if TYPE_CHECKING:
    from east.run import Machine, RunState
    from east.tables import Table
    from east.training import Outcome, Snapshot, State

MOMENT, ARRAYS, END = "moment", "arrays", "end"
STATE, ROWS, OUTCOME, PROFILE = "state", "rows", "outcome", "profile"
STATE_SHARE = 1 / 20
"""Largest share of the run's time spent on copying its state."""
logger = logging.getLogger(__name__)


@dataclass
class _News:
    """What has happened since the last write."""

    moments: list[Snapshot]
    state: State | None = None
    end: tuple[RunState, Outcome | None] | None = None

    def __bool__(self) -> bool:
        return bool(self.moments) or self.end is not None


class RunKeeper(Keeper):
    """Keeps a run: each evaluation is one transaction, and a disk that fails costs the run nothing.

    Args:
        runs: where to.
        run_id: of the run.
        title: of the run, for people.
        table: it is trained on.
        origin: where that came from.
        goes_on: whether the run was kept before, and `runs.claim` has taken it over.
    """

    def __init__(
        self, runs: KeptRuns, run_id: str, title: str, table: Table, origin: Origin, *, goes_on: bool = False
    ) -> None:
        self._runs, self.run_id, self._title = runs, run_id, title
        self._table, self._origin = table, origin
        self._made = goes_on
        self._changed = threading.Condition()
        self._news = _News([])
        self._machine: Machine | None = None
        self._last_step, self._copied_at, self._copying_s = -1, 0.0, 0.0
        self._kept_step: int | None = None
        self._problem: KeptError | None = None
        self._owner = ""
        self._began = datetime.now()
        self._thread = threading.Thread(target=self._work, name=f"east-keeper-{run_id}", daemon=True)

    def began(self, machine: Machine) -> None:
        """Begin to write."""
        self._machine = machine
        if self._made:
            self._last_step = self._kept_step = machine.step_number
        self._thread.start()

    def moment(self, machine: Machine, snapshot: Snapshot, *, at_rest: bool = False) -> None:
        """Take the first snapshot after each evaluation, of a rest and of the end, with the training's state."""
        interval = machine.config.evaluation_interval(machine.total_steps)
        new = snapshot.step > self._last_step
        due = at_rest or machine.done or self._last_step < 0
        if not new or not (due or snapshot.step // interval > self._last_step // interval):
            return
        self._last_step = snapshot.step
        state = self._copy(machine, at_rest)
        with self._changed:
            self._news.moments.append(snapshot)
            self._news.state = state or self._news.state
            self._changed.notify_all()

    def ended(self, state: RunState, outcome: Outcome | None) -> None:
        """Write the end, and stop writing."""
        if self._machine is None:  # it failed before it began
            self._runs.release(self.run_id)
            return
        with self._changed:
            self._news.end = (state, outcome)
            self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the end is written or has failed to be; returns whether it is so."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def folder(self) -> Path:
        """Where the run is kept."""
        return self._runs.folder

    @property
    def problem(self) -> KeptError | None:
        """Why the last write failed; None where it did not."""
        return self._problem

    @property
    def status_text(self) -> str:
        """Say how far the run is kept, or why it is not."""
        kept = (
            f"It is kept up to step {self._kept_step:,}" if self._kept_step is not None else "It is not kept"
        )
        if self._problem is not None:
            return f"{kept}, and the training goes on. {self._problem}"
        return f"{kept}." if self._kept_step is not None else ""

    def _copy(self, machine: Machine, at_rest: bool) -> State | None:
        """Copy the training's state, unless copying has taken too much of the run's time."""
        began = time.monotonic()
        if not at_rest and began - self._copied_at < self._copying_s / STATE_SHARE:
            return None
        state = machine.state()
        self._copied_at = time.monotonic()
        self._copying_s = self._copied_at - began
        return state

    def _work(self) -> None:
        try:
            while self._turn():
                pass
        except Exception as error:  # whatever it is, the training goes on
            logger.exception("Keeping run %s failed", self.run_id)
            self._problem = KeptError("The run cannot be kept", type(error).__name__, final=True)
        finally:
            self._runs.release(self.run_id)

    def _turn(self) -> bool:
        """Write the next news; returns whether there can be more."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._news))
            news, self._news = self._news, _News([])
        try:
            self._write(news)
        except EastError as error:
            problem = (
                error if isinstance(error, KeptError) else KeptError(error.what, error.got, error.remedy)
            )
            self._problem = problem
            if problem.final or news.end is not None:
                return False
            with self._changed:  # the next evaluation tries again
                newer = self._news
                self._news = _News(news.moments + newer.moments, newer.state or news.state, newer.end)
                self._changed.wait_for(lambda: self._news.end or len(self._news.moments) > len(news.moments))
        else:
            self._problem = None
            self._kept_step = news.moments[-1].step if news.moments else self._kept_step
        return news.end is None

    def _write(self, news: _News) -> None:
        """Write news in one transaction; the first also makes the run's file."""
        assert self._machine is not None
        self._require_room()
        parts = {(MOMENT, f"{one.step:012d}"): moment_to_bytes(one) for one in news.moments}
        if news.end is not None:
            parts |= self._end_parts(news.end[1])
        elif news.state is not None:
            parts[ARRAYS, STATE] = arrays_to_bytes(news.state)
        if not self._made:
            self._make(self._machine, parts, news)
            return
        with database.writing(self._runs.path(self.run_id)) as kept:
            progress = json.loads(kept.all(FACT)[PROGRESS])
            if news.end is not None:
                kept.drop(ARRAYS, STATE)
            for (kind, name), data in parts.items():
                kept.put(kind, name, data)
            progress |= _progress(news, progress["step"], kept.count(MOMENT))
            kept.put(FACT, PROGRESS, to_bytes(progress))

    def _make(self, machine: Machine, parts: Mapping[tuple[str, str], bytes], news: _News) -> None:
        """Make the run's file with what is known from the start and the first news."""
        self._runs.make_folder()
        owner = {"status": "running", "owner": self._runs.owners.me()}
        facts = {
            (FACT, ABOUT): to_bytes(about_run(machine, self._table, self._origin, self._began)),
            (FACT, NAMED): to_bytes({"title": self._title, "pinned": False}),
            (FACT, PROGRESS): to_bytes({**owner, **_progress(news, 0, len(news.moments))}),
            (ARRAYS, ROWS): arrays_to_bytes(split_rows(machine.dataset)),
        }
        self._runs.begin(self.run_id, {**facts, **parts})
        self._made = True

    def _require_room(self) -> None:
        """Keep the store within its bounds; nothing is ever deleted for that.

        Raises:
            KeptError: when the room is used up.
        """
        if self._runs.is_full():
            got = f"{self._runs.settings.most_gb:g} GB"
            raise KeptError("Kept runs fill the room they may take", got, "delete some of the past runs")

    def _end_parts(self, outcome: Outcome | None) -> dict[tuple[str, str], bytes]:
        """Return what came of the training, which takes the place of its state."""
        if outcome is None:
            return {}
        about, arrays = outcome_to_parts(outcome)
        return {
            (END, OUTCOME): to_bytes(about),
            (ARRAYS, OUTCOME): arrays_to_bytes(arrays),
            (END, PROFILE): to_bytes(self._profile()),
        }

    def _profile(self) -> Mapping[str, Any]:
        """Describe the table without its cells; only now, when it takes nothing from the training."""
        assert self._machine is not None
        dataset = self._machine.dataset
        return profile_to_json(self._table, dataset.target, dataset.choices.bins)


def _progress(news: _News, step: int, moments: int) -> dict[str, Any]:
    """Say how far a run is kept; one that goes on may begin before the last moment that is kept."""
    progress: dict[str, Any] = {"step": max([step, *(one.step for one in news.moments)]), "moments": moments}
    if news.end is None:
        return progress
    state, _ = news.end
    status = state.status if state.status in ENDED else "failed"
    return {**progress, "status": status, "reason": state.reason, "diverged": list(state.diverged)}

"""One training in its own thread, controlled by commands and observed through its state."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from east.errors import no_such
from east.run.clock import SNAPSHOT_SHARE, Clock
from east.run.commands import INTENTS, Command, CommandLog, Intent
from east.run.divergence import all_diverged, newly_diverged
from east.run.faults import fault_of
from east.run.history import History
from east.run.keeping import Keeper
from east.run.limits import UNLIMITED
from east.run.machine import Machine
from east.run.pace import PACES
from east.run.state import RunState
from east.run.turns import Turns
from east.run.watchers import Watchers
from east.run.wording import in_words

if TYPE_CHECKING:
    from east.training import Outcome, Snapshot

logger = logging.getLogger(__name__)

ANSWER_S = 0.15


class Run:
    """One training in a daemon thread.

    Snapshots only read, so viewers never change the training. Viewers read `state`.

    Args:
        make: builds the training, once `limits` of the run let it pass; called in the thread, as it may be slow.
        title: description of the run for people.
        pace: a key of PACES.
        pause_when_unwatched_s: seconds after the last `touch` until the run pauses; browsers let hidden
            tabs touch only once a minute, so keep it above two minutes.
        end_when_unwatched_s: seconds after the last `touch` until the run ends.
        keeper: told of everything that is worth keeping.
        run_id: of a run that goes on; a new one otherwise.
        earlier: snapshots of a run that goes on, oldest first.
        snapshot_share: largest share of the time spent on snapshots.

    Raises:
        SettingError: for an unknown pace.
    """

    def __init__(
        self,
        make: Callable[[], Machine],
        *,
        title: str = "run",
        pace: str = "full",
        pause_when_unwatched_s: float = 150.0,
        end_when_unwatched_s: float = 1800.0,
        keeper: Keeper | None = None,
        run_id: str | None = None,
        earlier: Iterable[Snapshot] = (),
        snapshot_share: float = SNAPSHOT_SHARE,
    ) -> None:
        self.id = run_id or secrets.token_hex(9)
        self.keeper = keeper or Keeper()
        self.title = title
        self.machine: Machine | None = None
        self.outcome: Outcome | None = None
        self.state = RunState()
        self._commands = 0
        self._make = make
        self.watchers = Watchers(pause_when_unwatched_s, end_when_unwatched_s)
        self._changed = threading.Condition()
        self._wanted: Intent = "run"
        self._single_steps = 0
        self._log = CommandLog()
        self._heard = self._answered = 0
        self._history = History(earlier=earlier)
        self._clock = Clock(snapshot_share)
        self.turns = Turns()
        self.limits = UNLIMITED
        self.set_pace(pace)
        self._thread = threading.Thread(target=self._work, name=f"east-run-{self.id}", daemon=True)

    @classmethod
    def opened(cls, run_id: str, title: str, machine: Machine, history: Iterable[Snapshot]) -> Run:
        """Return a run of an earlier day, which is not started; the caller sets its state and its outcome."""
        run = cls(lambda: machine, title=title, run_id=run_id, earlier=history)
        run.machine = machine
        return run

    def start(self) -> Run:
        """Start the thread; returns the run itself."""
        self.turns.join(self.id)
        self._thread.start()
        return self

    def command(self, command: Command, wait_s: float = ANSWER_S) -> None:
        """Give a command (a step pauses first), and wait up to `wait_s` seconds until it has been carried out."""
        with self._changed:
            if self.state.trained or self.stopping:
                return
            self._commands += 1
            mine = self._commands
            self._wanted = INTENTS[command]
            self._single_steps += command == "step"
            self.touch()
            last = command == "stop"
            if last:
                self._publish(status="stopping", answers=False)
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self.state.trained or (not last and self._answered >= mine), wait_s
            )

    def obey(self, giver: str, log: Iterable[tuple[int, Command]]) -> int:
        """Give the commands of a numbered log that are new; returns how many.

        Args:
            giver: name of the sender of the log.
            log: (number, command) pairs with increasing numbers.
        """
        with self._changed:
            fresh = self._log.fresh(giver, log)
        for place, (_, command) in enumerate(fresh):
            self.command(command, ANSWER_S if place == len(fresh) - 1 else 0.0)
        return len(fresh)

    def obeyed(self, giver: str) -> int:
        """Return the number of a giver's last obeyed command, or 0."""
        return self._log.last(giver)

    def set_pace(self, pace: str) -> None:
        """Change the pace to a key of PACES.

        Raises:
            SettingError: for an unknown pace.
        """
        if pace not in PACES:
            raise no_such("pace", pace, PACES)
        with self._changed:
            self.pace = pace
            self._changed.notify_all()

    @property
    def stopping(self) -> bool:
        """Whether it has received a stop command, which is final."""
        return self._wanted == "stop"

    @property
    def resting(self) -> bool:
        """Whether the run needs a command to change: ended, or paused with every command carried out."""
        state = self.state
        return state.ended or (state.status == "paused" and self._answered == self._commands)

    def touch(self) -> None:
        """Record that a viewer is watching."""
        self.watchers.touch()

    def remark(self, sentence: str) -> None:
        """Note for viewers what was done otherwise than asked."""
        self._publish(answers=False, remarks=(*self.state.remarks, sentence))

    def history(self) -> tuple[Snapshot, ...]:
        """Return the snapshots kept for replay, oldest first."""
        return self._history.snapshots()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the thread to end, and return whether it did."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            if not self._has_its_turn():
                return
            machine = self._make()
            self.machine = machine
            self.keeper.began(machine)
            self._show(machine)
            while not machine.done and not all_diverged(self.state):
                steps = self._permission(machine)
                if steps == 0:
                    break
                self._advance(machine, steps)
            self._end(machine)
        except Exception as error:
            fault = fault_of(error, self.machine)
            if fault is not None:
                logger.exception("Run %s failed", self.id)
            self._publish(status="failed", reason=in_words(error), seconds_left=None, fault=fault)
            self.keeper.ended(self.state, None)
        finally:
            self.turns.leave(self.id)

    def _has_its_turn(self) -> bool:
        """Wait in the line; returns False where the run was stopped before its turn came."""
        for ahead in self.turns.until_first(self.id):
            self._mind_the_watchers()
            if self.stopping:
                reason = self.state.reason or "Stopped before its turn came."
                self._publish(status="stopped", ahead=0, reason=reason)
                self.keeper.ended(self.state, None)
                return False
            if ahead != self.state.ahead:
                self._publish(ahead=ahead)
        if self.state.ahead:
            self._publish(ahead=0)
        return True

    def _permission(self, machine: Machine) -> int:
        """Wait until the run may go on, and return the number of steps to take, 0 to end."""
        while True:
            with self._changed:
                self._mind_the_watchers()
                self._heard = self._commands
                if self._wanted == "stop":
                    return 0
                if self._single_steps:
                    self._single_steps -= 1
                    return 1
                if self._wanted == "run":
                    break
                shown = self.state.snapshot
                up_to_date = shown is not None and shown.step == machine.step_number
                if up_to_date and self.state.status == "paused" and self._answered == self._heard:
                    self._changed.wait(0.25)
                    continue
            self._show(machine, status="paused", seconds_left=None)
        if self.state.status != "running" or self._answered != self._heard:
            self._clock.go_on()
            self._publish(status="running", reason=None)
        return self._clock.slice(PACES[self.pace].limit(machine.total_steps), machine.total_steps)

    def _advance(self, machine: Machine, steps: int) -> None:
        began = time.monotonic()
        machine.advance(steps)
        self._clock.took(steps, time.monotonic() - began)
        reason = self.limits.reason_to_stop(self._clock.trained_s)
        if reason is not None:
            self._wanted = "stop"
            self._publish(answers=False, reason=reason)
        if self._wanted == "run" and self._clock.snapshot_due(machine):
            self._show(machine)
        limit = PACES[self.pace].limit(machine.total_steps)
        rest = began + steps / limit - time.monotonic()
        if rest > 0 and not machine.done:
            pace, number = self.pace, self._commands
            with self._changed:
                self._changed.wait_for(lambda: (self.pace, self._commands) != (pace, number), rest)

    def _show(self, machine: Machine, **changes: Any) -> None:
        """Read a snapshot and publish it."""
        began = time.monotonic()
        snapshot = machine.snapshot()
        self._clock.read(machine.step_number, time.monotonic() - began)
        self._history.add(snapshot)
        self.keeper.moment(machine, snapshot, at_rest=changes.get("status") == "paused")
        left = machine.total_steps - machine.step_number
        news = {
            "snapshot": snapshot,
            "diverged": self.state.diverged + newly_diverged(snapshot, self.state.diverged),
            "steps_per_second": self._clock.rate,
            "seconds_left": left / self._clock.rate if self._clock.rate else None,
        }
        self._publish(**{**news, **changes})

    def _end(self, machine: Machine) -> None:
        finished = machine.done
        self._heard = self._commands
        self._show(machine, status="judging", seconds_left=None)
        self.outcome = machine.outcome()
        if all_diverged(self.state):
            reason = "Every training diverged: try a smaller learning rate first."
            self._publish(status="failed", reason=reason)
        else:
            self._publish(status="finished" if finished else "stopped")
        self.keeper.ended(self.state, self.outcome)

    def _publish(self, *, answers: bool = True, **changes: Any) -> None:
        with self._changed:
            self.state = replace(self.state, sequence=self.state.sequence + 1, **changes)
            if answers:
                self._answered = self._heard
            self._changed.notify_all()

    def _mind_the_watchers(self) -> None:
        """Pause after a time without viewers, and end after a longer one."""
        verdict = self.watchers.verdict(others_wait=self.turns.waiting > 0)
        if verdict is None or self.stopping or (verdict[0] == "pause" and self._wanted != "run"):
            return
        self._wanted, reason = verdict
        self._publish(reason=reason)

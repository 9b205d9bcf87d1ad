"""What a reader tells a run: the buttons, the choices and the scrubber of the live view, and what they do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.figures import NORMALISATIONS, order_by_confusion
from east.run import PACES, Command, Frame, Run
from pages.shared import state
from pages.shared.live_view import Button, Choice, Controls, Replay
from pages.shared.words import CELL_NAMES, loss_label

if TYPE_CHECKING:
    from east.training import Snapshot

VIEW = "live"
SOME_CLASSES, MANY_CLASSES = 5, 12
"""From how many classes on their order can be chosen, and they are sorted unless told otherwise."""
ORDERS: Mapping[str, str] = {"given": "in order", "confusion": "by confusion"}
COMMANDS: tuple[Command, ...] = ("pause", "resume", "step", "stop")


@dataclass(frozen=True)
class Order:
    """In which order the classes are shown: a permutation of their positions."""

    places: NDArray[np.int64]

    def of(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put the rows and columns of a matrix `[K, K]` in this order."""
        return matrix[np.ix_(self.places, self.places)]

    def names(self, classes: Sequence[str]) -> list[str]:
        """Put the classes in this order."""
        return [classes[place] for place in self.places]


def order(history: Sequence[Snapshot], loss: str) -> Order:
    """Order many classes by what is confused with what, by the arm's hard matrix at the last full quarter.

    Within a quarter of the training the order stays, so that the eye can follow a cell.
    """
    newest = history[-1]
    count = len(newest.lanes[0].hard)
    quarter = math.floor(4 * newest.progress) / 4
    if quarter == 0 or _class_order(count) == "given":
        return Order(np.arange(count))
    moment = next(snapshot for snapshot in history if snapshot.progress >= quarter)
    hard = np.mean([lane.hard for lane in moment.lanes if lane.loss == loss], axis=0)
    return _by_confusion(hard.tobytes(), count)


@lru_cache(maxsize=16)
def _by_confusion(hard: bytes, count: int) -> Order:
    """Order by a matrix in bytes, which stays the same for a quarter of the training."""
    return Order(order_by_confusion(np.frombuffer(hard).reshape(count, count)))


def _class_order(count: int) -> str:
    usual = "confusion" if count > MANY_CLASSES else "given"
    return str(state.chosen("order", ORDERS, default=usual))


def controls(run: Run, frame: Frame, losses: Sequence[str], classes: int) -> Controls:
    """Say what can be pressed and chosen now."""
    choices = [Choice("show", "Cells", list(CELL_NAMES.items()), cells())]
    if classes > SOME_CLASSES:
        choices.append(Choice("order", "Classes", list(ORDERS.items()), _class_order(classes)))
    if len(losses) > 2:
        arms = [(loss, loss_label(loss)) for loss in losses]
        first, second = pair(losses)
        choices += [Choice("left", "Arms", arms, first), Choice("right", "and", arms, second)]
    if frame.ended:
        return Controls(run.id, (), choices)
    choices.insert(0, Choice("pace", "Pace", [(key, pace.label) for key, pace in PACES.items()], run.pace))
    giver, _ = _log(run)
    return Controls(run.id, _buttons(frame), choices, giver, run.obeyed(giver))


def cells() -> str:
    """Return what the cells of a matrix show."""
    return str(state.chosen("show", NORMALISATIONS))


def _buttons(frame: Frame) -> Sequence[Button]:
    first = Button("pause", "Pause", "Hold the training; nothing is lost")
    if frame.status == "paused":
        first = Button("resume", "Resume", "Go on training")
    stopping = frame.status == "stopping"
    step = Button("step", "One step", "Take a single step and look", disabled=stopping)
    return (
        first,
        step,
        Button("stop", "Stop", "End here, and score the best moment on the test part", stopping),
    )


def replay(frame: Frame, history: Sequence[Snapshot]) -> Replay | None:
    """Say which moments of a run that rests can be gone back to, and which is shown."""
    if not (frame.ended or frame.status == "paused") or len(history) < 2:
        return None
    steps = [snapshot.step for snapshot in history]
    wanted = state.setting("at")
    last = len(steps) - 1
    return Replay(
        steps, last if wanted is None else min(range(len(steps)), key=lambda at: abs(steps[at] - wanted))
    )


def pair(losses: Sequence[str]) -> list[str]:
    """Return the two arms shown side by side."""
    if len(losses) < 2:
        return list(losses)
    return [
        str(state.chosen(name, losses, default=losses[place])) for place, name in enumerate(("left", "right"))
    ]


def hear(run: Run) -> Mapping[str, Callable[[], None]]:
    """Return what is done when the reader has pressed, chosen or scrubbed."""
    chosen = {name: _chooser(name) for name in ("show", "order", "left", "right")}
    return {
        "clicks": lambda: _clicked(run),
        "pace": lambda: _paced(run),
        "at": lambda: _scrubbed(run),
        **chosen,
    }


def _clicked(run: Run) -> None:
    giver, log = _log(run)
    if run.obey(giver, log) and log[-1][1] != "pause":
        state.choose("at", None)


def _log(run: Run) -> tuple[str, list[tuple[int, Command]]]:
    """Read the log of this run's clicks as a browser sends it; what is no click is passed over."""
    sent = state.component_value(VIEW, "clicks")
    if not isinstance(sent, Mapping) or sent.get("run") != run.id or not isinstance(sent.get("log"), list):
        return "", []
    log: list[tuple[int, Command]] = []
    for entry in sent["log"]:
        match entry:
            case [int(number), str(command)] if command in COMMANDS:
                log.append((number, command))
    return str(sent.get("giver"))[:80], log


def _paced(run: Run) -> None:
    pace = state.component_value(VIEW, "pace")
    if pace in PACES:
        state.choose("pace", pace)
        run.set_pace(pace)


def _scrubbed(run: Run) -> None:
    sent, newest = state.component_value(VIEW, "at"), run.frame.snapshot
    match sent:
        case {"step": int(at)} if newest is not None:
            state.choose("at", None if at == newest.step else at)


def _chooser(name: str) -> Callable[[], None]:
    def choose() -> None:
        value = state.component_value(VIEW, name)
        if isinstance(value, str):
            state.choose(name, value)

    return choose

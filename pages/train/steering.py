"""How a reader steers a run: the buttons, choices and scrubber of the live view, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from statistics import median_low
from typing import TYPE_CHECKING

import numpy as np

from east.figures import MANY_CLASSES, NORMALISATIONS, ClassOrder, class_order
from east.run import PACES, Command, Run, RunState, last_quarter, nearest_place
from pages.shared import session, state
from pages.shared.live_view import Button, Choice, Controls, Replay, Switch
from pages.shared.settings import DEFAULTS
from pages.shared.words import CELL_NAMES, STATUS_NAMES

if TYPE_CHECKING:
    from east.training import Arm, Snapshot

VIEW = "live"
SOME_CLASSES = 5
"""With more classes than this their order can be chosen."""
ORDERS: Mapping[str, str] = {"given": "in order", "confusion": "by confusion"}
COMMANDS: tuple[Command, ...] = ("pause", "resume", "step", "stop")


def order(history: Sequence[Snapshot], arm: Arm) -> ClassOrder:
    """Order many classes by what an arm confuses, anew at each quarter of the training."""
    newest, moment = history[-1], last_quarter(history)
    hard = newest.arm(arm).hard
    count = len(hard)
    if moment is None or _class_order(count) == "given":
        return class_order(hard, by_confusion=False)
    return _by_confusion(moment.arm(arm).hard.tobytes(), count)


@lru_cache(maxsize=16)
def _by_confusion(hard: bytes, count: int) -> ClassOrder:
    """Order by a matrix in bytes, which stays the same for a quarter of the training."""
    return class_order(np.frombuffer(hard).reshape(count, count), by_confusion=True)


def _class_order(count: int) -> str:
    usual = "confusion" if count > MANY_CLASSES else "given"
    return state.known("order", ORDERS, usual)


def controls(run: Run, shown: RunState, arms: Sequence[Arm], classes: int) -> Controls:
    """Return what can be pressed and chosen now."""
    choices = [Choice("show", "Cells", list(CELL_NAMES.items()), cells())]
    if classes > SOME_CLASSES:
        choices.append(Choice("order", "Classes", list(ORDERS.items()), _class_order(classes)))
    if len(arms) > 2:
        named = [(arm.key, arm.label) for arm in arms]
        first, second = pair(arms)
        choices += [Choice("left", "Arms", named, first.key), Choice("right", "and", named, second.key)]
    switches = _switches(len(arms) > 1 and run.machine is not None and run.machine.view is not None)
    if shown.ended:
        return Controls(run.id, (), choices, switches)
    choices.insert(0, Choice("pace", "Pace", [(key, pace.label) for key, pace in PACES.items()], run.pace))
    giver, _ = _log(run)
    return Controls(run.id, _buttons(shown), choices, switches, giver, run.obeyed(giver))


def in_line(run: Run, shown: RunState) -> Controls | None:
    """Return what can be pressed while a run waits for its turn."""
    if not shown.ahead or shown.ended:
        return None
    giver, _ = _log(run)
    leave = Button("stop", "Stop", "Leave the line", run.stopping, STATUS_NAMES["stopping"])
    return Controls(run.id, (leave,), (), (), giver, run.obeyed(giver))


def _switches(comparable: bool) -> Sequence[Switch]:
    large = Switch("projector", "Projector", projected(), "Larger words, and no settings")
    if not comparable:
        return (large,)
    return Switch(
        "regions", "Where they differ", differ(), "Colour only where the two arms predict differently"
    ), large


def differ() -> bool:
    """Return whether the regions show where the arms differ."""
    return state.get().regions == "differ"


def projected() -> bool:
    """Return whether words are larger and the settings hidden, for a projector."""
    return state.get().projector == "yes"


def cells() -> str:
    """Return what the cells of a matrix show."""
    return state.known("show", NORMALISATIONS, DEFAULTS.show)


def _buttons(shown: RunState) -> Sequence[Button]:
    first = Button("pause", "Pause", "Hold the training; nothing is lost", asked="Pausing")
    if shown.status == "paused":
        first = Button("resume", "Resume", "Go on training")
    over = shown.trained or shown.status == "stopping"
    step = Button("step", "One step", "Take a single step and look", disabled=over)
    return (
        first,
        step,
        Button(
            "stop",
            "Stop",
            "End here, and score the best moment on the test part",
            over,
            STATUS_NAMES["stopping"],
        ),
    )


def replay(shown: RunState, history: Sequence[Snapshot], arm: Arm) -> Replay | None:
    """Return the moments that a run at rest can go back to, and which is shown.

    An ended run rests at the moment that is kept of `arm`: of several seeds at the one in the middle.
    """
    if not (shown.ended or shown.status == "paused") or len(history) < 2:
        return None
    at, kept = state.get().at, history[-1].arm(arm).kept_steps
    if at is None and shown.ended and kept:
        # Never the first moment, which comes before any training: it may be the nearest in a run of few moments.
        at = max(median_low(kept), history[1].step)
    return Replay([snapshot.step for snapshot in history], nearest_place(history, at))


def pair(arms: Sequence[Arm]) -> list[Arm]:
    """Return the two arms shown side by side, or the only one."""
    if len(arms) < 2:
        return list(arms)
    by_key = {arm.key: arm for arm in arms}
    return [
        by_key[state.known(name, by_key, arm.key)] for name, arm in zip(("left", "right"), arms, strict=False)
    ]


def hear(run: Run) -> Mapping[str, Callable[[], None]]:
    """Return what to call when the reader has pressed, chosen or scrubbed."""
    chosen = {name: _chooser(name) for name in ("show", "order", "left", "right")}
    return {
        "clicks": lambda: _clicked(run),
        "pace": lambda: _paced(run),
        "at": lambda: _scrubbed(run),
        "regions": lambda: _switched("regions", "differ"),
        "projector": lambda: _switched("projector", "yes"),
        **chosen,
    }


def _clicked(run: Run) -> None:
    giver, log = _log(run)
    if run.obey(giver, log) and log[-1][1] != "pause":
        state.put(at=None)


def _log(run: Run) -> tuple[str, list[tuple[int, Command]]]:
    """Read the log of this run's clicks as a browser sends it; anything else is passed over."""
    sent = session.component_value(VIEW, "clicks")
    if not isinstance(sent, Mapping) or sent.get("run") != run.id or not isinstance(sent.get("log"), list):
        return "", []
    log: list[tuple[int, Command]] = []
    for entry in sent["log"]:
        match entry:
            case [int(number), str(command)] if command in COMMANDS:
                log.append((number, command))
    return str(sent.get("giver"))[:80], log


def _paced(run: Run) -> None:
    pace = session.component_value(VIEW, "pace")
    if isinstance(pace, str) and pace in PACES:
        state.put(pace=pace)
        run.set_pace(pace)


def _scrubbed(run: Run) -> None:
    sent, newest = session.component_value(VIEW, "at"), run.state.snapshot
    match sent:
        case {"step": int(at)} if newest is not None:
            state.put(at=None if at == newest.step and not run.state.ended else at)


def _switched(name: str, word: str) -> None:
    value = session.component_value(VIEW, name)
    if isinstance(value, bool):
        state.put(**{name: word if value else None})


def _chooser(name: str) -> Callable[[], None]:
    def choose() -> None:
        value = session.component_value(VIEW, name)
        if isinstance(value, str):
            state.put(**{name: value})

    return choose

"""The commands of a run, the intent of each, and which of those that were sent are new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

Command = Literal["pause", "resume", "step", "stop"]
Intent = Literal["run", "pause", "stop"]

INTENTS: Mapping[Command, Intent] = MappingProxyType(
    {
        "pause": "pause",
        "resume": "run",
        # A single step starts from a pause and returns to it.
        "step": "pause",
        # The training ends here; its best checkpoints so far are judged on the test part.
        "stop": "stop",
    }
)

MOST_GIVERS = 64


class CommandLog:
    """The number of the last command of each giver.

    A browser may send a click twice, or several clicks at once. So it sends its log of clicks, and each number
    counts once per giver.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def fresh(self, giver: str, log: Iterable[tuple[int, Command]]) -> list[tuple[int, Command]]:
        """Return what is new in a giver's log, which is remembered."""
        latest = self._last.pop(giver, 0)
        found = [(number, command) for number, command in log if number > latest]
        self._last[giver] = found[-1][0] if found else latest
        while len(self._last) > MOST_GIVERS:
            del self._last[next(iter(self._last))]
        return found

    def last(self, giver: str) -> int:
        """Return the number of a giver's last command, or 0."""
        return self._last.get(giver, 0)

"""The commands of a run, and the intent of each."""

from __future__ import annotations

from collections.abc import Mapping
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

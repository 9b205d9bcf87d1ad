"""The commands a run takes, and what each makes it do."""

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
        # A single step is taken out of a pause.
        "step": "pause",
        # The training ends where it is; its best checkpoints so far are judged on the test part.
        "stop": "stop",
    }
)

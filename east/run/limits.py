"""How long, how far and how large a training may be on a server: set in the environment, kept by every run."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from east.errors import SettingError
from east.options import Option, options_of, setting
from east.run.wording import duration

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.training import TrainConfig

GB = 10**9
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
SHARE_OF_MEMORY = 0.5
UNKNOWN_MEMORY_GB = 8.0
"""Taken for a machine that does not say how much memory it has."""

MOST_HOURS = Option("Hours of training", least=0, open_ends=("least",), example="4")
MOST_STEPS = Option("Steps", kind="whole", least=1, example="1000000")
MOST_GB = Option(
    "Memory in GB", least=0, open_ends=("least",), empty="half of the memory there is", example="4"
)
VARIABLES = {"hours": "EAST_MOST_HOURS", "steps": "EAST_MOST_STEPS", "memory_gb": "EAST_MOST_GB"}
"""Names of the environment's variables; `.github/SERVING.md` tells people of them."""


@dataclass(frozen=True)
class Limits:
    """What one training may take.

    Args:
        hours: of training; then it is stopped, and judged by what it has learned.
        steps: most steps.
        memory_gb: most memory by the estimate, in GB (10^9 bytes); None for half of the memory there is.

    Raises:
        SettingError: for a limit that lets nothing through.
    """

    hours: float = setting(4.0, MOST_HOURS)
    steps: int = setting(1_000_000, MOST_STEPS)
    memory_gb: float | None = setting(None, MOST_GB)

    def __post_init__(self) -> None:
        for name, option in options_of(Limits).items():
            option.check(name, getattr(self, name))

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Limits:
        """Read the limits that the environment sets; the others are at their defaults.

        Raises:
            SettingError: for a value that cannot be read, with the variable's name.
        """
        given: dict[str, Any] = {}
        for name, option in options_of(cls).items():
            text = environment.get(VARIABLES[name], "").strip()
            try:
                given |= {name: option.read(text)} if text else {}
            except ValueError:
                what, remedy = (
                    f"{VARIABLES[name]} must be {option.range_text()}",
                    f"use for example {option.example}",
                )
                raise SettingError(what, repr(text), remedy) from None
        return cls(**given)

    def reason_to_stop(self, trained_s: float) -> str | None:
        """Say why a training ends that has taken so many seconds; None where it may go on."""
        most_s = self.hours * 3600
        return f"Stopped after {duration(most_s)} of training, the most here." if trained_s > most_s else None

    @property
    def most_gb(self) -> float:
        """Most memory, in GB."""
        return SHARE_OF_MEMORY * _memory_gb() if self.memory_gb is None else self.memory_gb

    def admit(self, dataset: Dataset, config: TrainConfig) -> None:
        """Let a training pass that keeps to the limits, before anything of it is built.

        Raises:
            SettingError: for one that would not.
        """
        from east.training import needed_bytes

        steps, needed = config.total_steps(len(dataset.train)), needed_bytes(dataset, config) / GB
        if steps > self.steps:
            got = f"{steps:,} where {self.steps:,} are allowed"
            remedy = "choose fewer epochs or a larger batch"
            raise SettingError("This training would take too many steps here", got, remedy)
        if needed > self.most_gb:
            got = f"about {_gb(needed)} GB where {_gb(self.most_gb)} GB are allowed"
            remedy = "use fewer seeds or losses, a smaller batch or network, or fewer rows or columns"
            raise SettingError("This training would need too much memory here", got, remedy)


UNLIMITED = Limits(math.inf, sys.maxsize, math.inf)


def _memory_gb() -> float:
    """Return the memory of the machine, or of the container where that has less."""
    found = [UNKNOWN_MEMORY_GB]
    if hasattr(os, "sysconf"):
        found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GB]
    with suppress(OSError, ValueError):  # no container, or one that says "max"
        found.append(int(CONTAINER_LIMIT.read_text()) / GB)
    return min(found)


def _gb(size: float) -> str:
    return f"{size:,.0f}" if size >= 10 else f"{size:.2g}"

"""What went wrong in a training, told so that it can be passed on: where and in what, and nothing of the data."""

from __future__ import annotations

import platform
import traceback
from dataclasses import dataclass
from importlib import metadata
from pathlib import PurePath
from typing import TYPE_CHECKING

from east.errors import EastError

if TYPE_CHECKING:
    from east.run.machine import Machine

MOST_FRAMES = 30
NEAREST_FOLDERS = 3
PACKAGES = ("torch", "numpy", "pandas", "scikit-learn", "streamlit")


@dataclass(frozen=True)
class Fault:
    """An unexpected error: its type, where it was raised, and what was trained.

    The error's own words are left out: they may quote cells.
    """

    kind: str
    frames: tuple[str, ...]
    training: tuple[str, ...]

    def report(self) -> str:
        """Return the lines to pass on."""
        versions = [f"{name} {_version(name)}" for name in PACKAGES]
        system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
        return "\n".join((self.kind, *self.training, system, ", ".join(versions), "", *self.frames))


def fault_of(error: Exception, machine: Machine | None) -> Fault | None:
    """Describe an error of a training, unless it is one of bad input, which its sentence tells in full.

    Args:
        error: the error.
        machine: the training; None where it could not be built.
    """
    if isinstance(error, EastError):
        return None
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    places = tuple(
        f"{'/'.join(PurePath(frame.filename).parts[-NEAREST_FOLDERS:])}:{frame.lineno} in {frame.name}"
        for frame in frames
    )
    kind = type(error)
    return Fault(f"{kind.__module__}.{kind.__qualname__}", places, _training(machine))


def _training(machine: Machine | None) -> tuple[str, ...]:
    """Say the sizes and settings of a training; no name of a column or a class."""
    if machine is None:
        return ("while the training was prepared",)
    lines = [f"at step {machine.step_number} of {machine.total_steps} on {machine.device}"]
    if machine.dataset is not None and machine.config is not None:
        data, config = machine.dataset, machine.config
        rows = ", ".join(str(len(part.targets)) for part in (data.train, data.validation, data.test))
        lines.append(f"rows {rows}; {data.num_features} features; {data.num_classes} classes")
        arms = ", ".join(arm.key for arm in config.race)
        lines.append(f"metric {config.metric.key}; arms {arms}; {len(config.seeds)} seeds")
    return tuple(lines)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"

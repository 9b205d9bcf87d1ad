"""The device that a training runs on."""

from __future__ import annotations

import torch

from east.errors import SettingError


def resolve_device(name: str) -> torch.device:
    """Return the torch device for a setting; "auto" is cuda, else mps, else cpu.

    Raises:
        SettingError: for a device that is unknown or not on this machine.
    """
    available = available_devices()
    if name == "auto":
        return torch.device(available[0])
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in available or (device.index or 0) >= _count(device.type):
        raise SettingError(
            "This machine has no such device", repr(name), f"use auto or {', '.join(available)}"
        )
    return device


def available_devices() -> tuple[str, ...]:
    """List the kinds of device on this machine, the preferred one first."""
    kinds = [("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()), ("cpu", True)]
    return tuple(kind for kind, present in kinds if present)


def _count(kind: str) -> int:
    return torch.cuda.device_count() if kind == "cuda" else 1

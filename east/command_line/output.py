"""Where results go: a folder."""

from __future__ import annotations

from pathlib import Path

from east.errors import SettingError


def folder_for(path: Path) -> Path:
    """Make the folder for results, and return it.

    Raises:
        SettingError: when it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        got = f"{str(path)!r} ({error.strerror})"
        raise SettingError("Results cannot be written there", got, "name another folder") from None
    return path

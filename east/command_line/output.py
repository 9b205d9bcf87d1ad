"""Where results go: a folder, and the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from east.errors import SettingError
from east.plain_text import visible


def say(text: object) -> None:
    """Print text with names in it: none of its characters steers the terminal."""
    print(visible(text))


def warn(text: object) -> None:
    """Print text with names in it on stderr, at once."""
    print(visible(text), file=sys.stderr, flush=True)


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

"""What a run says of its errors and its patience."""

from __future__ import annotations

from east.errors import EastError, out_of_memory


def in_words(error: Exception) -> str:
    """Return one sentence about the error that ended a run."""
    if isinstance(error, EastError):
        return str(error)
    text = next(iter(str(error).splitlines()), "")
    if out_of_memory(error):
        return "Out of memory: use fewer seeds, a smaller batch or a smaller network."
    return f"The training stopped with an unexpected {type(error).__name__}{f': {text}' if text else ''}."


def duration(seconds: float) -> str:
    """Say a time in hours, minutes or seconds."""
    if seconds >= 2 * 3600:
        return f"{seconds / 3600:g} hours"
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"

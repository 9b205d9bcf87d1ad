"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from east.errors import EastError


def write_whole(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file so that it is there whole or not at all; one of that name stays until then.

    Args:
        path: where; its folder must exist.
        data: all of it.

    Raises:
        EastError: when it cannot be written there.
    """
    place = Path(path)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent)
        with os.fdopen(handle, "wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(place)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        got = f"{str(place)!r} ({error.strerror})"
        raise EastError("The file cannot be written", got, "check folder, rights and space") from None
    return place


def _umask() -> int:
    """Return the process's file mode mask; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

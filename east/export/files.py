"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
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
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(place)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        got = f"{str(place)!r} ({error.strerror})"
        raise EastError("The file cannot be written", got, "check folder, rights and space") from None
    return place

"""Reading in a helper process, which can run out of time or memory without harm to the caller.

Threat model: the file may be hostile (a bomb, a lie about sizes, bytes that crash a parser); the user and this machine
are not. A hostile file may cost its own reading: at most `Limits.seconds`, `Limits.memory_bytes` and one process.
It must never run code, open another file, use the network, harm another reading or end the server.

The two sides talk over pipes: a length and a json header, then plain bytes; the table comes back as an arrow stream.
Nothing is pickled, and neither side writes a file.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from east.errors import DatasetError, EastError, SettingError, TableError
from east.tables.reading import read_table
from east.tables.table import Finding, Limits, ReadOptions, Remedy, Table

_LOOK_S = 0.05
_HOME = Path(__file__).resolve().parents[2]
_ERRORS = {kind.__name__: kind for kind in (EastError, TableError, DatasetError, SettingError)}


def read_table_guarded(
    source: bytes | str | Path,
    name: str | None = None,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    given_up: threading.Event | None = None,
) -> Table:
    """Read a table as `read_table` does, but in a process of its own; for servers that take files from others.

    Works from any thread. Costs about a second more than `read_table`.

    Args:
        source, name, options, limits: as for `read_table`.
        given_up: once this is set, the reading stops and its process ends.

    Raises:
        TableError: as for `read_table`, or when the file takes more time or memory than `limits` allows, or is
            given up.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    request: dict[str, Any] = {"name": name, "options": asdict(options), "limits": asdict(limits)}
    if isinstance(source, str | Path):
        request["path"], data = os.path.abspath(source), b""  # noqa: PTH100 (resolve() would follow links)
    else:
        data = bytes(source)
    shown = name or (Path(request["path"]).name if "path" in request else "table")
    try:
        answer, frame = _ask(request, data, limits.seconds, given_up or threading.Event())
    except TimeoutError:
        if given_up is not None and given_up.is_set():
            raise TableError(f"{shown!r} was not read to its end", None, "read it again") from None
        got = f"more than {limits.seconds:g} s"
        raise TableError(
            f"{shown!r} takes too long to read", got, "give a smaller or simpler table"
        ) from None
    if answer is None:
        remedy = "give a smaller table or another format"
        raise TableError(f"{shown!r} cannot be read within the limits of memory", None, remedy)
    if "error" in answer:
        choices = tuple(answer.get("choices", ()))
        raise _ERRORS[answer["error"]](answer["what"], answer["got"], answer["remedy"], choices)
    return Table(frame, answer["name"], tuple(map(_finding, answer["findings"])))


def _finding(plain: dict[str, Any]) -> Finding:
    remedies = tuple(Remedy(**remedy) for remedy in plain["remedies"])
    return Finding(**{**plain, "alternatives": tuple(plain["alternatives"]), "remedies": remedies})


def _ask(
    request: dict[str, Any], data: bytes, seconds: float, given_up: threading.Event
) -> tuple[dict[str, Any] | None, Any]:
    """Send a request to a new helper process and return its answer, None if the process broke down.

    Raises:
        TimeoutError: when the process was ended because it took too long or was given up.
    """
    helper = subprocess.Popen(
        [sys.executable, "-m", "east.tables"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_HOME,
        env={**os.environ, "PYTHONPATH": str(_HOME)},
    )
    late, done = threading.Event(), threading.Event()

    def watch() -> None:
        deadline = time.monotonic() + seconds
        while not done.wait(_LOOK_S):
            if given_up.is_set() or time.monotonic() > deadline:
                late.set()
                helper.kill()
                return

    threading.Thread(target=watch, daemon=True).start()
    assert helper.stdin is not None
    assert helper.stdout is not None
    try:
        # A second thread sends, so that two full pipes cannot block each other.
        threading.Thread(target=_send, args=(helper.stdin, request, data), daemon=True).start()
        answer = _receive(helper.stdout)
    finally:
        done.set()
        helper.kill()
        helper.wait()
        helper.stdout.close()
    if late.is_set():
        raise TimeoutError
    return answer


def _send(stream: IO[bytes], header: dict[str, Any], data: bytes) -> None:
    """Write one message: the header's length, the header, the data."""
    text = json.dumps(header).encode()
    with suppress(OSError):
        stream.write(struct.pack("<q", len(text)) + text)
        stream.write(data)
        stream.close()


def _receive(stream: IO[bytes]) -> tuple[dict[str, Any] | None, Any]:
    """Read one message; None when it breaks off."""
    import pyarrow as pa

    try:
        length = struct.unpack("<q", stream.read(8))[0]
        header = json.loads(stream.read(length))
        if "error" in header:
            return header, None
        with pa.ipc.open_stream(stream) as batches:
            return header, batches.read_all().to_pandas(split_blocks=True)
    except (struct.error, ValueError, OSError, pa.ArrowException):
        return None, None


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Run the helper process: read one request and answer it."""
    import pyarrow as pa

    length = struct.unpack("<q", requests.read(8))[0]
    request = json.loads(requests.read(length))
    limits = Limits(**request["limits"])
    _confine(limits)
    try:
        source = Path(request["path"]) if "path" in request else requests.read()
        table = read_table(source, request["name"], ReadOptions(**request["options"]), limits)
        content = pa.Table.from_pandas(table.frame, preserve_index=False)
    except EastError as error:
        got = None if error.got is None else str(error.got)
        failure = {"error": type(error).__name__, "what": error.what, "got": got, "remedy": error.remedy}
        return _send(answers, {**failure, "choices": error.choices}, b"")
    except MemoryError:
        failure = {"error": "TableError", "what": "The table needs too much memory", "got": None}
        return _send(answers, {**failure, "remedy": "give a smaller table"}, b"")
    text = json.dumps(
        {"name": table.name, "findings": [asdict(finding) for finding in table.findings]}
    ).encode()
    answers.write(struct.pack("<q", len(text)) + text)
    with pa.ipc.new_stream(answers, content.schema) as stream:
        stream.write_table(content)
    return None


def _confine(limits: Limits) -> None:
    """Limit this process's memory and processor time, where the system can."""
    with suppress(ImportError, ValueError, OSError, AttributeError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
        cpu = int(limits.seconds * 4) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

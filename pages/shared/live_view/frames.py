"""Moments of a run, packed: the browser draws them by itself, without a question to the server."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pages.shared.live_view.parts import Group, Stage, Strip


@dataclass(frozen=True)
class Frame:
    """What a live view shows at one step; see `draw` for its parts."""

    step: int
    stage: Stage
    groups: Sequence[Group]
    strip: Strip


class _Pool:
    """Parts of figures, each kept once: most traces are the same at every moment."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, part: object) -> int:
        """Return where a part is, after it has been put there if it is new."""
        return self._places.setdefault(json.dumps(part), len(self._places))

    def text(self) -> str:
        return f"[{','.join(self._places)}]"


def packed(frames: Iterable[Frame]) -> Generator[int, None, str]:
    """Pack frames; yields the number of them after each.

    Returns:
        JSON, as gzip in base 64: `pool`, a list of traces and layouts, and `frames`, by step what `draw` sends, with
        places in the pool instead of traces and layouts. Equal ones are one object, which need not be drawn again.
    """
    pool = _Pool()
    found: dict[str, object] = {}
    for number, frame in enumerate(frames, 1):
        stage: dict[str, object] = {**frame.stage.plain(), "groups": _placed(pool, frame.stage.groups)}
        found[str(frame.step)] = {
            "stage": stage,
            "groups": _placed(pool, frame.groups),
            "strip": asdict(frame.strip),
        }
        yield number
    text = f'{{"pool":{pool.text()},"frames":{json.dumps(found)}}}'
    return b64encode(gzip.compress(text.encode(), compresslevel=5, mtime=0)).decode("ascii")


def _placed(pool: _Pool, groups: Sequence[Group]) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = [group.plain() for group in groups]
    for group in plain:
        for cell in group["cells"]:
            cell["data"] = [pool.place(trace) for trace in cell["data"]]
            cell["layout"] = pool.place(cell["layout"])
    return plain

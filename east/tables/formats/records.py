"""Records in json: one document, or one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.tables.formats.definition import CELL_OPTIONS, TEXT_OPTIONS, Content, Format, register
from east.tables.formats.delimited import SURE_ENDINGS

if TYPE_CHECKING:
    import pandas as pd

_OPTIONS = (*CELL_OPTIONS, *TEXT_OPTIONS)


def _recognise(content: Content) -> str | None:
    starts = content.data.lstrip()[:1] in (b"{", b"[")
    return "the text starts like json" if starts and not content.has_ending(*SURE_ENDINGS) else None


def _read(content: Content) -> pd.DataFrame:
    from east.tables.records import read_json

    return read_json(
        content.whole_text("json"), content.name, content.options, content.limits, content.notebook
    )


JSON = register(Format("json", "json", ("json", "jsonl", "ndjson"), "text", _recognise, _read, _OPTIONS))

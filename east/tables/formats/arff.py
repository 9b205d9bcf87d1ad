"""Attribute-relation files of Weka."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.tables.formats.definition import TEXT_OPTIONS, Content, Format, register

if TYPE_CHECKING:
    import pandas as pd


def _recognise(content: Content) -> str | None:
    for line in content.data.decode("utf-8", "ignore").splitlines():
        bare = line.strip().lower()
        if bare and not bare.startswith("%"):
            starts = bare.startswith(("@relation", "@attribute"))
            return "the text starts with a relation and its attributes" if starts else None
    return None


def _read(content: Content) -> pd.DataFrame:
    from east.tables.arff import read_arff

    return read_arff(content.whole_text("arff"), content.name, content.limits, content.notebook)


ARFF = register(
    Format("arff", "Weka file", ("arff",), "text", _recognise, _read, ("join_alike", *TEXT_OPTIONS))
)

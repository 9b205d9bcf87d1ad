"""How a setting's value is written in a link and read from it; a text that cannot be read raises ValueError."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote, unquote

Value = TypeVar("Value")
Number = TypeVar("Number", int, float)

MOST_GAINS = 30
"""A gain matrix of more classes would make the link too long."""
AUTO = "auto"


@dataclass(frozen=True)
class Codec(Generic[Value]):
    """A pair of inverse functions between values and texts."""

    read: Callable[[str], Value]
    write: Callable[[Value], str]


TEXT: Codec[str] = Codec(str, str)
MAYBE_TEXT: Codec[str | None] = Codec(str, str)
"""A text where None leaves the choice to the app; None is never written."""
WORDS: Codec[tuple[str, ...]] = Codec(lambda text: _parts(text), ",".join)


def one_of(*words: str) -> Codec[str | None]:
    """Read one of some words; None, which is never written, leaves the choice to the app."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Codec(read, str)


def whole(least: float, most: float) -> Codec[int]:
    """Read a whole number within bounds."""
    return Codec(lambda text: _within(int(text), least, most), str)


def decimal(least: float, most: float) -> Codec[float]:
    """Read a number within bounds."""
    return Codec(lambda text: _within(float(text), least, most), "{:g}".format)


def optional(codec: Codec[Value]) -> Codec[Value | None]:
    """Write None as "auto"."""
    return Codec(
        lambda text: None if text == AUTO else codec.read(text),
        lambda value: AUTO if value is None else codec.write(value),
    )


def several(codec: Codec[Value]) -> Codec[tuple[Value, ...]]:
    """Write a tuple with commas."""
    return Codec(
        lambda text: tuple(codec.read(part) for part in _parts(text)),
        lambda values: ",".join(map(codec.write, values)),
    )


def columns() -> Codec[tuple[str, ...]]:
    """Write names of columns with commas; a comma in a name is written as in an address."""
    return Codec(lambda text: tuple(map(unquote, _parts(text))), _write_columns)


def pairs() -> Codec[tuple[tuple[str, str], ...]]:
    """Write names and their texts as "name:text" with commas; other signs are written as in an address."""
    return Codec(
        _read_pairs, lambda values: ",".join(f"{quote(name)}:{quote(text)}" for name, text in values)
    )


def square_matrix() -> Codec[tuple[tuple[float, ...], ...]]:
    """Write a square matrix: commas within a row, semicolons between rows."""
    return Codec(
        _read_matrix, lambda matrix: ";".join(",".join(f"{value:g}" for value in row) for row in matrix)
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _within(value: Number, least: float, most: float) -> Number:
    if not least <= value <= most:
        raise ValueError(value)
    return value


def _write_columns(names: Iterable[str]) -> str:
    return ",".join(name.replace("%", "%25").replace(",", "%2C") for name in names)


def _read_pairs(text: str) -> tuple[tuple[str, str], ...]:
    found = [part.partition(":") for part in _parts(text)]
    if not all(name and mark for name, mark, _ in found):
        raise ValueError(text)
    return tuple((unquote(name), unquote(value)) for name, _, value in found)


def _read_matrix(text: str) -> tuple[tuple[float, ...], ...]:
    rows = tuple(tuple(float(value) for value in row.split(",")) for row in text.split(";"))
    if len(rows) > MOST_GAINS or any(len(row) != len(rows) for row in rows):
        raise ValueError(text)
    return rows

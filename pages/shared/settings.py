"""Every setting a page can have, once: its default, and how it reads and writes in a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

MOST_GAINS = 30
"""A gain matrix of more classes would make the link too long."""


@dataclass(frozen=True)
class Setting:
    """One setting: `read` turns a link's text into a value or raises ValueError, `write` turns it back."""

    label: str
    default: Any
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str


def _number(least: float, most: float, kind: Callable[[str], Any] = float) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = kind(text)
        if not least <= value <= most:
            raise ValueError(text)
        return value

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


def _maybe(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: None if text == "auto" else read(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def _columns(text: str) -> tuple[str, ...]:
    """Names of columns may hold commas."""
    return tuple(unquote(word) for word in text.split(",") if word)


def _column_list(names: Iterable[str]) -> str:
    return ",".join(name.replace("%", "%25").replace(",", "%2C") for name in names)


def _numbers(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: tuple(kind(word) for word in text.split(",") if word)


def _list(values: Iterable[Any]) -> str:
    return ",".join(f"{value:g}" for value in values)


def _matrix(text: str) -> tuple[tuple[float, ...], ...]:
    rows = tuple(tuple(float(value) for value in row.split(",")) for row in text.split(";"))
    if len(rows) > MOST_GAINS or any(len(row) != len(rows) for row in rows):
        raise ValueError(text)
    return rows


def _rows(matrix: tuple[tuple[float, ...], ...]) -> str:
    return ";".join(",".join(f"{value:g}" for value in row) for row in matrix)


def _short(value: float) -> str:
    return f"{value:g}"


def _auto(value: Any) -> str:
    return "auto" if value is None else str(value)


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        "sample": Setting("table", None),
        "target": Setting("target", None),
        "exclude": Setting("left-out columns", (), _columns, _column_list),
        "bins": Setting("number of bins", None, _maybe(_number(2, 100, int)), _auto),
        "missing": Setting("rows without a target", "refuse"),
        "rare": Setting("rare classes", "refuse"),
        "group": Setting("group column", None),
        "time": Setting("time column", None),
        "shares": Setting("split", "60/20/20"),
        "split_seed": Setting("split seed", 0, _number(0, 2**31 - 1, int)),
        "format": Setting("format", None),
        "encoding": Setting("encoding", None),
        "delimiter": Setting("delimiter", None),
        "decimal": Setting("decimal mark", None),
        "quote": Setting("quote", None),
        "header": Setting("header", None, _one_of("yes", "no")),
        "sheet": Setting("sheet", None),
        "member": Setting("file in the archive", None),
        "metric": Setting("metric", "fbeta"),
        "beta": Setting("beta", 1.0, _number(0.1, 4.0), _short),
        "average": Setting("average", "macro"),
        "class": Setting("class", None),
        "weights": Setting("kappa's weights", "none"),
        "gain": Setting("gain matrix", None, _matrix, _rows),
        "losses": Setting("losses", ("east", "cross_entropy"), _words, ",".join),
        "seeds": Setting("seeds", 1, _number(1, 10, int)),
        "epochs": Setting("epochs", None, _maybe(_number(1, 10_000, int)), _auto),
        "batch": Setting("batch size", None, _maybe(_number(2, 65_536, int)), _auto),
        "width": Setting("hidden width", 64, _number(1, 1024, int)),
        "depth": Setting("hidden layers", 2, _number(1, 6, int)),
        "dropout": Setting("dropout", None, _maybe(_number(0.0, 0.9)), _auto),
        "rate": Setting("learning rate", 0.01, _number(1e-6, 1e4), _short),
        "averaging": Setting("moving average", 0.98, _number(0.0, 0.9999), _short),
        "precision": Setting("precision", "float32"),
        "device": Setting("device", "auto"),
        "pace": Setting("pace", "watch"),
        "show": Setting("cells", "row"),
        "order": Setting("order of classes", None),
        "left": Setting("first arm", None),
        "right": Setting("second arm", None),
        "section": Setting("section of Compare", "classes"),
        "first": Setting("first arm compared", None),
        "second": Setting("second arm compared", None),
        "cell": Setting("cell", (), _numbers(int), _list),
        "model": Setting("arm under offsets", None),
        "offsets": Setting("offsets", (), _numbers(_number(-99.0, 99.0)), _list),
        "grid": Setting("grid's run", None),
        "grid_metrics": Setting("metrics of the grid", (), _words, ",".join),
        "frontier": Setting("frontier's run", None),
        "frontier_beta": Setting("β of the frontier", 1.0, _number(0.1, 10.0), _short),
        "sweep_seeds": Setting("seeds of grid and frontier", 3, _number(1, 10, int)),
        "at": Setting("moment", None, _maybe(_number(0, 10**9, int)), _auto),
    }
)

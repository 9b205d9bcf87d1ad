"""Where a run's table came from, so that it can be had again; never its cells."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from east.errors import DatasetError

if TYPE_CHECKING:
    from east.tables import ReadOptions, Table


@dataclass(frozen=True)
class Origin:
    """A table that came with east, rows of a made problem, or a file of the user's.

    Args:
        kind: which of the three.
        name: of the table.
        reading: how a file was read, where that was chosen: fields of `ReadOptions`.
        path: of a file, where it is known.
        made: of a made problem: `settings`, `rows`, `seed`, `test_rows`, `test_seed`.
    """

    kind: Literal["sample", "made", "file"]
    name: str
    reading: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    made: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Origin:
        """Rebuild it from what `to_json` returned."""
        return cls(**data)

    @property
    def at_hand(self) -> bool:
        """Whether the table can be had without being given again; a file's may have changed since."""
        return self.kind != "file" or Path(self.path or "?").is_file()


def file_origin(path: str | Path, reading: ReadOptions | None = None) -> Origin:
    """Describe a file; one that came with east is known by its name alone."""
    from east.tables import samples

    place, chosen = Path(path).absolute(), {} if reading is None else asdict(reading)
    if not any(chosen.values()) and place.resolve() in {sample.file for sample in samples()}:
        return Origin("sample", place.name)
    return Origin("file", place.name, chosen, str(place))


def fingerprint(table: Table) -> str:
    """Return a text that tells a table from every other: of its names, kinds and cells, none of which it shows."""
    import pandas as pd

    digest = hashlib.sha256()
    for name, column in table.frame.items():
        digest.update(f"{name}\0{column.dtype}\0{len(column)}\0".encode())
        digest.update(pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def table_of(origin: Origin, wanted: str, given: Table | None = None) -> Table:
    """Have a run's table again.

    Args:
        origin: of the table.
        wanted: its fingerprint.
        given: a table that may be it.

    Raises:
        EastError: when it is not at hand, cannot be read or is another one.
    """
    table = given if given is not None else _found(origin)
    if fingerprint(table) != wanted:
        remedy = f"give the table {origin.name!r} as it was then, read in the same way"
        raise DatasetError("This is not the table of that run", repr(table.name), remedy)
    return table


def _found(origin: Origin) -> Table:
    from east.tables import ReadOptions, read_table, samples

    if origin.kind == "sample":
        file = next((one.file for one in samples() if one.file.name == origin.name), None)
        if file is None:
            raise DatasetError("This sample table is no longer there", repr(origin.name))
        return read_table(file)
    if origin.kind == "made":
        from east.synthetic import make_problem

        made = origin.made
        return make_problem(**made["settings"]).table(made["rows"], made["seed"])
    if not origin.at_hand:
        raise DatasetError("The table of that run is not here", repr(origin.name), "give it again")
    return read_table(origin.path, options=ReadOptions(**origin.reading))


def test_table_of(origin: Origin) -> Table | None:
    """Draw the test rows of a made problem; other tables hold theirs."""
    if origin.kind != "made":
        return None
    from east.synthetic import make_problem

    made = origin.made
    return make_problem(**made["settings"]).table(made["test_rows"], made["test_seed"])

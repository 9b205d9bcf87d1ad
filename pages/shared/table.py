"""The table in use: a sample or an upload, its target, and what a training of it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.tables import Sample, Table, read_table, samples
from pages.shared import state

if TYPE_CHECKING:
    from east.dataset import Choices

UPLOADED = "upload"
SHARES: Mapping[str, tuple[float, float, float]] = {
    "60/20/20": (0.6, 0.2, 0.2),
    "70/15/15": (0.7, 0.15, 0.15),
    "80/10/10": (0.8, 0.1, 0.1),
    "50/25/25": (0.5, 0.25, 0.25),
}
RARE: Mapping[str, str] = {
    "refuse": "Refuse, and say which",
    "merge": "Merge them into one class",
    "keep": "Keep them, where they have rows",
}


@dataclass(frozen=True)
class Classes:
    """The classes of a target and how many rows each has; `problem` says why there are none."""

    names: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None


@st.cache_resource(show_spinner=False, max_entries=16)
def read_sample(name: str) -> Table:
    """Read a sample table, once a process: it is the same for everybody and never changed."""
    return read_table(known_samples()[name].file)


def known_samples() -> dict[str, Sample]:
    """Return the sample tables by the short name they have in a link."""
    return {sample.file.stem: sample for sample in samples()}


def sources() -> list[str]:
    """List what can be chosen: this session's upload, if any, and the samples."""
    if state.setting("sample") == UPLOADED and state.upload() is None:
        _restore_upload()
    return [*([UPLOADED] if state.upload() else []), *known_samples()]


def source() -> str:
    """Return the chosen source."""
    options = sources()
    return str(state.chosen("sample", options, default=options[0]))


def current() -> Table:
    """Return the table in use."""
    name, uploaded = source(), state.upload()
    return uploaded if name == UPLOADED and uploaded is not None else read_sample(name)


def _restore_upload() -> None:
    """Take the upload back that a reload has lost, from the run that was trained on it."""
    run = state.run()
    trained = state.table_of(run) if run else None
    named = {sample.file.name for sample in known_samples().values()}
    if run is None or trained is None or trained.name in named:
        return
    state.take_upload(run.id, lambda: trained)
    state.tell(f"The page was loaded anew; your table is the one that was trained on last, {trained.name}.")


def title() -> str:
    """Return what people call the table in use."""
    name = source()
    return current().name if name == UPLOADED else known_samples()[name].title


def target(table: Table) -> str:
    """Return the chosen target column, or a guess: the sample's own, else the last column with few values."""
    columns = [str(column) for column in table.frame.columns]
    return str(state.chosen("target", columns, default=guess_target(table)))


def guess_target(table: Table) -> str:
    """Guess the column to predict."""
    sample = known_samples().get(source())
    if sample is not None:
        return sample.target
    columns = list(table.frame.columns)
    named = [name for name in columns if str(name).lower() in ("target", "label", "class", "y", "species")]
    few = [name for name in reversed(columns) if 2 <= table.frame[name].nunique() <= 50]
    return str((named or few or columns[-1:])[0])


def classes() -> Classes:
    """Return the classes of the target in use, or why it cannot be one."""
    table = current()
    column, rare = target(table), state.chosen("rare", RARE)

    def find() -> Classes:
        from east.dataset.targets import encode_target

        try:
            labels = encode_target(
                table.frame[column], rare=rare, missing_target="leave_out", bins=None, parts=3
            )
        except EastError as error:
            return Classes(problem=str(error))
        counts = [0] * len(labels.classes)
        for code in labels.codes.tolist():
            counts[code] += 1
        return Classes(labels.classes, tuple(counts), labels.notes)

    found: Classes = state.remembered("classes", (id(table), column, rare), find)
    return found


def choices() -> Choices:
    """Return what is to be learned, from the settings."""
    from east.dataset import Choices

    table = current()
    column = target(table)
    columns = [str(name) for name in table.frame.columns]
    left_out = tuple(name for name in state.setting("exclude") if name in columns and name != column)
    shares = SHARES[state.chosen("shares", SHARES)]
    seed = int(state.setting("split_seed"))
    rare = state.chosen("rare", RARE)
    return Choices(column, left_out, shares, seed, rare=rare, missing_target="leave_out")


def part_sizes(counts: Sequence[int]) -> tuple[int, int, int]:
    """Return how many rows go to training, validation and test."""
    from east.dataset.splitting import class_sizes

    shares = SHARES[state.chosen("shares", SHARES)]
    sizes = [class_sizes(count, shares) for count in counts]
    train, validation, test = (sum(size[part] for size in sizes) for part in range(3))
    return train, validation, test

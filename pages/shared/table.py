"""The table in use: a sample or an upload, its target, and what a training of it needs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.synthetic import LABEL
from east.tables import Sample, Table, read_table, samples
from pages.shared import problems, session, shelf, state, uploads
from pages.shared.problems import MADE
from pages.shared.settings import DEFAULTS
from pages.shared.uploads import UPLOADED

if TYPE_CHECKING:
    from east.dataset import Choices, Profile

SHARES: Mapping[str, tuple[float, float, float]] = {
    "60/20/20": (0.6, 0.2, 0.2),
    "70/15/15": (0.7, 0.15, 0.15),
    "80/10/10": (0.8, 0.1, 0.1),
    "50/25/25": (0.5, 0.25, 0.25),
}
DEFAULT_ENCODING = "piecewise"
RARE: Mapping[str, str] = {"refuse": "ask", "merge": "merge into one", "keep": "keep"}
MISSING: Mapping[str, str] = {"refuse": "ask", "leave_out": "leave out"}


@dataclass(frozen=True)
class Classes:
    """The classes of a target as they will be trained on; `problem` says why there are none.

    Args:
        names, counts: of the classes, and their rows.
        parts: rows for training, validation and test.
        notes: what is done on the way.
    """

    names: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None


@st.cache_resource(show_spinner=False, max_entries=16)
def read_sample(name: str) -> Table:
    """Read a sample table, once a process: it is the same for everybody and never changed."""
    return read_table(known_samples()[name].file)


@st.cache_resource(show_spinner=False, max_entries=64)
def _sample_facts(name: str, column: str, bins: int | None) -> Profile:
    return _profile(read_sample(name), column, bins)


def known_samples() -> dict[str, Sample]:
    """Return the sample tables by the short name they have in a link."""
    return {sample.file.stem: sample for sample in samples()}


def sources() -> list[str]:
    """List what can be chosen: a made problem, this session's upload, if any, and the samples."""
    return [MADE, *([UPLOADED] if uploads.current() else []), *known_samples()]


def source() -> str:
    """Return the chosen source."""
    if state.get().sample == UPLOADED and uploads.current() is None:
        _find_upload_again()
    options = sources()
    return state.known("sample", options, options[0])


def _find_upload_again() -> None:
    """Take the upload that a link speaks of from the run that was trained on it, or wait for it."""
    run = shelf.run()
    kept = shelf.kept_of(run) if run is not None else None
    if kept is None or kept.table.name in {sample.file.name for sample in known_samples().values()}:
        uploads.wait_for_file()
    else:
        uploads.restore(kept.table, kept.read_as)


def current() -> Table:
    """Return the table in use."""
    name, upload = source(), uploads.current()
    if name == UPLOADED and upload is not None and upload.table is not None:
        return upload.table
    return problems.table() if name == MADE else read_sample(name)


def title() -> str:
    """Return what people call the table in use."""
    name = source()
    if name == MADE:
        return problems.preset().label
    return current().name if name == UPLOADED else known_samples()[name].title


def column_names(table: Table) -> list[str]:
    """Return the names of a table's columns."""
    return [str(column) for column in table.frame.columns]


def target(table: Table) -> str:
    """Return the chosen target column, or a guess: the sample's own, else the likeliest."""
    return state.known("target", column_names(table), _guess(table))


def _guess(table: Table) -> str:
    sample = known_samples().get(source())
    if sample is not None:
        return sample.target
    if source() == MADE:
        return LABEL
    upload = uploads.current()
    guesses = upload.facts.guesses if upload is not None and upload.facts is not None else ()
    return guesses[0].column if guesses else column_names(table)[-1]


def is_numeric(table: Table, column: str) -> bool:
    """Whether a column holds numbers, which can be cut into classes."""
    kind = table.frame[column].dtype.kind
    return kind in "iuf"


def _bins(table: Table, column: str) -> int | None:
    """Return into how many classes the target is cut; None leaves it as it is."""
    return state.get().bins if is_numeric(table, column) else None


def facts() -> Profile:
    """Return the plain facts of the table in use, gathered once for each target."""
    name, table = source(), current()
    column = target(table)
    bins = _bins(table, column)
    if name in known_samples():
        return _sample_facts(name, column, bins)
    upload = uploads.current()
    known = upload.facts if upload is not None else None
    if known is not None and (known.target, bins) == (column, None):
        return known
    return session.once("facts", (_table_mark(), column, bins), lambda: _profile(table, column, bins))


def _profile(table: Table, column: str, bins: int | None) -> Profile:
    """Profile a table; a target that cannot be cut is looked at as it is."""
    from east.dataset import profile

    try:
        return profile(table, column, bins)
    except EastError:
        return profile(table, column)


def _table_mark() -> Hashable:
    """Tell one table from another, also when it takes the place of the other in memory."""
    upload = uploads.current()
    number = upload.number if upload is not None else 0
    made = (problems.current(), problems.rows(), state.get().split_seed)
    return (source(), *made) if source() == MADE else (source(), number)


def classes() -> Classes:
    """Return the classes of the target in use, or why it cannot be one."""
    table, wanted = current(), choices()

    def find() -> Classes:
        from east.dataset import outline

        try:
            plan = outline(table, wanted)
        except EastError as error:
            return Classes(problem=str(error))
        counts, parts = plan.counts.sum(axis=0).tolist(), plan.counts.sum(axis=1).tolist()
        return Classes(plan.classes, tuple(counts), tuple(parts), plan.notes)

    return session.once("classes", (_table_mark(), wanted), find)


def choices() -> Choices:
    """Return what is to be learned, from the settings."""
    from east.dataset import Choices

    table = current()
    column = target(table)
    others = [name for name in column_names(table) if name != column]
    return Choices(
        target=column,
        exclude=tuple(name for name in state.known_each("exclude", [column, *others]) if name != column),
        shares=_shares(),
        seed=state.get().split_seed,
        rare=state.known("rare", RARE, DEFAULTS.rare),
        missing_target=state.known("missing", MISSING, DEFAULTS.missing),
        bins=_bins(table, column),
        group=state.known("group", [None, *others], None),
        time=state.known("time", [None, *others], None),
        # On two features a linear network is to be seen as the line it is.
        numeric_encoding="scaled" if source() == MADE else DEFAULT_ENCODING,
    )


def _shares() -> tuple[float, float, float]:
    """Return the shares of the parts; a made problem is judged on fresh rows, and has no test part."""
    shares = SHARES[state.known("shares", SHARES, DEFAULTS.shares)]
    return without_test(shares) if source() == MADE else shares


def without_test(shares: tuple[float, float, float]) -> tuple[float, float, float]:
    """Divide the test part's share among the other two."""
    train, validation, _ = shares
    return round(train / (train + validation), 4), round(validation / (train + validation), 4), 0.0

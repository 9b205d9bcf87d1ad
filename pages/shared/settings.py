"""Every setting a page can have, once: its default, its name in a link, what people call it, how it is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Generic, TypeVar, cast

from pages.shared import codecs
from pages.shared.codecs import MAYBE_TEXT, TEXT, WORDS, Codec, optional, several, whole

Value = TypeVar("Value")

_ENTRY = "entry"
COUNT = whole(0, 10**9)
YES_NO = codecs.one_of("yes", "no")
# What a metric or a training takes is checked by its own options, which come with PyTorch.
WHOLE, NUMBER = optional(whole(-math.inf, math.inf)), optional(codecs.decimal(-math.inf, math.inf))
MOST_WIDTH, MOST_DEPTH, MOST_SEEDS = 1024, 6, 10
GAINS = optional(codecs.square_matrix())


@dataclass(frozen=True)
class Entry(Generic[Value]):
    """What a link and a note need to know of a setting: what people call it, its codec, its name in a link."""

    label: str
    codec: Codec[Value]
    name: str = ""


def _setting(default: Value, label: str, codec: Codec[Value], *, name: str = "") -> Value:
    return field(default=default, metadata={_ENTRY: Entry(label, codec, name)})


@dataclass(frozen=True)
class Settings:
    """What a link carries; None and () leave a choice to the app, the metric or the training."""

    sample: str | None = _setting(None, "table", MAYBE_TEXT)
    preset: str | None = _setting(None, "made problem", MAYBE_TEXT)
    shape: str | None = _setting(None, "shape", MAYBE_TEXT)
    classes: int | None = _setting(None, "number of classes", WHOLE)
    imbalance: float | None = _setting(None, "imbalance", NUMBER)
    overlap: float | None = _setting(None, "overlap", NUMBER)
    noise: float | None = _setting(None, "label noise", NUMBER)
    rows: int | None = _setting(None, "number of rows", WHOLE)
    problem_seed: int | None = _setting(None, "seed of the problem", WHOLE)
    target: str | None = _setting(None, "target", MAYBE_TEXT)
    exclude: tuple[str, ...] = _setting((), "left-out columns", codecs.columns())
    bins: int | None = _setting(None, "number of bins", optional(whole(2, 100)))
    missing: str = _setting("refuse", "rows without a target", TEXT)
    rare: str = _setting("refuse", "rare classes", TEXT)
    group: str | None = _setting(None, "group column", MAYBE_TEXT)
    time: str | None = _setting(None, "time column", MAYBE_TEXT)
    shares: str = _setting("60/20/20", "split", TEXT)
    split_seed: int = _setting(0, "split seed", whole(0, 2**31 - 1))

    format: str | None = _setting(None, "format", MAYBE_TEXT)
    encoding: str | None = _setting(None, "encoding", MAYBE_TEXT)
    delimiter: str | None = _setting(None, "delimiter", MAYBE_TEXT)
    decimal: str | None = _setting(None, "decimal mark", MAYBE_TEXT)
    quote: str | None = _setting(None, "quote", MAYBE_TEXT)
    header: str | None = _setting(None, "header", YES_NO)
    sheet: str | None = _setting(None, "sheet", MAYBE_TEXT)
    member: str | None = _setting(None, "file in the archive", MAYBE_TEXT)
    thousands: str | None = _setting(None, "thousands mark", codecs.one_of(".", ",", "none"))
    units: str | None = _setting(None, "numbers with units as numbers", YES_NO)
    second_header: str | None = _setting(None, "second header row", YES_NO)
    keep_words: str | None = _setting(None, "words for missing kept as words", YES_NO)
    join_alike: str | None = _setting(None, "look-alike categories joined", YES_NO)

    metric: str = _setting("fbeta", "metric", TEXT)
    beta: float | None = _setting(None, "beta", NUMBER)
    average: str | None = _setting(None, "average", MAYBE_TEXT)
    one_class: str | None = _setting(None, "class", MAYBE_TEXT, name="class")
    weights: str | None = _setting(None, "kappa's weights", MAYBE_TEXT)
    gain: tuple[tuple[float, ...], ...] | None = _setting(None, "gain matrix", GAINS)
    more: tuple[tuple[str, str], ...] = _setting((), "options", codecs.pairs(), name="options")
    losses: tuple[str, ...] = _setting((), "losses", WORDS)
    rules: tuple[str, ...] = _setting((), "decision rules", WORDS)

    seeds: int = _setting(5, "seeds", whole(1, MOST_SEEDS))
    epochs: int | None = _setting(None, "epochs", WHOLE)
    batch_size: int | None = _setting(None, "batch size", WHOLE, name="batch")
    network: str | None = _setting(None, "network", MAYBE_TEXT)
    width: int | None = _setting(None, "hidden width", optional(whole(1, MOST_WIDTH)))
    depth: int | None = _setting(None, "hidden layers", optional(whole(1, MOST_DEPTH)))
    dropout: float | None = _setting(None, "dropout", NUMBER)
    learning_rate: float | None = _setting(None, "learning rate", NUMBER, name="rate")
    averaging: float | None = _setting(None, "moving average", NUMBER)
    precision: str | None = _setting(None, "precision", MAYBE_TEXT)
    device: str | None = _setting(None, "device", MAYBE_TEXT)

    pace: str = _setting("watch", "pace", TEXT)
    show: str = _setting("row", "cells", TEXT)
    order: str | None = _setting(None, "order of classes", MAYBE_TEXT)
    left: str | None = _setting(None, "first arm", MAYBE_TEXT)
    right: str | None = _setting(None, "second arm", MAYBE_TEXT)
    at: int | None = _setting(None, "moment", optional(COUNT))

    taken: str | None = _setting(None, "arm taken away", MAYBE_TEXT, name="take")

    section: str = _setting("scores", "section of Compare", TEXT)
    first: str | None = _setting(None, "first arm compared", MAYBE_TEXT)
    second: str | None = _setting(None, "second arm compared", MAYBE_TEXT)
    cell: tuple[int, ...] = _setting((), "cell", several(COUNT))
    if_metric: str | None = _setting(None, "metric of the what-if", MAYBE_TEXT)
    if_average: str | None = _setting(None, "average of the what-if", MAYBE_TEXT)
    if_class: str | None = _setting(None, "class of the what-if", MAYBE_TEXT)
    if_beta: float | None = _setting(None, "β of the what-if", optional(codecs.decimal(0.1, 10.0)))
    model: str | None = _setting(None, "arm under offsets", MAYBE_TEXT)
    offsets: tuple[float, ...] = _setting((), "offsets", several(codecs.decimal(-99.0, 99.0)))
    grid: str | None = _setting(None, "grid's run", MAYBE_TEXT)
    grid_metrics: tuple[str, ...] = _setting((), "metrics of the grid", WORDS)
    frontier: str | None = _setting(None, "frontier's run", MAYBE_TEXT)
    frontier_beta: float | None = _setting(None, "β of the frontier", optional(codecs.decimal(0.1, 10.0)))
    sweep_seeds: int = _setting(3, "seeds of grid, frontier and sizes", whole(1, 10))

    probe: str | None = _setting(None, "row under the microscope", codecs.one_of("hand", "run"))
    probe_arm: str | None = _setting(None, "arm under the microscope", MAYBE_TEXT)
    probe_cell: tuple[int, ...] = _setting((), "cell under the microscope", several(whole(-1, 10**6)))
    probe_row: int = _setting(1, "number of the row", whole(1, 10**9))
    truth: int = _setting(2, "true class of the row", whole(0, 2))
    place: tuple[float, ...] = _setting((), "probabilities of the row", several(codecs.decimal(0.0, 1.0)))
    annealed: float = _setting(0.5, "point of the annealing", codecs.decimal(0.0, 1.0))
    arrows: str | None = _setting(None, "loss of the small arrows", MAYBE_TEXT)
    other: int | None = _setting(None, "other row", optional(COUNT))
    towards: int | None = _setting(None, "class of the other row", optional(COUNT))
    moved: float = _setting(1.0, "way of the other row", codecs.decimal(0.0, 1.0))

    lesson: str | None = _setting(None, "lesson", MAYBE_TEXT)
    step: int = _setting(1, "step of the lesson", whole(1, 10**4))


DEFAULTS = Settings()


def _entry(field_metadata: Mapping[str, object]) -> Entry[object]:
    return cast("Entry[object]", field_metadata[_ENTRY])


ENTRIES: Mapping[str, Entry[object]] = MappingProxyType(
    {each.name: _entry(each.metadata) for each in fields(Settings)}
)
FIELDS: Mapping[str, str] = MappingProxyType(
    {entry.name or field_name: field_name for field_name, entry in ENTRIES.items()}
)
"""The field of each name in a link."""


def changed(settings: Settings, changes: Mapping[str, object]) -> Settings:
    """Return the settings with some fields replaced.

    Raises:
        TypeError: for a name that is no setting.
    """
    return Settings(**(vars(settings) | dict(changes)))


def from_link(texts: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """Read what a link says, field by field.

    Args:
        texts: the link's query parameters; names that are no setting are passed over.

    Returns:
        The settings, and by the field's name the texts that could not be read and left it at its default.
    """
    settings, unread = DEFAULTS, {}
    for name, text in texts.items():
        field_name = FIELDS.get(name)
        if field_name is None:
            continue
        try:
            settings = changed(settings, {field_name: ENTRIES[field_name].codec.read(text)})
        except ValueError:
            unread[field_name] = text
    return settings, unread


def to_link(settings: Settings) -> dict[str, str]:
    """Write every setting that is neither at its default nor None."""
    texts = {}
    for name, field_name in FIELDS.items():
        value = getattr(settings, field_name)
        if value is not None and value != getattr(DEFAULTS, field_name):
            texts[name] = ENTRIES[field_name].codec.write(value)
    return texts

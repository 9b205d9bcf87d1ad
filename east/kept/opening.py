"""A kept run opened: its moments and what came of it, with its table where that is at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from east.dataset import Choices, Dataset, Encoder, Part
from east.errors import DatasetError, EastError, SettingError
from east.kept import database
from east.kept.about import PARTS, check_unchanged
from east.kept.database import Parts
from east.kept.keeper import ARRAYS, END, MOMENT, OUTCOME, PROFILE, ROWS, STATE
from east.kept.origin import Origin, table_of, test_table_of
from east.kept.plain import arrays_from_bytes, config_named, moment_from_bytes, outcome_from_parts
from east.kept.problems import damaged
from east.kept.store import Entry, KeptRuns, entry_of
from east.run import RunState

if TYPE_CHECKING:
    from east.dataset import Profile, RegionView
    from east.run import Machine
    from east.tables import Table
    from east.training import Outcome, Snapshot, State, TrainConfig, Training

NOT_HERE = "The rows of this run are not here, for cells are never kept"


@dataclass(frozen=True)
class OpenedRun:
    """All that is kept of a run.

    Args:
        entry: what the list shows of it.
        config: its settings.
        dataset: the prepared table, or one without cells where the table is not at hand.
        table: that it was trained on, where it is at hand.
        history: kept moments, oldest first.
        outcome: what came of it; None for a run that was interrupted or failed.
        state: to resume from; None for a run that has ended.
        profile: of the table, for a run that has ended.
    """

    entry: Entry
    config: TrainConfig
    dataset: Dataset
    table: Table | None
    history: tuple[Snapshot, ...]
    outcome: Outcome | None
    state: State | None
    profile: Profile | None

    @property
    def machine(self) -> Machine:
        """The training, which takes no more steps."""
        return _Still(self)

    @property
    def run_state(self) -> RunState:
        """The state in which a viewer finds it."""
        entry, newest = self.entry, self.history[-1] if self.history else None
        reason = entry.progress.get("reason")
        if entry.status == "interrupted":
            reason = f"This run was {entry.status_text}. Resume it under Compare, Past runs."
        status: Any = entry.status
        diverged = tuple(entry.progress.get("diverged", ()))
        rate = newest.steps_per_second if newest else 0.0
        return RunState(status, 1, newest, reason, diverged, steps_per_second=rate)


class _Still:
    """Answers as a training that takes no more steps."""

    def __init__(self, opened: OpenedRun) -> None:
        self._opened = opened
        self.dataset, self.config = opened.dataset, opened.config
        self.view = None if opened.table is None else _view(opened, opened.table)
        self.device = str(opened.entry.about["device"])
        self.step_number, self.total_steps = opened.entry.step, opened.entry.total_steps
        self.done = True

    def advance(self, steps: int = 1) -> None:
        """Take no step."""

    def snapshot(self) -> Snapshot:
        """Return the last kept moment."""
        return self._opened.history[-1]

    def state(self) -> State:
        """Return the kept state."""
        return self._opened.state or {}

    def outcome(self) -> Outcome:
        """Return what came of it.

        Raises:
            SettingError: for a run that never ended.
        """
        if self._opened.outcome is None:
            raise SettingError("This run has not ended", self._opened.entry.status_text, "resume it")
        return self._opened.outcome


class _AbsentPart(Part):
    """A part of the split whose cells are not here."""

    def __init__(self, targets: np.ndarray, rows: np.ndarray) -> None:
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "rows", rows)

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse what is not here, the features."""
        _refuse(name)


class _AbsentEncoder(Encoder):
    """An encoder that was not kept, for it holds values of cells."""

    def __init__(self) -> None:
        object.__setattr__(self, "columns", ())
        object.__setattr__(self, "kinds", {})

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse what is not here."""
        _refuse(name)

    def transform(self, frame: object) -> np.ndarray:
        """Refuse to encode."""
        _refuse("features")


def _refuse(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    raise DatasetError(NOT_HERE, None, "open it with its table")


def open_run(runs: KeptRuns, name: str, table: Table | None = None, *, look: bool = True) -> OpenedRun:
    """Open a kept run.

    Args:
        runs: where it lies.
        name: its id, or the beginning of it.
        table: that may be its table; one that came with east or was made is found without.
        look: whether to look for the table where none is given.

    Raises:
        SettingError: when there is no such run.
        DatasetError: for a table that is another one.
        KeptError: when its file is damaged or cannot be read.
    """
    entry = runs.find(name)
    try:
        with database.reading(entry.path) as parts:
            parts.check()
            entry = runs.now(entry_of(entry.path, entry.size, parts))
            return _opened(entry, parts, table, look)
    except EastError:
        raise
    except Exception:  # whatever it is, the bytes are not what was written
        raise damaged(entry.path) from None


def _opened(entry: Entry, parts: Parts, given: Table | None, look: bool) -> OpenedRun:
    from east.export.folder import profile_from_json
    from east.export.settings import config_from_json

    about, classes = entry.about, tuple(entry.about["classes"])
    config = config_named(config_from_json(about["config"]), classes)
    moments = [moment_from_bytes(data, classes) for data in parts.all(MOMENT).values()]
    if len(moments) != entry.progress["moments"]:
        raise damaged(entry.path)
    arrays = {name: arrays_from_bytes(data) for name, data in parts.all(ARRAYS).items()}
    ended = {name: json.loads(data) for name, data in parts.all(END).items()}
    table, dataset = _dataset(about, arrays, given, look)
    outcome = None
    if OUTCOME in ended:
        outcome = outcome_from_parts(ended[OUTCOME], arrays[OUTCOME], config, classes, dataset.encoder)
    return OpenedRun(
        entry=entry,
        config=config,
        dataset=dataset,
        table=table,
        history=tuple(moments),
        outcome=outcome,
        state=arrays.get(STATE),
        profile=profile_from_json(ended[PROFILE]) if PROFILE in ended else None,
    )


def _dataset(
    about: Mapping[str, Any], arrays: Mapping[str, Mapping[str, np.ndarray]], given: Table | None, look: bool
) -> tuple[Table | None, Dataset]:
    """Prepare the table again; without it, return a dataset that knows its classes and rows alone."""
    origin = Origin.from_json(about["origin"])
    if given is None:
        try:
            table = table_of(origin, about["fingerprint"]) if look and origin.at_hand else None
        except EastError:  # it has changed since
            table = None
    else:
        table = table_of(origin, about["fingerprint"], given)
    if table is None:
        return None, _without_cells(about, arrays)
    return table, _prepared(table, about, arrays[ROWS])


def _prepared(table: Table, about: Mapping[str, Any], rows: Mapping[str, np.ndarray]) -> Dataset:
    from east.dataset import prepare_choices, with_test
    from east.export.settings import choices_from_json

    dataset = prepare_choices(table, choices_from_json(about["choices"]))
    test = test_table_of(Origin.from_json(about["origin"]))
    dataset = dataset if test is None else with_test(dataset, test)
    for name in PARTS:
        if not np.array_equal(getattr(dataset, name).rows, rows[name]):
            raise DatasetError("The table is split differently today", name, "train again")
    return dataset


def _without_cells(about: Mapping[str, Any], arrays: Mapping[str, Mapping[str, np.ndarray]]) -> Dataset:
    from east.export.settings import choices_from_json

    rows, counts = arrays[ROWS], about["class_counts"]
    ended = arrays.get(OUTCOME, {})
    targets = {
        "train": np.repeat(np.arange(len(counts)), counts),
        "validation": ended.get("validation_targets", np.empty(0, np.int64)),
        "test": ended.get("test_targets", np.empty(0, np.int64)),
    }
    train, validation, test = (_AbsentPart(targets[name], rows[name]) for name in PARTS)
    choices: Choices = choices_from_json(about["choices"])
    return Dataset(
        name=about["table"],
        target=about["target"],
        classes=tuple(about["classes"]),
        feature_names=tuple(f"feature {place}" for place in range(1, about["features"] + 1)),
        train=train,
        validation=validation,
        test=test,
        encoder=_AbsentEncoder(),
        notes=(),
        choices=choices,
    )


def resumed(runs: KeptRuns, opened: OpenedRun) -> Training:
    """Take an interrupted run over, and build its training as it was at its last kept state.

    Raises:
        DatasetError: when its table is not at hand, or is encoded differently today.
        SettingError: when it has ended, or is in training already, or a loss of it is defined differently today.
        KeptError: when its file cannot be written to.
    """
    entry, table = opened.entry, opened.table
    if table is None:
        remedy = "give its table again: the same file, read in the same way"
        raise DatasetError(NOT_HERE, repr(entry.about["table"]), remedy)
    check_unchanged(entry.about, opened.dataset, opened.config)
    runs.claim(entry.run_id)
    try:
        return _training(opened, table)
    except BaseException:
        runs.release(entry.run_id)
        raise


def _training(opened: OpenedRun, table: Table) -> Training:
    from east.training import Training

    training = Training(opened.dataset, opened.config, _view(opened, table))
    if opened.state is not None:
        training.resume(opened.state)
    return training


def _view(opened: OpenedRun, table: Table) -> RegionView | None:
    """Lay the grid anew over which the kept moments have their decision regions."""
    from east.dataset import region_view

    view = opened.entry.about["view"]
    if view is None:
        return None
    columns, size, points = view["columns"], view["size"], view["points"]
    return region_view(table.frame, opened.dataset, columns, size=size, most_points=points)


def before(opened: OpenedRun) -> tuple[Snapshot, ...]:
    """Return the moments up to the one that the run is resumed from."""
    step = int(opened.state["step"][0]) if opened.state is not None else 0
    return tuple(one for one in opened.history if one.step <= step)

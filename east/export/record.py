"""All there is to tell of a finished run: the question, the data, the race and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from east.comparison import Race, race_from
from east.dataset import Choices, Dataset, Profile, profile
from east.tables import Table
from east.training import Outcome, Snapshot, TrainConfig

WITHOUT_QUOTES: Mapping[str, str] = MappingProxyType(
    {
        "id": "nearly every row has a different value",
        "mixed_types": "some of its values are numbers, others are text",
        "look_alike": "some of its texts differ only in spaces, case or Unicode form",
    }
)
"""The evidence of concerns that otherwise quote cells."""


@dataclass(frozen=True)
class RunRecord:
    """A finished run, without the cells of its table.

    Args:
        table: its name.
        profile: what the table is like; it holds no examples.
        choices: what was asked of the table.
        config: of the training.
        race: what every arm predicted on the test part.
        history: snapshots, oldest first.
        rows: of the training, validation and test part.
        features: encoded columns.
        steps: of the training.
        elapsed_s: time spent stepping.
        device: where it ran.
        command: the line that does it again; "" where none can.
        references: models beside the race, each as `summarise` tells it.
        stronger: the sentence that says which of them is ahead of every arm; "" where none is.
    """

    table: str
    profile: Profile
    choices: Choices
    config: TrainConfig
    race: Race
    history: tuple[Snapshot, ...]
    rows: tuple[int, int, int]
    features: int
    steps: int
    elapsed_s: float
    device: str
    command: str = ""
    references: tuple[Mapping[str, Any], ...] = ()
    stronger: str = ""


def record_run(
    table: Table, dataset: Dataset, outcome: Outcome, history: Sequence[Snapshot], command: str = ""
) -> RunRecord:
    """Gather what there is to tell of a finished run.

    Args:
        table: what was learned from.
        dataset: made of it.
        outcome: of the training.
        history: snapshots, oldest first.
        command: the line that does it again, where there is one.

    Raises:
        SettingError: when there are no test rows.
    """
    parts = (len(dataset.train), len(dataset.validation), len(dataset.test))
    return RunRecord(
        table=table.name,
        profile=without_cells(profile(table, dataset.target, dataset.choices.bins)),
        choices=dataset.choices,
        config=outcome.config,
        race=race_from(outcome),
        history=tuple(history),
        rows=parts,
        features=dataset.num_features,
        steps=outcome.steps,
        elapsed_s=outcome.elapsed_s,
        device=outcome.device,
        command=command,
    )


def without_cells(facts: Profile) -> Profile:
    """Drop what a profile quotes: a record keeps none of the table's cells but the names of classes."""
    columns = tuple(replace(column, examples=()) for column in facts.columns)
    concerns = tuple(
        replace(one, evidence=WITHOUT_QUOTES.get(one.kind, one.evidence), remedies=())
        for one in facts.concerns
    )
    return replace(facts, columns=columns, concerns=concerns)

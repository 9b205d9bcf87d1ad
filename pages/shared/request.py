"""What the reader wants trained, in plain values; PyTorch is needed only to make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pages.shared import metric_options, problems, state, table, warm_up
from pages.shared.problems import MADE
from pages.shared.settings import Settings

if TYPE_CHECKING:
    from east.dataset import Choices
    from east.metrics import Metric
    from east.run import Run
    from east.synthetic import Problem
    from east.tables import Table
    from east.training import TrainConfig, Training


POINTS = 400
"""Training rows on top of decision regions: more would be too slow to draw at every moment, and hide them."""


@dataclass(frozen=True)
class TrainingRequest:
    """A table, what is to be learned from it, and the settings of the training."""

    table: Table
    choices: Choices
    settings: Settings
    problem: Problem | None = None

    def make(self, run: Run) -> Training:
        """Prepare the dataset, look for two columns to draw regions over, and build the training.

        Args:
            run: of the training; lets it pass, and is told each thing that is done otherwise than asked.

        Raises:
            EastError: for a table or settings that cannot be trained, or not within the limits.
        """
        # Two threads that import parts of scikit-learn at once can meet in its circular imports, and both fail.
        warm_up.hurry().join()
        from east.dataset import prepare_choices, region_columns, region_view, with_test
        from east.training import Training, built_to_fit

        dataset = prepare_choices(self.table, self.choices)
        parts = (dataset.train, dataset.validation, dataset.test)
        counts = np.bincount(np.concatenate([part.targets for part in parts]), minlength=dataset.num_classes)
        if self.problem is not None:
            dataset = with_test(dataset, problems.test_table(self.problem))
        metric = chosen_metric(self.settings, dataset.classes, counts.tolist())
        config = _config(self.settings, metric, self.problem)
        run.limits.admit(dataset, config)
        two = _axes(self.settings, region_columns(dataset))
        view = region_view(self.table.frame, dataset, two, most_points=POINTS) if two else None
        training, remarks = built_to_fit(
            lambda fitting: Training(dataset, fitting, view), config, len(dataset.train)
        )
        for sentence in remarks:
            run.remark(sentence)
        return training


def training_request() -> TrainingRequest:
    """Read from the settings what is wanted."""
    problem = problems.current() if table.source() == MADE else None
    return TrainingRequest(table.current(), table.choices(), state.get(), problem)


def chosen_metric(settings: Settings, classes: tuple[str, ...], counts: Sequence[int]) -> Metric:
    """Build the metric of the settings; the name of a class becomes its position.

    Args:
        settings: that say the metric and its options.
        classes: names of the classes.
        counts: rows of each.

    Raises:
        SettingError: for an unknown metric, or an option that it cannot take.
    """
    from east.metrics import METRICS, metric

    spec = METRICS.get(settings.metric)
    options = metric_options.chosen(spec, settings, classes, counts) if spec is not None else {}
    return metric(settings.metric, **options).named(classes)


def _axes(settings: Settings, columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the two columns to draw regions over: those chosen, as far as there are such, else the first."""
    if len(columns) < 2:
        return None
    across = next((name for name in columns if name == settings.across), columns[0])
    others = [name for name in columns if name != across]
    return across, next((name for name in others if name == settings.up), others[0])


def _config(settings: Settings, metric: Metric, problem: Problem | None) -> TrainConfig:
    """Pass on what is set; the training has its own defaults for the rest."""
    from east.training import TrainConfig
    from east.training.config import OPTIONS

    values = {name: getattr(settings, name, None) for name in (*OPTIONS, "losses", "rules")}
    given = {name: value for name, value in values.items() if value not in (None, ())}
    hidden, seeds = hidden_layers(settings, problem), tuple(range(settings.seeds))
    return TrainConfig(metric=metric, seeds=seeds, members=len(seeds), hidden=hidden, **given)


def hidden_layers(settings: Settings, problem: Problem | None) -> tuple[int, ...] | None:
    """Return the widths of the hidden layers; None leaves them to the training.

    A named network comes first, then a width and a depth, then what a made problem is best seen with.
    """
    from east.training.config import DEFAULT_WIDTHS, NETWORKS

    named = NETWORKS.get(settings.network or "")
    if named is not None:
        return named.hidden
    if settings.width is not None or settings.depth is not None:
        return (settings.width or DEFAULT_WIDTHS[0],) * (settings.depth or len(DEFAULT_WIDTHS))
    return None if problem is None else problems.preset_of(settings).hidden

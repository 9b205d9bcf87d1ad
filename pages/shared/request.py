"""What the reader wants trained, in plain values; PyTorch is needed only to make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.shared import gains, state, table
from pages.shared.settings import Settings

if TYPE_CHECKING:
    from east.dataset import Choices, Dataset
    from east.metrics import Metric
    from east.tables import Table
    from east.training import TrainConfig, Training

WITH_AVERAGE = ("fbeta", "precision", "recall", "jaccard")


@dataclass(frozen=True)
class TrainingRequest:
    """A table, what is to be learned from it, and the settings of the training."""

    table: Table
    choices: Choices
    settings: Settings

    def make(self) -> Training:
        """Prepare the dataset and build the training."""
        from east.dataset import prepare_choices
        from east.training import Training

        dataset = prepare_choices(self.table, self.choices)
        return Training(dataset, _config(self.settings, self._metric(dataset)))

    def _metric(self, dataset: Dataset) -> Metric:
        from east.metrics import metric

        return metric(self.settings.metric, **metric_options(self.settings, dataset.classes))


def training_request() -> TrainingRequest:
    """Read from the settings what is wanted."""
    return TrainingRequest(table.current(), table.choices(), state.get())


def metric_options(settings: Settings, classes: tuple[str, ...]) -> dict[str, object]:
    """Return what the chosen metric takes; the name of a class becomes its position."""
    options: dict[str, object] = {}
    if settings.metric in WITH_AVERAGE:
        options["average"] = settings.average
        if settings.average == "class":
            known = settings.one_class in classes
            options["class_index"] = classes.index(settings.one_class or "") if known else 0
    if settings.metric == "fbeta":
        options["beta"] = settings.beta
    if settings.metric == "kappa" and settings.weights != "none":
        options["weights"] = settings.weights
    if settings.metric == "gain":
        options["matrix"] = gains.matrix(settings, len(classes))
    return options


def _config(settings: Settings, metric: Metric) -> TrainConfig:
    from east.training import TrainConfig

    return TrainConfig(
        metric=metric,
        losses=settings.losses,
        seeds=tuple(range(settings.seeds)),
        epochs=settings.epochs,
        batch_size=settings.batch,
        hidden=(settings.width,) * settings.depth,
        dropout=settings.dropout,
        learning_rate=settings.rate,
        averaging=settings.averaging,
        precision=settings.precision,
        device=settings.device,
    )

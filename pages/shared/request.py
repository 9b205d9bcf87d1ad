"""What the reader wants trained, in plain values; PyTorch is needed only to make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.shared import gains, state, table
from pages.shared.settings import FIELDS, Settings

if TYPE_CHECKING:
    from east.dataset import Choices
    from east.metrics import Metric
    from east.tables import Table
    from east.training import TrainConfig, Training


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
        return Training(dataset, _config(self.settings, chosen_metric(self.settings, dataset.classes)))


def training_request() -> TrainingRequest:
    """Read from the settings what is wanted."""
    return TrainingRequest(table.current(), table.choices(), state.get())


def chosen_metric(settings: Settings, classes: tuple[str, ...]) -> Metric:
    """Build the metric of the settings; the name of a class becomes its position.

    Raises:
        SettingError: for an unknown metric, or an option that it cannot take.
    """
    from east.metrics import METRICS, metric

    spec = METRICS.get(settings.metric)
    options: dict[str, object] = {}
    for name, option in spec.options.items() if spec is not None else ():
        value = getattr(settings, FIELDS[option.link or name], None)
        if option.kind == "matrix":
            value = gains.matrix(settings, len(classes))
        if option.kind == "class" and "class" in options.values():
            value = classes.index(value) if value in classes else 0
        elif option.kind == "class":
            value = None
        options[name] = value
    return metric(settings.metric, **options).named(classes)


def _config(settings: Settings, metric: Metric) -> TrainConfig:
    """Pass on what is set; the training has its own defaults for the rest."""
    from east.training import TrainConfig
    from east.training.config import OPTIONS

    values = {name: getattr(settings, name, None) for name in (*OPTIONS, "losses", "rules")}
    values["hidden"] = hidden_layers(settings)
    given = {name: value for name, value in values.items() if value not in (None, ())}
    return TrainConfig(metric=metric, seeds=tuple(range(settings.seeds)), members=settings.seeds, **given)


def hidden_layers(settings: Settings) -> tuple[int, ...] | None:
    """Return the widths of the hidden layers, all alike; None leaves them to the training."""
    from east.training.config import DEFAULT_WIDTHS

    if settings.width is None and settings.depth is None:
        return None
    return (settings.width or DEFAULT_WIDTHS[0],) * (settings.depth or len(DEFAULT_WIDTHS))

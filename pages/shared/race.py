"""What is asked for: the settings become a race, and the race a training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pages.shared import gains, state, table

if TYPE_CHECKING:
    from east.dataset import Choices, Dataset
    from east.metrics import Metric
    from east.tables import Table
    from east.training import Training

WITH_AVERAGE = ("fbeta", "precision", "recall", "jaccard")


@dataclass(frozen=True)
class Race:
    """What is asked for, in plain words; torch is only needed to make it."""

    table: Table
    choices: Choices
    metric: str
    options: tuple[tuple[str, Any], ...]
    class_name: str | None
    losses: tuple[str, ...]
    settings: tuple[tuple[str, Any], ...]

    def make(self) -> Training:
        """Prepare the dataset and build the training."""
        from east.dataset import prepare_choices
        from east.training import TrainConfig, Training

        dataset = prepare_choices(self.table, self.choices)
        config = TrainConfig(metric=self.build_metric(dataset), losses=self.losses, **dict(self.settings))
        return Training(dataset, config)

    def build_metric(self, dataset: Dataset) -> Metric:
        """Build the metric, a class's name become its position."""
        from east.metrics import metric

        options = dict(self.options)
        if self.class_name is not None:
            options["class_index"] = dataset.classes.index(self.class_name)
        return metric(self.metric, **options)


def race() -> Race:
    """Read the race from the settings."""
    classes = table.classes().names
    metric = str(state.setting("metric"))
    options: dict[str, Any] = {}
    if metric in WITH_AVERAGE:
        options["average"] = state.setting("average")
    if metric == "fbeta":
        options["beta"] = float(state.setting("beta"))
    if metric == "kappa" and state.setting("weights") != "none":
        options["weights"] = state.setting("weights")
    if metric == "gain":
        options["matrix"] = gains.matrix(classes)
    wanted = state.setting("class")
    one = (
        (wanted if wanted in classes else classes[0])
        if options.get("average") == "class" and classes
        else None
    )
    losses = tuple(state.setting("losses"))
    return Race(table.current(), table.choices(), metric, tuple(options.items()), one, losses, _config())


def _config() -> tuple[tuple[str, Any], ...]:
    """Read what `TrainConfig` takes beside metric and losses."""
    return (
        ("seeds", tuple(range(int(state.setting("seeds"))))),
        ("epochs", state.setting("epochs")),
        ("batch_size", state.setting("batch")),
        ("hidden", (int(state.setting("width")),) * int(state.setting("depth"))),
        ("dropout", state.setting("dropout")),
        ("learning_rate", float(state.setting("rate"))),
        ("averaging", float(state.setting("averaging"))),
        ("precision", str(state.setting("precision"))),
        ("device", str(state.setting("device"))),
    )

"""Widgets drawn from the registries, and the training they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from east.errors import EastError
from east.run import PACES, Run
from pages.shared import state, table
from pages.shared.settings import SETTINGS
from pages.shared.words import AVERAGE_NAMES, LOSS_HINTS, METRIC_HINTS, METRIC_NAMES, literal

if TYPE_CHECKING:
    from east.dataset import Choices, Dataset
    from east.metrics import Metric
    from east.tables import Table
    from east.training import Training

WITH_AVERAGE = ("fbeta", "precision", "recall", "jaccard")
BETAS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1000.0)


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
    metric = str(state.setting("metric"))
    average = state.setting("average") if metric in WITH_AVERAGE else None
    options = {"beta": float(state.setting("beta")) if metric == "fbeta" else None, "average": average}
    classes = table.classes().names
    wanted = state.setting("class")
    one = (wanted if wanted in classes else classes[0]) if average == "class" and classes else None
    seeds, width, depth = (int(state.setting(name)) for name in ("seeds", "width", "depth"))
    settings = {
        "seeds": tuple(range(seeds)),
        "epochs": state.setting("epochs"),
        "batch_size": state.setting("batch"),
        "hidden": (width,) * depth,
        "dropout": float(state.setting("dropout")),
        "learning_rate": float(state.setting("rate")),
        "device": state.setting("device"),
    }
    given = tuple((name, value) for name, value in options.items() if value is not None)
    losses = tuple(state.setting("losses"))
    return Race(table.current(), table.choices(), metric, given, one, losses, tuple(settings.items()))


def train_button(disabled: bool = False) -> None:
    """Draw the button that starts a training and goes to watch it."""
    label = "Train again" if state.run() is not None else "Train"
    if st.button(
        label, type="primary", icon=":material/play_arrow:", width="stretch", disabled=disabled, key="train"
    ):
        try:
            wanted = race()
            title = f"{table.title()} → {table.target(wanted.table)}"
            state.start_run(Run(wanted.make, title=title, pace=state.chosen("pace", PACES)), wanted.table)
        except EastError as error:
            st.error(literal(error))
        else:
            st.switch_page("pages/train.py", query_params=state.link())


def metric_picker() -> None:
    """Draw the choice of metric with its options."""
    from east.metrics import METRICS

    keys = [key for key in METRICS if key != "gain"]
    key = state.chosen("metric", keys)
    st.selectbox("Metric to train for", keys, format_func=_metric_name, **state.bind("metric", key))
    st.caption(METRIC_HINTS.get(key, ""))
    if key == "fbeta":
        beta = min(BETAS, key=lambda known: abs(known - float(state.setting("beta"))))
        st.select_slider("β", BETAS, format_func=lambda value: f"{value:g}", **state.bind("beta", beta))
    if key in WITH_AVERAGE:
        average = state.chosen("average", AVERAGE_NAMES)
        st.selectbox(
            "Average over classes", list(AVERAGE_NAMES), format_func=lambda name: AVERAGE_NAMES[name],
            **state.bind("average", average),
        )  # fmt: skip
        names = table.classes().names
        if average == "class" and names:
            st.selectbox(
                "Class", names, **state.bind("class", state.chosen("class", names, default=names[0]))
            )


def loss_picker() -> None:
    """Draw the choice of arms."""
    from east.losses import LOSSES, loss_label

    wanted = [loss for loss in state.setting("losses") if loss in LOSSES]
    unknown = [loss for loss in state.setting("losses") if loss not in LOSSES]
    if unknown:
        state.tell(f"The link's loss “{unknown[0][:60]}” is not one there is here; it is left out.")
        state.put("losses", tuple(wanted))
    wanted = wanted or list(SETTINGS["losses"].default)
    st.multiselect("Losses in the race", list(LOSSES), format_func=loss_label, **state.bind("losses", wanted))
    for loss in wanted[:2]:
        st.caption(f"**{loss_label(loss)}**: {LOSS_HINTS.get(loss, '')}.")


def more_settings() -> None:
    """Draw the settings of network and optimiser."""
    from east.training.config import available_devices

    with st.expander("More settings", icon=":material/tune:"):
        _number("Seeds", "seeds", 1, 10, "Each loss is trained once per seed, all at once.")
        _number("Epochs", "epochs", 1, 10_000, "Empty: about 1,000 steps.", empty=True)
        _number("Batch size", "batch", 2, 65_536, "Empty: 512, or all rows of a smaller table.", empty=True)
        _number("Hidden layers", "depth", 1, 6)
        _number("Hidden width", "width", 1, 1024)
        st.slider("Dropout", 0.0, 0.9, step=0.05, **state.bind("dropout", float(state.setting("dropout"))))
        st.number_input(
            "Learning rate",
            1e-6,
            1e4,
            format="%g",
            step=0.001,
            **state.bind("rate", float(state.setting("rate"))),
        )
        devices = ["auto", *available_devices()]
        st.selectbox("Device", devices, **state.bind("device", state.chosen("device", devices)))


def _metric_name(key: str) -> str:
    return METRIC_NAMES.get(key, key.replace("_", " ").capitalize())


def _number(
    label: str, name: str, least: int, most: int, hint: str | None = None, empty: bool = False
) -> None:
    value = state.setting(name)
    st.number_input(
        label,
        least,
        most,
        step=1,
        help=hint,
        placeholder="auto" if empty else None,
        **state.bind(name, value),
    )

"""One entry in a table is all that the pages need: a new metric, loss or rule gets widgets, links and figures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from streamlit.testing.v1 import AppTest
from torch import Tensor

import east.losses.registry
import east.metrics.registry
import east.rules.registry
from east.metrics import Metric, MetricSpec
from east.options import Option
from pages.shared.settings import DEFAULTS, changed, from_link, to_link
from tests.app_driver import command, opened, press, sound, until, view, views, widget
from tests.compare_driver import run_of, section
from tests.own_entries import BRIER, FIRST

SHAPES = MappingProxyType({"round": "Round numbers", "square": "Square numbers"})
OPTIONS: Mapping[str, Option] = MappingProxyType(
    {
        "power": Option("Power", least=0, open_ends=("least",), shown=(0.5, 4.0, 0.5)),
        "width": Option("Times", kind="whole", least=1, empty="once"),
        "shape": Option("Shape", kind="choice", choices=SHAPES),
        "found": Option("Class to be found", kind="class", empty="all of them"),
        "remark": Option("Remark", kind="text", empty="no remark"),
    }
)
"""One option of each kind; the name of one is that of a setting of the network."""


def tempered(
    power: float = 2.0,
    width: int | None = None,
    shape: str = "square",
    found: int | None = None,
    remark: str | None = None,
) -> Metric:
    """A metric of the test's own: accuracy, or one class's recall, to a power."""

    def score(matrix: Tensor) -> Tensor:
        hits, support = matrix.diagonal(dim1=-2, dim2=-1), matrix.sum(dim=-1)
        if found is not None:
            hits, support = hits[..., found], support[..., found]
        else:
            hits, support = hits.sum(dim=-1), support.sum(dim=-1)
        return (hits / support.clamp_min(1e-30)) ** (power * (width or 1))

    given = {"power": power, "width": width, "shape": shape, "found": found, "remark": remark}
    label = f"Tempered {', '.join(str(value) for value in given.values())}"
    options = MappingProxyType({name: value for name, value in given.items() if value is not None})
    return Metric("tempered", label, 1.0, 0.0, options, score, tempered)


TEMPERED = MetricSpec("tempered", "Tempered accuracy", "Accuracy to a power.", tempered, OPTIONS)


@pytest.fixture(autouse=True)
def contributed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add one entry to each table."""
    monkeypatch.setitem(east.metrics.registry.SPECS, "tempered", TEMPERED)
    monkeypatch.setitem(east.losses.registry.SPECS, "brier", BRIER)
    monkeypatch.setitem(east.rules.registry.SPECS, "first", FIRST)


def link(app: AppTest) -> dict[str, str]:
    """The link as a browser would send it."""
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def raced(app: AppTest) -> Any:
    """Train for a moment and look at the scores on Compare."""
    press(app, "Train")
    until(app, lambda data: int(data["marks"].get("step") or 0) >= 5)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    sound(app.switch_page("pages/compare/page.py").run())
    return run_of(app)[1]


def test_every_option_of_a_new_metric_has_a_widget_a_link_and_a_part_in_the_metric() -> None:
    app = opened("train", sample="wine", seeds="2", epochs="400")
    widget(app, "selectbox", "Metric to train for").set_value("tempered")
    sound(app.run())
    assert widget(app, "slider", "Power").value == 2.0
    assert widget(app, "number_input", "Times").value is None
    assert widget(app, "selectbox", "Class to be found").value is None
    widget(app, "slider", "Power").set_value(3.0)
    widget(app, "number_input", "Times").set_value(2)
    widget(app, "selectbox", "Shape").set_value("round")
    widget(app, "selectbox", "Class to be found").set_value("class_1")
    widget(app, "text_input", "Remark").set_value("one, two: three & ü")
    sound(app.run())
    again = opened("train", **link(app))
    assert widget(again, "slider", "Power").value == 3.0
    assert widget(again, "number_input", "Times").value == 2
    assert widget(again, "selectbox", "Shape").value == "round"
    assert widget(again, "selectbox", "Class to be found").value == "class_1"
    assert widget(again, "text_input", "Remark").value == "one, two: three & ü"
    assert again.session_state["settings"].width is None  # a setting of the network with the option's name
    outcome = raced(again)
    expected = {"power": 3.0, "width": 2, "shape": "round", "found": 1, "remark": "one, two: three & ü"}
    assert dict(outcome.metric.options) == expected
    (scores,) = [data["groups"][0]["cells"][0] for name, data in views(again).items() if name == "scores"]
    assert scores["title"] == f"{outcome.metric.label} on test"


def test_an_option_of_a_new_metric_that_a_link_spoils_falls_back_with_a_note() -> None:
    spoilt = "power:9,width:none,shape:oval,found:class_9"
    app = opened("train", sample="wine", metric="tempered", options=spoilt)
    assert widget(app, "slider", "Power").value == 2.0
    assert widget(app, "number_input", "Times").value is None
    assert widget(app, "selectbox", "Shape").value == "square"
    noted = " ".join(entry.value for entry in [*app.warning, *app.info, *app.caption]).replace("\\", "")
    for label, text in (("Power", "9.0"), ("Times", "none"), ("Shape", "oval"), ("Class to be", "class_9")):
        assert label in noted and f"“{text}”" in noted
    assert "options" not in app.query_params


def test_a_link_says_any_option_of_a_new_metric_and_says_it_back() -> None:
    more = (("power", "3.0"), ("a name: with, signs", "100 % & more"), ("empty", ""))
    settings = changed(DEFAULTS, {"more": more})
    assert from_link(to_link(settings)) == (settings, {})
    assert from_link({"options": "power"}) == (DEFAULTS, {"more": "power"})


def test_a_new_loss_and_a_new_rule_are_offered_raced_and_drawn() -> None:
    app = opened("train", sample="wine", seeds="2", epochs="400", metric="accuracy")
    widget(app, "multiselect", "Losses to compare").set_value(["brier", "cross_entropy"])
    widget(app, "multiselect", "Decision rules to compare").set_value(["argmax", "first"])
    sound(app.run())
    assert "**Brier score**: Squared error." in [entry.value for entry in app.caption]
    assert {"losses": "brier,cross_entropy", "rules": "argmax,first"}.items() <= link(app).items()
    outcome = raced(app)
    (scores,) = [data["groups"][0]["cells"][0] for name, data in views(app).items() if name == "scores"]
    assert "Brier score" in scores["alt"] and "Cross-entropy ensemble with the first class" in scores["alt"]
    means = dict(zip([found.arm.key for found in outcome.arms], scores["data"][1::3], strict=True))
    first_class = accuracy_score(outcome.test_targets, np.zeros_like(outcome.test_targets))
    assert means["brier+first"]["x"] == pytest.approx([first_class], rel=1e-3)
    told = [lane.test_probabilities.argmax(axis=1) for lane in outcome.lanes if lane.loss == "brier"]
    expected = np.mean([accuracy_score(outcome.test_targets, predicted) for predicted in told])
    assert means["brier"]["x"] == pytest.approx([expected], rel=1e-3)


def test_a_new_metric_is_offered_for_the_grid_and_the_what_if() -> None:
    app = opened("train", sample="wine", seeds="2", epochs="400")
    outcome = raced(app)
    section(app, "grid")
    (choice,) = [choice for choice in app.multiselect if choice.label.startswith("Metrics beside")]
    assert TEMPERED.factory().label in choice.options
    section(app, "what_if")
    widget(app, "selectbox", "Metric").set_value("tempered")
    sound(app.run())
    cells = views(app)["decided"]["groups"][0]["cells"]
    assert [cell["title"] for cell in cells] == [
        f"{loss}, decided for {TEMPERED.factory().label}" for loss in ("Cross-entropy", "EAST")
    ]
    assert outcome.metric.key == "fbeta"


def test_a_new_loss_is_drawn_while_it_trains() -> None:
    app = opened("train", sample="wine", seeds="1", epochs="400", losses="brier,cross_entropy")
    press(app, "Train")
    until(app, lambda data: int(data["marks"].get("step") or 0) > 0)
    assert "Brier score" in str([group["cells"] for group in view(app)["groups"]])
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)

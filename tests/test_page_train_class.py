"""The class of a one-class metric: the rarest when the reader comes to choose one, the first of an old link."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app_driver import command, opened, press, sound, until, view, widget

ROOT = Path(__file__).parents[1]


def rows_of_each(file: str, column: str) -> Counter[str]:
    with (ROOT / "sample_data" / file).open(encoding="utf-8") as text:
        return Counter(row[column] for row in csv.DictReader(text))


def judged_by(app: AppTest) -> str:
    """Train for a moment and return the metric's label on the stage."""
    press(app, "Train")
    data = until(app, lambda data: int(data["marks"].get("step") or 0) > 0)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    return str(data["stage"]["groups"][-1]["cells"][0]["title"]).partition(" on ")[0]


@pytest.mark.parametrize(
    ("sample", "file", "column"), [("penguins", "penguins.csv", "species"), ("wine", "wine.csv", "cultivar")]
)
def test_the_rarest_class_is_the_default_of_a_metric_of_one_class(
    sample: str, file: str, column: str
) -> None:
    counts = rows_of_each(file, column)
    rarest = min(counts, key=counts.__getitem__)
    assert rarest != min(counts)  # it is not the first one
    app = opened("train", sample=sample, seeds="1", epochs="400")
    widget(app, "selectbox", "Average over classes").set_value("class")
    sound(app.run())
    assert widget(app, "selectbox", "Class").value == rarest
    assert app.query_params["class"] == rarest
    assert judged_by(app) == f"F1 of {rarest}"


def test_a_link_without_a_class_opens_with_the_first_one_as_ever() -> None:
    link = {"sample": "penguins", "seeds": "1", "epochs": "400", "average": "class"}
    app = opened("train", **link)
    assert widget(app, "selectbox", "Class").value == "Adelie"
    assert app.query_params["class"] == "Adelie"
    straight = opened(None, **link)
    press(straight, "Train")  # on the Data page, which has no widget for the class
    data = until(sound(straight.switch_page("pages/train/page.py").run()), lambda data: data["stage"])
    assert data["stage"]["groups"][-1]["cells"][0]["title"].startswith("F1 of Adelie on")
    assert widget(straight, "selectbox", "Class").value == "Adelie"
    command(straight, "stop")
    until(straight, lambda data: data["strip"]["status"] == "stopped", 10)


def test_a_class_that_another_table_has_not_gives_way_to_the_rarest_in_widget_and_training() -> None:
    link = {"sample": "penguins", "seeds": "1", "epochs": "400", "average": "class", "class": "class_1"}
    app = opened("train", **link)
    assert widget(app, "selectbox", "Class").value == "Chinstrap"
    noted = " ".join(entry.value for entry in app.info).replace("\\", "")
    assert "The link's Class “class_1” is not known here" in noted
    straight = opened(None, **link)
    press(straight, "Train")
    sound(straight.switch_page("pages/train/page.py").run())
    until(straight, lambda data: data["stage"])
    assert view(straight)["stage"]["groups"][-1]["cells"][0]["title"].startswith("F1 of Chinstrap on")
    command(straight, "stop")
    until(straight, lambda data: data["strip"]["status"] == "stopped", 10)

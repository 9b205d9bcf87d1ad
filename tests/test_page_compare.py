"""The Compare page, driven without a browser: its numbers against predictions scored anew, its sections, its runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    fbeta_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)
from streamlit.testing.v1 import AppTest

from east.comparison import predictions_frame, race_from, summary
from east.network import predict_probabilities
from pages.shared import shelf
from tests.app_driver import command, opened, press, send, sound, training, until, views, widget
from tests.compare_driver import (
    by_hand,
    compared,
    grid_of,
    hand_scores,
    linked,
    run_id,
    run_of,
    section,
    sweep,
)

ARMS = "east,cross_entropy,weighted_cross_entropy"


@pytest.fixture(scope="module")
def app() -> Iterator[AppTest]:
    yield compared(losses=ARMS)


@pytest.fixture(scope="module")
def predictions(app: AppTest) -> pd.DataFrame:
    """What the page offers to download."""
    run, outcome = run_of(app)
    assert run.machine is not None
    return predictions_frame(race_from(outcome), run.machine.dataset.test.rows)


def scored(predictions: pd.DataFrame, arm: str, score: Any, **options: Any) -> list[float]:
    """Score one arm's predictions, a value a seed."""
    parts = predictions[predictions["arm"] == arm].groupby("seed")
    return [float(score(part["true"], part["predicted"], **options)) for _, part in parts]


def test_scores_and_differences_equal_those_of_the_exported_predictions(
    app: AppTest, predictions: pd.DataFrame
) -> None:
    section(app, "scores")
    scores, paired = views(app)["scores"]["groups"][0]["cells"]
    race = race_from(run_of(app)[1])
    for place, arm in enumerate(arm.key for arm in race.arms):
        expected = scored(predictions, arm, f1_score, average="macro")
        dots, bar = scores["data"][3 * place : 3 * place + 2]
        assert dots["x"] == pytest.approx(expected, rel=1e-3)
        assert bar["x"] == pytest.approx([np.mean(expected)], rel=1e-3)
    east = np.array(scored(predictions, "east", f1_score, average="macro"))
    rivals = [arm.key for arm in race.arms if arm.key != "east"]
    assert len(rivals) == 11  # three losses, alone and as an ensemble, by argmax and by the metric's rule
    for place, arm in enumerate(rivals):
        points = 100 * (east - scored(predictions, arm, f1_score, average="macro"))
        mean, seeds = paired["data"][3 * place + 1 : 3 * place + 3]
        assert seeds["x"] == pytest.approx(points.tolist(), rel=1e-2, abs=1e-9)
        assert mean["x"] == pytest.approx([points.mean()], rel=1e-2, abs=1e-9)


def test_the_verdict_stands_on_the_page_and_in_the_statistics(app: AppTest) -> None:
    told = summary(run_of(app)[1])["verdict"]["text"]
    shown = " ".join(entry.value for entry in [*app.markdown, *app.caption]).replace("\\", "")
    assert told.split(". ")[0] in shown
    assert "The intervals cover new rows" in shown


def test_the_class_table_equals_the_exported_predictions(app: AppTest, predictions: pd.DataFrame) -> None:
    table = section(app, "classes").dataframe[0].value.set_index(("", "class"))
    found = {
        arm: part["true"][part["true"] == part["predicted"]].value_counts() / part["seed"].nunique()
        for arm, part in predictions.groupby("arm")
    }
    for name, row in table.iterrows():
        for arm, label in (("east", "EAST"), ("cross_entropy", "Cross-entropy")):
            one = {"labels": [name], "average": None, "zero_division": 0}
            recall = np.mean([scored_class(predictions, arm, recall_score, one)])
            precision = np.mean([scored_class(predictions, arm, precision_score, one)])
            assert row[label, "recall"] == pytest.approx(recall)
            assert row[label, "precision"] == pytest.approx(precision)
            f1 = np.mean([scored_class(predictions, arm, f1_score, one)])
            assert row[label, "F1"] == pytest.approx(f1)
        rows = predictions[(predictions["arm"] == "east") & (predictions["seed"] == 0)]
        assert row["", "test rows"] == (rows["true"] == name).sum()
        more = found["east"].get(name, 0) - found["cross_entropy"].get(name, 0)
        assert row["First − second", "rows found"] == pytest.approx(more)


def scored_class(predictions: pd.DataFrame, arm: str, score: Any, options: dict[str, Any]) -> float:
    parts = predictions[predictions["arm"] == arm].groupby("seed")
    return float(np.mean([score(part["true"], part["predicted"], **options)[0] for _, part in parts]))


def test_matrices_equal_the_exported_predictions_and_a_click_shows_the_rows(
    app: AppTest, predictions: pd.DataFrame
) -> None:
    section(app, "matrices")
    first, second, difference = views(app)["matrices"]["groups"][0]["cells"]
    names = first["data"][0]["x"]
    means = []
    for cell, arm in ((first, "east"), (second, "cross_entropy")):
        parts = predictions[predictions["arm"] == arm].groupby("seed")
        mean = np.mean([confusion_matrix(p["true"], p["predicted"], labels=names) for _, p in parts], axis=0)
        counts = np.array(cell["data"][0]["customdata"])[..., 0]
        assert counts == pytest.approx(mean, abs=0.05)
        means.append(mean)
    both = np.array(difference["data"][0]["customdata"])
    assert both[..., 0] - both[..., 1] == pytest.approx(means[0] - means[1], abs=0.1)
    every = {
        cell["key"].removeprefix("every "): cell for cell in views(app)["every arm"]["groups"][0]["cells"]
    }
    assert set(every) == set(predictions["arm"]) and len(every) > 2
    for arm, cell in every.items():
        parts = predictions[predictions["arm"] == arm].groupby("seed", dropna=False)
        mean = np.mean([confusion_matrix(p["true"], p["predicted"], labels=names) for _, p in parts], axis=0)
        assert np.array(cell["data"][0]["customdata"])[..., 0] == pytest.approx(mean, abs=0.05)
    true, predicted = names[1], names[1]
    send(app, click={"cell": "matrix 0", "x": predicted, "y": true})
    assert widget(app, "selectbox", "True class").value == 1
    rows = predictions[(predictions["arm"] == "east") & (predictions["true"] == true)]
    often = rows.groupby("row")["predicted"].agg(lambda told: (told == predicted).mean() >= 0.5)
    assert list(app.dataframe[0].value.index) == often[often].index.tolist()
    assert set(app.dataframe[0].value["cultivar"]) == {true}


def test_offsets_by_hand_answer_with_matrices_and_scores(app: AppTest) -> None:
    by_hand(app)
    outcome = run_of(app)[1]
    before = hand_scores(app)
    assert before["test: yours"].tolist() == before["test: as trained"].tolist()
    app.slider[0].set_value(3.0)
    sound(app.run())
    assert linked(app, "offsets") == "3,0,0"
    table = hand_scores(app).set_index("metric")
    lanes = [lane for lane in outcome.lanes if lane.loss == "cross_entropy"]
    shift = np.exp([3.0, 0.0, 0.0])
    for part, targets in (("test", outcome.test_targets), ("validation", outcome.validation_targets)):
        told = [(getattr(lane, f"{part}_probabilities") * shift).argmax(axis=1) for lane in lanes]
        for label, score in (
            ("Macro F1", lambda y, p: f1_score(y, p, average="macro")),
            ("Accuracy", accuracy_score),
            ("MCC", matthews_corrcoef),
        ):
            expected = np.mean([score(targets, predicted) for predicted in told])
            assert table.loc[label, f"{part}: yours"] == pytest.approx(expected, abs=6e-5)
    press(app, "No offsets")
    assert app.slider[0].value == 0.0
    press(app, "Tune on validation")
    own = hand_scores(app).iloc[0]
    assert float(own["validation: yours"]) >= float(own["validation: as trained"])


def test_the_grid_is_trained_beside_the_run_and_its_scores_are_true(app: AppTest) -> None:
    (cell,) = grid_of(app, "accuracy")["groups"][0]["cells"]
    side, outcome = run_of(app, "grid")
    assert cell["data"][0]["y"] == ["Macro F1", "Accuracy", "Cross-entropy"]
    for row, scores in enumerate(cell["data"][0]["customdata"]):
        told = [lane.test_probabilities.argmax(axis=1) for lane in outcome.lanes[2 * row : 2 * row + 2]]
        f1 = np.mean([f1_score(outcome.test_targets, predicted, average="macro") for predicted in told])
        accuracy = np.mean([accuracy_score(outcome.test_targets, predicted) for predicted in told])
        assert scores == pytest.approx([f1, accuracy], abs=1e-3)
    assert run_of(app)[0] is not side


def test_the_frontier_is_trained_beside_the_run_and_slides(app: AppTest) -> None:
    data = sweep(app, "frontier")
    assert [group["key"] for group in data["groups"]] == ["frontier"]
    outcome = run_of(app, "frontier")[1]
    means = [
        trace for trace in data["groups"][0]["cells"][0]["data"] if trace["mode"] == "lines+markers+text"
    ]
    for axis, score in (("x", recall_score), ("y", precision_score)):
        expected = [
            np.mean(
                [
                    score(
                        outcome.test_targets,
                        lane.test_probabilities.argmax(axis=1),
                        average="macro",
                        zero_division=0,
                    )
                    for lane in outcome.lanes[2 * place : 2 * place + 2]
                ]
            )
            for place in range(9)
        ]
        assert means[-1][axis] == pytest.approx(expected, rel=1e-3)
    assert views(app)["at"]["groups"][0]["cells"][0]["title"] == "EAST at β = 1"
    slider = widget(app, "select_slider", "β")
    assert len(slider.options) == 9
    slider.set_value(0.25)
    sound(app.run())
    (own, tuned, _) = views(app)["at"]["groups"][0]["cells"]
    assert own["title"] == "EAST at β = 0.25"
    assert tuned["title"] == "Cross-entropy with the metric's rule at β = 0.25"
    lanes = [lane.test_probabilities.argmax(axis=1) for lane in outcome.lanes[:2]]
    mean = np.mean([confusion_matrix(outcome.test_targets, predicted) for predicted in lanes], axis=0)
    assert np.array(own["data"][0]["customdata"])[..., 0] == pytest.approx(mean, abs=0.05)
    assert linked(app, "frontier_beta") == "0.25"
    machine = run_of(app)[0].machine
    assert machine is not None and machine.view is not None
    points = machine.view.points
    wrong = (
        predict_probabilities(outcome.lanes[0].weights, points.features).argmax(1) != points.targets
    ).sum()
    boundary = views(app)["frontier_regions"]["groups"][0]["cells"][0]
    assert boundary["title"] == "EAST at β = 0.25"
    assert f"{wrong} of {len(points.targets)} training rows shown are wrong" in boundary["alt"]
    f = np.mean(
        [
            fbeta_score(outcome.test_targets, predicted, beta=0.25, average="macro", zero_division=0)
            for predicted in lanes
        ]
    )
    assert any(f"**{f:.3f}**" in entry.value for entry in app.markdown)


def test_past_runs_are_listed_renamed_opened_compared_and_deleted() -> None:
    app = compared()
    first = run_id(app)
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train again")
    until(app, lambda data: int(data["marks"]["step"]) >= 40)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    second = run_id(app)
    section(sound(app.switch_page("pages/compare/page.py").run()), "past")
    (name,) = [field for field in app.text_input if field.key == f"name_{first}"]
    name.set_value("The first of all")
    sound(app.run())
    shown = " ".join(entry.value for entry in app.markdown)
    assert "The first of all" in shown and "Macro F1" in shown and "wine" in shown
    assert "is not shown to differ from" in shown or "than" in shown
    (button,) = [button for button in app.button if button.key == f"open_{first}"]
    sound(button.click().run())
    assert run_id(app) == first
    (button,) = [button for button in app.button if button.key == f"delete_{second}"]
    sound(button.click().run())
    assert not [button for button in app.button if button.key == f"open_{second}"]
    assert shelf.store().get(second) is None


def test_a_reload_finds_the_past_runs_and_another_session_does_not(app: AppTest) -> None:
    run = run_id(app)
    again = opened("compare", run=run, section="past")
    assert [button for button in again.button if button.key == f"open_{run}"]
    other = opened("compare")
    assert not [button for button in other.button if str(button.key).startswith("open_")]


def test_runs_on_other_rows_are_not_paired() -> None:
    app = compared()
    sound(app.switch_page("pages/data/page.py").run())
    widget(app, "number_input", "Seed of the split").set_value(7)
    sound(app.run())
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train again")
    until(app, lambda data: int(data["marks"]["step"]) >= 40)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    section(sound(app.switch_page("pages/compare/page.py").run()), "past")
    told = " ".join(entry.value for entry in app.info).replace("\\", "")
    assert "tested on different rows" in told


def test_what_is_offered_for_download_is_json_without_holes(app: AppTest) -> None:
    section(app, "scores")
    assert json.dumps(summary(run_of(app)[1]), allow_nan=False)
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels[:2] == ["Predictions (csv)", "Statistics (json)"]


def test_compare_waits_for_the_end_and_then_shows_scores_of_the_test_part() -> None:
    app = opened("compare")
    assert "nothing to compare" in " ".join(entry.value for entry in app.markdown)
    app = training(seeds="2")
    sound(app.switch_page("pages/compare/page.py").run())
    assert "The race is on" in " ".join(entry.value for entry in app.markdown)
    sound(app.switch_page("pages/train/page.py").run())
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    sound(app.switch_page("pages/compare/page.py").run())
    (scores,) = (data["groups"][0]["cells"][0] for name, data in views(app).items() if name == "scores")
    assert "EAST" in scores["alt"] and "Cross-entropy" in scores["alt"]
    section(app, "classes")
    assert sorted(app.dataframe[0].value["", "test rows"]) == [9, 12, 14]

"""The numbers of Compare's what-if, grid table and pairs of past runs, each worked out anew by scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from streamlit.testing.v1 import AppTest

from east.comparison import decision_for, result_of
from east.metrics import metric
from east.training import Outcome
from pages.shared import shelf
from pages.shared.settings import changed
from tests.app_driver import command, opened, press, sound, until, uploaded, views, widget
from tests.compare_driver import by_hand, compared, grid_of, run_id, run_of, section

Score = Callable[[NDArray[np.int64], NDArray[np.int64]], float]


@pytest.fixture(scope="module")
def app() -> Iterator[AppTest]:
    yield compared(losses="east,cross_entropy")


def f1(true: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    return float(f1_score(true, predicted, average="macro"))


def scores(outcome: Outcome, loss: str, label: str, score: Score) -> NDArray[np.float64]:
    """Score the lanes of one arm by their argmax on the test part, a value a seed."""
    lanes = [lane for lane in outcome.lanes if lane.loss == loss and lane.metric.label == label]
    return np.array([score(outcome.test_targets, lane.test_probabilities.argmax(axis=1)) for lane in lanes])


def test_the_matrix_under_offsets_and_its_change_are_those_of_reweighted_probabilities(app: AppTest) -> None:
    by_hand(app)
    app.slider[1].set_value(2.5)
    sound(app.run())
    outcome = run_of(app)[1]
    lanes = [lane for lane in outcome.lanes if lane.loss == "cross_entropy"]
    means = []
    for weights in (np.exp([0.0, 2.5, 0.0]), np.ones(3)):
        told = [(lane.test_probabilities * weights).argmax(axis=1) for lane in lanes]
        means.append(
            np.mean([confusion_matrix(outcome.test_targets, predicted) for predicted in told], axis=0)
        )
    yours, change = views(app)["what_if"]["groups"][0]["cells"]
    assert np.array(yours["data"][0]["customdata"])[..., 0] == pytest.approx(means[0], abs=0.05)
    both = np.array(change["data"][0]["customdata"])
    assert both[..., 0] == pytest.approx(means[0], abs=0.05)
    assert both[..., 1] == pytest.approx(means[1], abs=0.05)
    press(app, "No offsets")


def test_the_grids_table_of_differences_is_scikit_learns(app: AppTest) -> None:
    grid_of(app, "accuracy")
    outcome = run_of(app, "grid")[1]
    arms = {"Macro F1": ("east", "Macro F1"), "Accuracy": ("east", "Accuracy")}
    arms["Cross-entropy"] = ("cross_entropy", "Macro F1")
    measures: dict[str, Score] = {"Macro F1": f1, "Accuracy": accuracy_score}
    table = app.dataframe[0].value
    assert len(table) == len(measures) * (len(arms) - 1)
    for _, row in table.iterrows():
        score = measures[row["scored by"]]
        own = scores(outcome, *arms[row["scored by"]], score)
        other = scores(outcome, *arms[row["own row minus"]], score)
        assert row["difference"] == pytest.approx((own - other).mean(), abs=6e-5)
        assert (row["from"] + row["to"]) / 2 == pytest.approx(row["difference"], abs=2e-4)
        assert row["from"] <= row["difference"] <= row["to"]


def test_an_old_links_names_for_the_grids_metrics_still_choose_them(app: AppTest) -> None:
    linked = opened("compare", run=run_id(app), section="grid", grid_metrics="f2,f0.25,mcc")
    (choice,) = [choice for choice in linked.multiselect if choice.label.startswith("Metrics beside")]
    assert choice.value == ["fbeta:beta=2", "fbeta:beta=0.25", "mcc"]
    assert {"Macro F2", "Macro F0.25", "MCC", "Macro precision"} <= set(choice.options)


def test_any_two_runs_are_compared_by_their_own_predictions() -> None:
    app = compared(losses="east,cross_entropy")
    first = run_id(app)
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train again")
    until(app, lambda data: int(data["marks"]["step"]) >= 120)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    second = run_id(app)
    section(sound(app.switch_page("pages/compare/page.py").run()), "past")
    outcomes = {}
    for run in (first, second):
        kept = shelf.store().get(run)
        assert kept is not None and kept.outcome is not None
        outcomes[run] = kept.outcome
    # The newest run stands first; of each run the arms in their order.
    arms = [(run, loss) for run in (second, first) for loss in ("east", "cross_entropy")]
    for one, two in ((0, 2), (1, 2), (0, 1)):
        widget(app, "selectbox", "First").set_value(one)
        widget(app, "selectbox", "Second").set_value(two)
        sound(app.run())
        (run, loss), (other_run, other_loss) = arms[one], arms[two]
        label = outcomes[run].metric.label
        own = scores(outcomes[run], loss, label, f1)
        other = scores(outcomes[other_run], other_loss, label, f1)
        interval, mean, seeds = views(app)["two"]["groups"][0]["cells"][0]["data"][:3]
        assert mean["x"] == pytest.approx([100 * (own - other).mean()], rel=1e-2, abs=1e-9)
        assert seeds["x"] == pytest.approx((100 * (own - other)).tolist(), rel=1e-2, abs=1e-9)
        assert np.mean(interval["x"]) == pytest.approx(mean["x"][0], rel=2e-2, abs=1e-2)


def test_the_what_if_for_accuracy_is_the_argmax_of_the_ensembles(app: AppTest) -> None:
    section(app, "what_if")
    widget(app, "selectbox", "Metric").set_value("accuracy")
    sound(app.run())
    outcome = run_of(app)[1]
    cells = views(app)["decided"]["groups"][0]["cells"]
    (table,) = [entry.value for entry in app.markdown if entry.value.startswith("| On test")]
    for loss, cell, line in zip(("cross_entropy", "east"), cells, table.split("\n")[2:4], strict=True):
        lanes = [lane.test_probabilities for lane in outcome.lanes if lane.loss == loss]
        told = np.mean(lanes, axis=0).argmax(axis=1)
        counts = np.array(cell["data"][0]["customdata"])[..., 0]
        assert counts == pytest.approx(confusion_matrix(outcome.test_targets, told), abs=0.05)
        score = f"{accuracy_score(outcome.test_targets, told):.3f}"
        assert line.split("|")[2:4] == [f" {score} ", f" **{score}** "]


def test_the_what_if_shows_the_rule_of_its_slider_when_it_was_found_ahead(app: AppTest) -> None:
    section(app, "what_if")
    widget(app, "selectbox", "Metric").set_value("fbeta")
    sound(app.run())
    outcome = run_of(app)[1]
    for beta in (0.25, 4.0, 0.25):
        widget(app, "select_slider", "β").set_value(beta)
        sound(app.run())
        cells = views(app)["decided"]["groups"][0]["cells"]
        for loss, cell in zip(("cross_entropy", "east"), cells, strict=True):
            (arm,) = [found.arm for found in outcome.arms if found.arm.loss == loss and found.arm.plain]
            decided = decision_for(outcome, arm, metric("fbeta", beta=beta))
            wanted = result_of(decided, outcome, members_in_turn=False).mean_hard
            counts = np.array(cell["data"][0]["customdata"])[..., 0]
            assert counts == pytest.approx(wanted, rel=1e-2, abs=0.05)


def test_a_class_that_the_test_part_has_not_and_nobody_predicts_is_told() -> None:
    generator = np.random.default_rng(2)
    lines = ["when,first,second,kind"]
    for place in range(300):  # the newest rows are the test, and “rare” lies far off in the oldest half alone
        kind = "rare" if place < 150 and place % 10 == 0 else ("left", "right")[place % 2]
        middle = {"rare": 40.0, "left": -2.0, "right": 2.0}[kind]
        first, second = generator.normal(middle, 1.0, 2)
        lines.append(f"{2000 + place // 12}-{place % 12 + 1:02d}-15,{first:.3f},{second:.3f},{kind}")
    app = uploaded("kinds.csv", "\n".join(lines).encode())
    settings = {"time": "when", "epochs": 40, "seeds": 2, "pace": "full"}
    app.session_state["settings"] = changed(app.session_state["settings"], settings)
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "finished", 60)
    sound(app.switch_page("pages/compare/page.py").run())
    told = [entry.value.replace("\\", "") for entry in app.info]
    assert any(
        "The test part has no row of “rare”" in note and "counts as 0 in macro F1" in note for note in told
    )
    assert (
        "neither true nor predicted counts as 0" in views(app)["scores"]["groups"][0]["cells"][0]["caption"]
    )

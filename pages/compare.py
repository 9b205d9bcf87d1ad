"""Who won on the test part, by how much, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from east.figures import difference_figure, matrix_figure, score_figure
from pages.shared import frame, live_view, state
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.run import Run
    from east.training import LaneResult

POLL_S = 1.0


def main() -> None:
    """Draw the page."""
    st.title("Compare", anchor=False)
    frame.notes()
    run = state.run()
    outcome = run.outcome if run else None
    if run is None or outcome is None:
        st.fragment(_waiting, run_every=None if run is None or run.frame.ended else POLL_S)(run)
        return
    frame.wait_until_warm()
    from east.losses import loss_label

    losses = list(dict.fromkeys(lane.loss for lane in outcome.lanes))
    lanes = {loss: [lane for lane in outcome.lanes if lane.loss == loss] for loss in losses}
    labels = {loss: loss_label(loss) for loss in losses}
    theme = live_view.theme()
    rows = int(outcome.lanes[0].test_hard.sum())
    seeds = len(lanes[losses[0]])
    st.markdown(
        f"**{literal(run.title)}** · {literal(outcome.metric.label)} on {rows:,} test rows that no arm has "
        f"trained on · {seeds} {'seeds' if seeds > 1 else 'seed'} · {outcome.steps:,} steps"
    )
    scores = {loss: [lane.test_score for lane in lanes[loss]] for loss in losses}
    figure = score_figure(scores, outcome.metric.label, labels=labels, theme=theme)
    caption = "A dot is one seed, a bar the mean. Each lane is judged at its best moment on validation."
    groups = [Group("scores", [Cell("scores", outcome.metric.label, figure, caption)], columns=1, wide=True)]
    for loss in losses:
        soft, hard = (
            np.mean([getattr(lane, name) for lane in lanes[loss]], axis=0)
            for name in ("test_soft", "test_hard")
        )
        mean = " (mean over seeds)" if seeds > 1 else ""
        cells = [
            Cell(
                "soft",
                f"Soft{mean}",
                matrix_figure(soft, outcome.classes, name=f"{labels[loss]}, soft", theme=theme),
            ),
            Cell(
                "hard",
                f"Hard{mean}",
                matrix_figure(hard, outcome.classes, name=f"{labels[loss]}, hard", theme=theme),
            ),
            Cell("difference", "Soft − hard", difference_figure(soft, hard, outcome.classes, theme=theme)),
        ]
        groups.append(
            Group(loss, cells, 3, labels[loss], f"{np.mean(scores[loss]):.3f} on test", theme.arm(loss))
        )
    live_view.draw("compare", groups, marks={"run": run.id})
    st.subheader("Class by class", anchor=False)
    st.caption(
        "Precision: of what is called this class, the share that is. Recall: of what is this class, the share found."
    )
    st.dataframe(_per_class(lanes, labels, outcome.classes), hide_index=True)


def _waiting(run: Run | None) -> None:
    """Say what is waited for, and draw the page anew when it has come."""
    snapshot = run.frame.snapshot if run else None
    if run is not None and run.outcome is not None:
        st.rerun()
    if run is not None and snapshot is not None and not run.frame.ended:
        run.touch()
        st.markdown(
            f"The race is on, at step {snapshot.step:,} of {snapshot.total_steps:,}. "
            "The test part is scored once, when the training ends or is stopped."
        )
    else:
        st.markdown("There is nothing to compare yet: the test part is scored when a training ends.")
    st.page_link("pages/train.py", label="Go to the training", icon=":material/play_circle:")


def _per_class(
    lanes: dict[str, list[LaneResult]], labels: dict[str, str], classes: tuple[str, ...]
) -> pd.DataFrame:
    """Precision and recall of each class, the mean over seeds; 0 / 0 counts as 0."""
    columns: dict[str, object] = {"class": classes}
    for loss, runs in lanes.items():
        matrices = np.stack([lane.test_hard for lane in runs])
        hits = np.diagonal(matrices, axis1=1, axis2=2)
        for name, axis in (("precision", 1), ("recall", 2)):
            total = matrices.sum(axis=axis)
            share = np.divide(hits, total, out=np.zeros_like(hits), where=total != 0)
            columns[f"{labels[loss]}: {name}"] = share.mean(axis=0).round(3)
    columns["test rows"] = next(iter(lanes.values()))[0].test_hard.sum(axis=1).astype(int)
    return pd.DataFrame(columns)


frame.guard("compare")
main()

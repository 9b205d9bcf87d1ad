"""The live picture of a run: the figures of its arms at one moment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from east.figures import (
    Theme,
    annealing_figure,
    curve_figure,
    difference_figure,
    heaviside_figure,
    matrix_figure,
)
from east.figures.ordering import ClassOrder
from east.run import Frame, Run
from east.run.moments import thinned
from pages.shared import live_view
from pages.shared.live_view import Cell, Fact, Group, Replay, Strip
from pages.shared.words import STATUS_NAMES, duration, literal, loss_hint, loss_label
from pages.train import steering

if TYPE_CHECKING:
    from east.annealing import Annealing
    from east.training import Snapshot

LIVE_POINTS = 160
LOST = "Nothing to draw: its probabilities are no longer numbers."
GAP_CAPTIONS: Mapping[str, str] = {
    "row": "In percentage points: it fades as the two come together.",
    "column": "In percentage points: it fades as the two come together.",
    "count": "In rows: it fades as the two come together.",
}


class Watcher:
    """Draws a run as it is, again and again; has the page drawn anew when polling is to begin or to end.

    Args:
        run: what is watched.
        polled: whether `draw` is called every now and then of itself.
    """

    def __init__(self, run: Run, polled: bool) -> None:
        self._run, self._polled = run, polled
        self._drawn = -1

    def draw(self) -> None:
        """Draw the run as it is now."""
        run = self._run
        run.touch()
        resting, frame = run.resting, run.frame
        _tell(frame)
        history = run.history()
        if frame.snapshot is None or run.machine is None or not history:
            marks = {"seq": frame.sequence, "step": 0, "status": frame.status}
            live_view.draw("live", [], strip=_strip(run, frame, None), marks=marks)
        else:
            replay = steering.replay(frame, history)
            moment = history[replay.at] if replay else frame.snapshot
            _draw(run, frame, history, moment, replay)
        if not frame.ended:
            st.caption(_patience(run))
        # A run that has come to rest is shown first and its polling ended later: drawing the whole page along
        # with it would show it 0.1 s later.
        shown_before = self._drawn == frame.sequence
        self._drawn = frame.sequence
        if self._polled == resting and (shown_before or not resting):
            st.rerun()


def _patience(run: Run) -> str:
    pause_s, end_s = run.patience_s
    return (
        "The run goes on while you reload or look at another page. When no browser has watched it for "
        f"{pause_s / 60:g} minutes it pauses, after {end_s / 60:g} it ends. Only who has its link can see it."
    )


def _tell(frame: Frame) -> None:
    words = " ".join(literal(sentence) for sentence in (frame.reason, *frame.diverged) if sentence)
    if words:
        (st.error if frame.status == "failed" else st.warning if frame.diverged else st.info)(words)


def _draw(
    run: Run, frame: Frame, history: Sequence[Snapshot], moment: Snapshot, replay: Replay | None
) -> None:
    theme, losses = live_view.theme(), _losses(run)
    shown = list(dict.fromkeys(steering.pair(losses)))
    order = steering.order(history, shown[0])
    groups = [_arm(run, loss, moment, order, theme) for loss in shown]
    groups.append(_lines(run, losses, thinned(history, LIVE_POINTS), moment, theme))
    live_view.draw(
        "live",
        groups,
        strip=_strip(run, frame, moment),
        controls=steering.controls(run, frame, losses, len(order.places)),
        replay=replay,
        legend=[(loss_label(loss), theme.arm(loss)) for loss in losses],
        marks={"seq": frame.sequence, "step": moment.step, "status": frame.status, "run": run.id},
        hear=steering.hear(run),
    )


def _arm(run: Run, loss: str, moment: Snapshot, order: ClassOrder, theme: Theme) -> Group:
    lanes = [lane for lane in moment.lanes if lane.loss == loss]
    soft, hard = (
        order.matrix(np.mean([getattr(lane, name) for lane in lanes], axis=0)) for name in ("soft", "hard")
    )
    score_soft, score_hard = (
        np.mean([getattr(lane, f"score_{name}") for lane in lanes]) for name in ("soft", "hard")
    )
    metric, sound = lanes[0].metric.label, bool(np.isfinite(soft).all())
    classes, show, label = order.names(_classes(run)), steering.cells(), loss_label(loss)
    soft_figure = matrix_figure(soft, classes, name=f"{label}, soft matrix", normalise=show, theme=theme)
    hard_figure = matrix_figure(hard, classes, name=f"{label}, hard matrix", normalise=show, theme=theme)
    gap_figure = difference_figure(soft, hard, classes, normalise=show, theme=theme)
    cells = [
        Cell(
            "soft",
            f"Soft · {metric} {_score(score_soft)}",
            soft_figure,
            "Each validation row spread over the classes: what the loss sees." if sound else LOST,
        ),
        Cell(
            "hard",
            f"Hard · {metric} {_score(score_hard)}",
            hard_figure,
            "Each counted once, for its likeliest class: what you are judged by.",
        ),
        Cell(
            "difference",
            f"Soft − hard · {_score(score_soft - score_hard, '+')}",
            gap_figure,
            GAP_CAPTIONS[show] if sound else LOST,
        ),
    ]
    mean = f" Mean of {len(lanes)} seeds." if len(lanes) > 1 else ""
    return Group(loss, cells, 3, label, f"{loss_hint(loss)}.{mean}", theme.arm(loss))


def _score(value: float, sign: str = "") -> str:
    return f"{value:{sign}.3f}".replace("-", "−") if math.isfinite(value) else "none"


def _lines(
    run: Run, losses: Sequence[str], history: Sequence[Snapshot], moment: Snapshot, theme: Theme
) -> Group:
    labels = {loss: loss_label(loss) for loss in losses}

    def curve(key: str, title: str, caption: str) -> Cell:
        figure = curve_figure(history, losses, key, moment=moment, labels=labels, theme=theme)
        return Cell(key, title, figure, caption)

    metric = moment.lanes[0].metric.label
    cells = [
        curve(
            "score",
            f"{metric} on validation",
            "Solid: validation; a diamond marks the moment that is kept. Dotted: training rows.",
        ),
        curve(
            "gap",
            "Surrogate gap",
            "Soft score minus hard score: near 0, the loss measures what the metric does.",
        ),
        *_surrogate(_annealings(run), moment, labels, theme),
        curve("loss", "Training loss", "Of the last batch; the arms' losses differ in scale."),
        curve("gradient", "Gradient norm", "Before clipping, on a log scale."),
    ]
    return Group("lines", cells, 2, "Along the training", wide=True, wide_columns=3)


def _surrogate(
    plans: Mapping[str, Annealing], moment: Snapshot, labels: Mapping[str, str], theme: Theme
) -> Sequence[Cell]:
    if not plans:
        return ()
    annealing = annealing_figure(plans, moment.progress, labels=labels, theme=theme)
    shapes = {loss: plan.at(moment.progress) for loss, plan in plans.items()}
    placement = {
        loss: np.sum([lane.placement for lane in moment.lanes if lane.loss == loss], axis=0) for loss in plans
    }
    heaviside = heaviside_figure(shapes, placement=placement, labels=labels, theme=theme)
    return (
        Cell(
            "annealing",
            "Annealing",
            annealing,
            "δ (solid) and ω (dashed) shrink: the surrogate hardens as training goes on.",
        ),
        Cell(
            "heaviside",
            "The Heaviside now",
            heaviside,
            "How a probability counts; dotted, the step it tends to. Bars: the true class in the last batch, "
            "left of τ where the row is wrong.",
        ),
    )


def _strip(run: Run, frame: Frame, moment: Snapshot | None) -> Strip:
    if moment is None:
        return Strip(frame.status, STATUS_NAMES[frame.status], 0.0, [])
    facts = [
        Fact("step", f"{moment.step:,} of {moment.total_steps:,}"),
        Fact("epoch", f"{moment.epoch:.1f}"),
        Fact("speed", f"{frame.steps_per_second:,.0f} steps/s"),
        Fact(
            "left", duration(frame.seconds_left) if frame.seconds_left and frame.status == "running" else "–"
        ),
        Fact("device", run.machine.device if run.machine else "–"),
    ]
    word = "Diverged" if frame.status == "failed" and frame.diverged else STATUS_NAMES[frame.status]
    return Strip(frame.status, word, moment.progress, facts)


def _losses(run: Run) -> list[str]:
    if run.machine is None:
        return []
    return [arm.loss for arm in run.machine.config.race]


def _classes(run: Run) -> tuple[str, ...]:
    assert run.machine is not None
    return run.machine.dataset.classes


def _annealings(run: Run) -> dict[str, Annealing]:
    from east.losses import build_loss

    assert run.machine is not None
    counts = [int(count) for count in run.machine.dataset.class_counts]
    built = {arm.loss: build_loss(arm.loss, arm.metric, counts) for arm in run.machine.config.race}
    return {loss: made.annealing for loss, made in built.items() if made.annealing is not None}

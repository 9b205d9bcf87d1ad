"""The live picture of a run: the figures of its arms at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from east.figures import ClassOrder, Theme, curve_figure, heaviside_figure
from east.run import Run, RunState, annealings, thinned
from pages.shared import keeping, live_view
from pages.shared.live_view import Cell, Fact, Group, Replay, Strip
from pages.shared.words import STATUS_NAMES, duration, literal
from pages.train import matrices, steering
from pages.train.known_best import best
from pages.train.stage import Scene, stage

if TYPE_CHECKING:
    from east.run import Machine
    from east.training import Snapshot

LIVE_POINTS = 160


class Watcher:
    """Draws a run as it is, again and again; has the page drawn anew when polling or the projector begins or ends.

    `polled` says whether `draw` is to be called every now and then of itself.

    Args:
        run: what is watched.
    """

    def __init__(self, run: Run) -> None:
        self._run, self.polled = run, not run.resting
        self._drawn = -1
        self._drawn_as = self._look()

    def draw(self) -> None:
        """Draw the run as it is now."""
        run = self._run
        run.touch()
        resting, shown = run.resting, run.state
        _draw_reasons(shown)
        history = run.history()
        if shown.snapshot is None or run.machine is None or not history:
            marks = {"seq": shown.sequence, "step": 0, "status": shown.status}
            live_view.draw("live", [], strip=_strip(run, shown, None, False), marks=marks)
        else:
            replay = steering.replay(shown, history, steering.pair(run.machine.config.networks)[0])
            moment = history[replay.at] if replay else shown.snapshot
            _draw(run, run.machine, shown, history, moment, replay)
        if not shown.ended:
            st.caption(_patience(run))
        keeping.draw_line(run)
        # A run that has come to rest is shown first and its polling ended later: drawing the whole page along
        # with it would show it 0.1 s later.
        shown_before = self._drawn == shown.sequence
        self._drawn = shown.sequence
        if self._drawn_as != self._look() or (self.polled == resting and (shown_before or not resting)):
            st.rerun()

    def _look(self) -> tuple[bool, bool]:
        """Return what the page around the picture was drawn for."""
        return steering.projected(), self._run.machine is None


def _patience(run: Run) -> str:
    pause_s, end_s = run.patience_s
    return (
        "The run goes on while you reload or look at another page. When no browser has watched it for "
        f"{pause_s / 60:g} minutes it pauses, after {end_s / 60:g} it ends. Only people who have its link can see it."
    )


def _draw_reasons(shown: RunState) -> None:
    """Say why a run paused, failed or lost a lane."""
    words = " ".join(literal(sentence) for sentence in (shown.reason, *shown.diverged) if sentence)
    if words:
        (st.error if shown.status == "failed" else st.warning if shown.diverged else st.info)(words)


def _draw(
    run: Run,
    machine: Machine,
    shown: RunState,
    history: Sequence[Snapshot],
    moment: Snapshot,
    replay: Replay | None,
) -> None:
    theme, arms = live_view.theme(), machine.config.networks
    side_by_side = list(dict.fromkeys(steering.pair(arms)))
    order: ClassOrder = steering.order(history, side_by_side[0])
    names, cells = order.names(machine.dataset.classes), steering.cells()
    path = thinned(history, LIVE_POINTS)
    scene = Scene(
        machine, path, moment, side_by_side, order, cells, best(run, machine), steering.differ(), theme,
        shown.ended,
    )  # fmt: skip
    groups = [matrices.group(moment.arm(arm), order, names, cells, theme) for arm in side_by_side]
    if len(arms) > len(side_by_side):
        every = [moment.arm(arm) for arm in arms]
        groups.append(matrices.every_arm(every, order, names, cells, theme))
    groups.append(_lines(machine, path, moment, theme))
    live_view.draw(
        "live",
        groups,
        stage=stage(scene, run.title, steering.projected()),
        strip=_strip(run, shown, moment, replay is not None),
        controls=steering.controls(run, shown, arms, len(names)),
        replay=replay,
        legend=[(arm.label, theme.arm(arm)) for arm in arms],
        marks={"seq": shown.sequence, "step": moment.step, "status": shown.status, "run": run.id},
        hear=steering.hear(run),
    )


def _lines(machine: Machine, history: Sequence[Snapshot], moment: Snapshot, theme: Theme) -> Group:
    arms = machine.config.networks

    def curve(key: str, title: str, caption: str) -> Cell:
        return Cell(key, title, curve_figure(history, arms, key, moment=moment, theme=theme), caption)

    cells = [
        curve(
            "gap",
            "Surrogate gap",
            "Soft score minus hard score: near 0, the loss measures what the metric does.",
        ),
        *_heaviside(machine, moment, theme),
        curve("loss", "Training loss", "Of the last batch; the arms' losses differ in scale."),
        curve("gradient", "Gradient norm", "Before clipping, on a log scale."),
    ]
    return Group("lines", cells, 2, "Along the training", wide=True, wide_columns=len(cells))


def _heaviside(machine: Machine, moment: Snapshot, theme: Theme) -> Sequence[Cell]:
    plans = annealings(machine)
    if not plans:
        return ()
    shapes = {arm: moment.arm(arm).sharpness for arm in plans}
    placement = {arm: moment.arm(arm).placement for arm in plans}
    figure = heaviside_figure(shapes, placement=placement, theme=theme)
    caption = (
        "How a probability counts; dotted, the step it tends to. Bars: the true class in the last batch, "
        "left of τ where the row is wrong."
    )
    return (Cell("heaviside", "The Heaviside now", figure, caption),)


def _strip(run: Run, shown: RunState, moment: Snapshot | None, scrubbed: bool) -> Strip:
    if moment is None:
        return Strip(shown.status, STATUS_NAMES[shown.status], 0.0, [])
    facts = [
        Fact("epoch", f"{moment.epoch:.1f}"),
        Fact("speed", f"{shown.steps_per_second:,.0f} steps/s"),
        Fact("device", run.machine.device if run.machine else "–"),
    ]
    if not scrubbed:  # the scrubber says the step
        facts.insert(0, Fact("step", f"{moment.step:,} of {moment.total_steps:,}"))
    if shown.status == "running":
        facts.append(Fact("left", duration(shown.seconds_left) if shown.seconds_left else "–"))
    word = "Diverged" if shown.all_diverged else STATUS_NAMES[shown.status]
    return Strip(shown.status, word, moment.progress, facts)

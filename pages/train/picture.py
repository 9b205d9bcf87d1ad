"""The live picture of a run: the figures of its arms at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from east.run import Run, RunState, thinned
from pages.shared import keeping, live_view
from pages.shared.live_view import Replay
from pages.train import frames, reasons, steering
from pages.train.known_best import best
from pages.train.moment import Seen, strip
from pages.train.stage import Scene

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
        reasons.draw(shown)
        history = run.history()
        if shown.snapshot is None or run.machine is None or not history:
            marks = {"seq": shown.sequence, "step": 0, "status": shown.status}
            live_view.draw(
                "live", [], strip=strip(run, shown, None, False), controls=steering.in_line(run, shown),
                marks=marks, hear=steering.hear(run),
            )  # fmt: skip
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
    pause_s, end_s = run.watchers.pause_s, run.watchers.end_s
    return (
        "The run goes on while you reload or look at another page. When no browser has watched it for "
        f"{pause_s / 60:g} minutes it pauses, after {end_s / 60:g} it ends. Only people who have its link can see it."
    )


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
    scene = Scene(
        machine, thinned(history, LIVE_POINTS), moment, side_by_side, steering.order(history, side_by_side[0]),
        steering.cells(), best(run, machine), steering.differ(), theme,
        shown.ended,
    )  # fmt: skip
    seen = Seen(run, shown, scene, steering.projected(), replay is not None)
    ahead = frames.of(seen, history)
    frame = seen.at(moment)
    live_view.draw(
        "live",
        frame.groups,
        stage=frame.stage,
        strip=frame.strip,
        controls=steering.controls(run, shown, arms, len(machine.dataset.classes)),
        replay=replay,
        legend=[(arm.label, theme.arm(arm)) for arm in arms],
        marks={
            "seq": shown.sequence,
            "step": moment.step,
            "status": shown.status,
            "run": run.id,
            "frames": ahead,
        },
        hear=steering.hear(run),
    )

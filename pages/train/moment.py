"""What a run looks like at one of its moments: the stage, the matrices and lines below it, the status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from east.figures import Theme, curve_figure, heaviside_figure
from east.run import Run, RunState, annealings
from pages.shared.every_arm import every_arm
from pages.shared.live_view import Cell, Fact, Frame, Group, Strip
from pages.shared.words import STATUS_NAMES, duration
from pages.train import matrices
from pages.train.stage import Scene, stage

if TYPE_CHECKING:
    from east.run import Machine
    from east.training import ArmSnapshot, Snapshot


@dataclass(frozen=True)
class Seen:
    """A run as a reader looks at it.

    Args:
        run: what is looked at.
        shown: its state.
        scene: how; its moment is the one shown.
        large: whether words are larger.
        scrubbed: whether there is a scrubber, which says the step.
    """

    run: Run
    shown: RunState
    scene: Scene
    large: bool
    scrubbed: bool

    def at(self, moment: Snapshot) -> Frame:
        """Draw a moment of the run."""
        scene = replace(self.scene, moment=moment)
        names = scene.order.names(scene.machine.dataset.classes)
        groups = [
            matrices.group(moment.arm(arm), scene.order, names, scene.normalise, scene.theme)
            for arm in scene.arms
        ]
        arms = scene.machine.config.networks
        if len(arms) > len(scene.arms):
            groups.append(_every_arm([moment.arm(arm) for arm in arms], scene, names))
        groups.append(_lines(scene.machine, scene.history, moment, scene.theme))
        words = strip(self.run, self.shown, moment, self.scrubbed)
        return Frame(moment.step, stage(scene, self.run.title, self.large), groups, words)


def _every_arm(found: Sequence[ArmSnapshot], scene: Scene, names: Sequence[str]) -> Group:
    metric = found[0].arm.metric.label
    caption = f"Hard, with the {metric} of each: what they are judged by, at the moment shown."
    scored = ((one.arm, matrices.score(one.score_hard), one.hard) for one in found)
    return every_arm(scored, scene.order, names, scene.normalise, scene.theme, caption)


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


def strip(run: Run, shown: RunState, moment: Snapshot | None, scrubbed: bool) -> Strip:
    """Return the status of a run and the numbers of a moment; a `scrubbed` one is named by the scrubber."""
    if moment is None:
        return Strip(shown.status, "Waiting" if shown.ahead else STATUS_NAMES[shown.status], 0.0, [])
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

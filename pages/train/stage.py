"""The stage: two arms side by side with their regions and matrices, the metric's curve and the annealing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from east.figures import (
    ClassOrder,
    Figure,
    Theme,
    annealing_figure,
    curve_figure,
    matrix_figure,
    region_difference_figure,
    region_figure,
)
from east.run import annealings
from pages.shared.live_view import Cell, Group, Key, Stage
from pages.train.matrices import score, score_in_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from east.run import Machine
    from east.synthetic import BestOverView
    from east.training import Arm, Snapshot

    Matrix = NDArray[np.float64]

MOST_KEYS = 7
"""With more classes than this there is no room to name each one's colour."""


@dataclass(frozen=True)
class Scene:
    """What is drawn: a moment of a machine's training, and how it is looked at.

    Args:
        machine: that is trained.
        history: the moments that the curves go through.
        moment: the one shown.
        arms: side by side, one or two.
        order: of the classes in matrices.
        normalise: what the cells of matrices show.
        best: the best reachable score and decisions, where they are known.
        differ: whether the regions show where the arms differ.
        theme: LIGHT or DARK.
        ended: whether the training has, so that what was kept of it is to be said.
    """

    machine: Machine
    history: Sequence[Snapshot]
    moment: Snapshot
    arms: Sequence[Arm]
    order: ClassOrder
    normalise: str
    best: BestOverView | None
    differ: bool
    theme: Theme
    ended: bool = False

    @property
    def differs(self) -> bool:
        """Whether two arms are there to differ, and their difference is asked for."""
        return self.differ and len(self.arms) > 1


def stage(scene: Scene, title: str, large: bool) -> Stage:
    """Draw the stage.

    Args:
        scene: what is drawn.
        title: of the run.
        large: whether words are larger.
    """
    view, moment = scene.machine.view, scene.moment
    groups = [*(_arm(scene, place) for place in range(len(scene.arms))), _foot(scene)]
    name = f"{title}, step {moment.step:,} of {moment.total_steps:,}"
    note = f"{view.note} Points are predicted from their own values." if view and view.note else ""
    return Stage(groups, [] if view is None else _keys(scene), note, name, large)


def _arm(scene: Scene, place: int) -> Group:
    shown = scene.moment.arm(scene.arms[place])
    names, label = scene.order.names(scene.machine.dataset.classes), shown.arm.label

    def matrix(key: str, word: str, counts: Matrix, value: float) -> Cell:
        figure = matrix_figure(
            scene.order.matrix(counts), names, name=f"{label}, {key} matrix", normalise=scene.normalise,
            theme=scene.theme, small=True,
        )  # fmt: skip
        return Cell(key, f"{word} {score(value)}", figure)

    regions = _regions(scene, place)
    cells = [
        *([Cell("regions", "", regions)] if regions else []),
        matrix("soft", "Soft", shown.soft, shown.score_soft),
        matrix("hard", "Hard", shown.hard, shown.score_hard),
    ]
    words = score_in_words(shown, scene.history[-1].arm(shown.arm) if scene.ended else None)
    return Group(f"stage-{shown.arm.key}", cells, 1, label, words, scene.theme.arm(shown.arm))


def _regions(scene: Scene, place: int) -> Figure | None:
    """Draw an arm's regions, or those in which it differs from the other."""
    view, dataset = scene.machine.view, scene.machine.dataset
    both = [(arm, scene.moment.arm(arm).regions) for arm in scene.arms]
    arm, own = both[place]
    rival, other = both[place - 1]
    if view is None or own is None:
        return None
    if scene.differs and other is not None:
        mine, theirs = (arm, own), (rival, other)
        return region_difference_figure(mine, theirs, view, dataset.classes, legend=False, theme=scene.theme)
    best = scene.best
    return region_figure(
        own, view, dataset.classes, name=arm.label, best=best.classes if best else None,
        best_accuracy=best.most_probable if best else None, metric_label=arm.metric.label, legend=False,
        theme=scene.theme,
    )  # fmt: skip


def _keys(scene: Scene) -> list[Key]:
    """Say in plain words what the marks in the regions stand for."""
    theme, classes = scene.theme, scene.machine.dataset.classes
    colours = [Key(name, "dot", theme.class_color(place)) for place, name in enumerate(classes)]
    if len(classes) > MOST_KEYS:
        colours = [Key("a colour for each class, hover for its name", "dot", theme.muted)]
    keys = [*colours, Key("predicted wrongly", "cross", theme.text)]
    if scene.differs:
        lines = [Key(f"boundary of {arm.label}", "line", theme.arm(arm)) for arm in scene.arms]
        return [*keys, *lines]
    if scene.best is None:
        return keys
    label = scene.machine.config.metric.label
    return [*keys, Key("best for accuracy", "dash", theme.text), Key(f"best for {label}", "line", theme.text)]


def _foot(scene: Scene) -> Group:
    machine, theme, moment = scene.machine, scene.theme, scene.moment
    curve = curve_figure(
        scene.history, machine.config.networks, "score", moment=moment,
        reachable=scene.best.score if scene.best else None, theme=theme,
    )  # fmt: skip
    cells = [
        Cell(
            "score", f"{machine.config.metric.label} on validation (dotted: on training rows; ◆ kept)", curve
        )
    ]
    plans = annealings(machine)
    if plans:
        figure = annealing_figure(plans, moment.progress, theme=theme)
        cells.append(Cell("annealing", "Annealing: the surrogate hardens", figure))
    return Group("stage-lines", cells, 2, wide=True)

"""The replay of a report: one scrubber that moves matrices, annealing and curves to a moment of the training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from east.annealing import Annealing
from east.comparison import Comparison
from east.export.record import RunRecord
from east.export.report.markup import element, paragraph, section, text
from east.export.report.pictures import Pictures
from east.export.report.sections import legend, rival
from east.figures import (
    Figure,
    annealing_figure,
    curve_figure,
    difference_figure,
    heaviside_figure,
    matrix_figure,
)
from east.losses import build_loss
from east.run.moments import thinned
from east.training import Arm, Snapshot

MOST_MOMENTS = 60


def replay(record: RunRecord, comparison: Comparison, pictures: Pictures) -> tuple[str, list[dict[str, Any]]]:
    """Write the replay's section, and the figures of each moment."""
    shown = thinned(record.history, MOST_MOMENTS)
    second = rival(comparison)
    arms = tuple(dict.fromkeys(arm.networks for arm in (comparison.subject, second) if arm is not None))
    plans = annealings(record)
    frames = [_figures(record, arms, plans, moment) for moment in shown]
    stored = [
        {
            "words": _words(moment),
            "figures": {name: pictures.stored(one) for name, (_, one) in figures.items()},
        }
        for moment, figures in zip(shown, frames, strict=True)
    ]
    last = len(shown) - 1
    slider = element(
        "label",
        text("Moment of the training ")
        + f'<input type="range" id="scrubber" min="0" max="{last}" value="{last}" step="1">',
    )
    output = element("output", text(_words(shown[-1])), id="moment", _for="scrubber")
    figures = "".join(pictures.frame(name, title, one) for name, (title, one) in frames[-1].items())
    words = "On the validation part, decided by argmax. Move the scrubber with the mouse or the arrow keys."
    controls = element("div", slider + output, _class="controls")
    parts = (
        legend(record.config.networks),
        paragraph(words),
        controls,
        element("div", figures, _class="pair"),
    )
    return section("Replay", *parts), stored


def annealings(record: RunRecord) -> dict[Arm, Annealing]:
    """Find the annealing of each trained arm that has one."""
    counts = [1] * len(record.race.classes)
    found = {arm: build_loss(arm.loss, arm.metric, counts).annealing for arm in record.config.networks}
    return {arm: plan for arm, plan in found.items() if plan is not None}


def _figures(
    record: RunRecord, arms: Sequence[Arm], plans: dict[Arm, Annealing], moment: Snapshot
) -> dict[str, tuple[str, Figure]]:
    """Draw one moment: title and figure by name."""
    names = record.race.classes
    drawn = {}
    for place, arm in enumerate(arms):
        lanes = moment.arm(arm)
        for kind, matrix in (("soft", lanes.soft), ("hard", lanes.hard)):
            figure = matrix_figure(matrix, names, name=f"{arm.label}, {kind}")
            drawn[f"replay-{kind}-{place}"] = (f"{arm.label}: {kind}", figure)
        figure = difference_figure(lanes.soft, lanes.hard, names)
        drawn[f"replay-gap-{place}"] = (f"{arm.label}: soft minus hard", figure)
    if plans:
        now = {arm: moment.arm(arm) for arm in plans}
        figure = annealing_figure(plans, moment.progress)
        drawn["replay-annealing"] = ("Annealing: how hard the surrogate is", figure)
        sharpness = {arm: one.sharpness for arm, one in now.items()}
        placement = {arm: one.placement for arm, one in now.items()}
        drawn["replay-heaviside"] = ("The Heaviside now", heaviside_figure(sharpness, placement=placement))
    for name, title in (("score", "Score on validation"), ("gap", "Surrogate gap")):
        figure = curve_figure(record.history, record.config.networks, name, moment=moment)
        drawn[f"replay-{name}"] = (title, figure)
    return drawn


def _words(moment: Snapshot) -> str:
    return f"step {moment.step:,} of {moment.total_steps:,}"

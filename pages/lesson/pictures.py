"""The pictures of a step, for the moment shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from east.figures import (
    Figure,
    annealing_figure,
    curve_figure,
    heaviside_figure,
    matrix_figure,
    problem_figure,
    region_difference_figure,
    region_figure,
)
from east.lesson import Subject, at_progress
from east.run import annealings, thinned
from pages.shared import live_view
from pages.shared.live_view import Cell, Group

if TYPE_CHECKING:
    from east.figures import Theme
    from east.synthetic import Problem
    from east.training import Snapshot

REGION_PX, MATRIX_PX, CURVE_PX = 290, 220, 200
LINE_POINTS = 160
SIDES = ("left", "right")
KINDS = {"regions": "regions", "soft": "soft matrix", "hard": "hard matrix"}
CURVE_TITLES = {"score": "{metric} on validation", "gap": "Surrogate gap"}
CURVES = {
    "score": "Solid: validation; a diamond marks the moment that is kept. Dotted: training rows.",
    "gap": "Soft score minus hard score: near 0, the loss measures what the metric does.",
}


@dataclass(frozen=True)
class Look:
    """What is drawn of a step: the arms of its panels, the training progress shown, and the cells' unit."""

    subjects: Sequence[Subject]
    progress: float
    cells: str


def draw_problem(problem: Problem) -> None:
    """Draw a made problem, before anything of it is trained."""
    figure = problem_figure(problem, theme=live_view.theme(), height=REGION_PX + 60)
    shares = ", ".join(
        f"{name} {share:.1%}" for name, share in zip(problem.class_names, problem.shares, strict=True)
    )
    caption = (
        "Shade and dashed line: the most probable class. Crosses: rows that even this decision gets wrong."
    )
    cell = Cell("problem", f"The classes by share: {shares}", figure, caption)
    live_view.draw("lesson_problem", [Group("problem", [cell], columns=1)])


def draw(shown: Sequence[str], look: Look) -> None:
    """Draw pictures, keys of `east.lesson.PICTURES`, in their order."""
    theme = live_view.theme()
    cells = [cell for name in shown if name in MAKERS for cell in MAKERS[name](look, theme)]
    classes = look.subjects[0].of.outcome.classes
    legend = [(name, theme.class_color(place)) for place, name in enumerate(classes)]
    live_view.draw(
        "lesson",
        [Group("lesson", cells, columns=min(2, len(cells)), wide=True)] if cells else [],
        legend=legend if {"regions", "difference"} & set(shown) else (),
        marks={"progress": look.progress},
    )


def _moment(look: Look, subject: Subject) -> Snapshot | None:
    return at_progress(subject.of.run.history(), look.progress)


def _titles(look: Look) -> list[str]:
    """Name the panels by their arms; two of the same arm by their metrics too."""
    labels = [subject.arm.label for subject in look.subjects]
    if len(set(labels)) == len(labels):
        return labels
    return [f"{subject.arm.label} for {subject.arm.metric.label}" for subject in look.subjects]


def _each(
    look: Look, key: str, caption: str, make: Callable[[Subject, Snapshot | None, str], Figure | None]
) -> list[Cell]:
    cells = []
    for side, subject, title in zip(SIDES, look.subjects, _titles(look), strict=False):
        figure = make(subject, _moment(look, subject), title)
        if figure is not None:
            cells.append(Cell(f"{key}_{side}", f"{title}: {KINDS[key]}", figure, caption))
    return cells


def _regions(look: Look, theme: Theme) -> list[Cell]:
    def make(subject: Subject, moment: Snapshot | None, title: str) -> Figure | None:
        regions, view = subject.regions(moment), subject.of.view
        if regions is None or view is None:
            return None
        best = subject.best()
        return region_figure(
            regions,
            view,
            subject.of.outcome.classes,
            name=title,
            best=best.classes if best else None,
            best_accuracy=best.most_probable if best else None,
            metric_label=subject.arm.metric.label,
            legend=False,
            theme=theme,
            height=REGION_PX,
        )

    caption = "What is predicted where; crosses: rows that are wrong."
    if look.subjects[0].of.problem is not None:
        caption += " Lines: best for accuracy (dashed), for the metric (solid)."
    return _each(look, "regions", caption, make)


def _difference(look: Look, theme: Theme) -> list[Cell]:
    first, second = look.subjects
    mine, theirs = (subject.regions(_moment(look, subject)) for subject in look.subjects)
    view = first.of.view
    if mine is None or theirs is None or view is None:
        return []
    classes = first.of.outcome.classes
    pair = (first.arm, mine), (second.arm, theirs)
    figure = region_difference_figure(*pair, view, classes, theme=theme, height=REGION_PX)
    return [
        Cell("difference", "Where they differ", figure, f"In the colour of what {_titles(look)[0]} predicts.")
    ]


def _matrices(kind: str, caption: str) -> Callable[[Look, Theme], list[Cell]]:
    def cells(look: Look, theme: Theme) -> list[Cell]:
        def make(subject: Subject, moment: Snapshot | None, title: str) -> Figure:
            matrix = subject.soft(moment) if kind == "soft" else subject.hard(moment)
            classes, name = subject.of.outcome.classes, f"{kind} confusion matrix of {title}"
            return matrix_figure(
                matrix, classes, name=name, normalise=look.cells, theme=theme, height=MATRIX_PX
            )

        return _each(look, kind, caption, make)

    return cells


def _curve(key: str) -> Callable[[Look, Theme], list[Cell]]:
    def cells(look: Look, theme: Theme) -> list[Cell]:
        runs = {id(subject.of): subject for subject in look.subjects}
        found: list[Cell] = []
        for subject in runs.values():
            arms = list(dict.fromkeys(each.arm.networks for each in look.subjects if each.of is subject.of))
            history = thinned(subject.of.run.history(), LINE_POINTS)
            figure = curve_figure(
                history, arms, key, moment=_moment(look, subject), theme=theme, height=CURVE_PX
            )
            title = CURVE_TITLES[key].format(metric=subject.arm.metric.label)
            found.append(Cell(f"{key}_{len(found)}", title, figure, CURVES[key]))
        return found

    return cells


def _annealing(look: Look, theme: Theme) -> list[Cell]:
    first = look.subjects[0]
    plans = annealings(first.of.machine)
    if not plans:
        return []
    figure = annealing_figure(plans, look.progress, theme=theme, height=CURVE_PX)
    caption = "δ (solid) and ω (dashed) shrink: the surrogate hardens as training goes on."
    return [Cell("annealing", "Annealing", figure, caption)]


def _heaviside(look: Look, theme: Theme) -> list[Cell]:
    first = look.subjects[0]
    plans = annealings(first.of.machine)
    moment = _moment(look, first) or first.of.run.history()[-1]
    shapes = {arm: moment.arm(arm).sharpness for arm in plans}
    placement = {arm: moment.arm(arm).placement for arm in plans}
    if not plans:
        return []
    figure = heaviside_figure(shapes, placement=placement, theme=theme, height=CURVE_PX)
    caption = (
        "How a probability counts; dotted, the step it tends to. Bars: the true class in the last batch."
    )
    return [Cell("heaviside", "The Heaviside now", figure, caption)]


MAKERS: dict[str, Callable[[Look, Theme], list[Cell]]] = {
    "regions": _regions,
    "soft": _matrices("soft", "Soft: each row is spread over the classes."),
    "hard": _matrices("hard", "Hard: each row counted once."),
    "difference": _difference,
    "score": _curve("score"),
    "gap": _curve("gap"),
    "annealing": _annealing,
    "heaviside": _heaviside,
}

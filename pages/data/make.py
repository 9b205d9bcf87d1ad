"""Make a problem: a preset, and sliders for whatever is to be changed of it."""

from __future__ import annotations

import streamlit as st

from east.figures import problem_figure
from east.synthetic import DEFAULT_TEST_ROWS, PRESETS, RANGES, SHAPES, Preset
from pages.shared import first_look, live_view, problems, state
from pages.shared.settings import DEFAULTS

STEPS = {"imbalance": 1.0, "overlap": 0.05, "noise": 0.05}
LABELS = {
    "imbalance": ("Imbalance", "Rows of the largest class to one of the smallest."),
    "overlap": ("Overlap", "How far the classes are blurred into each other."),
    "noise": ("Label noise", "Share of rows whose label says nothing."),
}


def preset(light: bool) -> None:
    """Draw the choice of a preset, or only what it is."""
    chosen = problems.preset()
    if light:
        st.skeleton(first_look.SELECT_PX)
    else:
        _choose(chosen)
    problems.take_metric()
    st.caption(f"{chosen.hint}.")


def _choose(chosen: Preset) -> None:
    key = next(key for key, preset in PRESETS.items() if preset is chosen)
    st.selectbox(
        "Problem",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].label,
        **state.bind("preset", key, resets=(*problems.CHANGEABLE, "metric", "beta", "average", "network")),
    )


def changes() -> None:
    """Draw, folded, what can be changed of the problem."""
    with st.expander("Change the problem", icon=":material/tune:"):
        _sliders()


def _sliders() -> None:
    problem = problems.current()
    left, right = st.columns(2)
    left.selectbox(
        "Shape",
        list(SHAPES),
        format_func=lambda name: SHAPES[name].label,
        **state.bind("shape", problem.shape),
    )
    classes = RANGES["classes"]
    right.slider("Classes", int(classes.least), int(classes.most), **state.bind("classes", problem.classes))
    for place, (name, step) in zip((left, right, left), STEPS.items(), strict=True):
        label, hint = LABELS[name]
        limits = RANGES[name]
        value = float(getattr(problem, name))
        place.slider(
            label, float(limits.least), float(limits.most), step=step, help=hint, **state.bind(name, value)
        )
    rows = RANGES["rows"]
    right.number_input(
        "Rows to learn from", int(rows.least), int(rows.most), step=500, **state.bind("rows", problems.rows())
    )
    right.number_input(
        "Seed of the places", 0, 2**31 - 1, step=1, **state.bind("problem_seed", int(problem.seed))
    )
    if any(getattr(state.get(), name) != getattr(DEFAULTS, name) for name in problems.CHANGEABLE):
        st.button("Back to the preset", on_click=_reset, icon=":material/restart_alt:")


def _reset() -> None:
    state.put(**{name: getattr(DEFAULTS, name) for name in problems.CHANGEABLE})


def picture() -> None:
    """Draw the problem."""
    problem = problems.current()
    figure = problem_figure(problem, theme=live_view.theme())
    shares = ", ".join(
        f"{name} {share:.0%}" for name, share in zip(problem.class_names, problem.shares, strict=True)
    )
    title = f"{problem.classes} classes: {shares}"
    caption = (
        "Shade and dashed line: the most probable class, the best decision for accuracy. Crosses: rows that even "
        f"this decision gets wrong. The final score is on {DEFAULT_TEST_ROWS:,} fresh rows."
    )
    cell = live_view.Cell("problem", title, figure, caption)
    live_view.draw("problem", [live_view.Group("problem", [cell], columns=1)])

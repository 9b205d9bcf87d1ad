"""The what-if by hand: per-class offsets on a finished model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from east.figures import class_order, difference_figure, matrix_figure
from east.tables import neutralise_formulas
from pages.shared import links, live_view, session, state
from pages.shared.downloads import download
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import WhatIf
    from east.metrics import Metric
    from east.run import Run
    from east.training import Arm, Outcome

REACH, STEP = 6.0, 0.05
MOST_SLIDERS = 12


def section(run: Run, outcome: Outcome) -> None:
    """Draw the section; its sliders run it alone."""
    st.fragment(_section)(run, outcome)


def _section(run: Run, outcome: Outcome) -> None:
    st.caption(
        "An offset is added to a class's log-probability before the likeliest class is taken. It needs no new "
        "training: what it buys is what a loss has to beat. Choose by validation; a test score that was "
        "chosen by looking at it flatters."
    )
    arms = {found.arm.key: found.arm for found in outcome.arms if found.arm.plain}
    rival = next((key for key, arm in arms.items() if arm.spec.role == "reference"), next(iter(arms)))
    arm = arms[state.known("model", arms, rival)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=320):
            st.selectbox(
                "Finished model",
                list(arms),
                format_func=lambda key: arms[key].label,
                **state.bind("model", arm.key),
            )
        tuned = _tuned(run, outcome, arm)
        st.button("Tune on validation", on_click=_put, args=(tuned,), icon=":material/tune:")
        st.button("No offsets", on_click=_put, args=((),), icon=":material/restart_alt:")
    _answer(run, outcome, arm, {"tuned": tuned, "yours": _sliders(outcome)})


def _tuned(run: Run, outcome: Outcome, arm: Arm) -> tuple[float, ...]:
    """Return the offsets tuned on validation, as far as the sliders reach."""

    def find() -> tuple[float, ...]:
        from east.comparison import suggested_offsets

        with st.spinner("Tuning…"):
            found = suggested_offsets(outcome, arm)
        return tuple(float(value) for value in np.round(np.clip(found, -REACH, REACH) / STEP) * STEP)

    return session.once("tuned", (run.id, arm), find)


def _put(offsets: tuple[float, ...]) -> None:
    state.put(offsets=offsets)


def _sliders(outcome: Outcome) -> tuple[float, ...]:
    """Draw a slider a class, of the scarcest classes where there are many; returns all offsets."""
    names = outcome.classes
    wanted = tuple(float(np.clip(value, -REACH, REACH)) for value in state.get().offsets)
    if wanted and len(wanted) != len(names):
        links.note_fallback("offsets", ", ".join(f"{value:g}" for value in wanted))
        state.put(offsets=())
    offsets = wanted if len(wanted) == len(names) else (0.0,) * len(names)
    counts = np.bincount(outcome.test_targets, minlength=len(names))
    shown = sorted(np.argsort(counts, kind="stable")[:MOST_SLIDERS].tolist())
    columns = st.columns(min(4, len(shown)))
    for number, place in enumerate(shown):
        with columns[number % len(columns)]:
            st.slider(
                f"“{literal(names[place])}”",
                -REACH,
                REACH,
                step=STEP,
                **state.bind_entry("offsets", place, offsets),
            )
    if len(shown) < len(names):
        st.caption(
            f"Sliders of the {MOST_SLIDERS} scarcest of {len(names)} classes; tuning sets all of them."
        )
    return offsets


def _answer(run: Run, outcome: Outcome, arm: Arm, offsets: Mapping[str, tuple[float, ...]]) -> None:
    from east.comparison import offsets_rule, what_if

    none = (0.0,) * len(outcome.classes)
    answers = {
        name: what_if(outcome, arm, offsets_rule(outcome, values))
        for name, values in {"as trained": none, **offsets}.items()
    }
    yours, plain = (answers[name].test_hard.mean(axis=0) for name in ("yours", "as trained"))
    theme, order = live_view.theme(), class_order(plain)
    yours, plain, names = order.matrix(yours), order.matrix(plain), order.names(outcome.classes)
    cells = [
        Cell(
            "yours",
            "Test matrix under your offsets",
            matrix_figure(yours, names, name="Under your offsets", theme=theme, still=True),
            f"{arm.label}, mean over seeds.",
        ),
        Cell(
            "change",
            "What your offsets change",
            difference_figure(yours, plain, names, names=("yours", "as trained"), theme=theme, still=True),
            "Blue: more of it under your offsets; orange: less."
            if (yours != plain).any()
            else "Nothing: every row is predicted as by the model as trained.",
        ),
    ]
    live_view.draw("what_if", [Group("what_if", cells, 2, wide=True)])
    table = _scores(outcome.metric, answers)
    formats = {name: st.column_config.NumberColumn(format="%.4f") for name in table.columns[1:]}
    st.dataframe(table, hide_index=True, column_config=formats)
    download(
        "Probabilities (csv)", lambda: _probabilities(run, outcome, arm), f"probabilities_{arm.loss}.csv"
    )


def _scores(own: Metric, answers: dict[str, WhatIf]) -> pd.DataFrame:
    """Score every answer by the run's own metric and some others, on validation and on test."""
    from east.metrics import metric

    others = (metric("accuracy"), metric("balanced_accuracy"), metric("fbeta"), metric("mcc"))
    measures = {measure.label: measure for measure in (own, *others)}
    rows = []
    for label, measure in measures.items():
        row: dict[str, object] = {"metric": label}
        for part in ("validation", "test"):
            for name, answer in answers.items():
                matrices = answer.validation_hard if part == "validation" else answer.test_hard
                row[f"{part}: {name}"] = round(float(measure.scores(matrices).mean()), 4)
        rows.append(row)
    return pd.DataFrame(rows)


def _probabilities(run: Run, outcome: Outcome, arm: Arm) -> bytes:
    """Write the class probabilities of the finished models as csv."""
    from east.comparison import probabilities_frame

    rows = None
    if run.machine is not None:
        dataset = run.machine.dataset
        rows = {"validation": dataset.validation.rows, "test": dataset.test.rows}
    return neutralise_formulas(probabilities_frame(outcome, arm, rows)).to_csv(index=False).encode()

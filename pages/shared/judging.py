"""The judged race on the Compare page: verdict, intervals, class by class, matrices and the rows behind them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from east.figures import (
    NORMALISATIONS,
    class_change_figure,
    difference_figure,
    matrix_figure,
    order_by_confusion,
    paired_figure,
    score_figure,
)
from east.figures.comparison import MOST_CHANGES
from east.figures.labels import short_labels
from east.tables import neutralise_formulas
from pages.shared import live_view, state
from pages.shared.live_view import Cell, Group
from pages.shared.steering import MANY_CLASSES, Order
from pages.shared.words import CELL_NAMES, VERDICT_ICONS, literal

if TYPE_CHECKING:
    from east.comparison import ClassRow, Comparison, Race
    from east.run import Run
    from east.training import Outcome

MOST_ROWS = 200
ROWS_FOUND = ("First − second", "rows found")


def judged(run: Run, outcome: Outcome) -> Comparison:
    """Return the run's comparison, made once a session."""

    def make() -> Comparison:
        from east.comparison import compare, race_from

        with st.spinner("Resampling the test rows…"):
            return compare(race_from(outcome))

    made: Comparison = state.remembered("comparison", run.id, make)
    return made


def class_order(matrix: NDArray[np.float64]) -> Order:
    """Put many classes in the order of what is confused with what, so that errors stand together."""
    many = len(matrix) > MANY_CLASSES
    return Order(order_by_confusion(matrix) if many else np.arange(len(matrix)))


def labels(keys: Sequence[str]) -> dict[str, str]:
    """Name arms for people."""
    from east.comparison import arm_label

    return {key: arm_label(key) for key in keys}


def headline(comparison: Comparison) -> None:
    """Say who won in plain words, as strongly as the intervals allow."""
    from east.comparison import verdict

    said = verdict(comparison)
    with st.container(border=True):
        st.markdown(f"#### {VERDICT_ICONS[said.kind]} {literal(said.headline)}")
        st.caption(literal(" ".join(said.details)))


def scores(run: Run, comparison: Comparison) -> None:
    """Draw every arm's score and the paired differences, each with its interval."""
    from east.comparison.wording import scale

    theme, called = live_view.theme(), labels(comparison.race.keys)
    values = {score.key: score.values for score in comparison.scores}
    ends = {score.key: score.interval for score in comparison.scores}
    factor, unit = scale(comparison.metric)
    label = comparison.metric.label
    cells = [
        Cell(
            "scores",
            f"{label} on test",
            score_figure(values, label, intervals=ends, labels=called, theme=theme),
            "Line: 95 % interval. Bar: mean over seeds. Dots: the seeds, each at its best moment on validation.",
        )
    ]
    if comparison.differences:
        paired = paired_figure(comparison.differences, unit=unit, scale=factor, labels=called, theme=theme)
        caption = (
            "Right of zero it is better than the rival. Paired: both arms meet the same rows and seeds, so that "
            "what is common to them cancels."
        )
        cells.append(Cell("paired", f"{called[comparison.hero]} minus each rival", paired, caption))
    live_view.draw("compare", [Group("scores", cells, 1, wide=True, wide_columns=2)], marks={"run": run.id})


def downloads(run: Run, comparison: Comparison) -> None:
    """Offer the statistics and every prediction they come from."""
    from east.comparison import summarise

    def statistics() -> str:
        return json.dumps(summarise(comparison), ensure_ascii=False, indent=1)

    with st.container(horizontal=True):
        download("Predictions (csv)", lambda: predictions(run, comparison.race), "predictions.csv")
        download("Statistics (json)", statistics, "comparison.json")


def download(label: str, data: Callable[[], bytes | str], name: str) -> None:
    """Offer a file that is made when it is asked for."""
    st.download_button(label, data, name, on_click="ignore", icon=":material/download:", type="tertiary")


def predictions(run: Run, race: Race) -> bytes:
    """Write every prediction of a race's arms as csv."""
    from east.comparison import predictions_frame

    frame = predictions_frame(race, run.machine.dataset.test.rows if run.machine else None)
    return neutralise_formulas(frame).to_csv(index=False).encode()


def classes(run: Run, outcome: Outcome) -> None:
    """Show what two arms do for each class, what changed most first."""
    from east.comparison import class_table

    comparison = judged(run, outcome)
    first, second = _pair(comparison)
    beta = float(comparison.metric.options.get("beta", 1.0))
    table = class_table(comparison.race, first, second, beta)
    called, theme = labels((first, second)), live_view.theme()
    figure = class_change_figure(table, labels=called, theme=theme)
    caption = f"Filled: {called[first]}. Open: {called[second]}. What changed most is on top."
    if len(table) > MOST_CHANGES:
        caption += f" The first {MOST_CHANGES} of {len(table)} classes; the table below has all."
    legend = [(called[key], theme.arm(key)) for key in dict.fromkeys((first, second))]
    group = Group("classes", [Cell("classes", f"F{beta:g} by class", figure, caption)], 1, wide=True)
    live_view.draw("compare_classes", [group], legend=legend)
    st.caption(
        "Precision: of what is called this class, the share that is. Recall: of what is this class, the share "
        "found. Means over the seeds; 0 / 0 counts as 0."
    )
    _class_numbers(table, called, f"F{beta:g}")


def _class_numbers(
    table: Sequence[tuple[ClassRow, ClassRow]], called: Mapping[str, str], f_name: str
) -> None:
    """List the rates of each class, those of one arm under its name."""
    rows = []
    names = short_labels([one.name for one, _ in table], 24)
    for name, (one, other) in zip(names, table, strict=True):
        row: dict[tuple[str, str], object] = {("", "class"): name, ("", "test rows"): one.support}
        for rated in dict.fromkeys((one, other)):
            rates = (rated.precision, rated.recall, rated.f)
            row |= {
                (called[rated.arm], kind): rate
                for kind, rate in zip(("precision", "recall", f_name), rates, strict=True)
            }
        if one != other:
            row[ROWS_FOUND] = one.found - other.found
        rows.append(row)
    columns = list(rows[0])
    frame = neutralise_formulas(pd.DataFrame([list(row.values()) for row in rows]))
    frame.columns = pd.MultiIndex.from_tuples(columns)
    # Columns under a heading are told by their place, behind the hidden index; their names cannot be.
    configs: dict[Any, Any] = {
        1 + place: st.column_config.NumberColumn(format="%.3f", width=72)
        for place, (arm, _) in enumerate(columns)
        if arm
    }
    configs[1] = st.column_config.Column(width=190)
    if ROWS_FOUND in columns:
        configs[len(columns)] = st.column_config.NumberColumn(format="%+.1f")
    st.dataframe(frame, hide_index=True, column_config=configs)


def matrices(run: Run, outcome: Outcome) -> None:
    """Show two arms' matrices, their difference, and the rows behind a cell."""
    comparison = judged(run, outcome)
    first, second = _pair(comparison)
    st.segmented_control(
        "Cells show", list(NORMALISATIONS), format_func=lambda name: CELL_NAMES[name],
        label_visibility="collapsed", required=True,
        **state.bind("show", state.chosen("show", NORMALISATIONS)),
    )  # fmt: skip
    race, called = comparison.race, labels((first, second))
    theme, show = live_view.theme(), str(state.setting("show"))
    order = class_order(race.arm(first).hard.mean(axis=0))
    means = {key: order.of(race.arm(key).hard.mean(axis=0)) for key in (first, second)}
    names = order.names(race.classes)
    mean = ", mean over seeds" if len(race.seeds) > 1 else ""
    cells = [
        Cell(
            f"matrix {place}",
            called[key] + mean,
            matrix_figure(means[key], names, name=called[key], normalise=show, theme=theme, still=True),
            "Click a cell to see the rows behind it.",
            click=True,
        )
        for place, key in enumerate((first, second))
    ]
    gap = difference_figure(
        means[first], means[second], names, names=(called[first], called[second]), normalise=show,
        theme=theme, still=True,
    )  # fmt: skip
    cells.append(
        Cell("difference", "First − second", gap, "Blue: more of it with the first arm; orange: less.")
    )
    click = live_view.draw("compare_matrices", [side_by_side("matrices", cells, len(names))])
    if click is not None and click.cell.startswith("matrix"):
        state.put("cell", (race.classes.index(click.y), race.classes.index(click.x), int(click.cell[-1])))
    _rows_behind(run, comparison, (first, second))


def side_by_side(key: str, cells: Sequence[Cell], classes: int) -> Group:
    """Set three matrices side by side where there is room for their labels."""
    return Group(key, cells, 2 if classes > MANY_CLASSES else 3, wide=True, wide_columns=3)


def _rows_behind(run: Run, comparison: Comparison, pair: tuple[str, str]) -> None:
    """Show the table's rows that fall into one cell of one arm's matrix."""
    from east.comparison import rows_in_cell

    race, called = comparison.race, labels(pair)
    true, predicted, arm = _cell(comparison, pair)
    st.markdown("**The rows behind a cell**")
    with st.container(horizontal=True):
        spots = range(len(race.classes))
        st.selectbox(
            "Arm",
            [0, 1],
            format_func=lambda place: called[pair[place]],
            **state.bind_entry("cell", 2, (true, predicted, arm)),
        )
        for entry, label in enumerate(("True class", "Predicted")):
            st.selectbox(
                label,
                spots,
                format_func=lambda place: race.classes[place],
                **state.bind_entry("cell", entry, (true, predicted, arm)),
            )
    positions = rows_in_cell(race, pair[arm], true, predicted)
    often = " for at least half of the seeds" if len(race.seeds) > 1 else ""
    st.caption(
        f"{len(positions):,} test rows fall there. They are “{literal(race.classes[true])}”, and called "
        f"“{literal(race.classes[predicted])}” by {literal(called[pair[arm]])}{often}."
    )
    table, machine = state.table_of(run), run.machine
    if not len(positions):
        return
    if table is None or machine is None:
        st.caption("The table itself is no longer in memory.")
        return
    chosen = machine.dataset.test.rows[positions[:MOST_ROWS]]
    st.dataframe(neutralise_formulas(table.frame.iloc[chosen]), height=260)
    if len(positions) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS} of them are shown.")


def _cell(comparison: Comparison, pair: tuple[str, str]) -> tuple[int, int, int]:
    """Return the cell asked for, or else the largest confusion of the first arm."""
    count, wanted = len(comparison.race.classes), tuple(state.setting("cell"))
    if len(wanted) == 3 and max(wanted[:2]) < count and min(wanted) >= 0 and wanted[2] < 2:
        return wanted
    hard = comparison.race.arm(pair[0]).hard.mean(axis=0)
    true, predicted = divmod(int(np.where(np.eye(count, dtype=bool), -1, hard).argmax()), count)
    return true, predicted, 0


def _pair(comparison: Comparison) -> tuple[str, str]:
    """Draw the choice of two arms."""
    keys = list(comparison.race.keys)
    rivals = [difference.second for difference in comparison.differences]
    fallback = (comparison.hero, "cross_entropy" if "cross_entropy" in rivals else (rivals or keys)[0])
    called = labels(keys)
    chosen = []
    with st.container(horizontal=True):
        for name, label, default in (
            ("first", "First arm", fallback[0]),
            ("second", "Second arm", fallback[1]),
        ):
            with st.container(width=320):
                now = state.chosen(name, keys, default=default)
                st.selectbox(label, keys, format_func=lambda key: called[key], **state.bind(name, now))
                chosen.append(str(now))
    return chosen[0], chosen[1]

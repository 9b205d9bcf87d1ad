"""The runs of this session: listed, opened again, renamed, deleted, and any two compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError, SettingError
from east.figures import paired_figure
from pages.compare.arms import labels
from pages.shared import live_view, session, shelf
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Race
    from east.run import Run
    from east.training import Outcome


def section(run: Run, outcome: Outcome) -> None:
    """Draw the list and the comparison of two."""
    listing()
    _two_runs()


def listing() -> None:
    """List the runs of this session, the newest first."""
    runs = shelf.past_runs()
    if not runs:
        st.caption(
            "Past runs will be listed here. They live as long as the server, and are seen by you only."
        )
        return
    st.caption("They live as long as the server, and are seen only by who has a link to one of them.")
    present = shelf.run()
    for run, kept in runs:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            mark = " · **shown now**" if present is not None and present.id == run.id else ""
            st.markdown(
                f"**{literal(run.title)}**{mark}  \n{literal(_facts(run))} · {kept.began:%d %b %Y, %H:%M}",
                width="stretch",
            )
            st.button("Open", key=f"open_{run.id}", on_click=shelf.show, args=(run.id,), disabled=bool(mark))
            with st.popover("Rename"):
                st.text_input(
                    "New name",
                    run.title,
                    max_chars=80,
                    key=f"name_{run.id}",
                    on_change=_rename,
                    args=(run,),
                )
            with st.popover("Delete"):
                st.markdown("A deleted run cannot be brought back.")
                st.button(
                    "Delete it",
                    key=f"delete_{run.id}",
                    on_click=shelf.delete,
                    args=(run.id,),
                    type="primary",
                )


def _rename(run: Run) -> None:
    """Give a run the name typed for it; an empty one changes nothing."""
    run.title = str(session.widget_value(f"name_{run.id}")).strip() or run.title


def _facts(run: Run) -> str:
    if run.machine is None:
        return run.frame.status
    config, dataset = run.machine.config, run.machine.dataset
    arms = ", ".join(labels([arm.loss for arm in config.race]).values())
    seeds = len(config.seeds)
    status = () if run.outcome is not None else (run.frame.status,)
    words = (*status, config.metric.label, f"{dataset.name}, {dataset.target}", arms)
    return " · ".join((*words, f"{seeds} {'seeds' if seeds > 1 else 'seed'}"))


def _two_runs() -> None:
    """Compare any arm of any run with any arm of any other."""
    runs = shelf.past_runs()
    ended = [(run, run.outcome) for run, _ in runs if run.outcome is not None]
    titles = Counter(run.title for run, _ in runs)
    began = {run.id: f" ({kept.began:%H:%M:%S})" if titles[run.title] > 1 else "" for run, kept in runs}
    if len(ended) < 2:
        return
    st.subheader("Any two", anchor=False)
    choices = [
        (run, loss) for run, outcome in ended for loss in dict.fromkeys(lane.loss for lane in outcome.lanes)
    ]
    called = labels([loss for _, loss in choices])

    def name(place: int) -> str:
        run, loss = choices[place]
        return f"{called[loss]} · {run.title}{began[run.id]}"

    left, right = st.columns(2)
    first = left.selectbox("First", range(len(choices)), format_func=name)
    other = next(place for place, (run, _) in enumerate(choices) if run is not choices[0][0])
    second = right.selectbox("Second", range(len(choices)), other, format_func=name)
    if first == second:
        st.caption("Choose two different ones.")
        return
    _compare(choices[first], choices[second], (name(first), name(second)))


def _compare(first: tuple[Run, str], second: tuple[Run, str], names: tuple[str, str]) -> None:
    from east.comparison import pair_races, pair_sentence, paired_difference
    from east.comparison.wording import scale

    (one, one_key), (two, two_key) = first, second
    try:
        _same_rows(one, two)
        race = pair_races(_race(one), one_key, _race(two), two_key)
    except EastError as error:
        st.info(literal(error))
        for (run, key), name in zip((first, second), names, strict=True):
            arm = _race(run).arm(key)
            score = arm.metric.scores(arm.hard).mean()
            st.markdown(f"{literal(name)}: {literal(arm.metric.label)} {score:.4f} on test")
        return
    difference = paired_difference(race, race.keys[0], race.keys[1])
    factor, unit = scale(race.metric)
    st.markdown(literal(pair_sentence(difference, names, race.metric)))
    labels = dict(zip(race.keys, names, strict=True))
    figure = paired_figure([difference], unit=unit, scale=factor, labels=labels, theme=live_view.theme())
    live_view.draw("two_runs", [Group("two", [Cell("two", race.metric.label, figure)], 1, wide=True)])


def _same_rows(one: Run, two: Run) -> None:
    a, b = (run.machine.dataset if run.machine else None for run in (one, two))
    same = (
        a is not None
        and b is not None
        and shelf.table_of(one) is shelf.table_of(two)
        and a.test.rows.tolist() == b.test.rows.tolist()
    )
    if not same:
        raise SettingError(
            "These runs cannot be paired, for they were tested on different rows",
            None,
            "train both on the same table, target and split",
        )


def _race(run: Run) -> Race:
    from east.comparison import race_from

    assert run.outcome is not None
    return race_from(run.outcome, offsets_for=())

"""Choose or upload a table, see what is in it, and start."""

import streamlit as st

from east.dataset import Profile
from east.figures import class_balance_figure
from east.tables import Table
from pages.shared import columns, concerns, controls, frame, live_view, reading, state, table, uploads
from pages.shared.words import literal

MOST_BARS = 40


def main() -> None:
    """Draw the page."""
    st.title("Train for the metric you are judged by", anchor=False)
    st.markdown(
        "Cross-entropy trains for likelihood. **EAST** trains for the confusion matrix itself. "
        "Pick a table, press Train, and watch the two race."
    )
    notes = st.container()
    left, right = st.columns([1, 1], gap="large")
    with left:
        _choose()
    used = table.current()
    facts = table.facts()
    with left:
        reading.told(used)
        classes = _target(used, facts)
    with right:
        _balance(used, facts, classes)
    concerns.section(facts)
    columns.section(facts, used)
    with notes:
        frame.notes()


def _choose() -> None:
    chosen = table.source()  # which may find the upload of a run again
    options = table.sources()
    titles = {name: sample.title for name, sample in table.known_samples().items()}
    uploaded = uploads.current()
    if uploaded is not None and uploaded.table is not None:
        titles[uploads.UPLOADED] = f"{uploaded.table.name} (yours)"
    st.selectbox(
        "Table",
        options,
        format_func=lambda name: titles[name],
        **state.bind("sample", chosen, resets=uploads.ASKED),
    )
    reading.uploader()


def _target(used: Table, facts: Profile) -> table.Classes:
    names = [str(column) for column in used.frame.columns]
    st.selectbox(
        "Column to predict", names, **state.bind("target", table.target(used), ("bins", "missing", "rare"))
    )
    sample = table.known_samples().get(table.source())
    st.caption(sample.description if sample is not None else columns.guesses(facts))
    classes = table.classes()
    concerns.problem(classes)
    controls.train_button(classes.problem is not None)
    with st.expander("Split and columns", icon=":material/tune:"):
        _split(used, names)
    return classes


def _split(used: Table, names: list[str]) -> None:
    target = table.target(used)
    others = [name for name in names if name != target]
    kept = [name for name in state.setting("exclude") if name in others]
    st.multiselect("Leave columns out", others, **state.bind("exclude", kept))
    left, right = st.columns(2)
    left.selectbox(
        "Train / validation / test",
        list(table.SHARES),
        **state.bind("shares", state.chosen("shares", table.SHARES)),
    )
    right.number_input(
        "Seed of the split", 0, 2**31 - 1, step=1, **state.bind("split_seed", state.setting("split_seed"))
    )
    asked = table.choices()
    for place, name, label, value in (
        (left, "group", "Keep together, by group", asked.group),
        (right, "time", "Or split by time", asked.time),
    ):
        place.selectbox(
            label,
            others,
            index=None,
            placeholder="no",
            help="The newest rows are the test."
            if name == "time"
            else "No value is on two sides of the split.",
            **state.bind(name, value, resets=("time",) if name == "group" else ("group",)),
        )
    _policies(used, target)


def _policies(used: Table, target: str) -> None:
    left, right = st.columns(2)
    left.selectbox(
        "Very rare classes",
        list(table.RARE),
        format_func=lambda name: table.RARE[name],
        help="A class of one or two rows cannot be in all three parts.",
        **state.bind("rare", state.chosen("rare", table.RARE)),
    )
    right.selectbox(
        "Rows without a target",
        list(table.MISSING),
        format_func=lambda name: table.MISSING[name],
        help="They can neither train nor be judged.",
        **state.bind("missing", state.chosen("missing", table.MISSING)),
    )
    if table.is_numeric(used, target):
        st.number_input(
            "Cut the target into so many classes",
            2,
            100,
            step=1,
            placeholder="not cut",
            help="At its quantiles, so that the classes are about as large as each other.",
            **state.bind("bins", state.setting("bins")),
        )


def _balance(used: Table, facts: Profile, classes: table.Classes) -> None:
    st.markdown(f"**{literal(table.title())}** · {used.num_rows:,} rows · {used.num_columns:,} columns")
    found = [(name, count) for name, count in zip(classes.names, classes.counts, strict=True) if count]
    found = found or [(known.label, known.count) for known in facts.classes]
    target = table.target(used)
    if not found:
        st.caption(f"“{literal(target)}” has no classes yet.")
        return
    largest = sorted(found, key=lambda pair: -pair[1])
    names, counts = zip(*(largest[:MOST_BARS] if len(found) > MOST_BARS else found), strict=True)
    figure = class_balance_figure(names, counts, theme=live_view.theme())
    ratio = largest[0][1] / largest[-1][1]
    title = f"{len(found):,} classes of “{target}” · largest to smallest {ratio:,.3g} : 1"
    shown = f"The {MOST_BARS} largest of {len(found):,} classes." if len(found) > MOST_BARS else ""
    cell = live_view.Cell("balance", title, figure, shown)
    live_view.draw("balance", [live_view.Group("balance", [cell], columns=1)])
    if classes.problem is not None:
        st.caption("Not split yet: a question is open.")
        return
    train, validation, test = classes.parts
    alike = table.choices().group is None and table.choices().time is None
    st.caption(
        f"{'Each class is split alike: ' if alike else ''}{train:,} rows to train on, "
        f"{validation:,} to choose the best moment, {test:,} kept for the final score."
    )
    for note in classes.notes:
        st.caption(literal(note))


frame.guard("data")
main()

"""Choose or upload a table, see what is in it, and start."""

import streamlit as st

from east.errors import EastError
from east.figures import class_balance_figure
from east.tables import Table, read_table_guarded
from pages.shared import controls, frame, live_view, state, table
from pages.shared.words import literal

FORMATS = ["csv", "tsv", "txt", "parquet", "feather", "xlsx", "ods", "arff", "json", "jsonl", "gz", "zip"]
MOST_MEGABYTES = 200
PREVIEW_ROWS = 100


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
    with left:
        classes = _target(used)
    with right:
        _balance(used, classes)
    _contents(used)
    with notes:
        frame.notes()


def _choose() -> None:
    options = table.sources()
    titles = {name: f"{sample.title}" for name, sample in table.known_samples().items()}
    uploaded = state.upload()
    if uploaded is not None:
        titles[table.UPLOADED] = f"{uploaded.name} (yours)"
    st.selectbox(
        "Table", options, format_func=lambda name: titles[name], **state.bind("sample", table.source())
    )
    with st.expander("Or upload your own", expanded=uploaded is not None, icon=":material/upload:"):
        file = st.file_uploader(
            "csv, tsv, parquet, xlsx, arff, json and more; it stays in this computer's memory",
            type=FORMATS,
            max_upload_size=MOST_MEGABYTES,
        )
        if file is not None:
            _take(file.file_id, file.getvalue(), file.name)


def _take(file_id: str, data: bytes, name: str) -> None:
    try:
        with st.spinner(f"Reading {name}…"):
            new = state.take_upload(file_id, lambda: read_table_guarded(data, name))
    except EastError as error:
        st.error(literal(error))
        return
    if new:
        state.put("sample", table.UPLOADED)
        state.put("target", None)
        state.put("exclude", ())
        st.rerun()


def _target(used: Table) -> table.Classes:
    columns = [str(column) for column in used.frame.columns]
    st.selectbox("Column to predict", columns, **state.bind("target", table.target(used)))
    sample = table.known_samples().get(table.source())
    if sample is not None:
        st.caption(sample.description)
    classes = table.classes()
    if classes.problem:
        st.error(literal(classes.problem))
    controls.train_button(classes.problem is not None)
    with st.expander("Split and columns", icon=":material/tune:"):
        _split(used, columns)
    return classes


def _split(used: Table, columns: list[str]) -> None:
    others = [column for column in columns if column != table.target(used)]
    kept = [column for column in state.setting("exclude") if column in others]
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
    st.selectbox(
        "Classes with fewer than three rows",
        list(table.RARE),
        format_func=lambda name: table.RARE[name],
        **state.bind("rare", state.chosen("rare", table.RARE)),
    )


def _balance(used: Table, classes: table.Classes) -> None:
    st.markdown(f"**{literal(table.title())}** · {used.num_rows:,} rows · {used.num_columns:,} columns")
    if classes.problem:
        return
    figure = class_balance_figure(classes.names, classes.counts, theme=live_view.theme())
    title = f"{len(classes.names)} classes of “{table.target(used)}”"
    cell = live_view.Cell("balance", title, figure)
    live_view.draw("balance", [live_view.Group("balance", [cell], columns=1)])
    train, validation, test = table.part_sizes(classes.counts)
    st.caption(
        f"Each class is split alike: {train:,} rows to train on, {validation:,} to choose the best moment, "
        f"{test:,} kept for the final score."
    )
    for note in classes.notes:
        st.caption(literal(note))


def _contents(used: Table) -> None:
    missing = used.frame.isna().sum()
    gaps = [literal(f"{name} ({count:,})") for name, count in missing.items() if count]
    st.subheader("What is in it", anchor=False)
    told = "No value is missing." if not gaps else f"Missing values in {', '.join(gaps[:8])}"
    told += f" and {len(gaps) - 8} more columns." if len(gaps) > 8 else "." if gaps else ""
    st.caption(f"{told} The first {min(PREVIEW_ROWS, used.num_rows)} rows:")
    st.dataframe(used.frame.head(PREVIEW_ROWS), height=280, hide_index=True)
    if used.findings:
        with st.expander("How the file was understood", icon=":material/fact_check:"):
            for finding in used.findings:
                st.markdown(
                    f"- **{literal(finding.what)}**: {literal(finding.decided)} ({literal(finding.why)})"
                )


frame.guard("data")
main()

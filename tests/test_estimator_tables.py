"""EASTClassifier on the tables and labels people have: every kind of column, of every library."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pytest
from sklearn.datasets import make_blobs
from sklearn.exceptions import DataConversionWarning

from east.errors import DatasetError
from east.estimator import EASTClassifier

pytestmark = pytest.mark.usefixtures("one_thread")

ROWS = 240
CODES = np.arange(ROWS) % 3
# What tells the classes apart, as every kind of column that can hold it.
NUMBERS = pd.Series(CODES * 10.0 + np.random.default_rng(0).normal(0, 1, ROWS))
WHOLE = NUMBERS.round().astype("int64")
TEXTS = pd.Series(np.asarray(["low", "middle", "high"])[CODES])
DAYS = pd.Timestamp("2020-01-01") + pd.to_timedelta(WHOLE, unit="D")
DURATIONS = pd.Series(pd.to_timedelta(NUMBERS, unit="h"))
COLUMNS: dict[str, Any] = {
    "float": NUMBERS,
    "nullable float": NUMBERS.astype("Float64").mask(CODES == 1, pd.NA),
    "nullable whole": WHOLE.astype("Int64").mask(np.arange(ROWS) % 50 == 7, pd.NA),
    "arrow float": NUMBERS.astype(pd.ArrowDtype(pa.float32())),
    "arrow whole": WHOLE.astype(pd.ArrowDtype(pa.int16())),
    "arrow decimal": WHOLE.astype(pd.ArrowDtype(pa.decimal128(24, 2))),
    "sparse": pd.Series(pd.arrays.SparseArray(WHOLE)),
    "text": TEXTS,
    "python text": TEXTS.astype(object),
    "arrow text": TEXTS.astype(pd.ArrowDtype(pa.string())),
    "categories": TEXTS.astype("category"),
    "numbered categories": WHOLE.clip(0, 30).floordiv(8).astype("category"),
    "arrow categories": TEXTS.astype(pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
    "day": DAYS,
    "day with a zone": DAYS.dt.tz_localize("Europe/Berlin"),
    "arrow day": DAYS.astype("datetime64[ms]").astype(pd.ArrowDtype(pa.timestamp("ms"))),
    "python dates": DAYS.dt.date,
    "duration": DURATIONS,
    "duration with gaps": DURATIONS.where(np.arange(ROWS) % 50 != 7),
    "arrow duration": DURATIONS.astype(pd.ArrowDtype(pa.duration("ms"))),
    "python durations": pd.Series([datetime.timedelta(hours=hours) for hours in NUMBERS], dtype=object),
}


def quick(**settings: Any) -> EASTClassifier:
    return EASTClassifier(**{"epochs": 150, "hidden": (16,), **settings})


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_any_kind_is_read_for_what_it_means(name: str) -> None:
    frame = pd.DataFrame({"x": COLUMNS[name]})
    assert quick().fit(frame, CODES).score(frame, CODES) > 0.97


def test_durations_count_as_their_seconds() -> None:
    durations = pd.DataFrame({"x": DURATIONS, "y": TEXTS})
    seconds = durations.assign(x=DURATIONS.dt.total_seconds())
    fitted = quick().fit(durations, CODES)
    np.testing.assert_array_equal(fitted.predict_proba(seconds), fitted.predict_proba(durations))
    np.testing.assert_array_equal(
        quick().fit(seconds, CODES).predict_proba(seconds), fitted.predict_proba(seconds)
    )


@pytest.mark.parametrize("kind", ["boolean", pd.ArrowDtype(pa.bool_())], ids=str)
def test_booleans_that_may_be_missing(kind: Any) -> None:
    frame = pd.DataFrame({"x": pd.Series(CODES == 1).astype(kind).mask(CODES == 2, pd.NA)})
    assert quick().fit(frame, CODES).score(frame, CODES) == 1


PLAIN = pd.DataFrame({"number": NUMBERS, "text": TEXTS, "day": DAYS, "duration": DURATIONS})


@pytest.mark.parametrize(
    "made",
    [pa.table, pa.RecordBatch.from_pandas, polars.DataFrame],
    ids=["pyarrow.Table", "pyarrow.RecordBatch", "polars"],
)
def test_tables_of_other_libraries_give_the_same_model(made: Any) -> None:
    expected = quick(epochs=20).fit(PLAIN, TEXTS)
    rows = made(PLAIN)
    fitted = quick(epochs=20).fit(rows, TEXTS)
    assert fitted.feature_names_in_.tolist() == list(PLAIN.columns)
    np.testing.assert_array_equal(fitted.predict_proba(rows), expected.predict_proba(PLAIN))
    np.testing.assert_array_equal(fitted.predict(PLAIN), expected.predict(rows))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (pd.Series(CODES).astype("Int64"), [0, 1, 2]),
        (pd.Series(CODES == 0).astype("boolean"), [False, True]),
        (TEXTS.astype(pd.ArrowDtype(pa.string())), ["high", "low", "middle"]),
        (pd.Series(CODES).astype(pd.ArrowDtype(pa.int8())), [0, 1, 2]),
        (polars.Series(TEXTS.tolist()), ["high", "low", "middle"]),
        (polars.Series(CODES == 0), [False, True]),
        (pa.chunked_array([TEXTS.tolist()]), ["high", "low", "middle"]),
        (TEXTS.tolist(), ["high", "low", "middle"]),
    ],
    ids=lambda given: f"{type(given).__module__.split('.')[0]} {getattr(given, 'dtype', '')}",
)
def test_labels_keep_their_kind(labels: Any, classes: list[Any]) -> None:
    fitted = quick(epochs=20).fit(PLAIN[["number"]], labels)
    found = fitted.classes_.tolist()
    assert found == classes and list(map(type, found)) == list(map(type, classes))
    assert fitted.score(PLAIN[["number"]], labels) > 0.5


def test_labels_in_a_table_of_one_column_are_used_with_a_warning() -> None:
    for labels in (TEXTS.to_frame(), TEXTS.to_numpy()[:, None]):
        with pytest.warns(DataConversionWarning, match="1d array was expected"):
            fitted = quick(epochs=2).fit(PLAIN, labels)
        assert fitted.classes_.tolist() == ["high", "low", "middle"]


def test_missing_labels_are_refused_in_every_kind() -> None:
    gaps = np.arange(ROWS) == 4
    for labels in (TEXTS.mask(gaps), pd.Series(CODES).astype("Int64").mask(gaps), NUMBERS.round().mask(gaps)):
        with pytest.raises(DatasetError, match=r"^Labels are missing; leave the rows without a label out\.$"):
            quick().fit(PLAIN, labels)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ([1, 2], r"\[1, 2\]"),
        ({"a": 1}, r"\{'a': 1\}"),
        ((1, "b"), r"\(1, 'b'\)"),
        (np.arange(2), r"array\(\[0, 1\]\)"),
        ("x", None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_several_values_in_a_cell_are_refused_in_one_sentence(cell: Any, shown: str | None) -> None:
    cells = pd.Series([None, *[cell] * (ROWS - 1)], dtype=object)
    frame = PLAIN.assign(odd=cells)
    if shown is None:
        assert quick(epochs=2).fit(frame, CODES).n_features_in_ == 5
        return
    sentence = rf"^The column 'odd' holds several values in one cell: got {shown}; give one [^\n]*\.$"
    with pytest.raises(DatasetError, match=sentence):
        quick().fit(frame, CODES)
    fitted = quick(epochs=2).fit(frame.assign(odd="x"), CODES)
    with pytest.raises(DatasetError, match=sentence):
        fitted.predict(frame)


def test_arrow_lists_and_complex_numbers_are_refused() -> None:
    lists = pd.Series([[1, 2]] * ROWS).astype(pd.ArrowDtype(pa.list_(pa.int64())))
    with pytest.raises(DatasetError, match="'odd' holds several values in one cell"):
        quick().fit(PLAIN.assign(odd=lists), CODES)
    with pytest.raises(DatasetError, match="'odd' holds complex numbers"):
        quick().fit(PLAIN.assign(odd=NUMBERS + 1j), CODES)


def test_arrays_of_numbers_and_of_objects_are_read_alike() -> None:
    rows, labels = make_blobs(120, centers=3, random_state=0)
    expected = quick(epochs=20).fit(rows, labels).predict_proba(rows)
    as_objects = rows.astype(object)
    np.testing.assert_array_equal(
        quick(epochs=20).fit(as_objects, labels).predict_proba(as_objects), expected
    )

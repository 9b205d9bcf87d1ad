"""An encoder as plain data gives what the fitted one gives, for every kind of column."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from east.dataset.encoding import fit_encoder
from east.errors import EastError
from east.export import predict
from east.export.encoders import PlainEncoder, plain_encoder

ROWS = 400
GENERATOR = np.random.default_rng(0)
CODES = GENERATOR.integers(0, 40, ROWS)
TARGETS = CODES * 7919 % 3
WORDS = np.asarray(["Größe", "small", "SMALL", "", "tiny,", "one-two", "x", "yz", "Ünder"])
COLUMNS = {
    "numbers": GENERATOR.normal(0, 1e5, ROWS),
    "whole numbers": GENERATOR.integers(-3, 3, ROWS),
    "huge": GENERATOR.normal(0, 1, ROWS) * 1e160,
    "mostly one": np.where(GENERATOR.random(ROWS) < 0.95, 2.0, GENERATOR.random(ROWS)),
    "codes as numbers": CODES,
    "codes as text": np.char.add("code ", CODES.astype(str)),
    "many codes": np.char.add("id-", (CODES * 3 + GENERATOR.integers(0, 3, ROWS)).astype(str)),
    "categories": GENERATOR.choice(["a", "B", "ç", "?", "n/a", " "], ROWS),
    "two categories": GENERATOR.choice(["yes", "no"], ROWS),
    "booleans": GENERATOR.random(ROWS) < 0.5,
    "moments": pd.Timestamp("1999-12-31 23:59:59") + pd.to_timedelta(GENERATOR.integers(0, 10**8, ROWS), unit="s"),
    "dates as text": pd.Series(pd.Timestamp("2020-02-29") + pd.to_timedelta(CODES, unit="D")).dt.strftime("%d.%m.%Y"),
    "numbers as text": GENERATOR.normal(0, 1, ROWS).round(3).astype(str),
    "texts": [" ".join(GENERATOR.choice(WORDS, 5)) + f" {place}" for place in range(ROWS)],
    "durations": pd.to_timedelta(CODES * 1.5, unit="h"),
}  # fmt: skip
GAPS = (0.0, 0.1)


def column(name: str, gaps: float) -> pd.DataFrame:
    frame = pd.DataFrame({name: COLUMNS[name]})
    if gaps:
        frame = frame.astype({name: object}) if frame[name].dtype == bool else frame
        frame.loc[np.random.default_rng(1).random(ROWS) < gaps, name] = None
    return frame


def strange(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows in another order, some with values that training did not have."""
    mixed = frame.sample(frac=1, random_state=2).reset_index(drop=True).astype(object)
    mixed.iloc[:6] = [[value] * frame.shape[1] for value in ("new", "  ", "7", 3.5, None, "31.12.2050")]
    return mixed


@pytest.mark.parametrize("gaps", GAPS)
@pytest.mark.parametrize("name", COLUMNS)
def test_each_kind_of_column_is_encoded_as_in_training(name: str, gaps: float) -> None:
    frame = column(name, gaps)
    encoder, features = fit_encoder(frame, 0, targets=TARGETS)
    plain = plain_encoder(encoder)
    again = PlainEncoder(json.loads(json.dumps(plain.data)), plain.arrays)
    np.testing.assert_allclose(again.transform(frame), encoder.transform(frame), atol=1e-5)
    assert features.shape[1] == len(plain.data["features"])
    for rows in (strange(frame), frame.head(1)):
        np.testing.assert_allclose(again.transform(rows), encoder.transform(rows), atol=1e-5)


@pytest.mark.parametrize("encoding", ["piecewise", "scaled"])
def test_all_kinds_together(encoding: str) -> None:
    frame = pd.concat([column(name, 0.1) for name in COLUMNS], axis=1)
    encoder, _ = fit_encoder(frame, 0, targets=TARGETS, numeric_encoding=encoding)
    if encoding == "piecewise":
        assert {"codes as numbers", "many codes"} <= set(encoder.shares.names)
    plain = plain_encoder(encoder)
    np.testing.assert_allclose(plain.transform(frame), encoder.transform(frame), atol=1e-5)
    assert plain_encoder(plain) is plain


def test_groups_of_letters_are_those_of_scikit_learn() -> None:
    texts = ["", "a", "ab c", "Hello,  World", "  Ünder\tthe   sea ", "x" * 9]
    analyse = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4)).build_analyzer()
    for text in texts:
        assert predict.groups_of(text, [3, 4]) == analyse(text)


def test_a_step_that_is_not_known_is_refused_by_its_column() -> None:
    encoder, _ = fit_encoder(column("texts", 0), 0)
    assert encoder.vectorizer is not None
    encoder.vectorizer.all_processing_steps_["texts"] = [object()]
    with pytest.raises(
        EastError, match="encoding of the column 'texts' cannot be saved; leave the column out"
    ):
        plain_encoder(encoder)

"""Dates, categories and text to numbers, by skrub's TableVectorizer."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from east.dataset.encoding.columns import of_kind

if TYPE_CHECKING:
    from skrub import TableVectorizer

MAX_WIDTH = 4000  # encoded columns of text and categories together
_ONE_HOT_BELOW = 40  # distinct values; skrub's own default
_TEXT_WIDTH = 16
_STEP = 100_000  # rows that text is learned from, and encoded at a time


def fit_vectorizer(others: pd.DataFrame, kinds: Mapping[str, str], seed: int) -> TableVectorizer:
    """Fit skrub's vectorizer on the columns of dates and text.

    Args:
        others: the training rows of them, from `columns.others`.
        kinds: of the columns.
        seed: for the encoding of long text.
    """
    from east.dataset.encoding.skrub_parts import StringEncoder, TableVectorizer

    texts = of_kind(kinds, "text")
    one_hot_below, text_width = _widths([int(others[name].nunique()) for name in texts])
    text_encoder = StringEncoder(n_components=text_width, random_state=seed)
    vectorizer = TableVectorizer(cardinality_threshold=one_hot_below, high_cardinality=text_encoder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return vectorizer.fit(_sample(others, seed))


def _sample(others: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Some rows of a long table: what text is made of shows in a hundred thousand of them."""
    if len(others) <= _STEP:
        return others
    return others.iloc[np.sort(np.random.default_rng(seed).choice(len(others), _STEP, replace=False))]


def vectorized(vectorizer: TableVectorizer, others: pd.DataFrame) -> np.ndarray:
    """Vectorise step by step: the letter groups of a million texts would fill gigabytes at once.

    Rows that come again are vectorised once: skrub looks at each text with several regular expressions.
    """
    first, places = _distinct(others)
    if len(first) < len(others):
        return np.asarray(vectorized(vectorizer, others.iloc[first])[places])
    steps = range(0, len(others), _STEP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # skrub warns of every unseen category and unreadable date
        blocks = [
            np.asarray(vectorizer.transform(others.iloc[i : i + _STEP]), dtype=np.float64) for i in steps
        ]
    return np.vstack(blocks)


def _distinct(others: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of the first of each distinct rows, and for every row which of them it is, [n]."""
    rows = np.zeros(len(others), dtype=np.int64)
    for name in others:
        codes, values = pd.factorize(others[name], use_na_sentinel=False)
        _, rows = np.unique(rows * len(values) + codes, return_inverse=True)
    _, first, places = np.unique(rows, return_index=True, return_inverse=True)
    return first, places


def output_names(vectorizer: TableVectorizer) -> list[str]:
    """Name the columns that come out of a fitted vectorizer."""
    return [str(name) for name in vectorizer.get_feature_names_out()]


def places_of_dates(vectorizer: TableVectorizer) -> list[int]:
    """List the places of the outputs that come from dates, be they dates or text that reads as dates."""
    dates = set(vectorizer.kind_to_columns_["datetime"])
    names = vectorizer.get_feature_names_out()
    return [place for place, name in enumerate(names) if vectorizer.output_to_input_[name] in dates]


def wide_texts(vectorizer: TableVectorizer, others: pd.DataFrame) -> list[str]:
    """List the columns of text with too many values to be one-hot."""
    dates = set(vectorizer.kind_to_columns_["datetime"])
    least = vectorizer.cardinality_threshold
    return [str(name) for name in others if name not in dates and others[name].nunique() >= least]


def _widths(cardinalities: list[int]) -> tuple[int, int]:
    """Below how many distinct values to one-hot, and how wide to make text, to stay within MAX_WIDTH."""
    one_hot_below, text_width = _ONE_HOT_BELOW, _TEXT_WIDTH
    while one_hot_below > 2 or text_width > 1:
        width = sum(count if count < one_hot_below else text_width for count in cardinalities)
        if width <= MAX_WIDTH:
            break
        one_hot_below, text_width = max(one_hot_below // 2, 2), max(text_width // 2, 1)
    return one_hot_below, text_width

"""Models that are not ours, trained on the same rows: what a user would pick instead of a network.

Each is a pipeline of skrub's table encoding and a scikit-learn classifier. It trains on the training part,
stops by the validation part where it can, and gives the probabilities of validation and test rows, so that
every decision rule can be fitted on it as on a network.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from east.errors import no_such

if TYPE_CHECKING:
    import pandas as pd

    from east.dataset import Dataset
    from east.tables import Table

Floats = NDArray[np.float64]
TREES, PATIENCE, LEARNING_RATE = 500, 30, 0.06
HELPER_IDLE_S = 120.0
_asking = threading.Lock()


@dataclass(frozen=True)
class Rows:
    """What a reference learns from: the columns of each part as they stand in the table, and the classes' codes."""

    train: pd.DataFrame
    train_targets: NDArray[np.int64]
    validation: pd.DataFrame
    validation_targets: NDArray[np.int64]
    test: pd.DataFrame
    num_classes: int


@dataclass(frozen=True)
class FittedReference:
    """A trained reference's probabilities `[n, K]` of the validation and the test rows, and how long it took."""

    key: str
    validation_probabilities: Floats
    test_probabilities: Floats
    seconds: float


@dataclass(frozen=True)
class ReferenceSpec:
    """An entry of REFERENCES: its names, a line on what it is, and what trains it.

    `fit` takes the rows and a seed and returns the probabilities `[n, K]` of validation and test rows, in the
    order of the classes that occur in training. `takes_rules` says whether decision rules are fitted on them.
    """

    key: str
    label: str
    hint: str
    fit: Callable[[Rows, int], tuple[Floats, Floats]] = field(repr=False)
    takes_rules: bool = True


def fit_reference(key: str, rows: Rows, seed: int = 0) -> FittedReference:
    """Train one reference.

    Args:
        key: one of REFERENCES.
        rows: see `rows_of`.
        seed: of what is random in it.

    Raises:
        SettingError: for an unknown key.
    """
    if key not in REFERENCES:
        raise no_such("reference", key, REFERENCES)
    import sklearn.ensemble  # noqa: F401  # only the threads of what has been imported can be limited

    began = time.perf_counter()
    present = np.unique(rows.train_targets)
    parts = []
    # One thread: beside a training, two that wait for each other were many times slower than one.
    with threadpool_limits(1):
        fitted = REFERENCES[key].fit(rows, seed)
    for found in fitted:
        probabilities = np.zeros((len(found), rows.num_classes))
        probabilities[:, present] = found
        parts.append(probabilities)
    return FittedReference(key, parts[0], parts[1], time.perf_counter() - began)


def rows_of(table: Table, dataset: Dataset) -> Rows:
    """Take the rows of a dataset's parts out of its table, the columns it learned from as they are."""
    frame = table.frame[list(dataset.encoder.columns)]
    train, validation, test = (
        frame.iloc[part.rows].reset_index(drop=True)
        for part in (dataset.train, dataset.validation, dataset.test)
    )
    return Rows(
        train, dataset.train.targets, validation, dataset.validation.targets, test, dataset.num_classes
    )


def fit_beside(keys: Sequence[str], rows: Rows, seed: int = 0) -> list[Future[FittedReference]]:
    """Train references in a helper process, so that they take nothing from this one but a core.

    All callers share the helper, and theirs are trained one after another: to start it takes longer than to train
    most, and a server whose readers all finish at once has the memory of one.

    Returns:
        A future each; one that is cancelled before its turn is not trained.

    Raises:
        SettingError: for an unknown key.
    """
    unknown = [key for key in keys if key not in REFERENCES]
    if unknown:
        raise no_such("reference", unknown[0], REFERENCES)
    with _asking:
        return [_asked(key, rows, seed) for key in keys]


def _asked(key: str, rows: Rows, seed: int) -> Future[FittedReference]:
    try:
        return _helper().submit(fit_reference, key, rows, seed)
    except BrokenExecutor:  # somebody has killed it
        _helper.cache_clear()
        return _helper().submit(fit_reference, key, rows, seed)


@cache
def _helper() -> Executor:
    """Return the helper, which ends when it has had nothing to do for a while, and comes again when it has."""
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.backend import get_context

    # A fork of a process with threads can hang, and multiprocessing's spawn would run the main script again:
    # under Streamlit that is the app.
    executor: Executor = ProcessPoolExecutor(1, timeout=HELPER_IDLE_S, context=get_context("loky"))
    return executor


def _boosting(rows: Rows, seed: int) -> tuple[Floats, Floats]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    from east.dataset.encoding.skrub_parts import TableVectorizer, ToCategorical

    # Trees take numbers and categories as they are; no scaling, no one-hot columns.
    encoder = TableVectorizer(low_cardinality=ToCategorical())
    train = encoder.fit_transform(rows.train)
    validation, test = encoder.transform(rows.validation), encoder.transform(rows.test)
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=LEARNING_RATE,
        early_stopping=True,
        n_iter_no_change=PATIENCE,
        random_state=seed,
    )
    known = np.isin(rows.validation_targets, rows.train_targets)
    if known.any():
        model.fit(train, rows.train_targets, X_val=validation[known], y_val=rows.validation_targets[known])
    else:
        model.set_params(early_stopping=False, max_iter=100).fit(train, rows.train_targets)
    return model.predict_proba(validation), model.predict_proba(test)


def _logistic(rows: Rows, seed: int) -> tuple[Floats, Floats]:
    from sklearn.linear_model import LogisticRegression

    from east.dataset.encoding.skrub_parts import tabular_pipeline

    model = tabular_pipeline(LogisticRegression(max_iter=1000, random_state=seed))
    model.fit(rows.train, rows.train_targets)
    return model.predict_proba(rows.validation), model.predict_proba(rows.test)


def _most_frequent(rows: Rows, seed: int) -> tuple[Floats, Floats]:
    counts = np.bincount(rows.train_targets, minlength=rows.num_classes)
    shares = counts[counts > 0] / counts.sum()
    return np.tile(shares, (len(rows.validation), 1)), np.tile(shares, (len(rows.test), 1))


SPECS: dict[str, ReferenceSpec] = {
    spec.key: spec
    for spec in (
        ReferenceSpec(
            "boosting",
            "Boosted trees",
            "scikit-learn's histogram gradient boosting, stopped by the validation rows",
            _boosting,
        ),
        ReferenceSpec(
            "logistic", "Logistic regression", "scikit-learn's, on skrub's table encoding", _logistic
        ),
        ReferenceSpec(
            "most_frequent",
            "Most frequent class",
            "always the class with the most training rows: the floor",
            _most_frequent,
            takes_rules=False,
        ),
    )
}

REFERENCES: Mapping[str, ReferenceSpec] = MappingProxyType(SPECS)
"""Every reference by its key."""

"""A scikit-learn classifier over `train()`: fit, predict, predict_proba on frames and arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d, validate_data

from east.dataset import Dataset, prepare_arrays
from east.errors import DatasetError, SettingError
from east.metrics import Metric, metric, resolve
from east.network import predict_probabilities
from east.rules import confusion_matrices
from east.training import MEMBERS, OPTIONS, Arm, TrainConfig, fit


class EASTClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A multilayer perceptron trained for the metric it is judged by.

    Columns of any kind are encoded as the app does it: categories, dates and text become numbers,
    missing values and categories never seen before are allowed. A share of the rows is held out,
    stratified, to choose the checkpoint; everything else trains. The same rows, settings and
    random_state give the same model.

    Args:
        metric: a key of METRICS, or a Metric (for a gain matrix or kappa's weights).
        beta: weight of recall against precision, where the metric has one.
        average: "macro", "micro", "weighted" or "class", where the metric has one.
        loss: a key of LOSSES.
        device: "auto" (cuda, else mps, else cpu) or a torch device.
        random_state: seeds split, initialisation and batches; None draws a seed.
        rule: a key of RULES, fitted on the rows held out; what `predict` decides by.
        members: networks whose mean probabilities decide.
        class_index: position in `classes_` of the one class that average="class" is about.
        validation_fraction: share of the rows held out for the checkpoint, in (0, 1).
        epochs: passes over the training rows; None is 30, within about 600 to 2,000 steps.
        batch_size: rows a step; None is 512, or all rows of a smaller table.
        hidden: widths of the hidden layers; () is a linear model, None is by the number of rows.
        dropout: share of hidden units left out in a step, in [0, 1); None is 0.2, and less for more than
            5,000 rows.
        learning_rate: peak of the one-cycle schedule of AdamW; None is 0.01, and 0.1 for a linear network.
        weight_decay: AdamW's.
        averaging: decay a step of the moving average of the weights; 0 for the weights themselves.
        patience: evaluations without a better score after which the checkpoint stands; None never.

    Attributes:
        classes_: the labels `[K]`, sorted.
        n_features_in_: number of columns seen in fit.
        feature_names_in_: their names, where all of them are text.
        encoder_: the fitted encoder of columns.
        weights_: the networks' layers, (weight `[in, out]`, bias `[out]`) each, a member after the other.
        rule_: the fitted DecisionRule.
        metric_: the Metric trained for.
        validation_score_: the metric of the checkpoint on the rows held out.
        best_step_: the step the checkpoint is of.
    """

    def __init__(
        self,
        metric: str | Metric = "fbeta",
        beta: float = 1.0,
        average: str = "macro",
        loss: str = "east",
        device: str = "auto",
        random_state: int | np.random.RandomState | None = 0,
        *,
        rule: str = "argmax",
        members: int = 1,
        class_index: int | None = None,
        validation_fraction: float = 0.2,
        epochs: int | None = None,
        batch_size: int | None = None,
        hidden: Sequence[int] | None = None,
        dropout: float | None = None,
        learning_rate: float | None = None,
        weight_decay: float = 1e-2,
        averaging: float = 0.98,
        patience: int | None = None,
    ) -> None:
        self.metric = metric
        self.beta = beta
        self.average = average
        self.loss = loss
        self.device = device
        self.random_state = random_state
        self.rule = rule
        self.members = members
        self.class_index = class_index
        self.validation_fraction = validation_fraction
        self.epochs = epochs
        self.batch_size = batch_size
        self.hidden = hidden
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.averaging = averaging
        self.patience = patience

    def fit(self, X: ArrayLike | pd.DataFrame, y: ArrayLike) -> Self:  # noqa: N803
        """Train on rows `[n, columns]` and their labels `[n]`; returns the classifier.

        Raises:
            EastError: a ValueError, for settings that cannot work or rows that cannot be learned from.
        """
        frame, targets = self._checked(X, y)
        config = self._config()
        dataset = self._dataset(frame, targets, config.seeds[0])
        outcome = fit(dataset, config)
        found = outcome.arms[0]
        self.metric_ = config.metric
        self.encoder_ = dataset.encoder
        self.weights_ = tuple(lane.weights for lane in found.lanes)
        self.rule_ = found.rules[0]
        decided = confusion_matrices(
            outcome.validation_targets, found.validation_predictions, len(self.classes_)
        )
        self.validation_score_ = self.metric_.score(decided[0])
        self.best_step_ = found.lanes[0].best_step
        return self

    def predict_proba(self, X: ArrayLike | pd.DataFrame) -> NDArray[np.float64]:  # noqa: N803
        """Return class probabilities `[n, K]`, columns in the order of `classes_`."""
        check_is_fitted(self)
        features = self.encoder_.transform(self._frame(X, reset=False))
        members = [predict_probabilities(weights, features) for weights in self.weights_]
        return np.asarray(np.mean(members, axis=0), dtype=np.float64)

    def predict(self, X: ArrayLike | pd.DataFrame) -> NDArray[Any]:  # noqa: N803
        """Return the label that the rule decides on for each row, `[n]`."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[self.rule_.decide(probabilities)])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save the fitted classifier as one file, which `load` and `east.load_model` read.

        Raises:
            EastError: when it cannot be written there, or a column's encoding cannot be saved.
        """
        from east.export import save_model

        check_is_fitted(self)
        return save_model(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Load a classifier that `save` wrote; nothing in the file is executed.

        Its settings are those it was made with, but a `numpy.random.RandomState` comes back as None.

        Raises:
            EastError: when there is no such file, or it holds no classifier, or is damaged.
        """
        from east.export import load_classifier

        settings, fitted = load_classifier(path)
        model = cls(**settings)
        for name, value in fitted.items():
            setattr(model, name, value)
        return model

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that missing values, categories and text are fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _checked(self, rows: Any, labels: Any) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        """Give the rows as a frame and the labels as codes into `classes_`."""
        if labels is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        frame = self._frame(rows, reset=True)
        values = column_or_1d(labels, warn=True)
        check_consistent_length(frame, values)
        if pd.isna(values).any():
            raise DatasetError("Labels are missing", None, "leave the rows without a label out")
        check_classification_targets(values)
        self.classes_, codes = np.unique(values, return_inverse=True)
        if len(self.classes_) < 2:
            got, remedy = f"one class, {self.classes_[0]!r}", "give rows of two or more classes"
            raise DatasetError("A classifier cannot learn from a single class", got, remedy)
        return frame, codes.astype(np.int64)

    def _frame(self, rows: Any, reset: bool) -> pd.DataFrame:
        """Check rows as scikit-learn does, and give them as a frame with a plain name a column."""
        if isinstance(rows, pd.DataFrame):
            self._check_shape(rows, reset)
            validate_data(self, rows, reset=reset, skip_check_array=True)
            frame = rows.set_axis(self._columns(), axis=1)
        else:
            array = validate_data(
                self, rows, reset=reset, dtype=None, ensure_all_finite=False, ensure_min_samples=1 + reset
            )
            frame = pd.DataFrame(array, columns=self._columns())
        return frame.infer_objects().reset_index(drop=True)

    def _check_shape(self, frame: pd.DataFrame, reset: bool) -> None:
        repeated = frame.columns[frame.columns.duplicated()]
        if len(repeated):
            raise DatasetError("Column names repeat", repr(repeated[0]), "give each column a name of its own")
        if len(frame) < 1 + reset or frame.shape[1] < 1:
            got, remedy = f"shape {frame.shape}", f"give {1 + reset} rows and one column at least"
            raise DatasetError("There is too little to learn from or to predict", got, remedy)

    def _columns(self) -> list[str]:
        """Name the columns: by their own names where all are text, else by their places."""
        named = getattr(self, "feature_names_in_", None)
        return [f"column_{place}" for place in range(self.n_features_in_)] if named is None else list(named)

    def _dataset(self, frame: pd.DataFrame, targets: NDArray[np.int64], seed: int) -> Dataset:
        share = float(self.validation_fraction)
        if not 0 < share < 1:
            raise SettingError("validation_fraction must lie in (0, 1)", share, "use for example 0.2")
        dataset = prepare_arrays(frame, targets, shares=(1 - share, share, 0.0), seed=seed, rare="keep")
        if not len(dataset.validation):
            got, remedy = f"{len(frame)} rows", "give more rows, two of some class at least"
            raise DatasetError("No row is left to validate on", got, remedy)
        return dataset

    def _config(self) -> TrainConfig:
        MEMBERS.check("members", self.members)
        chosen, first = self._metric(), _seed(self.random_state)
        own = {name: getattr(self, name) for name in OPTIONS if hasattr(self, name)}
        return TrainConfig(
            metric=chosen,
            seeds=tuple(range(first, first + self.members)),
            arms=(Arm(self.loss, chosen, self.rule, int(self.members)),),
            **own,
        )

    def _metric(self) -> Metric:
        """Build the metric from those of our settings that it takes."""
        if isinstance(self.metric, Metric):
            return self.metric
        options = {"beta": self.beta, "average": self.average, "class_index": self.class_index}
        spec, implied = resolve(self.metric)
        takes = [name for name in spec.options if name not in implied]
        return metric(self.metric, **{name: value for name, value in options.items() if name in takes})


def _seed(random_state: int | np.random.RandomState | None) -> int:
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))

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
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from east.dataset import Dataset, prepare_arrays
from east.errors import DatasetError, SettingError
from east.estimator.history import record_of, warn_of_divergence, warn_of_unseen_classes
from east.estimator.labels import array_of, code_labels
from east.estimator.rows import check_cells, check_columns, frame_of, weights_of
from east.estimator.settings import metric_of, seed_of
from east.metrics import Metric
from east.network import predict_probabilities
from east.rules import confusion_matrices
from east.training import MEMBERS, OPTIONS, Arm, TrainConfig, Training


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
        class_label: its label instead, which implies average="class".
        validation_fraction: share of the rows held out for the checkpoint, in (0, 1).
        epochs: passes over the training rows; None is 30, within about 600 to 2,000 steps.
        batch_size: rows a step; None is 512, or all rows of a smaller table.
        hidden: widths of the hidden layers; () is a linear model, None is by the number of rows.
        dropout: share of hidden units left out in a step, in [0, 1); None is 0.2, and less for more than
            5,000 rows.
        learning_rate: peak of the one-cycle schedule of AdamW; None is 0.01, and 0.1 for a linear network.
        weight_decay: AdamW's.
        averaging: decay a step of the moving average of the weights; 0 for the weights themselves.
        patience: evaluations without a better score after which the training stops; None never.

    Attributes:
        classes_: the labels `[K]`, sorted.
        n_features_in_: number of columns seen in fit.
        feature_names_in_: their names, where all of them are text.
        encoder_: how columns become features, as plain data.
        weights_: the networks' layers, (weight `[in, out]`, bias `[out]`) each, a member after the other.
        rule_: the fitted DecisionRule.
        metric_: the Metric trained for.
        validation_score_: the metric of the checkpoint on the rows held out.
        best_step_: the step the checkpoint is of.
        history_: a record of plain numbers an evaluation, oldest first: `step`, `epoch`, `progress` and `elapsed_s`
            (seconds); `delta` and `omega`; `score_soft`, `score_hard` and `best_score` on the rows held out,
            `train_score`, `loss_value` and `gradient_norm`, means over the members.
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
        class_label: str | float | bool | None = None,
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
        self.class_index, self.class_label = class_index, class_label
        self.validation_fraction = validation_fraction
        self.epochs = epochs
        self.batch_size = batch_size
        self.hidden = hidden
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.averaging = averaging
        self.patience = patience

    def fit(
        self,
        X: ArrayLike | pd.DataFrame,  # noqa: N803
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train on rows `[n, columns]` and their labels `[n]`; returns the classifier.

        Args:
            X: an array, or a frame of pandas, polars, pyarrow or any library that speaks Arrow.
            y: labels: text, whole numbers or booleans.
            sample_weight: from 0 up, `[n]`; a row of weight 2 comes twice as often in training, and counts twice
                for checkpoint, rule and class counts; one of weight 0 is left out. None is 1 each. How columns
                are encoded does not depend on them.

        Raises:
            EastError: a ValueError, for settings that cannot work or rows that cannot be learned from.

        Warns:
            ConvergenceWarning: a network's outputs were not finite.
            DataConversionWarning: the labels came as a table of one column.
            UndefinedMetricWarning: a class has no row held out.
        """
        from east.export.encoders import plain_encoder

        frame, targets, weights = self._checked(X, y, sample_weight)
        config = self._config()
        dataset = self._dataset(frame, targets, weights, config.seeds[0])
        warn_of_unseen_classes(dataset, self.classes_)
        training = Training(dataset, config)
        self.history_ = []
        for snapshot in training.snapshots():
            if snapshot.step:
                self.history_.append(record_of(snapshot))
            if training.settled:
                break
        outcome = training.outcome()
        found = outcome.arms[0]
        warn_of_divergence(found.lanes, snapshot)
        self.metric_ = config.metric
        # As plain data: so the model is the same one in memory, in a pickle and in a saved file.
        self.encoder_ = plain_encoder(dataset.encoder)
        self.weights_ = tuple(lane.weights for lane in found.lanes)
        self.rule_ = found.rules[0]
        decided = confusion_matrices(
            outcome.validation_targets,
            found.validation_predictions,
            len(self.classes_),
            outcome.validation_weights,
        )
        self.validation_score_ = self.metric_.score(decided[0])
        self.best_step_ = found.lanes[0].best_step
        return self

    def predict_proba(self, X: ArrayLike | pd.DataFrame) -> NDArray[np.float64]:  # noqa: N803
        """Return class probabilities `[n, K]`, columns in the order of `classes_`."""
        check_is_fitted(self)
        features = self.encoder_.transform(self._frame(X, reset=False))
        members = [predict_probabilities(weights, features) for weights in self.weights_]
        mean = np.mean(members, axis=0, dtype=np.float64)
        return np.asarray(mean / mean.sum(axis=1, keepdims=True))  # single precision alone is off by 1e-7

    def predict_log_proba(self, X: ArrayLike | pd.DataFrame) -> NDArray[np.float64]:  # noqa: N803
        """Return natural logarithms of the class probabilities, `[n, K]`; minus infinity for a probability of 0."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

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

    def _checked(
        self, rows: Any, labels: Any, sample_weight: Any
    ) -> tuple[pd.DataFrame, NDArray[np.int64], NDArray[np.float64] | None]:
        """Give the rows that count as a frame, their labels as codes into `classes_`, and their weights."""
        if labels is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        frame = self._frame(rows, reset=True)
        values = array_of(labels)
        check_consistent_length(frame, values)
        weights = weights_of(sample_weight, frame)
        if weights is not None:
            counted = weights > 0
            frame, values, weights = frame[counted].reset_index(drop=True), values[counted], weights[counted]
        self.classes_, codes = code_labels(values)
        return frame, codes, weights

    def _frame(self, rows: Any, reset: bool) -> pd.DataFrame:
        """Check rows as scikit-learn does, and give them as a frame with a plain name a column."""
        rows = frame_of(rows)
        least = 1 + reset
        if isinstance(rows, pd.DataFrame):
            check_columns(rows, least)
            validate_data(self, rows, reset=reset, skip_check_array=True)
            frame = rows.set_axis(self._columns(), axis=1)
        else:
            array = validate_data(
                self, rows, reset=reset, dtype=None, ensure_all_finite=False, ensure_min_samples=least
            )
            frame = pd.DataFrame(array, columns=self._columns())
        check_cells(frame)
        return frame.infer_objects().reset_index(drop=True)

    def _columns(self) -> list[str]:
        """Name the columns: by their own names where all are text, else by their places."""
        named = getattr(self, "feature_names_in_", None)
        return [f"column_{place}" for place in range(self.n_features_in_)] if named is None else list(named)

    def _dataset(
        self,
        frame: pd.DataFrame,
        targets: NDArray[np.int64],
        weights: NDArray[np.float64] | None,
        seed: int,
    ) -> Dataset:
        share = float(self.validation_fraction)
        if not 0 < share < 1:
            raise SettingError("validation_fraction must lie in (0, 1)", share, "use for example 0.2")
        dataset = prepare_arrays(frame, targets, shares=(1 - share, share, 0.0), seed=seed, rare="keep")
        if not len(dataset.validation):
            got, remedy = f"{len(frame)} rows", "give more rows, two of some class at least"
            raise DatasetError("No row is left to validate on", got, remedy)
        return dataset if weights is None else dataset.weighted(weights)

    def _config(self) -> TrainConfig:
        MEMBERS.check("members", self.members)
        chosen = metric_of(self.get_params(deep=False), self.classes_)
        first = seed_of(self.random_state)
        own = {name: getattr(self, name) for name in OPTIONS if hasattr(self, name)}
        return TrainConfig(
            metric=chosen,
            seeds=tuple(range(first, first + self.members)),
            arms=(Arm(self.loss, chosen, self.rule, int(self.members)),),
            **own,
        )

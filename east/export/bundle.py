"""A trained model as one zip: weights, a description in JSON, and a loader that needs numpy and pandas alone."""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from east.errors import DatasetError, EastError
from east.export import predict
from east.export.contents import Contents, FittedClassifier, contents_of
from east.export.drift import TrainingFacts
from east.export.encoders import PlainEncoder
from east.export.files import write_whole
from east.export.settings import metric_from_json, tupled
from east.rules import DecisionRule

if TYPE_CHECKING:
    from east.network import Weights
    from east.training import Arm, Outcome

MOST_BYTES = 512 * 2**20
"""What a saved model may unfold to."""
PACKAGES = ("numpy", "pandas", "torch", "scikit-learn", "skrub")
# The same model gives the same bytes, whenever it is saved.
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class LoadedModel:
    """A model that was saved: it predicts on frames with the columns of training."""

    model: predict.Model

    @property
    def about(self) -> Mapping[str, Any]:
        """All that the file says of it: encoder, rule, settings, versions."""
        return self.model.about

    @property
    def classes(self) -> NDArray[Any]:
        """The labels `[K]`."""
        return self.model.classes

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(self.model.columns)

    @cached_property
    def rule(self) -> DecisionRule:
        """How its probabilities become decisions."""
        return DecisionRule.from_json(self.about["rule"])

    @property
    def training(self) -> TrainingFacts | None:
        """What its training rows were like, if that was saved."""
        found = self.about.get("training")
        return None if found is None else TrainingFacts.from_json(found)

    def predict(self, frame: pd.DataFrame | ArrayLike) -> NDArray[Any]:
        """Return the class that the rule decides on for each row, `[n]`.

        Raises:
            DatasetError: as for `predict_proba`.
        """
        return np.asarray(self.classes[self.rule.decide(self.predict_proba(frame))])

    def predict_proba(self, frame: pd.DataFrame | ArrayLike) -> NDArray[np.float64]:
        """Return class probabilities `[n, K]`, in the order of `classes`.

        Args:
            frame: its columns are found by name, in any order; more are ignored. Those of an array, or without
                names, are found by their places. Categories never seen, and cells that cannot be read as the
                column's kind, count as missing.

        Raises:
            DatasetError: for columns that are missing, repeated, or wholly of another kind.
        """
        try:
            return self.model.predict_proba(frame)
        except predict.TableMismatchError as error:
            raise DatasetError(error.what, error.got, error.remedy) from None


def save_model(
    source: Outcome | FittedClassifier,
    path: str | os.PathLike[str],
    *,
    arm: Arm | None = None,
    seed: int | None = None,
    training: TrainingFacts | None = None,
) -> Path:
    """Save a trained model as one zip, whole or not at all.

    Args:
        source: what `east.fit` returned, or a fitted `EASTClassifier`.
        path: of the file.
        arm: of an outcome, which of its arms; the first by default.
        seed: of an arm whose lanes decide alone, which lane; by default the one of the best validation score.
        training: what the training rows were like, to tell later how new rows differ.

    Returns:
        The file's path.

    Raises:
        EastError: for an arm or a seed that is not there, a column whose encoding cannot be saved, or a place
            that cannot be written to.
    """
    return write_whole(path, packed(contents_of(source, arm, seed), training))


def packed(contents: Contents, training: TrainingFacts | None = None) -> bytes:
    """Put a model into the bytes of a zip."""
    from safetensors.numpy import save

    about = described(contents, training)
    loader = Path(predict.__file__).read_text(encoding="utf-8")
    files = {
        "model.json": json.dumps(about, indent=1, allow_nan=False).encode(),
        "weights.safetensors": save(arrays_of(contents)),
        "predict.py": loader.encode(),
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def described(contents: Contents, training: TrainingFacts | None) -> dict[str, Any]:
    """Say all there is to say of a model but its numbers."""
    widths = [contents.members[0][0][0].shape[0], *(weight.shape[1] for weight, _ in contents.members[0])]
    return {
        "format": predict.FORMAT,
        "classes": contents.classes.tolist(),
        "classes_dtype": _dtype(contents.classes),
        "members": len(contents.members),
        "layers": len(contents.members[0]),
        "widths": [int(width) for width in widths],
        "activation": "relu",
        "rule": contents.rule.to_json(),
        "rule_in_words": contents.rule.in_words([str(name) for name in contents.classes]),
        "encoder": contents.encoder.data,
        **contents.facts,
        "training": None if training is None else training.to_json(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def arrays_of(contents: Contents) -> dict[str, NDArray[Any]]:
    """Name all arrays of a model: those of its encoder, and weight and bias of each layer of each member."""
    named = dict(contents.encoder.arrays)
    for member, weights in enumerate(contents.members):
        for layer, (weight, bias) in enumerate(weights):
            named[f"network.{member}.{layer}.weight"] = weight
            named[f"network.{member}.{layer}.bias"] = bias
    return {name: np.ascontiguousarray(array) for name, array in named.items()}


def load_model(path: str | os.PathLike[str]) -> LoadedModel:
    """Load a model that `save_model` wrote; nothing in the file is executed.

    Raises:
        EastError: when there is no such file, or it is no model, or damaged.
    """
    got, remedy = repr(os.fspath(path)), "give a file that east.save_model wrote"
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise EastError("The file unfolds to more than a model can take", got, remedy)
        found = LoadedModel(predict.load(path))
        # An empty table goes through every part once, so that what does not fit is noticed now.
        found.predict(pd.DataFrame(columns=list(found.columns)))
    except OSError as error:
        raise EastError("The model cannot be read", f"{got} ({error.strerror})", "check the path") from None
    except EastError:
        raise
    except Exception as error:
        raise EastError(
            f"This is no saved model, or it is damaged ({type(error).__name__})", got, remedy
        ) from None
    return found


def load_classifier(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load what makes an `EASTClassifier`: its settings, and what fitting it had found, by attribute.

    Raises:
        EastError: as for `load_model`, and for a model that was not saved from a classifier.
    """
    found = load_model(path)
    about, arrays = found.about, found.model.arrays
    if "classifier" not in about:
        got, remedy = repr(os.fspath(path)), "load it with east.load_model"
        raise EastError("This model was not saved from a classifier", got, remedy)
    settings = {name: tupled(value) for name, value in about["classifier"].items()}
    if isinstance(settings["metric"], dict):
        settings["metric"] = metric_from_json(settings["metric"])
    named = {"feature_names_in_": np.asarray(found.columns, dtype=object)} if about["named_columns"] else {}
    fitted = {
        "classes_": found.classes,
        "n_features_in_": len(found.columns),
        **named,
        "encoder_": PlainEncoder(about["encoder"], arrays),
        "weights_": tuple(_weights(found, member) for member in range(about["members"])),
        "rule_": found.rule,
        "metric_": metric_from_json(about["metric"]),
        "validation_score_": about["validation_score"],
        "best_step_": about["best_step"],
        "history_": [
            {name: math.nan if value is None else value for name, value in record.items()}
            for record in about.get("history", [])
        ],
    }
    return settings, fitted


def _weights(found: LoadedModel, member: int) -> Weights:
    names = [f"network.{member}.{layer}" for layer in range(found.about["layers"])]
    arrays = found.model.arrays
    return tuple((arrays[f"{name}.weight"].copy(), arrays[f"{name}.bias"].copy()) for name in names)


def _dtype(classes: NDArray[Any]) -> str:
    """Name the kind of labels that JSON can hold.

    Raises:
        EastError: for labels of another kind.
    """
    kind = classes.dtype.kind
    if kind in "biufU":
        return classes.dtype.str
    if all(isinstance(label, str) for label in classes.tolist()):
        return "object"
    got, remedy = str(classes.dtype), "give labels that are text, numbers or true and false"
    raise EastError("Labels of this kind cannot be saved", got, remedy)

"""Wrong calls of the library's public names: one sentence of ours each, never an error of torch, numpy or pandas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import east
from east.errors import EastError
from east.estimator.settings import metric_of

FRAME = pd.DataFrame({"x": np.arange(40.0), "y": ["a", "b"] * 20})
LOGITS, TARGETS = torch.zeros(3, 2), torch.tensor([0, 1, 1])
F1 = east.metric("fbeta")


def loss(
    logits: object = LOGITS, targets: object = TARGETS, counts: object = (2, 1), name: str = "mcc"
) -> object:
    made = east.EASTLoss(east.metric(name), class_counts=counts)  # type: ignore[arg-type]
    return made(logits, targets)


def fit(**settings: object) -> object:
    return east.EASTClassifier(epochs=1, **settings).fit(FRAME[["x"]], FRAME["y"])  # type: ignore[arg-type]


CALLS: dict[str, Callable[[], object]] = {
    # metrics
    "metric misspelt": lambda: east.metric("fbet"),
    "metric none": lambda: east.metric(None),  # type: ignore[arg-type]
    "metric option misspelt": lambda: east.metric("fbeta", betta=1),
    "metric option of another": lambda: east.metric("mcc", beta=1),
    "beta too large": lambda: east.metric("fbeta", beta=1e200),
    "beta zero": lambda: east.metric("fbeta", beta=0),
    "beta not a number": lambda: east.metric("fbeta", beta=float("nan")),
    "beta a text": lambda: east.metric("fbeta", beta="one"),
    "average misspelt": lambda: east.metric("fbeta", average="marco"),
    "class without an average": lambda: east.metric("fbeta", class_index=1),
    "average without a class": lambda: east.metric("fbeta", average="class"),
    "class below zero": lambda: east.metric("fbeta", average="class", class_index=-1),
    "kappa's weights": lambda: east.metric("kappa", weights="cubic"),
    "gain without a matrix": lambda: east.metric("gain"),
    "gain not square": lambda: east.metric("gain", matrix=[[1, 0, 0], [0, 1, 0]]),
    "gain constant": lambda: east.metric("gain", matrix=[[1, 1], [1, 1]]),
    "gain of texts": lambda: east.metric("gain", matrix=[["a", "b"], ["c", "d"]]),
    "gain with a gap": lambda: east.metric("gain", matrix=[[1, float("nan")], [0, 1]]),
    # annealing
    "delta too large": lambda: east.Sharpness(0.5, 1.0),
    "omega zero": lambda: east.Sharpness(0.1, 0.0),
    "annealing's shape": lambda: east.Annealing(
        east.Sharpness(0.2, 1),
        east.Sharpness(0.1, 0.1),
        "cubic",  # type: ignore[arg-type]
    ),
    # EASTLoss
    "loss with a metric's misspelt name": lambda: east.EASTLoss("mc", class_counts=[2, 1]),
    "loss with a number as a metric": lambda: east.EASTLoss(3),  # type: ignore[arg-type]
    "loss with an anchor below 0": lambda: east.EASTLoss(F1, anchor=-1),
    "loss with a text as an anchor": lambda: east.EASTLoss(F1, anchor="much"),  # type: ignore[arg-type]
    "loss without an annealing": lambda: east.EASTLoss(F1, annealing=0.5),  # type: ignore[arg-type]
    "counts as a number": lambda: loss(counts=3),
    "counts of one class": lambda: loss(counts=[3]),
    "counts below 0": lambda: loss(counts=[3, -1]),
    "counts with fractions": lambda: loss(counts=[3, 1.5]),
    "target past the last class": lambda: loss(targets=torch.tensor([0, 1, 2])),
    "target below zero": lambda: loss(targets=torch.tensor([0, 1, -1])),
    "targets as floats": lambda: loss(targets=torch.tensor([0.0, 1.0, 1.0])),
    "targets as a list": lambda: loss(targets=[0, 1, 1]),
    "targets as arrays": lambda: loss(targets=np.array([0, 1, 1])),
    "targets too few": lambda: loss(targets=torch.tensor([0, 1])),
    "targets one-hot": lambda: loss(targets=torch.eye(2)[[0, 1, 1]].long()),
    "logits of another size": lambda: loss(logits=torch.zeros(3, 3)),
    "logits of one class": lambda: east.EASTLoss(F1)(torch.zeros(3, 1), torch.zeros(3, dtype=torch.long)),
    "logits as whole numbers": lambda: loss(logits=torch.zeros(3, 2, dtype=torch.long)),
    "logits of one row": lambda: loss(logits=torch.zeros(2), targets=torch.tensor(0)),
    "a class past the logits": lambda: east.EASTLoss(east.metric("fbeta", average="class", class_index=2))(
        LOGITS, TARGETS
    ),
    "soft confusion of other shapes": lambda: east.soft_confusion(
        LOGITS.softmax(-1), TARGETS[:2], east.Sharpness(0.2, 1)
    ),
    # tables and datasets
    "table from nothing": lambda: east.read_table(None),  # type: ignore[arg-type]
    "table from a number": lambda: east.read_table(3),  # type: ignore[arg-type]
    "table from no file": lambda: east.read_table("there/is/no.csv"),
    "table from a folder": lambda: east.read_table(Path(__file__).parent),
    "table from no bytes": lambda: east.read_table(b""),
    "dataset from nothing": lambda: east.prepare(None, "y"),  # type: ignore[arg-type]
    "target misspelt": lambda: east.prepare(FRAME, "why"),
    "excluded column misspelt": lambda: east.prepare(FRAME, "y", exclude=["z"]),
    "shares above one": lambda: east.prepare(FRAME, "y", shares=(0.9, 0.9, 0.9)),
    "policy misspelt": lambda: east.prepare(FRAME, "y", rare="mergee"),
    "seed below zero": lambda: east.prepare(FRAME, "y", seed=-1),
    # settings
    "loss misspelt": lambda: east.TrainConfig(F1, losses=("eest",)),
    "losses as one text": lambda: east.TrainConfig(F1, losses="east"),  # type: ignore[arg-type]
    "hidden as a number": lambda: east.TrainConfig(F1, hidden=32),  # type: ignore[arg-type]
    "seeds as a number": lambda: east.TrainConfig(F1, seeds=3),  # type: ignore[arg-type]
    "seeds as texts": lambda: east.TrainConfig(F1, seeds=("one",)),  # type: ignore[arg-type]
    "metric as a text": lambda: east.TrainConfig("mcc"),  # type: ignore[arg-type]
    "epochs as a text": lambda: east.TrainConfig(F1, epochs="ten"),  # type: ignore[arg-type]
    "rule misspelt": lambda: east.Arm("east", F1, "expectd"),
    "device unknown": lambda: east.fit(east.prepare(FRAME, "y"), east.TrainConfig(F1, device="gpu9")),
    # the classifier and models
    "classifier's hidden": lambda: fit(hidden=32),
    "classifier's metric": lambda: fit(metric="macro_f2"),
    "classifier's rule": lambda: fit(rule="best"),
    "classifier's members": lambda: fit(members=0),
    "classifier's share": lambda: fit(validation_fraction=1.5),
    "one class": lambda: east.EASTClassifier().fit(FRAME[["x"]], ["a"] * 40),
    "model from no file": lambda: east.load_model("there/is/no.zip"),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_call_gets_one_sentence(call: str) -> None:
    with pytest.raises(EastError) as caught:
        CALLS[call]()
    sentence = str(caught.value)
    assert sentence[0].isupper() or sentence[0] in "'\"" or sentence.split()[0].islower()
    assert sentence.endswith(".") and "\n" not in sentence
    assert caught.value.remedy or "must be" in sentence, "what to do is missing"


def test_there_are_sixty() -> None:
    assert len(CALLS) >= 60


@pytest.mark.parametrize(
    ("call", "nearest"),
    [
        (lambda: east.metric("fbet"), "fbeta"),
        (lambda: east.metric("fbeta", betta=1), "beta"),
        (lambda: east.metric("acuracy"), "accuracy"),
        (lambda: east.Arm("eest", F1), "east"),
        (lambda: east.Arm("east", F1, "offset"), "offsets"),
        (lambda: east.metric("fbeta", average="marco"), "macro"),
    ],
)
def test_the_nearest_name_is_offered(call: Callable[[], object], nearest: str) -> None:
    with pytest.raises(EastError, match=f"did you mean '{nearest}'"):
        call()


@pytest.mark.parametrize(
    ("name", "key", "options"),
    [
        ("f1", "fbeta", {"beta": 1.0}),
        ("f2", "fbeta", {"beta": 2.0}),
        ("macro_f1", "fbeta", {"beta": 1.0, "average": "macro"}),
        ("f1_weighted", "fbeta", {"beta": 1.0, "average": "weighted"}),
        ("matthews_corrcoef", "mcc", {}),
        ("quadratic_kappa", "kappa", {"weights": "quadratic"}),
    ],
)
def test_usual_names_are_known(name: str, key: str, options: dict[str, object]) -> None:
    assert east.metric(name) == east.metric(key, **options)
    settings = east.EASTClassifier(metric=name).get_params()
    assert metric_of(settings, np.arange(3)) == east.metric(key, **options)
    assert east.EASTLoss(name, class_counts=[5, 3]).metric == east.metric(key, **options)


def test_a_frame_is_prepared_like_the_table_of_it() -> None:
    from east.tables import table_from_frame

    of_frame, of_table = east.prepare(FRAME, "y"), east.prepare(table_from_frame(FRAME), "y")
    assert of_frame.classes == of_table.classes == ("a", "b")
    assert np.array_equal(of_frame.train.features, of_table.train.features)

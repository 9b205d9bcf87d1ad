"""P7 of the method, and what else a metric promises: its bounds, its gradient, its options."""

import copy
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score
from numpy.typing import NDArray
from sklearn import config_context
from sklearn import metrics as sk

from east.errors import SettingError
from east.metrics import GAIN_PRESETS, METRICS, Metric, metric

pytestmark = pytest.mark.usefixtures("one_thread")

Labels = NDArray[np.int64]
Reference = Callable[[Labels, Labels, int], float]

MAX_CLASSES = 30
# More draws of the cases that scikit-learn scores quickly; together above 10,000.
EXAMPLES, QUICK_EXAMPLES = 180, 720


def averaged(function: Callable[..., Any], average: str, **options: Any) -> Reference:
    """scikit-learn's score; "class" picks class 1 (class 0 if there is no other)."""

    def score(targets: Labels, predictions: Labels, classes: int) -> float:
        labels = range(classes) if average != "class" else [min(1, classes - 1)]
        average_there = average if average != "class" else "macro"
        return float(
            function(targets, predictions, labels=labels, average=average_there, zero_division=0, **options)
        )

    return score


def kappa(weights: str | None) -> Reference:
    def score(targets: Labels, predictions: Labels, classes: int) -> float:
        return float(
            sk.cohen_kappa_score(
                targets, predictions, labels=range(classes), weights=weights, replace_undefined_by=0.0
            )
        )

    return score


def gmean(targets: Labels, predictions: Labels, classes: int) -> float:
    labels = np.arange(classes)
    return float(geometric_mean_score(targets, predictions, labels=labels, average="multiclass"))


def gain_table(classes: int) -> NDArray[np.float64]:
    return np.random.default_rng(classes).normal(size=(classes, classes))


def gain(targets: Labels, predictions: Labels, classes: int) -> float:
    table = gain_table(classes)
    return sum(float(table[cell]) for cell in zip(targets, predictions, strict=True)) / len(targets)


def plain(function: Callable[..., Any]) -> Reference:
    return lambda targets, predictions, classes: float(function(targets, predictions))


AVERAGES = ("macro", "micro", "weighted", "class")
REFERENCES: dict[str, tuple[str, dict[str, Any], Reference]] = {
    "accuracy": ("accuracy", {}, plain(sk.accuracy_score)),
    "balanced_accuracy": ("balanced_accuracy", {}, plain(sk.balanced_accuracy_score)),
    "mcc": ("mcc", {}, plain(sk.matthews_corrcoef)),
    "gmean": ("gmean", {}, gmean),
    "gain": ("gain", {}, gain),
}
for weighting in (None, "linear", "quadratic"):
    REFERENCES[f"kappa-{weighting}"] = ("kappa", {"weights": weighting}, kappa(weighting))
for kind in AVERAGES:
    for beta in (0.25, 1.0, 2.0):
        scorer = averaged(sk.fbeta_score, kind, beta=beta)
        REFERENCES[f"f{beta:g}-{kind}"] = ("fbeta", {"beta": beta, "average": kind}, scorer)
    for key, function in (
        ("precision", sk.precision_score),
        ("recall", sk.recall_score),
        ("jaccard", sk.jaccard_score),
    ):
        REFERENCES[f"{key}-{kind}"] = (key, {"average": kind}, averaged(function, kind))


def examples(name: str) -> int:
    return EXAMPLES if "average" in REFERENCES[name][1] else QUICK_EXAMPLES


def built(name: str, classes: int) -> Metric:
    key, options, _ = REFERENCES[name]
    options = dict(options)
    if options.get("average") == "class":
        options["class_index"] = min(1, classes - 1)
    if key == "gain":
        options["matrix"] = gain_table(classes)
    return metric(key, **options)


def matrices(count: int, classes: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(count, classes, classes, generator=generator, dtype=torch.float64).pow(3) * 50


@st.composite
def label_pairs(draw: st.DrawFn) -> tuple[Labels, Labels, int]:
    """Targets and predictions from subsets of up to 30 classes, so that some are absent from either."""
    classes = draw(st.integers(1, MAX_CLASSES))
    true_classes, predicted_classes = draw(st.integers(1, classes)), draw(st.integers(1, classes))
    first = draw(st.integers(0, classes - predicted_classes))
    size = draw(st.integers(1, 40))
    values = np.frombuffer(draw(st.binary(min_size=2 * size, max_size=2 * size)), dtype=np.uint8).astype(
        np.int64
    )
    targets, predictions = values.reshape(2, size)
    predictions = first + predictions % predicted_classes
    targets = targets % true_classes
    # Half of the time the prediction is mostly right, which random labels never are.
    if draw(st.booleans()):
        right = values.reshape(2, size)[1] % 3 > 0
        predictions = np.where(right, targets, predictions)
    return targets, predictions, classes


def test_the_cases_cover_every_metric_and_ten_thousand_draws() -> None:
    assert {key for key, _, _ in REFERENCES.values()} == set(METRICS)
    assert sum(examples(name) for name in REFERENCES) >= 10_000


# scikit-learn and imbalanced-learn warn of classes that are absent, which is the point here.
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("name", REFERENCES)
def test_p7_equals_scikit_learn(name: str) -> None:
    reference = REFERENCES[name][2]

    @seed(list(REFERENCES).index(name))  # other label pairs for every case, the same ones every time
    @settings(
        max_examples=examples(name),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(label_pairs())
    def agrees(pair: tuple[Labels, Labels, int]) -> None:
        targets, predictions, classes = pair
        if name == "gain" and classes == 1:
            return  # a gain matrix has at least two classes
        matrix = np.zeros((classes, classes))
        np.add.at(matrix, (targets, predictions), 1)
        expected = reference(targets, predictions, classes)
        assert built(name, classes).score(matrix) == pytest.approx(expected, abs=1e-12, rel=1e-12)

    with config_context(assume_finite=True, skip_parameter_validation=True):
        agrees()


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("classes", [2, 7])
def test_a_perfect_matrix_scores_best(name: str, classes: int) -> None:
    measure = built(name, classes)
    perfect = np.diag(np.arange(1.0, classes + 1))
    if measure.key == "gain":
        table = gain_table(classes)
        perfect = np.where(table == table.max(), 5.0, 0.0)
    assert measure.score(perfect) == pytest.approx(measure.best, abs=1e-12)


@pytest.mark.parametrize("name", REFERENCES)
def test_a_worst_matrix_scores_worst(name: str) -> None:
    measure = built(name, 2)
    worst = np.array([[0.0, 5.0], [5.0, 0.0]])
    if measure.key == "gain":
        table = gain_table(2)
        worst = np.where(table == table.min(), 5.0, 0.0)
    assert measure.score(worst) == pytest.approx(measure.worst, abs=1e-12)


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_p6_random_matrices_stay_within_the_bounds(name: str, classes: int) -> None:
    measure = built(name, classes)
    drawn = matrices(300, classes)
    # Near-permutations reach further out than matrices whose entries are all alike.
    extreme = (
        drawn * torch.eye(classes)[torch.randperm(classes, generator=torch.Generator().manual_seed(1))] + 1e-9
    )
    for values in (measure(drawn), measure(extreme)):
        assert ((values >= measure.worst - 1e-9) & (values <= measure.best + 1e-9)).all()


@pytest.mark.parametrize("name", REFERENCES)
def test_stacks_are_scored_matrix_by_matrix_and_the_scale_does_not_matter(name: str) -> None:
    measure, drawn = built(name, 5), matrices(6, 5)
    alone = [measure.score(matrix.numpy()) for matrix in drawn]
    assert measure(drawn).tolist() == pytest.approx(alone, abs=1e-14)
    assert measure(drawn.reshape(2, 3, 5, 5)).flatten().tolist() == pytest.approx(alone, abs=1e-14)
    assert measure.scores(drawn.numpy()).tolist() == pytest.approx(alone, abs=1e-14)
    assert measure(drawn * 1234.5).tolist() == pytest.approx(alone, abs=1e-12)


@pytest.mark.parametrize("name", REFERENCES)
def test_p4_gradcheck_on_soft_matrices(name: str) -> None:
    drawn = (matrices(3, 4) + 0.1).requires_grad_()
    assert torch.autograd.gradcheck(built(name, 4), (drawn,))


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize(
    "matrix",
    [
        torch.zeros(3, 3),
        torch.diag(torch.tensor([4.0, 0.0, 0.0])),
        torch.tensor([[4.0, 0.0, 0.0], [2.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
        torch.tensor([[4.0, 2.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]),
        torch.tensor([[0.0, 2.0, 1.0], [3.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        torch.eye(3) * 1e-30,
        torch.eye(3) * 1e12,
    ],
    ids=["empty", "one class", "one predicted", "one true", "all wrong", "tiny", "huge"],
)
def test_p4_values_and_gradients_are_finite_on_degenerate_matrices(name: str, matrix: torch.Tensor) -> None:
    measure = built(name, 3)
    leaf = matrix.clone().requires_grad_()
    value = measure(leaf)
    assert value.isfinite() and measure.worst - 1e-6 <= value <= measure.best + 1e-6
    assert torch.autograd.grad(value, leaf)[0].isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("key", ["mcc", "kappa"])
def test_predicting_one_class_only_is_no_better_than_chance_to_the_last_digit(
    key: str, dtype: torch.dtype
) -> None:
    generator = torch.Generator().manual_seed(0)
    tolerance = 0 if key == "mcc" else 4 * torch.finfo(dtype).eps
    for classes in range(2, 20):
        counts = torch.randint(1, 30, (50, classes), generator=generator).to(dtype)
        stack = torch.zeros(50, classes, classes, dtype=dtype)
        stack[:, :, 1] = counts
        assert metric(key)(stack).abs().max() <= tolerance
        assert metric(key)(stack.transpose(-1, -2)).abs().max() <= tolerance


@pytest.mark.parametrize("name", REFERENCES)
def test_single_precision_agrees_with_double_on_large_counts(name: str) -> None:
    measure, drawn = built(name, 6), (matrices(20, 6) * 1e5).round()
    single, double = measure(drawn.float()), measure(drawn)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), double, rtol=1e-5, atol=2e-6)


# Options, labels, travelling


@pytest.mark.parametrize(
    ("key", "options", "label"),
    [
        ("accuracy", {}, "Accuracy"),
        ("fbeta", {}, "Macro F1"),
        ("fbeta", {"beta": 0.25, "average": "weighted"}, "Weighted F0.25"),
        ("fbeta", {"beta": 2, "average": "class", "class_index": 3}, "F2 of class 3"),
        ("precision", {}, "Macro precision"),
        ("recall", {"average": "class", "class_index": 0}, "Recall of class 0"),
        ("kappa", {"weights": "linear"}, "Cohen's kappa (linear)"),
        ("kappa", {"weights": None}, "Cohen's kappa"),
    ],
)
def test_labels_say_what_is_measured(key: str, options: dict[str, Any], label: str) -> None:
    assert metric(key, **options).label == label


@pytest.mark.parametrize("name", REFERENCES)
def test_a_metric_is_rebuilt_from_its_key_and_options(name: str) -> None:
    measure, drawn = built(name, 4), matrices(1, 4)[0].numpy()
    for other in (
        metric(measure.key, **measure.options),
        pickle.loads(pickle.dumps(measure)),
        copy.deepcopy(measure),
    ):
        assert (
            other == measure and hash(other) == hash(measure) and other.score(drawn) == measure.score(drawn)
        )


def test_metrics_with_other_options_are_other_metrics() -> None:
    assert metric("fbeta", beta=1.0) != metric("fbeta", beta=2.0)
    assert metric("gain", matrix=[[1, 0], [0, 1]]) != metric("gain", matrix=[[2, 0], [0, 1]])
    assert len({metric("fbeta"), metric("fbeta", beta=1), metric("fbeta", beta=1.0, average="macro")}) == 1


@pytest.mark.parametrize("number", [1, np.float32(0.5), np.float64(0.5), np.int64(2)])
def test_beta_may_be_any_kind_of_number(number: float) -> None:
    assert metric("fbeta", beta=number).options["beta"] == float(number)


@pytest.mark.parametrize(
    ("key", "options", "sentence"),
    [
        ("f7", {}, "There is no such metric: got 'f7'; choose one of accuracy, .*gain"),
        (
            "accuracy",
            {"beta": 1},
            "There is no such option of the metric accuracy: got 'beta'; it takes none",
        ),
        (
            "mcc",
            {"average": "macro"},
            "There is no such option of the metric mcc: got 'average'; it takes none",
        ),
        (
            "recall",
            {"beta": 1},
            "There is no such option of the metric recall: got 'beta'; choose one of average, class_index",
        ),
        ("fbeta", {"beta": 0}, "beta must be a number from 1e-06 up to 1e\\+06: got 0; use"),
        ("fbeta", {"beta": -1.0}, "beta must be a number from 1e-06 up to 1e\\+06: got -1.0; use"),
        ("fbeta", {"beta": float("nan")}, "beta must be a number from 1e-06 up to 1e\\+06: got nan; use"),
        ("fbeta", {"beta": float("inf")}, "beta must be a number from 1e-06 up to 1e\\+06: got inf; use"),
        ("fbeta", {"beta": "one"}, "beta must be a number from 1e-06 up to 1e\\+06: got 'one'; use"),
        ("fbeta", {"average": "binary"}, "There is no such average: got 'binary'; choose one of macro"),
        ("jaccard", {"average": "class"}, "average='class' and class_index go together: got .*; give both"),
        ("recall", {"class_index": 1}, "average='class' and class_index go together: got .*; give both"),
        ("recall", {"average": "class", "class_index": -1}, "class_index must be 0 or more: got -1; give"),
        ("recall", {"average": "class", "class_index": 1.5}, "class_index must be 0 or more: got 1.5; give"),
        ("recall", {"average": "class", "class_index": "b"}, "class_index must be 0 or more: got 'b'; give"),
        ("kappa", {"weights": "cubic"}, "kappa has no such weights: got 'cubic'; use"),
        ("gain", {}, "The gain metric needs a matrix; give matrix="),
        ("gain", {"matrix": [[1, 2]]}, r"A gain matrix must be square: got shape \(1, 2\); give"),
        ("gain", {"matrix": [[1]]}, r"A gain matrix must be square: got shape \(1, 1\); give"),
        ("gain", {"matrix": [[1, 2], [3]]}, "A gain matrix must be numbers: got .*; give"),
        ("gain", {"matrix": [["a", 2], [3, 4]]}, "A gain matrix must be numbers: got .*; give"),
        ("gain", {"matrix": [[1, 1], [1, 1]]}, "A gain matrix must be finite and not all the same; give"),
        (
            "gain",
            {"matrix": [[1, np.nan], [1, 1]]},
            "A gain matrix must be finite and not all the same; give",
        ),
    ],
)
def test_a_metric_that_cannot_be_is_refused_in_one_sentence(
    key: str, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingError, match=f"^{sentence}.*\\.$"):
        metric(key, **options)


def test_a_metric_made_for_other_classes_says_so() -> None:
    third = metric("recall", average="class", class_index=2)
    third.check(3)
    with pytest.raises(
        SettingError, match="class_index must be one of the classes' positions: got 2; use 0 to 1"
    ):
        third.check(2)
    gains = metric("gain", matrix=np.eye(3))
    gains.check(3)
    with pytest.raises(SettingError, match="got 3 x 3 for 4 classes"):
        gains.check(4)


def test_building_every_metric_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in REFERENCES:
            assert built(name, 4)(matrices(1, 4)).isfinite().all()


@pytest.mark.parametrize("preset", GAIN_PRESETS)
@given(counts=st.lists(st.integers(0, 10_000), min_size=2, max_size=30).filter(any))
def test_a_gain_preset_makes_a_metric_whose_best_is_on_the_diagonal(preset: str, counts: list[int]) -> None:
    gains = np.array(GAIN_PRESETS[preset].make(counts))
    assert gains.shape == (len(counts), len(counts))
    assert (gains.diagonal() == gains.max()).all()
    assert (gains.max(axis=1, keepdims=True) > gains).sum() == gains.size - len(counts)
    assert metric("gain", matrix=gains).score(np.diag(np.ones(len(counts)))) == pytest.approx(1)


def test_the_rarest_class_pays_for_its_rarity() -> None:
    assert GAIN_PRESETS["rarest"].make([900, 90, 10]) == ((1, 0, 0), (0, 1, 0), (-99, -99, 1))
    assert GAIN_PRESETS["ordered"].make([1, 1, 1]) == ((1, 0.5, 0), (0.5, 1, 0.5), (0, 0.5, 1))

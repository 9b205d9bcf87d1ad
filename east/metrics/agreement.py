"""Agreement beyond chance: the Matthews correlation coefficient and Cohen's kappa."""

from __future__ import annotations

from types import MappingProxyType

import torch
from torch import Tensor

from east.errors import SettingError
from east.metrics.definition import Metric, MetricSpec, counted, divide, negligible
from east.options import Option

WEIGHTS = MappingProxyType(
    {"none": "All errors equal", "linear": "By distance", "quadratic": "By squared distance"}
)


def mcc() -> Metric:
    """Build the multiclass Matthews correlation coefficient R_K (Gorodkin 2004)."""

    def score(hits: Tensor, support: Tensor, predicted: Tensor) -> Tensor:
        total = support.sum(dim=-1, keepdim=True)
        # Shares instead of counts: the products then stay near 1 in single precision. Each divided by
        # its own sum, so that a class that holds everything has a share of exactly 1.
        support, predicted = divide(support, total), divide(predicted, predicted.sum(dim=-1, keepdim=True))
        covariance = divide(hits, total).sum(dim=-1) - (support * predicted).sum(dim=-1)
        # 1 - sum s^2 as sum s (1 - s), which is exactly 0 when one class has all the mass.
        spread = (support * (1 - support)).sum(dim=-1) * (predicted * (1 - predicted)).sum(dim=-1)
        flat = spread <= 0
        return torch.where(flat, 0.0, covariance / torch.where(flat, 1.0, spread).sqrt())

    return Metric("mcc", "MCC", 1.0, -1.0, MappingProxyType({}), counted(score), mcc, from_counts=score)


def kappa(weights: str | None = None) -> Metric:
    """Build Cohen's kappa, agreement beyond chance (Cohen 1960; weighted: Cohen 1968).

    Args:
        weights: None, "linear" or "quadratic" in the distance of the classes' positions.

    Raises:
        SettingError: for other weights.
    """
    weights = None if weights == "none" else weights
    if weights not in (None, "linear", "quadratic"):
        raise SettingError("kappa has no such weights", repr(weights), "use None, linear or quadratic")

    def score(matrix: Tensor) -> Tensor:
        place = torch.arange(matrix.shape[-1], device=matrix.device, dtype=matrix.dtype)
        distance = (place.unsqueeze(0) - place.unsqueeze(1)).abs()
        cost = distance.square() if weights == "quadratic" else distance
        cost = (distance > 0).to(matrix.dtype) if weights is None else cost
        share = divide(matrix, matrix.sum(dim=(-2, -1), keepdim=True))
        chance = share.sum(dim=-1, keepdim=True) * share.sum(dim=-2, keepdim=True)
        observed, expected = (share * cost).sum(dim=(-2, -1)), (chance * cost).sum(dim=(-2, -1))
        return torch.where(expected < negligible(expected.dtype), 0.0, 1 - divide(observed, expected))

    label = "Cohen's kappa" if weights is None else f"Cohen's kappa ({weights})"
    return Metric("kappa", label, 1.0, -1.0, MappingProxyType({"weights": weights}), score, kappa)


MCC = MetricSpec(
    "mcc",
    "Matthews correlation (MCC)",
    "Correlation of true and predicted classes, from −1 to 1; it uses every cell of the matrix.",
    mcc,
    aliases=MappingProxyType({"matthews": {}, "matthews_corrcoef": {}}),
)
KAPPA = MetricSpec(
    "kappa",
    "Cohen's kappa",
    "Agreement beyond chance.",
    kappa,
    MappingProxyType(
        {
            "weights": Option(
                "Weights by class distance",
                "Weight of an error by the distance of the two classes in their order.",
                kind="choice",
                choices=WEIGHTS,
                empty="none",
            )
        }
    ),
    MappingProxyType(
        {
            "cohen_kappa": {},
            "quadratic_kappa": {"weights": "quadratic"},
            "linear_kappa": {"weights": "linear"},
        }
    ),
)

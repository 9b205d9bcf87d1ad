"""How the surrogate goes from soft to hard while training goes on: progress to (delta, omega)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from east.errors import SettingError

if TYPE_CHECKING:
    from torch import Tensor

Shape = Literal["linear", "geometric"]


@dataclass(frozen=True)
class Sharpness:
    """How hard the piecewise-linear Heaviside is at one moment.

    Args:
        delta: height of the knee at the lower edge of the band, in [0, 1/2).
        omega: width of the band as a share of the threshold, in (0, 1].

    Raises:
        SettingError: outside these ranges.
    """

    delta: float
    omega: float

    def __post_init__(self) -> None:
        """Refuse values for which the Heaviside would not increase."""
        if not 0 <= self.delta < 0.5:
            raise SettingError("delta must lie in [0, 0.5)", self.delta, "use for example 0.2")
        if not 0 < self.omega <= 1:
            raise SettingError("omega must lie in (0, 1]", self.omega, "use for example 0.5")


@dataclass(frozen=True)
class Annealing:
    """A path from a soft to a hard sharpness along training progress u in [0, 1].

    Args:
        start: sharpness at u = 0.
        end: sharpness at u = 1; both delta and omega should shrink, for with omega fixed the
            Heaviside never becomes a step.
        shape: "linear" in both values, or "geometric" (equal ratios in equal progress).
    """

    start: Sharpness
    end: Sharpness
    shape: Shape = "linear"

    def __post_init__(self) -> None:
        """Refuse a shape that is not known, or a geometric path to zero."""
        if self.shape not in ("linear", "geometric"):
            raise SettingError("The annealing's shape must be known", self.shape, "use linear or geometric")
        if self.shape == "geometric" and min(self.start.delta, self.end.delta) <= 0:
            raise SettingError("A geometric annealing needs delta above 0", self.end, "use shape linear")

    def at(self, progress: float | Tensor) -> Sharpness:
        """Return the sharpness at `progress`; values outside [0, 1] count as the nearer end.

        For a tensor of no dimension, delta and omega are such tensors too: then no host waits for a device.
        """
        kind: type[Sharpness]
        share: float | Tensor
        # torch itself is not needed here, and the first page does without it.
        if isinstance(progress, int | float) or not hasattr(progress, "clamp"):
            kind, share = Sharpness, min(max(float(progress), 0.0), 1.0)
        else:
            kind, share = _OfTensors, progress.clamp(0, 1)
        return kind(
            self._between(self.start.delta, self.end.delta, share),
            self._between(self.start.omega, self.end.omega, share),
        )

    def _between(self, start: float, end: float, share: Any) -> Any:
        if self.shape == "geometric":
            return start ** (1 - share) * end**share
        return (1 - share) * start + share * end


class _OfTensors(Sharpness):
    """Delta and omega as tensors, between ends that have been checked."""

    def __post_init__(self) -> None:
        """Look at no value, which is on its device."""

"""Problems of known density: their tables, their true probabilities, and the best reachable score of any metric."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from east.errors import SettingError, no_such
from east.synthetic.best import Best, best_of
from east.synthetic.density import Floats, Integers, Mixture
from east.synthetic.grid import Grid
from east.synthetic.ranges import CLASS_NAMES, within_range
from east.synthetic.shapes import SHAPES

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.tables import Table

FEATURES = ("x1", "x2")
LABEL = "label"
DEFAULT_ROWS = 4000
DEFAULT_TEST_ROWS = 50_000
LEAST_SPREAD, MOST_SPREAD = 0.1, 0.9
_PLACING, _DRAWING = 1, 2  # keep the problem's randomness apart from its tables'


@dataclass(frozen=True)
class Problem:
    """A classification problem over two features whose density is known in closed form.

    Args:
        shape: a key of SHAPES.
        classes: K; their shares fall with rank as a power, so that the largest is `imbalance` times the smallest.
        imbalance: share of the largest class over that of the smallest.
        overlap: how far the classes are blurred into each other, from 0 (hardly) to 1 (strongly).
        noise: share of the rows whose label is drawn anew from the class shares, whatever the features.
        seed: of where the classes lie.

    Raises:
        SettingError: for a shape that does not exist or a value out of range.
    """

    shape: str = "gaussians"
    classes: int = 4
    imbalance: float = 10
    overlap: float = 0.5
    noise: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every setting, and keep it as a plain number."""
        if self.shape not in SHAPES:
            raise no_such("shape", self.shape, SHAPES)
        for name in ("classes", "imbalance", "overlap", "noise", "seed"):
            object.__setattr__(self, name, within_range(name, getattr(self, name)))

    @property
    def settings(self) -> dict[str, str | int | float]:
        """The plain settings that make the same problem: `make_problem(**problem.settings)`."""
        return asdict(self)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The labels, largest class first: A, B and so on."""
        return CLASS_NAMES[: self.classes]

    @cached_property
    def shares(self) -> Floats:
        """[K], the share of each class; label noise leaves it as it is."""
        power = math.log(self.imbalance) / math.log(self.classes)
        falling = np.arange(1, self.classes + 1) ** -power
        return np.asarray(falling / falling.sum())

    @cached_property
    def mixture(self) -> Mixture:
        """The density of each class before label noise."""
        spread = LEAST_SPREAD + (MOST_SPREAD - LEAST_SPREAD) * self.overlap
        return SHAPES[self.shape].build(self.classes, spread, np.random.default_rng([_PLACING, self.seed]))

    def table(self, rows: int = DEFAULT_ROWS, seed: int = 0) -> Table:
        """Draw a table.

        Args:
            rows: how many rows to draw.
            seed: of the rows alone; another seed gives fresh rows of the same problem.

        Returns:
            A table of the columns x1, x2 (float64) and label (text).

        Raises:
            SettingError: for a number out of range.
        """
        import pandas as pd

        from east.tables import Table

        points, codes = self.sample(rows, seed)
        frame = pd.DataFrame(points, columns=list(FEATURES))
        frame[LABEL] = pd.Series(np.array(self.class_names, dtype=object)[codes], dtype="str")
        return Table(frame, f"made {self.shape}")

    def sample(self, rows: int, seed: int = 0) -> tuple[Floats, Integers]:
        """Draw points `[rows, 2]` and class codes `[rows]`, those of `table` with the same seed."""
        within_range("rows", rows)
        within_range("seed", seed)
        generator = np.random.default_rng([_DRAWING, seed])
        codes, drawn = generator.choice(self.classes, size=(2, rows), p=self.shares)
        points = self.mixture.sample(codes, generator)
        return points, np.where(generator.random(rows) < self.noise, drawn, codes)

    def posterior(self, points: ArrayLike) -> Floats:
        """Give the true probability of every label by Bayes' rule.

        Args:
            points: [n, 2], the columns x1 and x2.

        Returns:
            [n, K], rows summing to one, classes in the order of `class_names`.
        """
        return self._bayes(self.mixture.log_densities(_checked(points)))

    def grid(self, size: int = 300) -> Grid:
        """Lay a grid of size x size points over the density, with its posteriors and each point's mass."""
        low, high = self.mixture.extent
        first, second = (np.linspace(low[axis], high[axis], size) for axis in (0, 1))
        logs = self.mixture.log_densities_on(first, second)
        densities = np.exp(logs)
        clean = self.shares * densities / densities.sum(axis=0)
        mass = (1 - self.noise) * clean + self.noise * clean.sum(axis=1, keepdims=True) * self.shares
        return Grid(first, second, self._bayes(logs), mass)

    def best(self, metric: Metric) -> Best:
        """Find the best reachable score of a metric and the rule that reaches it.

        Raises:
            SettingError: for a metric that was made for another number of classes.
        """
        return best_of(self, metric)

    def _bayes(self, log_densities: Floats) -> Floats:
        """Densities `[n, K]` in logarithms to the probabilities of the labels."""
        joint = log_densities + np.log(self.shares)
        joint = np.exp(joint - joint.max(axis=1, keepdims=True))
        clean = joint / joint.sum(axis=1, keepdims=True)
        return np.asarray((1 - self.noise) * clean + self.noise * self.shares)


def make_problem(
    shape: str = "gaussians",
    classes: int = 4,
    imbalance: float = 10,
    overlap: float = 0.5,
    noise: float = 0.0,
    seed: int = 0,
) -> Problem:
    """Make a problem; the arguments are those of `Problem`.

    Raises:
        SettingError: for a shape that does not exist or a value out of range.
    """
    return Problem(shape, classes, imbalance, overlap, noise, seed)


def _checked(points: ArrayLike) -> Floats:
    places = np.asarray(points, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or not np.isfinite(places).all():
        raise SettingError("Points must be finite pairs of x1 and x2", f"shape {places.shape}", "give [n, 2]")
    return places

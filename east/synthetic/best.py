"""The best that any classifier can reach on a problem of known density, metric by metric."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from east.synthetic.density import Integers

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.rules import DecisionRule
    from east.synthetic.problem import Problem

GRID_SIZE = 200
LEAST_MASS = 1e-10  # points that hold less are left out: all of them together hold less than 1e-5
KEPT = 64  # answers, so that a slider that comes back needs no second search


@dataclass(frozen=True, eq=False)
class Best:
    """The best reachable score of a metric and the rule that reaches it.

    Args:
        score: of the rule in expectation over fresh rows.
        rule: how it decides from the true probabilities.
        problem: whose.
    """

    score: float
    rule: DecisionRule
    problem: Problem

    def decide(self, points: ArrayLike) -> Integers:
        """Decide at points `[n, 2]`; returns class codes `[n]`."""
        return self.rule.decide(self.problem.posterior(points))


@lru_cache(maxsize=KEPT)
def best_of(problem: Problem, metric: Metric) -> Best:
    """Search the best rule by the mass of the problem on a fine grid.

    At the optimum a metric is linear in the confusion matrix, so that the best decision is the class of the
    highest price under the true probabilities (Narasimhan et al., arXiv 2210.09695); the prices are the
    metric's gradient at the matrix they lead to.

    Raises:
        SettingError: for a metric that was made for another number of classes.
    """
    from east.rules import DecisionRule
    from east.rules.solver import best_prices

    metric.check(problem.classes)
    grid = problem.grid(GRID_SIZE)
    held = grid.mass.sum(axis=1) > LEAST_MASS
    prices, score = best_prices(grid.probabilities[held], grid.mass[held], metric)
    return Best(float(score), DecisionRule(1.0, prices), problem)

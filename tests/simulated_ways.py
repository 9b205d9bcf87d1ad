"""Races of networks, rules and ensembles whose expected scores are known exactly.

A network sees a row on one line: its class's place, the row's own difficulty, and luck of the network with the
row; two thresholds make three classes of it. A seed spoils the network's sharpness and moves its line. A rule
moves the thresholds, an ensemble takes the mean place. Everything is normal, so the chance of every cell, and by
Gauss and Hermite's quadrature the expected score over seeds, follow without drawing anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from east.comparison import Race
from east.metrics import Metric
from east.training import Arm
from tests.moments import CROSS_ENTROPY, EAST, arm_result

Floats = NDArray[np.float64]

PRIOR = np.array([0.6, 0.25, 0.15])
PLACES = np.array([-1.2, 0.4, 1.6])
EDGES = np.array([-0.3, 1.1])
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
MASS = np.outer(WEIGHTS, WEIGHTS).ravel() / WEIGHTS.sum() ** 2


@dataclass(frozen=True)
class Networks:
    """How the networks of one loss vary: `luck` is the share of the rows' variance that is their own."""

    luck: float
    blur: float
    drift: float


LOSSES = {CROSS_ENTROPY.loss: Networks(0.3, 0.06, 0.06), EAST.loss: Networks(0.4, 0.08, 0.10)}


@dataclass(frozen=True)
class World:
    """Arms with their thresholds `[2]`, and the expected score of each over seeds and rows."""

    metric: Metric
    edges: dict[Arm, Floats]
    scores: dict[Arm, float]

    def race(self, rows: int, seeds: int, generator: np.random.Generator) -> Race:
        """Draw one race; an ensemble has as many members as it says, of the first seeds."""
        targets = generator.choice(3, rows, p=PRIOR)
        shared = generator.normal(size=rows)
        lines = {loss: _line(LOSSES[loss], targets, shared, seeds, generator) for loss in LOSSES}
        results = []
        for arm, edges in self.edges.items():
            line = lines[arm.loss]
            members = line[: arm.members]
            own = np.broadcast_to(members.mean(axis=0), line.shape) if arm.ensemble else line
            result = arm_result(arm, range(seeds), targets, _predicted(own, edges), 3)
            if arm.ensemble:
                others = (members.sum(axis=0) - members) / (len(members) - 1)
                result = replace(result, left_out=_predicted(others, edges))
            results.append(result)
        return Race(self.metric, ("a", "b", "c"), targets, tuple(results))


def equal_ways(metric: Metric, members: int, level: float = 0.3) -> World:
    """Build all eight ways, equal in expected score: as good as cross-entropy with its line moved by `level`.

    The plain arms stand on one side of their best thresholds, the rules on the other.
    """
    target = expected(metric, CROSS_ENTROPY, EDGES + _best(metric, CROSS_ENTROPY) + level)
    edges = {arm: EDGES + _where(metric, arm, target) for arm in ways(members)}
    return World(metric, edges, {arm: expected(metric, arm, own) for arm, own in edges.items()})


def unequal_ways(metric: Metric, members: int, levels: Sequence[float]) -> World:
    """Build all eight ways, each with its line moved by its level from its best thresholds."""
    edges = {
        arm: EDGES + _best(metric, arm) + level for arm, level in zip(ways(members), levels, strict=True)
    }
    return World(metric, edges, {arm: expected(metric, arm, own) for arm, own in edges.items()})


def ways(members: int) -> list[Arm]:
    """List cross-entropy and EAST, by argmax and by a rule, single and as ensemble."""
    sizes = [1] if members == 1 else [1, members]
    return [
        replace(arm, rule=rule, members=size)
        for size in sizes
        for arm in (CROSS_ENTROPY, EAST)
        for rule in ("argmax", "expected")
    ]


def expected(metric: Metric, arm: Arm, edges: Floats) -> float:
    """Return an arm's expected score with these thresholds."""
    own = LOSSES[arm.loss]
    blur, drift = own.blur / np.sqrt(arm.members), own.drift / np.sqrt(arm.members)
    width = np.sqrt(1 - own.luck + own.luck / arm.members)
    sharpness, move = (side.ravel() for side in np.meshgrid(1 + blur * NODES, drift * NODES, indexing="ij"))
    centres = sharpness[:, None] * PLACES + move[:, None]
    below = special.ndtr((edges - centres[..., None]) / width)
    chances = np.diff(below, axis=-1, prepend=0.0, append=1.0)
    return float(MASS @ metric.scores(PRIOR[:, None] * chances))


def _line(
    own: Networks, targets: NDArray[np.int64], shared: Floats, seeds: int, generator: np.random.Generator
) -> Floats:
    sharpness = 1 + own.blur * generator.normal(size=(seeds, 1))
    move = own.drift * generator.normal(size=(seeds, 1))
    luck = generator.normal(size=(seeds, len(targets)))
    line = sharpness * PLACES[targets] + move + np.sqrt(1 - own.luck) * shared + np.sqrt(own.luck) * luck
    return np.asarray(line, dtype=np.float64)


def _predicted(line: Floats, edges: Floats) -> NDArray[np.int64]:
    return np.asarray((line[..., None] > edges).sum(axis=-1))


def _best(metric: Metric, arm: Arm) -> float:
    found = optimize.minimize_scalar(lambda move: -expected(metric, arm, EDGES + move), bounds=(-1, 1))
    return float(found.x)


def _where(metric: Metric, arm: Arm, target: float) -> float:
    best = _best(metric, arm)
    side = 1 if arm.rule == "argmax" else -1
    return float(
        optimize.brentq(lambda move: expected(metric, arm, EDGES + move) - target, best, best + 1.5 * side)
    )

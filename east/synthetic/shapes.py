"""The shapes of a made problem: where each class lies, as a mixture in closed form.

A new shape is a function of the number of classes, the spread and a generator, and one entry in SHAPES.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from east.synthetic.density import Floats, Integers, Mixture

Builder = Callable[[int, float, np.random.Generator], Mixture]
"""Number of classes, spread, generator -> mixture; the spread is the blur as a share of the gap between classes."""

CANDIDATES = 8
WIDTHS = (0.25, 1.75)
LARGEST_SPACING = 1.5
"""Gaussians along a curve stand no further apart than this many deviations: the density then ripples by 0.03 %."""


@dataclass(frozen=True)
class Shape:
    """One kind of problem.

    Args:
        label: as shown in a menu.
        hint: one sentence without a final stop.
        build: places the classes.
    """

    label: str
    hint: str
    build: Builder


def gaussians(classes: int, spread: float, generator: np.random.Generator) -> Mixture:
    """Give every class one Gaussian, with a width of its own along each axis.

    Each centre is the one of several drawn in a square that lies furthest from those before it.
    """
    centres = generator.uniform(-1, 1, (1, 2))
    for _ in range(classes - 1):
        drawn = generator.uniform(-1, 1, (CANDIDATES, 2))
        nearest = np.linalg.norm(drawn[:, None] - centres, axis=2).min(axis=1)
        centres = np.vstack([centres, drawn[nearest.argmax()]])
    gap = 2 / np.sqrt(classes)
    deviations = gap * spread * generator.uniform(*WIDTHS, (classes, 2))
    return Mixture(np.arange(classes), np.ones(classes), centres, deviations, np.zeros((classes, 2)))


def rings(classes: int, spread: float, generator: np.random.Generator) -> Mixture:
    """Lay the classes as rings around each other, in an order that is drawn."""
    circle = np.linspace(0, 2 * np.pi, 721)
    curves = [(place + 0.5) * _polar(1.0, circle) for place in generator.permutation(classes)]
    return _along_curves(curves, spread)


def moons(classes: int, spread: float, generator: np.random.Generator) -> Mixture:
    """Let half circles reach into each other, one up and one down in turn, turned by a drawn angle."""
    upper = _polar(1.0, np.linspace(0, np.pi, 361))
    lower = np.array([0.0, 0.5]) - upper
    order, turn = generator.permutation(classes), _rotation(generator.uniform(0, 2 * np.pi))
    middle = np.array([0.6 * (classes - 1), 0.25])
    curves = [
        ((lower if place % 2 else upper) + np.array([1.2 * place, 0.0]) - middle) @ turn for place in order
    ]
    return _along_curves(curves, 0.7 * spread)


def spirals(classes: int, spread: float, generator: np.random.Generator) -> Mixture:
    """Wind the classes around each other as arms of one spiral, turned by a drawn angle."""
    turns = 0.5 + 2 / classes
    way = np.linspace(0, 1, 721)
    radii, gap = 0.3 + 2.7 * way, 2.7 / turns / classes
    start, order = generator.uniform(0, 2 * np.pi), generator.permutation(classes)
    angles = [start + 2 * np.pi * (turns * way + place / classes) for place in order]
    return _along_curves([_polar(radii, angle) for angle in angles], gap * spread)


def checkerboard(classes: int, spread: float, generator: np.random.Generator) -> Mixture:
    """Give the classes the squares of a board in turn, with blurred edges."""
    size = classes if classes > 3 else 2 * classes
    column, row = np.divmod(np.arange(size * size), size)
    # Two steps a row keep equal squares apart; with two or three classes one step does.
    owners = (column + (2 if classes > 3 else 1) * row) % classes
    centres = np.stack([column, row], axis=1) - (size - 1) / 2
    return _boxes(generator.permutation(classes)[owners], centres, np.full(centres.shape, 0.5), spread / 2)


def stripes(classes: int, spread: float, generator: np.random.Generator) -> Mixture:
    """Give the classes parallel stripes in turn, each twice, upright or level as drawn, with blurred edges."""
    count = 2 * classes
    places = np.arange(count)
    centres = np.stack([places - (count - 1) / 2, np.zeros(count)], axis=1)
    halves = np.tile([0.5, count / 2], (count, 1))
    owners = generator.permutation(classes)[places % classes]
    flip = 1 if generator.random() < 0.5 else -1
    return _boxes(owners, centres[:, ::flip], halves[:, ::flip], spread / 2)


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "gaussians": Shape("Gaussians", "One cloud a class, of different widths", gaussians),
        "rings": Shape("Rings", "Classes around each other", rings),
        "moons": Shape("Moons", "Half circles that reach into each other", moons),
        "spirals": Shape("Spirals", "Arms wound around each other", spirals),
        "checkerboard": Shape("Checkerboard", "Every class in several squares of a board", checkerboard),
        "stripes": Shape("Stripes", "Every class in two of many parallel stripes", stripes),
    }
)


def _polar(radii: Floats | float, angles: Floats) -> Floats:
    return np.asarray(np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1))


def _rotation(angle: float) -> Floats:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _along_curves(curves: list[Floats], deviation: float) -> Mixture:
    """Set equal Gaussians at equal distances along the curve `[n, 2]` of each class."""
    owners, weights, centres = [], [], []
    for code, curve in enumerate(curves):
        way = np.concatenate([[0.0], np.linalg.norm(np.diff(curve, axis=0), axis=1).cumsum()])
        count = int(np.ceil(way[-1] / (LARGEST_SPACING * deviation)))
        middles = (np.arange(count) + 0.5) * way[-1] / count
        centres.append(np.stack([np.interp(middles, way, curve[:, axis]) for axis in (0, 1)], axis=1))
        owners.append(np.full(count, code))
        weights.append(np.full(count, 1 / count))
    places = np.concatenate(centres)
    deviations = np.full(places.shape, deviation)
    return Mixture(
        np.concatenate(owners), np.concatenate(weights), places, deviations, np.zeros(places.shape)
    )


def _boxes(owners: Integers, centres: Floats, halves: Floats, deviation: float) -> Mixture:
    """Give each class its boxes, all of one weight."""
    order = np.argsort(owners, kind="stable")
    mine = owners[order]
    weights = 1 / np.bincount(mine)[mine]
    return Mixture(mine, weights, centres[order], np.full(centres.shape, deviation), halves[order])

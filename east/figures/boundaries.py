"""Boundaries between the predicted classes of a grid, as lines between the grid points that differ."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDS = 200
KEPT = 32
"""Number of cached smoothed boundaries: the best boundaries do not change during a run."""
END = 0.05
"""Least distance of a crossing from a grid point, so that rounding keeps it on the right side."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def boundary_lines(classes: ArrayLike, margins: ArrayLike | None = None) -> list[Floats]:
    """Trace the boundaries between the classes of a grid.

    A boundary separates every pair of neighbouring grid points of different classes. It crosses their edge
    where the linearly interpolated leads of the two points meet. Within a cell, two crossings are joined, and
    three or four meet in the middle (marching squares). Without `margins`, the crossings move along their
    edges until the lines are smooth (Gibson, "Constrained elastic surface nets", 1998).

    Args:
        classes: `[a, b]` codes.
        margins: `[a, b]` leads of the predicted class over the second at each point, 0 or more.

    Returns:
        Lines `[points, 2]` in units of the grid, from (0, 0) at its first point; a closed line ends at its start.
    """
    codes = np.asarray(classes)
    if margins is None:
        return list(_smooth_lines(np.ascontiguousarray(codes).tobytes(), codes.dtype.str, codes.shape))
    # Add half a unit: with a lead that was rounded to 0, the line still passes between the points.
    return _lines(codes, np.asarray(margins, dtype=np.float64) + 0.5)


@lru_cache(maxsize=KEPT)
def _smooth_lines(codes: bytes, kind: str, shape: tuple[int, ...]) -> tuple[Floats, ...]:
    grid = np.frombuffer(codes, dtype=kind).reshape(shape)
    return tuple(_relaxed(line) for line in _lines(grid, np.ones(shape)))


def _lines(codes: NDArray[np.generic], leads: Floats) -> list[Floats]:
    crossings, differ = _crossings(codes, leads)
    places, links = _links(crossings, differ, codes.shape)
    return [places[chain] for chain in _chains(links)]


def _relaxed(line: Floats) -> Floats:
    """Move each crossing towards the middle of its neighbours, along its edge and never to the end of it."""
    low = np.floor(line)
    between = line > low
    # The middle of a cell, where three classes meet, is not on an edge and does not move.
    free = between & (between.sum(axis=1, keepdims=True) == 1)
    closed = len(line) > 2 and (line[0] == line[-1]).all()
    for _ in range(ROUNDS):
        around = (
            np.concatenate([line[-2:-1], line, line[1:2]])
            if closed
            else np.pad(line, ((1, 1), (0, 0)), "edge")
        )
        target = np.clip((around[:-2] + around[2:]) / 2, low + END, low + 1 - END)
        line = np.where(free, target, line)
    return line


def _crossings(codes: NDArray[np.generic], leads: Floats) -> tuple[list[Floats], list[NDArray[np.bool_]]]:
    """Return the crossing of each edge and whether it is crossed, for edges along the first and second axis."""
    grid = np.stack(np.meshgrid(*map(np.arange, codes.shape), indexing="ij"), axis=-1).astype(np.float64)
    crossings, differ = [], []
    for axis in (0, 1):
        before, after = [slice(None)] * 2, [slice(None)] * 2
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        own, other = tuple(before), tuple(after)
        share = np.clip(leads[own] / (leads[own] + leads[other]), END, 1 - END)
        crossings.append(grid[own] + share[..., None] * np.eye(2)[axis])
        differ.append(codes[own] != codes[other])
    return crossings, differ


def _links(
    crossings: list[Floats], differ: list[NDArray[np.bool_]], shape: tuple[int, ...]
) -> tuple[Floats, Integers]:
    """Return the positions of all crossings and cell middles `[N, 2]`, and the pairs to join `[L, 2]`."""
    along, up = (np.arange(mask.size).reshape(mask.shape) for mask in differ)
    up = up + along.size
    around = np.stack([along[:, :-1], along[:, 1:], up[:-1], up[1:]], axis=-1).reshape(-1, 4)
    crossed = np.concatenate([mask.ravel() for mask in differ])[around]
    places = np.concatenate([each.reshape(-1, 2) for each in crossings])
    count = crossed.sum(axis=1)
    plain = around[count == 2][crossed[count == 2]].reshape(-1, 2)
    many = count > 2
    weights = crossed[many].astype(np.float64)
    middles = (places[around[many]] * weights[..., None]).sum(axis=1) / weights.sum(axis=1)[:, None]
    owners = np.repeat(len(places) + np.arange(len(middles)), count[many])
    spokes = np.stack([around[many][crossed[many]], owners], axis=1)
    return np.concatenate([places, middles]), np.concatenate([plain, spokes])


def _chains(links: Integers) -> Iterator[list[int]]:
    """Join links end to end, so that a dash pattern continues along a whole boundary."""
    beside: dict[int, list[int]] = {}
    for one, other in links.tolist():
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    # Start from ends and junctions; the remaining links are closed loops.
    starts = [node for node, others in beside.items() if len(others) != 2]
    for node in (*starts, *beside):
        while beside[node]:
            yield _walk(beside, node)


def _walk(beside: dict[int, list[int]], node: int) -> list[int]:
    """Follow links from a node while there is exactly one next node, and remove each link."""
    chain = [node]
    while len(beside[node]) == 1 or node == chain[0]:
        if not beside[node]:
            break
        node, before = beside[node].pop(), node
        beside[node].remove(before)
        chain.append(node)
    return chain

"""Piecewise-linear encodings of numbers, so that a network sees thresholds.

Source: Gorishniy, Rubachev, Babenko, "On Embeddings for Numerical Features in Tabular Deep Learning", NeurIPS 2022.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

MOST_PIECES = 16  # of one column
MOST_PIECES_TOGETHER = 96  # of all columns, so that a step stays cheap
_FEWEST_PIECES = 2  # one piece is the scaled value over again
_ROWS_A_PIECE = 10
_DEVIATION = 0.3  # the pieces of a column move together: at 1 they would outweigh everything else
_LEAST_DEVIATION = 0.1


@dataclass(frozen=True)
class Pieces:
    """The piecewise-linear encoding of several columns of a matrix.

    Args:
        places: the columns that are encoded.
        knots: of each of them [b + 1] float64, strictly ascending.
        means, scales: [sum of b] float64, what the pieces are brought to mean 0 and one deviation with.
    """

    places: tuple[int, ...]
    knots: tuple[np.ndarray, ...]
    means: np.ndarray
    scales: np.ndarray

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """Encode [n, columns] finite numbers as [n, sum of b] float64, the pieces of one column together."""
        return np.asarray((_encoded(numbers, self.places, self.knots) - self.means) * self.scales)

    def codes(self, numbers: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Tell which piece each of [n, columns] numbers falls in: places and [n] int64 codes, gaps the highest."""
        for place, knots in zip(self.places, self.knots, strict=True):
            if place < numbers.shape[1]:
                yield place, np.searchsorted(knots, numbers[:, place])

    def names(self, columns: Sequence[str]) -> list[str]:
        """Name each piece after its column and its interval."""
        return [
            f"{columns[place]} from {low:.6g} to {high:.6g}"
            for place, knots in zip(self.places, self.knots, strict=True)
            for low, high in pairwise(knots)
        ]


def fit_pieces(numbers: np.ndarray, places: Sequence[int]) -> Pieces:
    """Place the knots of some columns by their training rows.

    Args:
        numbers: [n, columns] finite.
        places: the columns to encode; those too coarse for it, or too many, are left out.
    """
    most = _most_pieces(np.array([len(np.unique(numbers[:, place])) for place in places]), len(numbers))
    placed = {place: place_knots(numbers[:, place], most) for place in places}
    kept = {place: knots for place, knots in placed.items() if len(knots) > _FEWEST_PIECES}
    pieces = _encoded(numbers, tuple(kept), tuple(kept.values()))
    scales = _DEVIATION / pieces.std(axis=0).clip(min=_LEAST_DEVIATION)
    return Pieces(tuple(kept), tuple(kept.values()), pieces.mean(axis=0), scales)


def _most_pieces(distinct: np.ndarray, rows: int) -> int:
    """Tell how many pieces a column may have; those of few `distinct` values leave theirs to the others."""
    wanted = distinct[distinct > _FEWEST_PIECES] - 1
    for most in range(min(MOST_PIECES, rows // _ROWS_A_PIECE), _FEWEST_PIECES - 1, -1):
        if np.minimum(wanted, most).sum() <= MOST_PIECES_TOGETHER:
            return most
    return 0


def place_knots(values: np.ndarray, most: int) -> np.ndarray:
    """Place knots at every distinct value of a column, or at quantiles where there are more than `most` + 1.

    Args:
        values: [n] finite.
        most: pieces to make at most.

    Returns:
        [b + 1] float64, strictly ascending, b at most `most`.
    """
    distinct = np.unique(values)
    if len(distinct) <= most + 1 or most < 1:
        return distinct[: most + 1]
    return np.unique(np.quantile(values, np.linspace(0, 1, most + 1)))


def piecewise_linear(values: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Give (x - k_i) / (k_(i+1) - k_i), clipped to [0, 1], of every value x and piece i.

    Args:
        values: [n] finite.
        knots: [b + 1] strictly ascending.

    Returns:
        [n, b] float64: 1 for the pieces below x, 0 for those above it, between for its own.
    """
    with np.errstate(over="ignore"):
        shares = (values[:, None] - knots[:-1]) / np.diff(knots)
    return np.asarray(np.clip(shares, 0, 1))


def _encoded(numbers: np.ndarray, places: Sequence[int], knots: Sequence[np.ndarray]) -> np.ndarray:
    blocks = [piecewise_linear(numbers[:, place], its) for place, its in zip(places, knots, strict=True)]
    return np.hstack([np.empty((len(numbers), 0)), *blocks])

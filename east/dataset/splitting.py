"""The split of rows into training, validation and test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from east.errors import DatasetError, SettingError

PARTS = ("training", "validation", "test")


def check_shares(shares: Sequence[float]) -> tuple[float, float, float]:
    """Scale three shares to a sum of one.

    Raises:
        SettingError: not three shares, a negative one, none for training or for validation.
    """
    wrong = (
        len(shares) != 3 or not all(0 <= share < 1 for share in shares) or shares[0] <= 0 or shares[1] <= 0
    )
    if wrong or not 0.99 <= sum(shares) <= 1.01:
        remedy = "give three shares that add up to 1, such as 0.6, 0.2 and 0.2 (the last may be 0)"
        raise SettingError("The split is not possible", tuple(shares), remedy)
    return shares[0] / sum(shares), shares[1] / sum(shares), shares[2] / sum(shares)


def split_stratified(targets: np.ndarray, shares: Sequence[float], seed: int) -> tuple[np.ndarray, ...]:
    """Split rows so that every class has its share of every part.

    scikit-learn's stratified splits may leave a small class without a row in one part. Here a class with at least as
    many rows as there are parts has a row in each; a smaller class puts its first row in training, its second in test.

    Args:
        targets: [n] int64 codes.
        shares: of training, validation and test; they add up to one.
        seed: the same seed gives the same split.

    Returns:
        Three arrays of row positions, sorted.
    """
    generator = np.random.default_rng(seed)
    parts: list[list[np.ndarray]] = [[], [], []]
    for code in np.unique(targets):
        rows = generator.permutation(np.flatnonzero(targets == code))
        ends = np.cumsum(class_sizes(len(rows), shares))
        for part, chunk in zip(parts, np.split(rows, ends[:2]), strict=True):
            part.append(chunk)
    return tuple(np.sort(np.concatenate(part)).astype(np.int64) for part in parts)


def class_sizes(count: int, shares: Sequence[float]) -> list[int]:
    """Count the rows of a class in each part: one each if there are enough, the rest by largest remainder."""
    wanted = np.array([count * share for share in shares])
    sizes = np.floor(wanted).astype(int)
    used = [i for i, share in enumerate(shares) if share > 0]
    # With too few rows for all parts, training comes first and test before validation.
    for part in sorted(used, key=lambda i: (0, 2, 1)[i])[:count]:
        sizes[part] = max(sizes[part], 1)
    while sizes.sum() < count:
        sizes[int(np.argmax(np.where(np.asarray(shares) > 0, wanted - sizes, -np.inf)))] += 1
    while sizes.sum() > count:
        sizes[int(np.argmax(np.where(sizes > 1, sizes - wanted, -np.inf)))] -= 1
    return [int(size) for size in sizes]


def split_groups(
    targets: np.ndarray, groups: np.ndarray, shares: Sequence[float], seed: int
) -> tuple[np.ndarray, ...]:
    """Split so that no group is in two parts, with classes as even as groups allow.

    Each group, largest first, goes to the part whose classes are furthest below their shares.

    Args:
        targets: [n] int64 codes.
        groups: [n] int64 codes.
        shares, seed: as in `split_stratified`.

    Raises:
        DatasetError: when there are fewer groups than parts, or training lacks a class.
    """
    num_groups, num_classes = int(groups.max()) + 1, int(targets.max()) + 1
    used = sum(share > 0 for share in shares)
    if num_groups < used:
        raise DatasetError(
            "There are too few groups to split", f"{num_groups} groups", "choose another group column"
        )
    counts = np.zeros((num_groups, num_classes))
    np.add.at(counts, (groups, targets), 1)
    weights = 1 / counts.sum(axis=0).clip(min=1)
    wanted = np.outer(shares, counts.sum(axis=0))
    filled = np.zeros_like(wanted)
    home = np.zeros(num_groups, dtype=np.int64)
    shuffled = np.random.default_rng(seed).permutation(num_groups)
    for group in shuffled[np.argsort(-counts[shuffled].sum(axis=1), kind="stable")]:
        gaps = ((wanted - filled) * weights * counts[group]).sum(axis=1)
        gaps = np.where(np.asarray(shares) > 0, gaps / np.maximum(np.asarray(shares), 1e-9), -np.inf)
        home[group] = int(np.argmax(gaps))
        filled[home[group]] += counts[group]
    return tuple(np.flatnonzero(home[groups] == part).astype(np.int64) for part in range(3))


def split_by_time(times: np.ndarray, shares: Sequence[float]) -> tuple[np.ndarray, ...]:
    """Split by time: the oldest rows train, the newest test; rows of the same moment stay together.

    Args:
        times: [n] datetime64 or numbers, without gaps.
        shares: as in `split_stratified`.
    """
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    ends = []
    for share in np.cumsum(shares)[:2]:
        end = min(round(share * len(times)), len(times) - 1)
        ends.append(
            len(times) if share > 1 - 1e-9 else int(np.searchsorted(ordered, ordered[end], side="left"))
        )
    return tuple(np.sort(rows).astype(np.int64) for rows in np.split(order, ends))

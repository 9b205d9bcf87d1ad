"""Judging a race: scores with intervals, the verdict, offsets, per-class tables, grid and frontier."""

from east.comparison.offsets import apply_offsets, tune_offsets

__all__ = ["apply_offsets", "tune_offsets"]

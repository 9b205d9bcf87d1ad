"""JSON schemas of what the command line prints, by the name that each result has under `schema`."""

from __future__ import annotations

from pathlib import Path

TRAIN = "train-1"
SCHEMAS = (TRAIN,)


def schema_text(name: str) -> str:
    """Return a schema (draft 2020-12) as JSON.

    Args:
        name: one of SCHEMAS.
    """
    return Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")

"""Labels short enough for an axis, and still distinct."""

from __future__ import annotations

from collections.abc import Sequence


def short(label: str, most: int = 12) -> str:
    """Shorten a long label with an ellipsis; show its full text on hover."""
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def short_labels(labels: Sequence[str], most: int = 12) -> list[str]:
    """Shorten labels at the end, or in the middle where that would make them equal.

    Labels that are equal at both ends are numbered.
    """
    cut = [short(label, most) for label in labels]
    half = (most - 1) // 2
    cut = [
        f"{label[:half].rstrip()}…{label[-half:].lstrip()}"
        if len(label) > most and cut.count(text) > 1
        else text
        for label, text in zip(labels, cut, strict=True)
    ]
    return [
        _numbered(text, cut[: place + 1].count(text), most)
        if len(labels[place]) > most and cut.count(text) > 1
        else text
        for place, text in enumerate(cut)
    ]


def _numbered(text: str, number: int, most: int) -> str:
    mark = f"·{number}"
    return text[: most - len(mark)] + mark

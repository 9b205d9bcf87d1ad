"""The figures of a report, each drawn once or once a moment; what is the same is stored once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from east.export.report.markup import element, text
from east.figures import Figure


class Pictures:
    """The figures of a page as they are placed."""

    def __init__(self) -> None:
        self._pool: dict[str, int] = {}
        self._parts: list[Any] = []
        self.still: dict[str, Any] = {}

    def place(self, name: str, title: str, figure: Figure) -> str:
        """Place a figure that stands still, and return its HTML."""
        self.still[name] = self.stored(figure)
        return self.frame(name, title, figure)

    def frame(self, name: str, title: str, figure: Figure) -> str:
        """Write the element a figure is drawn in, under its title and with its text alternative."""
        height = figure.layout["height"]
        plot = element(
            "div",
            data_figure=name,
            role="img",
            aria_label=figure.alt,
            style=f"height:{int(height)}px",
            _class="plot",
        )
        return element("figure", element("figcaption", text(title)) + plot)

    def stored(self, figure: Figure) -> dict[str, Any]:
        """Store a figure's parts, each once, and return where they are."""
        drawn = figure.plotly()
        data = [self._keep(trace) for trace in drawn["data"]]
        return {"data": data, "layout": self._keep(drawn["layout"]), "alt": figure.alt}

    def as_json(self) -> Mapping[str, Any]:
        """Return all parts, and the figures that stand still."""
        return {"parts": self._parts, "still": self.still}

    def _keep(self, part: Any) -> int:
        key = json.dumps(part)
        if key not in self._pool:
            self._pool[key] = len(self._parts)
            self._parts.append(part)
        return self._pool[key]

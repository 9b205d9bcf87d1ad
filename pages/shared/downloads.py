"""Files to download, made when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from east.tables import neutralise_formulas

if TYPE_CHECKING:
    from east.comparison import Comparison, Race
    from east.run import Run


def download(label: str, data: Callable[[], bytes | str], name: str) -> None:
    """Offer a file that is made when it is asked for."""
    st.download_button(label, data, name, on_click="ignore", icon=":material/download:", type="tertiary")


def predictions(run: Run, race: Race) -> bytes:
    """Write every prediction of a race's arms as csv."""
    from east.comparison import predictions_frame

    frame = predictions_frame(race, run.machine.dataset.test.rows if run.machine else None)
    return neutralise_formulas(frame).to_csv(index=False).encode()


def offer_numbers(run: Run, comparison: Comparison) -> None:
    """Offer the statistics of a comparison, and every prediction they come from."""
    from east.comparison import summarise

    def statistics() -> str:
        return json.dumps(summarise(comparison), ensure_ascii=False, indent=1)

    download("Predictions (csv)", lambda: predictions(run, comparison.race), "predictions.csv")
    download("Statistics (json)", statistics, "comparison.json")

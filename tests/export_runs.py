"""Small finished runs for the tests of the export."""

from __future__ import annotations

import numpy as np
import pandas as pd

import east
from east.dataset import prepare
from east.export import RunRecord, record_run
from east.tables import table_from_frame
from east.training import Snapshot, TrainConfig, train

HOSTILE = (
    "<b>bold</b>",
    "</script><script>window.stolen = 1</script>",
    "&lt;i&gt;",
    "<a href='javascript:window.stolen=1'>link</a>",
    "<img src=x onerror='window.stolen=1'>",
)
"""Names of classes that would be taken for markup."""
COLUMN = '"><img src=//example.org/x onerror=alert(1)>'


def hostile_record() -> RunRecord:
    """Train shortly on a table whose names are markup."""
    generator = np.random.default_rng(0)
    codes = np.arange(200) % len(HOSTILE)
    frame = pd.DataFrame(
        {
            COLUMN: codes + generator.normal(0, 0.7, 200),
            "plain": generator.normal(0, 1, 200),
            "<u>kind</u>": np.asarray(HOSTILE, dtype=object)[codes],
        }
    )
    table = table_from_frame(frame, "<h1>table</h1>.csv")
    dataset = prepare(table, "<u>kind</u>")
    config = TrainConfig(
        east.metric("fbeta"),
        ("east", "cross_entropy"),
        (0, 1),
        ("argmax",),
        epochs=8,
        evaluations=6,
        device="cpu",
    )
    history: list[Snapshot] = []
    training = train(dataset, config)
    while True:
        try:
            history.append(next(training))
        except StopIteration as end:
            return record_run(
                table, dataset, end.value, history, "python -m east train '<x>.csv' && echo \"&lt;\""
            )

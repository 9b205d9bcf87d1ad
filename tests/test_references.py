"""Reference models in their helper process."""

import os
import signal

import numpy as np
import pandas as pd
import pytest

from east.errors import SettingError
from east.references import REFERENCES, Rows, _helper, fit_beside, fit_reference

CLASSES = np.array([0, 0, 0, 1, 1, 2] * 20)


@pytest.fixture
def rows() -> Rows:
    frame = pd.DataFrame({"x": CLASSES + np.random.default_rng(0).normal(size=len(CLASSES))})
    return Rows(frame, CLASSES, frame[:30], CLASSES[:30], frame[:40], 3)


def helpers() -> set[int]:
    return set(_helper()._processes)  # type: ignore[attr-defined]  # loky's executor


def test_all_references_come_from_one_helper_as_they_would_from_here(rows: Rows) -> None:
    pids = []
    for _ in range(2):
        for key, future in zip(REFERENCES, fit_beside(list(REFERENCES), rows), strict=True):
            found, here = future.result(120), fit_reference(key, rows)
            np.testing.assert_array_equal(found.test_probabilities, here.test_probabilities)
            assert found.key == key and found.validation_probabilities.shape == (30, 3)
        pids.append(helpers())
    assert pids[0] == pids[1] and len(pids[0]) == 1 and os.getpid() not in pids[0]


def test_a_helper_that_was_killed_comes_again(rows: Rows) -> None:
    (future,) = fit_beside(["most_frequent"], rows)
    np.testing.assert_allclose(future.result(120).test_probabilities, np.tile([1 / 2, 1 / 3, 1 / 6], (40, 1)))
    (pid,) = helpers()
    os.kill(pid, signal.SIGKILL)
    (lost,) = fit_beside(["boosting"], rows)
    lost.exception(120)  # it was lost with the helper, or the next one has trained it
    (again,) = fit_beside(["most_frequent"], rows)
    assert again.result(120).key == "most_frequent" and pid not in helpers()


def test_an_unknown_reference_is_refused(rows: Rows) -> None:
    with pytest.raises(SettingError, match="reference"):
        fit_beside(["trees"], rows)
    assert fit_beside([], rows) == []

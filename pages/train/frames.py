"""The moments of a run that has ended, drawn beside it and sent ahead, so that the scrubber answers at once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from east.run import Background
from pages.shared import live_view, session

if TYPE_CHECKING:
    from east.training import Snapshot
    from pages.train.moment import Seen

MOST_MOMENTS = 150
"""Of more moments there is too much to draw and to send; the server is asked for each."""


def of(seen: Seen, history: Sequence[Snapshot]) -> str:
    """Send the moments of a run that has ended once they are drawn; returns their mark, or "" where none are sent."""
    if not seen.scrubbed or not seen.shown.ended or len(history) > MOST_MOMENTS:
        return ""
    mark = sha256(repr(_look(seen)).encode()).hexdigest()
    task = session.once("frames", mark, lambda: _begin(seen, history))
    if task.result is None:
        return ""
    live_view.send_frames(mark, task.result)
    return mark


def _begin(seen: Seen, history: Sequence[Snapshot]) -> Background[int, str]:
    return Background(lambda: live_view.packed(seen.at(moment) for moment in history)).start()


def _look(seen: Seen) -> Hashable:
    """Return all that a moment's picture hangs on."""
    scene = seen.scene
    arms = tuple(arm.key for arm in scene.arms)
    way = (
        scene.normalise,
        tuple(scene.order.places.tolist()),
        scene.differ,
        scene.theme.name,
        scene.best is not None,
        seen.large,
    )
    return (seen.run.id, seen.shown.sequence, arms, *way)

"""Words that two pages use, and text made safe for Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping

STATUS_NAMES: Mapping[str, str] = {
    "starting": "Preparing", "running": "Training", "paused": "Paused", "stopping": "Stopping",
    "finished": "Finished", "stopped": "Stopped", "failed": "Failed", "interrupted": "Interrupted",
}  # fmt: skip

WORD_JOINER = "\u2060"

CELL_NAMES: Mapping[str, str] = {"row": "% of true", "column": "% of predicted", "count": "Counts"}


def literal(text: object) -> str:
    """Escape what Markdown would read as markup: names come from a reader's file, and a picture would be fetched."""
    # An escape does not keep an e-mail or an address from becoming a link; a joiner without width does.
    unlinked = re.sub(r"@|\bwww(?=\.)|\bhttps?(?=://)", lambda found: f"{found[0]}{WORD_JOINER}", str(text))
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=])", r"\\\1", unlinked).replace("\n", " ")


def duration(seconds: float) -> str:
    """Write a duration in seconds, minutes or hours."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

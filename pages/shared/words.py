"""Words that two pages use, and text made safe for Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from east.plain_text import visible

STATUS_NAMES: Mapping[str, str] = {
    "starting": "Preparing", "running": "Training", "paused": "Paused", "stopping": "Stopping", "judging": "Judging",
    "finished": "Finished", "stopped": "Stopped", "failed": "Failed", "interrupted": "Interrupted",
}  # fmt: skip

WORD_JOINER = "\u2060"
_LOOKED_FOR = r"@|\bwww(?=\.)|\bhttps?(?=://)|:(?=[a-z0-9+_/-])|[-<>=~!](?=[-<>=])"

CELL_NAMES: Mapping[str, str] = {"row": "% of true", "column": "% of predicted", "count": "Counts"}


def literal(text: object) -> str:
    """Escape what Markdown would read as markup: names come from a reader's file, and a picture would be fetched."""
    # Blanks at the start would make it a block of code.
    line = re.sub(r"[\t\n\u2028\u2029]+", " ", visible(text)).lstrip(" ")
    # An escape does not keep an address from becoming a link, `:name:` an icon or `->` an arrow: Streamlit looks for
    # them in the text once it has been unescaped. A joiner without width does.
    apart = re.sub(_LOOKED_FOR, lambda found: f"{found[0]}{WORD_JOINER}", line)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&])", r"\\\1", apart)


def duration(seconds: float) -> str:
    """Write a duration in seconds, minutes or hours."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

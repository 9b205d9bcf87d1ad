"""Text in which every character is seen where it stands: nothing steers a terminal or turns the words around it."""

from __future__ import annotations

from collections.abc import Mapping

_REPLACEMENT = "\ufffd"
_PICTURES = 0x2400
_TAB, _NEW_LINE = 0x09, 0x0A

STAND_INS: Mapping[int, str] = {
    # Unicode has a picture of each control character (U+2400 and on).
    **{code: chr(_PICTURES + code) for code in range(0x20) if code not in (_TAB, _NEW_LINE)},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT),
    # Embeddings, overrides and isolates reorder whatever follows (Unicode Standard Annex 9).
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), _REPLACEMENT),
}


def visible(text: object) -> str:
    """Replace control characters and changes of direction by signs that can be seen; tabs and line ends stay."""
    return str(text).translate(STAND_INS)

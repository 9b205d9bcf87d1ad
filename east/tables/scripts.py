"""Legacy encodings, told apart by their letters.

Text of a script other than Latin has words without any ASCII letter. A code page fits when nearly all letters of
these words are of its one script, stand where they may stand in a word, and are common ones. Latin text is in an
encoding other than cp1252 when only the letters of another alphabet make words of it. A general detector needs far
longer samples than the cells of a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_FOREIGN_WORD = re.compile(rb"[\x80-\xff]{2,}")
_MOST_WORDS = 4000
_LEAST_LETTERS = 3  # outside ASCII; one sign such as that of a unit tells nothing
_LEAST_FOREIGN, _LEAST_FITTING, _LEAST_COMMON = 0.7, 0.95, 0.55


@dataclass(frozen=True)
class _Script:
    """A script: its letters, the commonest of them, and those that end words."""

    letters: str
    common: str
    only_last: str = ""
    cased: bool = False
    encodings: tuple[str, ...] = ()

    def fits(self, word: str) -> bool:
        """Whether a word may be written so."""
        if not all(sign in self.letters or sign.lower() in self.letters for sign in word):
            return False
        if self.cased and not (word.islower() or word.isupper() or word.istitle()):
            return False
        return not any(sign in self.only_last for sign in word[:-1])


_SCRIPTS = (
    _Script("אבגדהוזחטיךכלםמןנסעףפץצקרשת", "יוהלארתבמשןםדנעחקכפ", "ךםןףץ", False, ("cp1255", "cp862")),
    _Script(
        "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",
        "اليمنترعبدسهةوفقكحأى",
        "ةى",
        False,
        ("cp1256", "iso8859_6"),
    ),
    _Script(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџ",
        "оеаинтсрвлкмдпуяыьзіїє",
        cased=True,
        encodings=("cp1251", "koi8_r", "iso8859_5", "cp866"),
    ),
    _Script(
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "αοιετσνηυρπκμλςάίόή", "ς", True, ("cp1253", "iso8859_7")
    ),
    _Script(
        "".join(map(chr, [*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F)])),
        "านรกอเงวมยลส่้ดทตหคแีไ็ัิืุบ",
        encodings=("cp874",),
    ),
)

_WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿßœšžµªº"
_WESTERN_SIGNS = "\u00a0°²€£·–—‘’“”„…«»™©®±´"
_TURKISH = "çğıöşüâîûéÇĞİÖŞÜÂÎÛ"
_CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžäôĺľŕöüőűđăâîşţșțß"
_BALTIC = "ąčęėįšųūžāēģīķļņōŗõäöü"
_ALPHABETS = (
    ("cp1254", _TURKISH),
    ("cp1250", _CENTRAL),
    ("iso8859_2", _CENTRAL),
    ("cp1257", _BALTIC),
    ("cp850", _WESTERN),
    ("mac_roman", _WESTERN),
)


def latin_encoding(data: bytes) -> str | None:
    """Return the encoding of Latin text that makes no words in cp1252; None when it does, or none fits."""
    words = [word for word in _WORD.findall(data) if not word.isascii()][:_MOST_WORDS]
    letters = set(b"".join(words)) - set(range(128))
    if len(letters) < _LEAST_LETTERS or _made_of(words, "cp1252", _WESTERN + _WESTERN_SIGNS):
        return None
    fitting = (encoding for encoding, letters in _ALPHABETS if _made_of(words, encoding, letters))
    return next((encoding for encoding in fitting if _well_cased(words, encoding)), None)


def _made_of(words: list[bytes], encoding: str, letters: str) -> bool:
    """Whether all letters outside ASCII are of an alphabet."""
    signs = set("".join(word.decode(encoding, "replace") for word in words))
    return all(sign.isascii() or sign in letters or sign.lower() in letters for sign in signs)


def _well_cased(words: list[bytes], encoding: str) -> bool:
    texts = [word.decode(encoding) for word in words]
    cased = sum(text.islower() or text.isupper() or text.istitle() for text in texts)
    return cased >= _LEAST_FITTING * len(texts)


def script_encoding(data: bytes) -> str | None:
    """Return the encoding of text in a script other than Latin; None when none fits well.

    Args:
        data: text that is not UTF-8.
    """
    words = [word for word in _WORD.findall(data) if not word.isascii()][:_MOST_WORDS]
    foreign = [word for word in words if _FOREIGN_WORD.fullmatch(word)]
    if not foreign or len(foreign) < _LEAST_FOREIGN * len(words):
        return None
    scores = {
        encoding: _score(foreign, encoding, script) for script in _SCRIPTS for encoding in script.encodings
    }
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] >= _LEAST_COMMON else None


def _score(words: list[bytes], encoding: str, script: _Script) -> float:
    """Return the share of common letters, in lower case, among all letters; 0 where the encoding does not fit."""
    texts = [word.decode(encoding, "replace") for word in words]
    if sum(map(script.fits, texts)) < _LEAST_FITTING * len(texts):
        return 0.0
    letters = "".join(texts)
    capitals = sum(sign.isupper() for sign in letters) / len(letters)
    common = sum(sign.lower() in script.common for sign in letters) / len(letters)
    return common - 0.2 * capitals

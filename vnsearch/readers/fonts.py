"""Runs of text and the names of their fonts -> text: the fonts of TCVN3, VNI and VPS draw other
letters than those of Unicode, and Symbol draws Greek.

An old file says by the font which encoding a run is in, which is surer than what its words look
like, and tells where small letters were drawn as capitals (`.VnTimeH`). Text of today that was
pasted into such a font is left as it is.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from vnsearch.model import Encoding
from vnsearch.vietnamese import encodings
from vnsearch.vietnamese.encodings import DECODERS
from vnsearch.vietnamese.readability import readability

_ENCODINGS: Final = {".vn": encodings.TCVN3, "vni": encodings.VNI, "vps ": encodings.VPS}
_SYMBOL: Final = "Symbol"
_PICTURES: Final = ("wingdings", "webdings", "zapfdingbats", "marlett")
# Letters that no byte of these encodings is taken for: text with them is right as it is.
_RIGHT: Final = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
_MIN_SHARE: Final = 0.8  # of syllables in a paragraph that is right although its font is old

# Symbols of fonts are also kept at U+F000 and above, by their byte.
_PRIVATE: Final = {0xF000 + byte: byte for byte in range(0x20, 0x100)}
_PRIVATE_USE: Final = re.compile("[\ue000-\uf8ff]")
# From Unicode's mapping of Adobe's Symbol encoding, without what no text needs.
_GREEK: Final = {
    **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip("abcdefghijklmnopqrstuvwxyz", "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **dict(zip("£¥®°±²³´¶·¸¹»¼", "≤∞→°±″≥×∂•÷≠≈…", strict=True)),
}
_FROM_SYMBOL: Final = {ord(key): value for key, value in _GREEK.items()}


class Font(NamedTuple):
    """What a font draws its letters as."""

    encoding: str  # of a decoder, "Symbol", or "" of Unicode
    capital: bool = False  # small letters are drawn as capitals


class FontDecoder:
    """Decodes the paragraphs of a document, and knows what it has decoded them from."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}  # code points, by encoding

    @property
    def encoding(self) -> Encoding | None:
        """What the document was written in; None if it was Unicode."""
        return Encoding(", ".join(self._used), sure=True) if self._used else None

    def paragraph(self, runs: Iterable[tuple[str, str]]) -> str:
        """The text of a paragraph from its runs: text, and name of the font."""
        return "".join(self._stretches([*runs]))

    def parts(self, runs: Sequence[tuple[str, str]]) -> list[str]:
        """The text of each run of a paragraph; of neighbours in one font, that of all at the first
        of them, since a letter and its marks may be apart."""
        parts = list[str]()
        sizes = [len([*group]) for _, group in groupby(runs, _font_of)]
        for size, text in zip(sizes, self._stretches(runs), strict=True):
            parts += [text, *[""] * (size - 1)]
        return parts

    def _stretches(self, runs: Sequence[tuple[str, str]]) -> list[str]:
        """The texts of neighbours in one font."""
        merged = [
            (font, "".join(text for text, _ in group)) for font, group in groupby(runs, _font_of)
        ]
        parts = [_drawn(text, font) for font, text in merged]
        old = [font.encoding for font, _ in merged if font.encoding in DECODERS]
        if old and _is_right(merged, "".join(parts)):
            return [text.upper() if font.capital else text for font, text in merged]
        for (font, text), part in zip(merged, parts, strict=True):
            if font.encoding in DECODERS and not text.isascii():
                self._used[font.encoding] = self._used.get(font.encoding, 0) + len(part)
        return parts

    def title(self, title: str) -> str:
        """A title from the properties of the document, which tell no font: in the encoding of the
        text, if it reads better so."""
        if not self._used or title.isascii() or _RIGHT.search(title):
            return title
        decoded = DECODERS[max(self._used, key=self._used.__getitem__)](title)
        better = readability(decoded).rank > readability(title).rank
        return decoded if better else title


def is_old(name: str) -> bool:
    """Whether the letters of a font of this name are in an old encoding."""
    return _font(name).encoding in DECODERS


def _font_of(run: tuple[str, str]) -> Font:
    return _font(run[1])


@lru_cache(maxsize=1000)
def _font(name: str) -> Font:
    name = name.strip().strip('"')
    small = name.lower()
    if small.startswith(_PICTURES):
        return Font("pictures")
    if small == "symbol":
        return Font(_SYMBOL)
    found = next((known for start, known in _ENCODINGS.items() if small.startswith(start)), "")
    is_capital = name.endswith("H") or small in (".vntimeh", ".vnarialh")
    return Font(found, found == encodings.TCVN3 and is_capital)


def _drawn(text: str, font: Font) -> str:
    """What a font draws for a text."""
    if font.encoding == "pictures":
        return "".join(char for char in text if char.isspace())
    if font.encoding == _SYMBOL:
        return text.translate(_PRIVATE).translate(_FROM_SYMBOL)
    if font.encoding in DECODERS:
        decoded = DECODERS[font.encoding](text.translate(_PRIVATE))
        return decoded.upper() if font.capital else decoded
    return _PRIVATE_USE.sub("", text)  # such as the signs of lists


def _is_right(runs: Sequence[tuple[Font, str]], decoded: str) -> bool:
    """Whether the runs of a paragraph that are in old fonts are Unicode all the same."""
    before = ""
    for font, text in runs:
        if font.encoding in DECODERS:
            if _RIGHT.search(text) or (text[:1].isalpha() and _RIGHT.match(before[-1:])):
                return True
        elif before[-1:].isalpha() and _RIGHT.match(text):
            return True
        before = text
    as_is = readability("".join(text for _, text in runs))
    return as_is.share >= _MIN_SHARE and as_is.syllables > readability(decoded).syllables

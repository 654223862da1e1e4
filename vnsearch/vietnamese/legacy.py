"""Encodings from before Unicode: telling them by how well a text reads, and decoding them.

Until about 2005 Vietnamese was written in fonts and encodings of one byte a letter (TCVN3,
also called ABC; VISCII; VPS), of a letter and a byte for its marks (VNI-Windows), or of a
letter and a combining mark (windows-1258). No file says which. What is decoded wrongly gives
words that no Vietnamese syllable looks like; what is decoded rightly gives hardly any.

Text that was taken for Western European once (`Céng hßa X· héi`, `Viá»‡t Nam`) is the same
problem: its characters stand for the bytes it had. So both are solved on text in which each
character of U+0080 to U+00FF, or its look in windows-1252, is a byte.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.vietnamese import syllable
from vnsearch.vietnamese.letters import LETTERS, VOWELS, nfc, split_marks

TCVN3, VNI, VISCII, VPS = "TCVN3", "VNI-Windows", "VISCII", "VPS"
WINDOWS_1258, WINDOWS_1252 = "windows-1258", "windows-1252"
UTF_8_TWICE: Final = "misread UTF-8"

# Bytes 0x80 to 0xFF; a dot where there is no letter. TCVN3 is TCVN 5712 in print: its fonts
# have no capitals with tones, which are written as small letters in a capital font.
_TABLES: Final = {
    TCVN3: "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ·ĂÂÊÔƠƯĐăâêôơưđẰ·····àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
    VISCII: "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
    VPS: "ÀẢÃẤẦẨọỗĂếềểệẮẰẲẾ··ỀỂỄỐỒỔỖýỷỵỚỜỞ·ắằẳẵặỠớÙờởỡŨỨợỪổỬỲỸÍÌộỈĨÓửữÒỎÕựầÁÂấẩẫậđẻÉÊẹỉễịỹ"
    "ƯỦồốÔỏơÈừứÚũưÝẺ·àáâãảạă·èéêẽìí·ĩẴĐòóôõ·Ơụùúủ·ỶẼỳ",
}  # fmt: skip
_VISCII_CONTROLS: Final = dict(zip("\x02\x05\x06\x14\x19\x1e", "ẲẴẪỶỸỴ", strict=True))

# VNI-Windows: what follows a vowel, or its capital, and letters of one byte.
_VNI_MARKS: Final = {
    "ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309",
    "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309",
    "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_LETTERS: Final = dict(zip("ñôöæíìóòîÑÔÖÆÍÌÓÒÎ", "đơưỉíìĩịỵĐƠƯỈÍÌĨỊỴ", strict=True))
_VNI_PAIR = re.compile(
    f"([aeouyôö])([{''.join(_VNI_MARKS)}{''.join(_VNI_MARKS).upper()}])", re.IGNORECASE
)
_VNI_LETTER = re.compile(f"[{''.join(_VNI_LETTERS)}]")

# What stands for a byte of 0x80 to 0x9F in text that was taken for windows-1252.
_BYTE_OF: Final = {
    ord(bytes([byte]).decode("cp1252")): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
} | {0x03BC: 0xB5}  # the Greek letter for the micro sign, as NFKC writes it
_AS_1252: Final = {byte: chr(code) for code, byte in _BYTE_OF.items() if byte < 0xA0}

_FOREIGN = f"\x80-\xff{''.join(map(chr, _BYTE_OF))}"
_BYTES = re.compile(f"[{_FOREIGN}]+")
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\x80-\x9f\ufffd]+[^\W\d_]*)*")

# Signs of text decoded wrongly, which are rare in any other: characters up to U+00BF but for
# those of print, and the letters that stand for others in TCVN3 (ò, ữ), VNI (đ, ị, ư) and
# windows-1258 (đ). A
# short text has one, a long one many; to look closer takes a thousand times as long.
_SIGNS: Final = ({*map(chr, range(0x80, 0xC0))} - {*"\xa0«°±²³·»½"}) | {*"ßðñïöø÷Þþ"}
_SIGN = re.compile(f"[{re.escape(''.join(sorted(_SIGNS)))}]")
_OTHERS: Final = bytes(byte for byte in range(0x100) if chr(byte) not in _SIGNS)
_SHORT: Final = 300  # code points
_TEXT_PER_SIGN: Final = 200  # code points

_SAMPLE: Final = 16_000  # code points looked at
_LEAST: Final = 3  # words with marks that a text must have to be told
# Of the words with marks, how many must be syllables; how many more than in the second best
# reading; and from which on it is sure.
_ACCEPTED, _MARGIN, _SURE = 0.8, 0.1, 0.93
_GOOD: Final = _ACCEPTED  # lines that read as well as this are left as they stand
_SURE_FROM: Final = 12  # words with marks


class Decoded(NamedTuple):
    """A text, the encoding it was in, and whether that is beyond doubt."""

    text: str
    encoding: str
    sure: bool


def decode(data: bytes) -> Decoded | None:
    """Bytes in one of the Vietnamese encodings; None when they are in none of them."""
    text = data.decode("latin-1")
    found = _told(_sample(text), as_it_stands=False)
    return found and Decoded(_DECODERS[found.name](text), found.name, found.sure)


def decode_as(data: bytes, encoding: str) -> str:
    """Bytes in an encoding that `known` named, undecodable ones replaced."""
    if encoding in _DECODERS:
        return _DECODERS[encoding](data.decode("latin-1"))
    return data.decode(encoding, "replace")


def known(name: str) -> str | None:
    """The name `decode_as` knows an encoding by, or None."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in _ALIASES:
        return _ALIASES[plain]
    try:
        "".encode(name)  # only encodings of text, not all codecs
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def repaired(text: str) -> Decoded | None:
    """A text that was decoded wrongly once, or whose letters are those of an old font, as it
    should be; None when it is as it should be, as nearly all are.

    Only the lines that read better are changed, so the text may be mixed.
    """
    if not has_signs(text):
        return None
    if (found := _repaired_once(text)) is not None:
        return found
    # What was decoded wrongly may have been so twice, or in an old font before that.
    again = _utf_8(text)
    deeper = repaired(again) if again != text else None
    return deeper and deeper._replace(encoding=UTF_8_TWICE)


def has_signs(text: str) -> bool:
    """Whether a text may be one that `repaired` repairs."""
    if text.isascii():
        return False
    signs = len(text.encode("latin-1", "ignore").translate(None, _OTHERS))
    return signs >= (1 if len(text) < _SHORT else max(_LEAST, len(text) // _TEXT_PER_SIGN))


def _repaired_once(text: str) -> Decoded | None:
    lines = text.split("\n")
    suspects = {number: line for number, line in enumerate(lines) if _BYTES.search(line)}
    found = _told(_sample("\n".join(filter(_SIGN.search, lines))), as_it_stands=True)
    if found is None:
        return None
    decoder, changed = _DECODERS[found.name], False
    for number, line in suspects.items():
        better = decoder(line)
        if better != line and _read(better).beats(_read(line)):
            lines[number] = better
            changed = True
    return Decoded("\n".join(lines), found.name, found.sure) if changed else None


def _tcvn3(text: str) -> str:
    """The reading of 0x80 to 0x9F that gives the better text: capitals, as in the standard,
    or the typographic signs of windows-1252, as in the fonts of Windows."""
    signs = _capitals(text.translate(_TCVN3_SIGNS))
    if not _C1.search(text.translate(_BYTE_OF)):
        return signs
    capitals = _capitals(text.translate(_CHARACTERS[TCVN3]))
    sample = slice(0, _SAMPLE)
    return capitals if _read(capitals[sample]).beats(_read(signs[sample])) else signs


def _vni(text: str) -> str:
    text = text.translate(_AS_1252)
    text = _VNI_PAIR.sub(_vni_letter, text)
    return nfc(_VNI_LETTER.sub(lambda match: _VNI_LETTERS[match[0]], text))


def _vni_letter(match: re.Match[str]) -> str:
    vowel, mark = match.groups()
    return _VNI_LETTERS.get(vowel, vowel) + _VNI_MARKS[mark.lower()]


def _windows_1258(text: str) -> str:
    return nfc(text.translate(_CHARACTERS[WINDOWS_1258]))


def _utf_8(text: str) -> str:
    """Text whose characters were the bytes of UTF-8, where they can have been."""
    return _BYTES.sub(_from_utf_8, _LOST_SPACE.sub("\xc3\xa0", text))


# The second byte of `à` is the no-break space, which many programs make a common one.
_LOST_SPACE = re.compile("Ã(?= )")


def _from_utf_8(match: re.Match[str]) -> str:
    try:
        return match[0].translate(_BYTE_OF).encode("latin-1").decode()
    except UnicodeError:
        return match[0]


def _one_by_one(encoding: str) -> Callable[[str], str]:
    table = _CHARACTERS[encoding]
    return lambda text: _capitals(text.translate(table))


def _characters(letters: str) -> dict[int, str]:
    """What the characters that stand for bytes are to be."""
    table = {0x80 + at: letter for at, letter in enumerate(letters) if letter != "·"}
    return table | {code: table[byte] for code, byte in _BYTE_OF.items() if byte in table}


def _windows_1258_letters() -> str:
    decoded = bytes(range(0x80, 0x100)).decode("cp1258", "replace")
    return decoded.replace("\ufffd", "·")


_CHARACTERS: Final = {name: _characters(letters) for name, letters in _TABLES.items()} | {
    WINDOWS_1258: _characters(_windows_1258_letters())
}
_CHARACTERS[VISCII] |= {ord(control): letter for control, letter in _VISCII_CONTROLS.items()}
_TCVN3_SIGNS: Final = {
    code: letter for code, letter in _CHARACTERS[TCVN3].items() if _BYTE_OF.get(code, code) >= 0xA0
} | _AS_1252
_C1 = re.compile("[\x80-\x9f]")

_DECODERS: Final[dict[str, Callable[[str], str]]] = {
    UTF_8_TWICE: _utf_8,
    TCVN3: _tcvn3,
    VNI: _vni,
    VISCII: _one_by_one(VISCII),
    VPS: _one_by_one(VPS),
    WINDOWS_1258: _windows_1258,
}
_ALIASES: Final = {
    "tcvn3": TCVN3, "tcvn": TCVN3, "tcvn5712": TCVN3, "abc": TCVN3,
    "vni": VNI, "vniwindows": VNI, "vniwin": VNI,
    "viscii": VISCII, "vps": VPS, "windows1258": WINDOWS_1258, "cp1258": WINDOWS_1258,
}  # fmt: skip


def _capitals(text: str) -> str:
    """The words of a capital font, whose letters with marks are small ones, in capitals."""
    lines = (_capitals_of_line(line) if _TORN.search(line) else line for line in text.split("\n"))
    return "\n".join(lines)


_SMALL = "".join(sorted({letter for letter in _TABLES[TCVN3] if letter.islower()}))
_TORN = re.compile(f"[A-Z][{_SMALL}]|[{_SMALL}][A-Z]")
_LETTERS = re.compile(r"[^\W\d_]+")


def _capitals_of_line(line: str) -> str:
    words = list(_LETTERS.finditer(line))
    open_ = [not re.search("[a-z]", word[0]) for word in words]  # may be all in capitals
    sure = [
        may and len(word[0]) > 1 and re.search("[A-Z]", word[0][1:]) is not None
        for word, may in zip(words, open_, strict=True)
    ]
    pieces: list[str] = []
    end = 0
    for at, word in enumerate(words):
        beside = sure[at] or any(sure[i] for i in (at - 1, at + 1) if 0 <= i < len(sure))
        pieces += line[end : word.start()], word[0].upper() if open_[at] and beside else word[0]
        end = word.end()
    return "".join((*pieces, line[end:]))


_TAG = re.compile("<[^<>]{1,300}>")
_VOWEL: Final = frozenset(letter for letter in LETTERS if split_marks(letter)[0][0] in VOWELS)


class _Reading(NamedTuple):
    """How well a text reads as Vietnamese, counted in words of two letters and more."""

    marked: int  # with letters outside ASCII
    syllables: int  # of these
    plain: int  # the others
    plain_syllables: int

    @property
    def share(self) -> float:
        """Of the words with marks, those that are syllables."""
        return self.syllables / max(1, self.marked)

    def beats(self, other: "_Reading") -> bool:
        """Whether a line reads better so."""
        return (self.syllables - 2 * (self.marked - self.syllables), self.syllables) > (
            other.syllables - 2 * (other.marked - other.syllables),
            other.syllables,
        )


def _read(text: str) -> _Reading:
    marked = syllables = plain = plain_syllables = 0
    for word, count in Counter(_words(text)).items():
        if word.isascii():
            plain += count
            plain_syllables += count * (syllable.parse(word) is not None)
        else:
            marked += count
            syllables += count * _is_syllable(word)
    return _Reading(marked, syllables, plain, plain_syllables)


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(nfc(_TAG.sub(" ", text))):
        # QĐ, NĐ are no syllables and say nothing.
        if len(word) > 1 and not (word.isupper() and _VOWEL.isdisjoint(word.lower())):
            # A capital behind a small letter is what a wrong decoding makes.
            strange = any(
                a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word)
            )
            yield word if strange else word.lower()


def _is_syllable(word: str) -> bool:
    parts = syllable.parse(word)
    if parts is None:
        return False
    # Syllables that end in a stop have one of two tones.
    return parts.coda not in ("c", "ch", "p", "t") or parts.tone in ("\u0301", "\u0323")


class _Told(NamedTuple):
    name: str
    sure: bool


def _told(sample: str, *, as_it_stands: bool) -> _Told | None:
    """The decoder that makes the best Vietnamese of a sample, if it is Vietnamese then, and
    clearly better than any other, and than the sample `as_it_stands`."""
    others = [_read(sample).share] if as_it_stands else []
    if others and others[0] >= _GOOD:
        return None
    readings = {name: _read(decoder(sample)) for name, decoder in _DECODERS.items()}
    if not as_it_stands:
        del readings[UTF_8_TWICE]
    name = max(readings, key=lambda name: (readings[name].share, readings[name].syllables))
    best = readings.pop(name)
    others += [reading.share for reading in readings.values()]
    margin = best.share - max(others)
    native = best.plain_syllables >= best.plain / 2 or best.syllables >= best.plain
    if best.syllables < _LEAST or best.share < _ACCEPTED or margin < _MARGIN or not native:
        return None
    return _Told(name, best.share >= _SURE and best.marked >= _SURE_FROM)


def _sample(text: str) -> str:
    """Of a long text, lines from its beginning and its middle that have what is in question."""
    if len(text) <= _SAMPLE:
        return text
    half = _SAMPLE // 2
    first = _BYTES.search(text)
    begin = first.start() if first else 0
    middle = max(begin + half, len(text) // 2)
    return text[begin : begin + half] + "\n" + text[middle : middle + half]

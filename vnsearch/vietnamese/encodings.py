"""The Vietnamese encodings from before Unicode: their tables, and decoding by them.

TCVN3 (ABC)   TCVN 5712:1993 as Windows fonts have it: capitals with tones are typed as small
              letters in a font that draws capitals
VISCII        RFC 1456
VPS           by the Vietnamese Professionals Society
VNI-Windows   by VNI Software: a letter is followed by a byte for its marks
windows-1258  Microsoft's code page, with combining tones; Python's `cp1258`
T5            of TeX fonts by VnTeX (t5enc.def), whose PDF files often do not tell their letters

Decoders take text, not bytes: each character of U+0080 to U+00FF stands for the byte of that
number, as does the character windows-1252 has for the byte. So bytes (decoded as Latin-1) and
text that was once decoded wrongly (mojibake: `Céng hßa X· héi`, `Viá»‡t Nam`) are one problem.
"""

import codecs
import re
from collections.abc import Callable
from typing import Final

from vnsearch.vietnamese.letters import nfc
from vnsearch.vietnamese.readability import readability

TCVN3, VNI, VISCII, VPS, T5 = "TCVN3", "VNI-Windows", "VISCII", "VPS", "T5"
WINDOWS_1258, WINDOWS_1252 = "windows-1258", "windows-1252"
MISREAD_UTF_8: Final = "misread UTF-8"

SAMPLE: Final = 16_000  # code points of a text by which its readings are compared

# The letters of bytes 0x80 to 0xFF; a dot where there is none.
BYTE_TABLES: Final = {
    TCVN3: "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ·ĂÂÊÔƠƯĐăâêôơưđẰ·····àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
    VISCII: "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
    VPS: "ÀẢÃẤẦẨọỗĂếềểệẮẰẲẾ··ỀỂỄỐỒỔỖýỷỵỚỜỞ·ắằẳẵặỠớÙờởỡŨỨợỪổỬỲỸÍÌộỈĨÓửữÒỎÕựầÁÂấẩẫậđẻÉÊẹỉễịỹ"
    "ƯỦồốÔỏơÈừứÚũưÝẺ·àáâãảạă·èéêẽìí·ĩẴĐòóôõ·Ơụùúủ·ỶẼỳ",
    T5: "ÀÁÃẢẠÂẦẤẪẨẬĂẰẮẴẲẶÈÉẼẺẸÊỀẾỄỂỆÌÍđỈàáãảạâầấẫẩậăằắẵẳặèéẽẻẹêềếễểệìíĩỉỊÒÓÕỎỌÔỒỐỖỔỘƠỜỚỠỞỢÙÚŨỦỤ"
    "ƯỪỨỮỬỰỲÝỸịòóõỏọôồốỗổộơờớỡởợùúũủụưừứữửựỳýỹ",
}  # fmt: skip
# Letters for which bytes below 0x80 are used. In T5, PDFium gives 0x9E (Ĩ, which is rare) for đ.
CONTROLS: Final = {
    VISCII: dict(zip("\x02\x05\x06\x14\x19\x1e", "ẲẴẪỶỸỴ", strict=True)),
    T5: dict(zip("\x1a\x1b\x1c\x1d\x1e\x1f", "ỶỷỴỵĐđ", strict=True)),
}

# VNI-Windows: the marks that the byte after a vowel stands for (after a capital, the byte of the
# capital letter), and the letters of one byte.
VNI_MARKS: Final = {
    "ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309",
    "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309",
    "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
VNI_LETTERS: Final = dict(zip("ñôöæíìóòîÑÔÖÆÍÌÓÒÎ", "đơưỉíìĩịỵĐƠƯỈÍÌĨỊỴ", strict=True))
_VNI_PAIR: Final = re.compile(
    f"([aeouyôö])([{''.join(VNI_MARKS)}{''.join(VNI_MARKS).upper()}])", re.IGNORECASE
)
_VNI_LETTER: Final = re.compile(f"[{''.join(VNI_LETTERS)}]")

# The bytes of the code points that windows-1252 has for 0x80 to 0x9F, and of the Greek letter
# that NFKC makes of the micro sign.
BYTE_OF: Final = {
    ord(bytes([byte]).decode("cp1252")): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
} | {0x03BC: 0xB5}
WINDOWS_1252_SIGNS: Final = {byte: chr(code) for code, byte in BYTE_OF.items() if byte < 0xA0}
HIGH_BYTES: Final = re.compile(f"[\x80-\xff{''.join(map(chr, BYTE_OF))}]+")
_C1_CONTROL: Final = re.compile("[\x80-\x9f]")


def decode_as(data: bytes, encoding: str) -> str:
    """Decode bytes; `encoding` is a name from `lookup`. Undecodable bytes become U+FFFD."""
    if encoding in DECODERS:
        return DECODERS[encoding](data.decode("latin-1"))
    return data.decode(encoding, "replace")


def lookup(name: str) -> str | None:
    """The name by which `decode_as` knows an encoding, Vietnamese or one of Python's; None if
    there is no such encoding of text."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in _ALIASES:
        return _ALIASES[plain]
    try:
        "".encode(name)  # fails for codecs that are not text encodings, such as rot13
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


# Decoders


def _by_table(encoding: str) -> Callable[[str], str]:
    """The decoder of an encoding in which each letter is one byte."""
    table = CHARACTERS[encoding]
    return lambda text: _restore_capitals(text.translate(table))


def _character_table(letters: str) -> dict[int, str]:
    """A table for `str.translate` from the letters of bytes 0x80 to 0xFF."""
    table = {0x80 + at: letter for at, letter in enumerate(letters) if letter != "·"}
    return table | {code: table[byte] for code, byte in BYTE_OF.items() if byte in table}


def _windows_1258_letters() -> str:
    decoded = bytes(range(0x80, 0x100)).decode("cp1258", "replace")
    return decoded.replace("\ufffd", "·")


# By encoding: the letter of each code point that stands for a byte.
CHARACTERS: Final = {name: _character_table(letters) for name, letters in BYTE_TABLES.items()} | {
    WINDOWS_1258: _character_table(_windows_1258_letters())
}
for _name, _letters in CONTROLS.items():
    CHARACTERS[_name] |= {ord(control): letter for control, letter in _letters.items()}
_TCVN3_WITH_SIGNS: Final = {
    code: letter for code, letter in CHARACTERS[TCVN3].items() if BYTE_OF.get(code, code) >= 0xA0
} | WINDOWS_1252_SIGNS


# Of a font without names for its letters, PDF programs take the soft hyphen (ư) for a minus, and
# the middle dot (ã) for a bullet.
_BYTES_OF_MATHEMATICAL: Final = {"\u2212": "\xad", "\u2219": "\xb7"}
_MATHEMATICAL: Final = re.compile("(?<=[^\\W\\d_])[\u2212\u2219]|[\u2212\u2219](?=[^\\W\\d_])")


def _tcvn3(text: str) -> str:
    """Decode TCVN3. Bytes 0x80 to 0x9F are capitals with tones in the standard, but the signs
    of windows-1252 in the fonts: whichever reads better."""
    text = _MATHEMATICAL.sub(lambda match: _BYTES_OF_MATHEMATICAL[match[0]], text)
    with_signs = _restore_capitals(text.translate(_TCVN3_WITH_SIGNS))
    if not _C1_CONTROL.search(text.translate(BYTE_OF)):
        return with_signs
    with_capitals = _restore_capitals(text.translate(CHARACTERS[TCVN3]))
    readings = with_signs, with_capitals
    return max(readings, key=lambda reading: readability(reading[:SAMPLE]).rank)


def _vni(text: str) -> str:
    text = text.translate(WINDOWS_1252_SIGNS)
    text = _VNI_PAIR.sub(_vni_vowel, text)
    return nfc(_VNI_LETTER.sub(lambda match: VNI_LETTERS[match[0]], text))


def _vni_vowel(match: re.Match[str]) -> str:
    vowel, mark = match.groups()
    return VNI_LETTERS.get(vowel, vowel) + VNI_MARKS[mark.lower()]


def _windows_1258(text: str) -> str:
    return nfc(text.translate(CHARACTERS[WINDOWS_1258]))


# The second byte of `à` is the no-break space, which many programs turn into a common one.
_A_GRAVE_WITH_SPACE: Final = re.compile("Ã(?= )")


def _misread_utf_8(text: str) -> str:
    """Decode text whose characters were the bytes of UTF-8, wherever they can have been."""
    return HIGH_BYTES.sub(_from_utf_8, _A_GRAVE_WITH_SPACE.sub("\xc3\xa0", text))


def _from_utf_8(match: re.Match[str]) -> str:
    try:
        return match[0].translate(BYTE_OF).encode("latin-1").decode()
    except UnicodeError:
        return match[0]


_SMALL: Final = "".join(sorted({letter for letter in BYTE_TABLES[TCVN3] if letter.islower()}))
_MIXED_CASE: Final = re.compile(f"[A-Z][{_SMALL}]|[{_SMALL}][A-Z]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SMALL_ASCII: Final = re.compile("[a-z]")
_CAPITAL_ASCII: Final = re.compile("[A-Z]")


def _restore_capitals(text: str) -> str:
    """Capitalize the words typed in a capital font, whose marked letters decode as small ones."""
    lines = text.split("\n")
    return "\n".join(
        _restore_capitals_of_line(line) if _MIXED_CASE.search(line) else line for line in lines
    )


def _restore_capitals_of_line(line: str) -> str:
    """Capitalize words without small ASCII letters, if they or a word next to them have an ASCII
    capital after the first letter."""
    words = list(_LETTERS.finditer(line))
    possible = [not _SMALL_ASCII.search(word[0]) for word in words]
    certain = [
        may and _CAPITAL_ASCII.search(word[0], 1) is not None
        for word, may in zip(words, possible, strict=True)
    ]
    if not any(certain):
        return line
    parts: list[str] = []
    end = 0
    for at, word in enumerate(words):
        nearby = any(certain[max(0, at - 1) : at + 2])
        parts += line[end : word.start()], word[0].upper() if possible[at] and nearby else word[0]
        end = word.end()
    return "".join((*parts, line[end:]))


DECODERS: Final[dict[str, Callable[[str], str]]] = {
    MISREAD_UTF_8: _misread_utf_8,
    TCVN3: _tcvn3,
    VNI: _vni,
    VISCII: _by_table(VISCII),
    VPS: _by_table(VPS),
    WINDOWS_1258: _windows_1258,
    T5: _by_table(T5),
}
_ALIASES: Final = {
    "tcvn3": TCVN3, "tcvn": TCVN3, "tcvn5712": TCVN3, "abc": TCVN3,
    "vni": VNI, "vniwindows": VNI, "vniwin": VNI,
    "viscii": VISCII, "vps": VPS, "t5": T5, "vntex": T5,
    "windows1258": WINDOWS_1258, "cp1258": WINDOWS_1258,
}  # fmt: skip

"""Bytes -> text: which encoding they are in, and what to do with bytes that are no text."""

import codecs
import re
from typing import Final, NamedTuple

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Encoding
from vnsearch.vietnamese import encodings, legacy

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ANY_BOM: Final = tuple(bom for bom, _ in _BOMS)
_UTF16: Final = {"utf-16-le": 1, "utf-16-be": 0}  # in each pair, the byte 0 of Latin letters
_LOOK: Final = 4_000  # bytes, or code points, by which UTF-16 is detected
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_CONTROL_BYTES: Final = bytes({*range(9), *range(14, 27), *range(28, 32)})
_HIGH_BYTES: Final = bytes(range(0x80, 0x100))
_BINARY_SHARE: Final = 0.05  # of control characters, from which on a file is binary
_ESCAPED: Final = re.compile("[\udc80-\udcff]")  # what "surrogateescape" has for bytes
# Bytes that are no text, up to which there is some around them.
_FEW, _FEW_SHARE = 100, 0.02
_REPLACEMENT: Final = "\ufffd"

# What is tried first of all encodings that charset-normalizer knows, the commonest first: of two
# that give the same text, or nearly, it may name the rarer one.
_COMMON: Final = (
    "cp1252", "cp1251", "koi8_r", "cp866", "mac_roman",
    "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
)  # fmt: skip
_GUESSED_FROM: Final = 16_000  # bytes, from the first on that is not ASCII


class DecodedBytes(NamedTuple):
    """A text and what is known of its encoding."""

    text: str
    encoding: Encoding | None  # None if it is UTF-8
    lost: int = 0  # bytes that are no text; U+FFFD in it
    undecoded: int = 0  # lines that make no sense, in whichever encoding


def encoding_of(data: bytes) -> tuple[str, int]:
    """The encoding of the byte order mark at the start of a file, and the bytes it takes; UTF-8
    and 0 if there is none."""
    if not data.startswith(_ANY_BOM):
        return "utf-8", 0
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    return "utf-8", 0


def decode(data: bytes, requested: str = "", declared: str = "", likely: str = "") -> DecodedBytes:
    """Decode the bytes of a text.

    A byte order mark decides the encoding, then the one that was `requested`, a name from
    `encodings.lookup`. Else it is UTF-8, if most of the bytes are; Vietnamese encodings, if some
    are detected, the `likely` one first; the one the format `declared`; or what charset-normalizer
    guesses. Raises UnusableFileError if it is binary.
    """
    encoding, skip = encoding_of(data)
    if requested and not skip:
        text = encodings.decode_as(data, requested)
        return _without_nul(data, DecodedBytes(text, Encoding(requested, sure=True)))
    if encoding != "utf-8":
        text = data[skip:].decode(encoding, "replace")
        lost = text.count(_REPLACEMENT)
        return DecodedBytes(text, Encoding(encoding.upper(), sure=True), lost)
    try:
        found = DecodedBytes(data[skip:].decode(), None)
    except UnicodeDecodeError:
        found = _detected(data[skip:], declared, likely)
    if found.text.find("\0", 0, _LOOK) >= 0 and (utf16 := _utf16(data)) is not None:
        return utf16
    return _without_nul(data, found)


def _without_nul(data: bytes, found: DecodedBytes) -> DecodedBytes:
    """The text with U+FFFD for NUL; raises UnusableFileError if there are too many of them."""
    count = found.text.count("\0")
    if not count:
        return found
    if _is_binary(data):
        raise UnusableFileError(N_("binary file"))
    return found._replace(text=found.text.replace("\0", _REPLACEMENT), lost=found.lost + count)


def _is_binary(data: bytes) -> bool:
    controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
    return controls > max(1, _BINARY_SHARE * len(data))


def _detected(data: bytes, declared: str, likely: str) -> DecodedBytes:
    """Decode bytes that are not all UTF-8."""
    if b"\0" in data and (found := _utf16(data)) is not None:
        return found
    if _is_binary(data):
        raise UnusableFileError(N_("binary file"))
    text = data.decode("utf-8", "surrogateescape")
    wrong = len(data) - len(data.decode("utf-8", "ignore").encode())
    if 2 * wrong <= len(data) - len(data.translate(None, _HIGH_BYTES)):
        return _mostly_utf8(text)
    if (vietnamese := legacy.decode(data, likely)) is not None:
        encoding = Encoding(vietnamese.encoding, vietnamese.sure)
        return DecodedBytes(vietnamese.text, encoding, undecoded=vietnamese.undecoded)
    if declared and (known := encodings.lookup(declared)) and known not in ("utf-8", "utf-16"):
        return _read_as(data, known, sure=True)
    if guessed := guess(data):
        return _read_as(data, guessed, sure=False)
    if wrong > max(_FEW, _FEW_SHARE * len(data)):
        raise UnusableFileError(
            N_("neither UTF-8 nor text in another encoding that is known; try --encoding")
        )
    return DecodedBytes(_ESCAPED.sub(_REPLACEMENT, text), None, wrong)


def _read_as(data: bytes, encoding: str, *, sure: bool) -> DecodedBytes:
    text = encodings.decode_as(data, encoding)
    return DecodedBytes(text, Encoding(encoding, sure), text.count(_REPLACEMENT))


def _mostly_utf8(text: str) -> DecodedBytes:
    """Decode the bytes that are not UTF-8, as "surrogateescape" gives them: of lines in an old
    encoding, or lost."""
    lines = text.split("\n")
    numbers = [number for number, line in enumerate(lines) if _ESCAPED.search(line)]
    as_latin_1 = [_ESCAPED.sub(_byte, lines[number]) for number in numbers]
    repaired = legacy.repair("\n".join(as_latin_1))
    if repaired is not None:
        for number, before, after in zip(
            numbers, as_latin_1, repaired.text.split("\n"), strict=True
        ):
            if before != after:
                lines[number] = after
    text = "\n".join(lines)
    lost = len(_ESCAPED.findall(text))
    encoding = repaired and Encoding(f"UTF-8, {repaired.encoding}", repaired.sure)
    return DecodedBytes(_ESCAPED.sub(_REPLACEMENT, text), encoding, lost)


def _byte(match: re.Match[str]) -> str:
    return chr(ord(match[0]) - 0xDC00)


def guess(data: bytes) -> str:
    """The likeliest encoding of bytes that are not Vietnamese; "" if none is likely."""
    from charset_normalizer import from_bytes  # takes long to import, and is seldom needed

    first = next((at for at, byte in enumerate(data) if byte >= 0x80), 0)
    sample = data[max(0, first - 100) :][:_GUESSED_FROM]
    common = [
        (match.percent_chaos, -match.percent_coherence, _COMMON.index(name))
        for match in from_bytes(sample, cp_isolation=list(_COMMON))
        for name in match.could_be_from_charset
        if name in _COMMON
    ]
    if common:
        name = _COMMON[min(common)[-1]]
        return encodings.WINDOWS_1252 if name == "cp1252" else name
    best = from_bytes(sample).best()
    return "" if best is None or best.encoding.startswith(("utf", "ascii")) else best.encoding


def _utf16(data: bytes) -> DecodedBytes | None:
    """Decode UTF-16 without a byte order mark: in its pairs of bytes, nearly all zeros are on
    one side. None if it is not."""
    for name, side in _UTF16.items():
        sample = data[:_LOOK]
        zeros, others = sample[side::2].count(0), sample[1 - side :: 2].count(0)
        if zeros > max(1, len(sample) // 8) and others * 20 <= zeros:
            text = data[: len(data) // 2 * 2].decode(name, "replace")
            if not _CONTROLS.search(text[:_LOOK]):
                return DecodedBytes(text, Encoding(name.upper(), sure=True))
    return None

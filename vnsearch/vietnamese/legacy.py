"""Detecting and decoding text from before Unicode, and repairing text that was decoded wrongly.

Until about 2005 Vietnamese was written in encodings of one byte a letter (TCVN3, VISCII, VPS),
of a letter and a byte for its marks (VNI-Windows), or of a letter and a combining tone
(windows-1258). No file says which. So a sample is decoded in each, and the reading with the
largest share of Vietnamese syllables wins, if it wins clearly. A text may be in several, and partly
right: see `stretches`.
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from vnsearch.vietnamese.encodings import (
    DECODERS,
    HIGH_BYTES,
    MISREAD_UTF_8,
    SAMPLE,
    TCVN3,
    VNI,
    WINDOWS_1252_SIGNS,
)
from vnsearch.vietnamese.readability import Readability, readability
from vnsearch.vietnamese.stretches import RIGHT, has_stray_signs, read_in

# Characters of text decoded wrongly that are rare in any other: U+0080 to U+00BF but for those
# of ordinary print, and the bytes of common letters in TCVN3 (ò, ữ), VNI (đ, ị, ư) and
# windows-1258 (đ). Texts with too few are not examined, which takes a thousand times as long.
_SUSPECT: Final = ({*map(chr, range(0x80, 0xC0))} - {*"\xa0«°±²³·»½"}) | {*"ßðñïöø÷Þþ"}
_SUSPECT_CHARACTER: Final = re.compile(f"[{re.escape(''.join(sorted(_SUSPECT)))}]")
_NOT_SUSPECT: Final = bytes(byte for byte in range(0x100) if chr(byte) not in _SUSPECT)
_SHORT: Final = 300  # code points; in a shorter text, one suspect is enough, also of these:
# letters and signs that Vietnamese has not, and vowels side by side that are a letter and its
# marks in VNI.
_SUSPECT_IN_SHORT: Final = re.compile(
    "[\x80-\xbfÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿ]|[aeiouyô][ùõ]|[ae][áàãâêéè]|oâ", re.IGNORECASE
)
_PRINT: Final = str.maketrans("", "", "\xa0«»°±²³·½")  # signs that say nothing
# Signs that stand behind letters in no text, or before them.
_INSIDE_WORD: Final = re.compile(r"[^\W\d_][\x80-\x9f¡-©¬-¸¼¾¿]|[¢¤-¨¬-¯][^\W\d_]")
_CODE_POINTS_PER_SUSPECT: Final = 200  # in a longer one, at least one in 200
_MIN_SUSPECTS: Final = 3  # and at least these

_MIN_SYLLABLES: Final = 3  # syllables with marks, for an encoding to be detected
_MIN_SHARE: Final = 0.8  # of the words with marks that must be syllables
_MIN_MARGIN: Final = 0.1  # by which that share must exceed those of all other readings
# From this share of this many words with marks on, the encoding is beyond doubt.
_SURE_SHARE: Final = 0.93
_SURE_WORDS: Final = 12
_COMMON: Final = (TCVN3, VNI)
_PAUSE: Final = re.compile("[.,:;] ")
_MAX_ENCODINGS: Final = 3  # in one text


class Decoded(NamedTuple):
    """A text, the encodings it was in, and whether these are beyond doubt."""

    text: str
    encoding: str  # names separated by commas
    sure: bool
    undecoded: int = 0  # lines that make no sense in any encoding


def decode(data: bytes, likely: str = "") -> Decoded | None:
    """Decode bytes in whichever Vietnamese encodings they are in; None if they are in none.

    `likely`: an encoding to be tried first, such as that of the text before; others are not tried
    if it is beyond doubt, or makes every word right.
    """
    text = data.decode("latin-1")
    lines = _sample_lines(text)
    detected = _still_in(likely, "\n".join(lines)) or _detect_any(lines)
    if detected is None:
        return None
    if detected.whole and len(text) <= SAMPLE:
        decoded: Decoded | None = Decoded(detected.whole, detected.encoding, detected.sure)
    else:
        decoded = _by_stretch(text, detected)
    return decoded and decoded._replace(text=decoded.text.translate(WINDOWS_1252_SIGNS))


def repair(text: str) -> Decoded | None:
    """Repair a text that was decoded wrongly, or copied from a document in an old font.

    Only words that read better for it are changed, so a text may be partly right. None if there
    is nothing to repair, as in nearly all texts.
    """
    if not looks_misread(text):
        return None
    if (repaired := _repair_once(text)) is not None:
        return repaired
    # UTF-8 may have been misread twice, or hold text in an old font.
    once = DECODERS[MISREAD_UTF_8](text)
    twice = repair(once) if once != text else None
    return twice and twice._replace(encoding=MISREAD_UTF_8)


def looks_misread(text: str) -> bool:
    """Whether `repair` would examine a text; false for nearly all texts, and fast."""
    if text.isascii():
        return False
    if len(text) < _SHORT:
        return _SUSPECT_IN_SHORT.search(text.translate(_PRINT)) is not None
    suspects = len(text.encode("latin-1", "ignore").translate(None, _NOT_SUSPECT))
    return suspects >= max(_MIN_SUSPECTS, len(text) // _CODE_POINTS_PER_SUSPECT)


def _repair_once(text: str) -> Decoded | None:
    suspect = _SUSPECT_IN_SHORT if len(text) < _SHORT else _SUSPECT_CHARACTER
    suspicious = "\n".join(filter(suspect.search, text.split("\n")))
    lines = _sample_lines(suspicious)
    as_is = readability("\n".join(lines)).share
    if len(text) < _SHORT and _INSIDE_WORD.search(text):
        as_is = 0.0  # what is left of words around signs may be a syllable
    detected = _detect_any(lines, as_is) if as_is < _MIN_SHARE else None
    return detected and _by_stretch(text, detected)


def _by_stretch(text: str, detected: "_Detected") -> Decoded | None:
    """Decode the stretches of a text that are in the detected encoding, or in others that are
    detected in what is left; None if that changes nothing."""
    names, more = [detected.encoding], None
    while True:
        reading = read_in(text, names)
        left = [*filter(_SUSPECT_CHARACTER.search, reading.wrong_lines)]
        more = _detect_any(_sample_lines("\n".join(left))) if left else None
        if more is None or more.encoding in names or len(names) == _MAX_ENCODINGS:
            break
        names.append(more.encoding)
    if reading.text == text:
        return None
    sure = detected.sure and reading.wrong <= (1 - _SURE_SHARE) * reading.words
    return Decoded(reading.text, ", ".join(reading.encodings), sure, len(left))


class _Detected(NamedTuple):
    encoding: str
    sure: bool
    whole: str = ""  # the sample in it, if every word is right so


def _still_in(encoding: str, sample: str) -> _Detected | None:
    if encoding not in DECODERS:
        return None
    decoded = DECODERS[encoding](sample)
    reading = readability(decoded)
    sure = _is_sure(reading)
    all_right = reading.share == 1 and reading.syllables >= _MIN_SYLLABLES
    if not (_is_vietnamese(reading) and (sure or all_right)):
        return None
    whole = decoded if all_right and not has_stray_signs(decoded) else ""
    return _Detected(encoding, sure, whole)


def _is_vietnamese(reading: Readability) -> bool:
    # The words without marks of a text in another language are mostly no syllables.
    return reading.plain_syllables >= reading.plain / 2 or reading.syllables >= reading.plain


def _is_sure(reading: Readability) -> bool:
    return reading.share >= _SURE_SHARE and reading.marked >= _SURE_WORDS


def _detect_any(lines: Sequence[str], as_is: float | None = None) -> _Detected | None:
    """Like `_detect`, or the encoding of most sentences, if they are in several."""
    if (detected := _detect("\n".join(lines), as_is)) is not None:
        return detected
    groups: dict[str, list[str]] = {name: [] for name in DECODERS}
    for part in filter(HIGH_BYTES.search, chain(*map(_PAUSE.split, lines))):
        readings = {name: readability(decoder(part)) for name, decoder in DECODERS.items()}
        best = max(readings, key=lambda name: readings[name].rank)
        groups[best].append(part)
    largest = max(groups.values(), key=lambda group: sum(map(len, group)))
    return _detect("\n".join(largest), as_is)


def _detect(sample: str, as_is: float | None = None) -> _Detected | None:
    """The encoding in which a sample reads as Vietnamese, and clearly better than in any other.

    `as_is`: of text, the share of syllables it has without decoding, which a decoding must
    exceed, too; None for bytes, of which misread UTF-8 is no possible reading.
    """
    readings = {name: readability(decoder(sample)) for name, decoder in DECODERS.items()}
    if as_is is None:
        del readings[MISREAD_UTF_8]
    name = max(readings, key=lambda name: (readings[name].share, readings[name].syllables))
    best = readings.pop(name)
    second = max(as_is or 0.0, *(reading.share for reading in readings.values()))
    clear = best.share >= _MIN_SHARE and best.share - second >= _MIN_MARGIN
    if _is_vietnamese(best) and clear and best.syllables >= _MIN_SYLLABLES:
        return _Detected(name, _is_sure(best))
    return _detect_in_few_words(sample) if len(sample) < _SHORT else None


def _detect_in_few_words(sample: str) -> _Detected | None:
    """The encoding of a title, or a name: one in which each word is a syllable.

    Many short words are syllables in several, so that is either one of the two that nearly all such
    texts are in, or no other. Of three words, or of two of which both have marks, or one has a sign
    in it as in no language.
    """
    if RIGHT.search(sample) is not None:
        return None
    strange = _INSIDE_WORD.search(sample) is not None
    found: dict[str, str] = {}  # an encoding, by the text in it
    for name in (*_COMMON, *DECODERS):
        text = DECODERS[name](sample)
        reading = readability(text)
        right, words = reading.syllables + reading.plain_syllables, reading.marked + reading.plain
        enough = words > 2 or (words == 2 and reading.syllables >= 2 - strange)
        if reading.syllables and right == words and enough and name != MISREAD_UTF_8:
            found.setdefault(text, name)
    name = next(iter(found.values()), "")
    return _Detected(name, sure=False) if len(found) == 1 or name in _COMMON else None


def _sample_lines(text: str) -> list[str]:
    """Lines of about SAMPLE code points of a text: from its first high byte on, and from its
    middle."""
    if len(text) > SAMPLE:
        half = SAMPLE // 2
        first = HIGH_BYTES.search(text)
        begin = first.start() if first else 0
        middle = max(begin + half, len(text) // 2)
        text = text[begin : begin + half] + "\n" + text[middle : middle + half]
    return text.split("\n")

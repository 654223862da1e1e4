"""Escaping text from documents, so that it cannot control a terminal."""

import re

_SPACES = re.compile(r"[ \t\n\f]+")
# Control characters, bidirectional controls, line separators, and lone surrogates, which stand for
# the bytes of file names that are not UTF-8 (PEP 383).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Prose on one line: runs of white space become one space, unsafe characters are escaped."""
    return safe(_SPACES.sub(" ", text))


def safe(text: str) -> str:
    """A path or message with unsafe characters escaped, line ends and tabs included."""
    return _UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name, see PEP 383
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

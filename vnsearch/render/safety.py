"""Text from documents -> text that cannot drive a terminal."""

import re

# Control characters, bidirectional controls, line separators, and the lone surrogates
# that stand for bytes of file names that are not UTF-8.
_SPACES = re.compile(r"[ \t\n\f]+")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Prose in one line that cannot drive a terminal: white space between words as one
    space, unsafe characters escaped.
    """
    return safe(_SPACES.sub(" ", text))


def safe(text: str) -> str:
    """A path or message with unsafe characters escaped, line ends included."""
    return _UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name, see PEP 383
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

"""Superscripts: numbers of notes are kept apart from the word they stand at."""

import re
from typing import Final

_NOTE: Final = re.compile(
    r"\s*[\[(]?(?:\d{1,4}|\*{1,4}|†|‡|[a-z](?=[\])]))(?:[,;–-]\s?\d{1,4})*[\])]?\s*"
)
_UNIT: Final = re.compile(r"(?:^|[\W\d_])(?:[kcdmµn]?m|dam|hm|s|ha|[a-zA-Z])$")


def gap(text: str, superscript: str) -> str:
    """What belongs between a text and the superscript behind it: a space if it is the number of a
    note or a power of ten, nothing if it is part of the word (`m²`, `1ˢᵗ`)."""
    if text[-1:].isspace() or not _NOTE.fullmatch(superscript):
        return ""
    return "" if _UNIT.search(text[-5:]) else " "

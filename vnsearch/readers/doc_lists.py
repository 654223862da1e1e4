"""The lists of Word files until 2003, by which paragraphs are numbered.

The format is [MS-DOC]: lists (LFO) refer to definitions (LSTF), whose levels (LVL) follow these.
"""

from collections.abc import Iterator
from contextlib import suppress
from struct import error, unpack_from
from typing import Final

from vnsearch.readers.list_numbers import LEVELS, Level, Lists

_DEFINITION, _LIST, _LEVEL = 28, 16, 28  # bytes
_IS_SIMPLE: Final = 0x1  # has one level
_STARTS, _IS_FORMATTED = 0x10, 0x20  # flags of what a list has of its own
_MOST: Final = 5_000  # lists, or definitions
_MOST_TEXT: Final = 100  # code units of the text of a number
_FORMATS: Final = {0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter",
                   4: "lowerLetter", 22: "decimalZero", 23: "bullet", 255: "none"}  # fmt: skip


def lists_of(definitions: bytes, lists: bytes) -> Lists:
    """The lists of a file, by two stretches of its table stream: that of the definitions (PlfLst),
    which has no end of its own, and that of the lists (PlfLfo). What is damaged is left out."""
    found = Lists()
    with suppress(error):
        found.levels.update(_definitions(definitions))
    with suppress(error):
        _add_lists(lists, found)
    return found


def _definitions(data: bytes) -> Iterator[tuple[str, dict[int, Level]]]:
    if len(data) < 2:
        return
    count = min(unpack_from("<H", data)[0], _MOST)
    at = 2 + count * _DEFINITION
    for nth in range(count):
        (identity,) = unpack_from("<I", data, 2 + nth * _DEFINITION)
        is_simple = data[2 + nth * _DEFINITION + 26] & _IS_SIMPLE
        levels = {}
        for level in range(1 if is_simple else LEVELS):
            levels[level], at = _level(data, at)
        yield str(identity), levels


def _level(data: bytes, at: int) -> tuple[Level, int]:
    """A level, and where it ends; raises struct.error."""
    start, form = unpack_from("<IB", data, at)
    of_characters, of_paragraphs = unpack_from("<2B", data, at + 24)
    at += _LEVEL + of_characters + of_paragraphs
    (length,) = unpack_from("<H", data, at)
    units = unpack_from(f"<{min(length, _MOST_TEXT)}H", data, at + 2)
    # A number stands as its level.
    text = "".join(f"%{unit + 1}" if unit < LEVELS else chr(unit) for unit in units)
    return Level(start, _FORMATS.get(form, "decimal"), text), at + 2 + 2 * length


def _add_lists(data: bytes, found: Lists) -> None:
    if len(data) < 4:
        return
    count = min(unpack_from("<I", data)[0], _MOST)
    for nth in range(count):
        (definition,) = unpack_from("<I", data, 4 + nth * _LIST)
        found.definitions[str(nth + 1)] = str(definition)
    at = 4 + count * _LIST
    for nth in range(count):
        at += 4
        for _ in range(data[4 + nth * _LIST + 12]):
            start, flags = unpack_from("<2I", data, at)
            at, level = at + 8, flags & 0xF
            if flags & _IS_FORMATTED:
                own, at = _level(data, at)
                start = own.start
            if flags & _STARTS:
                found.starts[str(nth + 1), level] = start

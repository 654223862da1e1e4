"""JSON (.json): each object of a list is a document, as a line of .jsonl is; any other file is one
document of all its strings."""

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import jsonl
from vnsearch.readers.base import Flaw, Source
from vnsearch.readers.records import is_text, record, strings, title_of

_decoder: Final = json.JSONDecoder()
_SPACE: Final = re.compile(r"[\s,]*")
_COLON: Final = re.compile(r"\s*:\s*")
_FEWEST: Final = 2  # objects that make a list in an object one of records


def read(source: Source) -> Iterator[Document | Flaw]:
    """Yield the documents of a file; raises UnusableFileError.

    A file of lines of JSON is read as such, one that is no JSON as plain text.
    """
    text = source.text()
    try:
        value = json.loads(text)
    except ValueError as error:
        yield from _otherwise(source, text, error)
        return
    start = _list_of_records(text, value)
    if start is None:
        yield _nested(source, text, value)
        return
    if isinstance(value, dict):
        rest = {key: item for key, item in value.items() if not _is_list_of_records(item)}
        if any(map(str.isalpha, words := "\n".join(strings(rest)))):
            yield Document("", title_of(value), words, Locator(1), source.encoding)
    yield from _records(source, text, start)


def _is_list_of_records(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= _FEWEST
        and all(isinstance(item, dict) for item in value)
    )


def _list_of_records(text: str, value: Any) -> int | None:
    """Where the list of objects begins that a file consists of; None if it does not.

    It is the file itself, or one in an object that it is most of.
    """
    begin = text.index(text.lstrip()[0])
    if isinstance(value, list):
        return begin if value and all(isinstance(item, dict) for item in value) else None
    at = begin + 1
    while isinstance(value, dict) and text[key := _space_end(text, at)] == '"':
        colon = _COLON.match(text, _decoder.raw_decode(text, key)[1])
        assert colon is not None
        item, at = _decoder.raw_decode(text, colon.end())
        if _is_list_of_records(item) and 2 * (at - colon.end()) > len(text):
            return colon.end()
    return None


def _records(source: Source, text: str, start: int) -> Iterator[Document | Flaw]:
    """Yield a document for each object of the list that begins at `start`."""
    line, at, found = 1 + text.count("\n", 0, start), start + 1, False
    flaws = []
    for number in count(1):
        begin = _space_end(text, at)
        if text[begin] == "]":
            break
        line += text.count("\n", at, begin)
        row, at = _decoder.raw_decode(text, begin)
        try:
            yield record(row, number, line, source.encoding)
            found = True
        except ValueError as error:
            flaws.append(Flaw(N_("line {number}: {reason}").format(number=line, reason=error)))
        line += text.count("\n", begin, at)
    if not found:
        raise UnusableFileError(N_("no text"))
    yield from flaws


def _space_end(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _nested(source: Source, text: str, value: Any) -> Document:
    """All the strings of a file, on the lines where they stand."""
    shown = list[str]()
    end, on_lines = 0, "\n" in text.strip()
    for begin, string, behind in _strings(text):
        if not is_text(string) or _COLON.match(text, behind):  # a key
            continue
        lines = "\n" * text.count("\n", end, begin)
        between = lines or (" | " if shown else "")
        shown.append(f"{between}{' '.join(string.split())}" if on_lines else string)
        end = behind
    if not shown:
        raise UnusableFileError(N_("no text"))
    title = title_of(value) if isinstance(value, dict) else ""
    joined = "".join(shown) if on_lines else "\n".join(shown)
    return Document("", title, joined, Locator(1, "line", int(on_lines)), source.encoding)


def _strings(text: str) -> Iterator[tuple[int, str, int]]:
    """Where each string begins, keys among them, the string, and where it ends."""
    begin = text.find('"')
    while begin >= 0:
        string, end = _decoder.raw_decode(text, begin)
        yield begin, string, end
        begin = text.find('"', end)


def _otherwise(source: Source, text: str, error: ValueError) -> Iterator[Document | Flaw]:
    lines = text.split("\n")
    try:
        first = json.loads(next(filter(str.strip, lines)))
    except ValueError:
        first = None
    if isinstance(first, dict):
        source.lost = 0  # told of each line
        yield from jsonl.documents(source, lines, 1)
        return
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    yield Document("", "", text, Locator(1), source.encoding)
    yield Flaw(N_("no JSON ({what}), read as plain text").format(what=reason))

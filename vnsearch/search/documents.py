"""Ids -> texts: what an index has of a document or of a passage, whole.

The id of a document is the name of its file, for a record of a file `NAME#KEY`; that of a passage
is `NAME#KEY~N`, where N counts from 1, and KEY is empty when the file is one document. A name or
key may have any of these signs in it: an id means whatever the index has of its possible readings.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from vnsearch.engines import IndexReader
from vnsearch.errors import UnknownIdError
from vnsearch.index.file_state import FileState
from vnsearch.language import _
from vnsearch.model import Locator, StoredPassage

_MAX_NAME: Final = 4096  # no system has longer ones
_PASSAGE: Final = re.compile(r"(.*#.*)~([1-9][0-9]{0,8})", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\x([89a-f][0-9a-f])")


class PassageText(NamedTuple):
    """A passage of a document."""

    id: str
    number: int  # in its document, from 1
    text: str
    start: int  # where it is in the text of the document
    end: int
    locator: Locator | None  # of its start


class DocumentText(NamedTuple):
    """A document, as it was indexed."""

    id: str
    path: str  # opens from the current folder
    title: str
    text: str  # NFC, without white space around it
    modified: datetime
    stale: bool  # the file changed or is gone since it was indexed
    passages: tuple[PassageText, ...]
    records: int = 0  # of its file, if it is of the name alone: documents with ids of their own

    def locator(self, offset: int = 0) -> Locator | None:
        """The line, page, … of a place in the text; None if the format has none."""
        begin = self.passages[0].locator
        return begin and begin.after(self.text[:offset])


class Documents:
    """The texts of an open index."""

    def __init__(
        self,
        reader: IndexReader,
        file: Callable[[str], FileState | None],
        show: Callable[[str], tuple[str, datetime, bool]],
    ) -> None:
        """`file`: what the catalog knows of a file, by its name; `show`: the path of a known one
        from here, when it was modified, and whether it changed since."""
        self._reader, self._file, self._show = reader, file, show

    def document(self, id: str) -> DocumentText:  # noqa: A002
        """The document with an id; raises UnknownIdError."""
        for name, key in ((id, None), *_splits(id)):
            if key != "" and (found := self._passages(name, key or "")):
                return self._document(*found)
        raise _unknown(id)

    def passage(self, id: str) -> tuple[DocumentText, PassageText]:  # noqa: A002
        """The passage with an id, and its document; raises UnknownIdError."""
        split = _PASSAGE.fullmatch(id)
        for name, key in _splits(split[1]) if split else ():
            number = int(split[2]) if split else 0
            if number <= len(found := self._passages(name, key)):
                document = self._document(*found)
                return document, document.passages[number - 1]
        raise _unknown(id)

    def _passages(self, name: str, key: str) -> Sequence[StoredPassage]:
        for known in dict.fromkeys((name, unescaped(name))):
            if len(known) <= _MAX_NAME and _is_name(known) and self._file(known):
                return self._reader.passages(known, key)
        return ()

    def _document(self, *found: StoredPassage) -> DocumentText:
        first = found[0]
        parts, end = [], 0
        for number, item in enumerate(found, 1):
            start = end + len(item.gap)
            end = start + len(item.text)
            own_id = item.passage_id(number)
            parts.append(PassageText(own_id, number, item.text, start, end, item.locator))
        path, modified, stale = self._show(first.source)
        file = self._file(first.source)
        return DocumentText(
            id=first.document_id,
            path=path,
            title=first.title,
            text="".join(item.gap + item.text for item in found),
            modified=modified,
            stale=stale,
            passages=tuple(parts),
            records=file.documents if file and file.by_name and not first.key else 0,
        )


def _unknown(id: str) -> UnknownIdError:  # noqa: A002
    advice = _("ids are those of vnsearch search --json: id of a document, passage of a passage")
    return UnknownIdError(_("nothing in the index has the id {id}").format(id=id), advice)


def _splits(id: str) -> Iterator[tuple[str, str]]:  # noqa: A002
    """Name and key, in all the ways to read an id that has both."""
    return ((id[:at], id[at + 1 :]) for at in range(min(len(id), _MAX_NAME)) if id[at] == "#")


def unescaped(name: str) -> str:
    """A name as the index has it, in which bytes that are not UTF-8 are written as in output."""
    return _ESCAPED.sub(lambda byte: chr(0xDC00 + int(byte[1], 16)), name)


def _is_name(text: str) -> bool:
    """Whether a file can be called so: a lone surrogate must stand for a byte (PEP 383)."""
    return not any("\ud800" <= char < "\udc80" or "\udd00" <= char <= "\udfff" for char in text)

"""Segments -> an index that Whoosh searches; and segments that Whoosh's own writers write.

`open_index` opens an index of the engine: `fields` says what Whoosh finds in its segments.
`Codec` reads these, and writes and reads segments of any schema: see `flat`. Nothing in a
segment is pickled. (Whoosh's writers pickle the table of contents beside the segments, which
is not the codec's; an index of the engine has none.)
"""

# mypy: allow-subclassing-any

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import FileIndex, Index
from whoosh.matching import ListMatcher, NullMatcher
from whoosh.reading import IndexReader, TermInfo, TermNotFound

from vnsearch.engines.whoosh.bridge import flat
from vnsearch.engines.whoosh.bridge.flat import DocumentWriter, FieldWriter, Flat
from vnsearch.engines.whoosh.bridge.schema import Passages, schema
from vnsearch.engines.whoosh.format import manifest

Term = tuple[str, bytes]


def open_index(folder: Path) -> "PassageIndex":
    """The index in a folder, for Whoosh to search; raises FileNotFoundError and
    IndexUnusableError.
    """
    index = PassageIndex(folder)
    index.reader().close()
    return index


class PassageIndex(Index):
    """An index of the engine, which alone writes it; its documents are passages."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.schema = folder, schema()

    def is_empty(self) -> bool:
        """Whether there are no passages."""
        return not self.doc_count_all()

    def reader(self, reuse: Any = None) -> IndexReader:  # noqa: ARG002
        """A reader of what is there now."""
        segments = [PassageSegment(entry) for entry in manifest.read(self._folder)]
        storage = FileStorage(str(self._folder), readonly=True)
        return FileIndex._reader(storage, self.schema, segments, self.latest_generation())


class Segment(W3Segment):
    """A segment of any schema: how many documents it has, and which are deleted."""

    def __init__(self, indexname: str) -> None:
        super().__init__(Codec(), indexname)
        self.file = self.make_filename(".segment")
        self.writing: flat.File | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "writing": None}

    def should_assemble(self) -> bool:
        return False

    def to_write(self, storage: Any) -> flat.File:
        """The file while it is written."""
        self.writing = self.writing or flat.File(storage, self.file)
        return self.writing

    def contents(self, storage: Any) -> Flat:
        """What is in the file; raises IndexUnusableError."""
        return Flat(flat.opened(storage, self.file))


class PassageSegment(W3Segment):
    """A segment of the engine."""

    def __init__(self, entry: manifest.SegmentEntry) -> None:
        super().__init__(Codec(), "", entry.passages, entry.file, set(entry.deleted))

    def contents(self, storage: FileStorage) -> Flat:
        """What is in the file; raises IndexUnusableError."""
        return Passages(Path(storage.folder, self.segid))


class Codec(base.Codec):
    """See `whoosh.codec.base`."""

    def per_document_writer(self, storage: Any, segment: Segment) -> DocumentWriter:
        return DocumentWriter(segment.to_write(storage))

    def field_writer(self, storage: Any, segment: Segment) -> FieldWriter:
        return FieldWriter(segment.to_write(storage))

    def per_document_reader(self, storage: Any, segment: Segment) -> "DocumentReader":
        return DocumentReader(segment, segment.contents(storage))

    def terms_reader(self, storage: Any, segment: Segment) -> "TermsReader":
        return TermsReader(segment.contents(storage))

    def new_segment(self, storage: Any, indexname: str) -> Segment:  # noqa: ARG002
        return Segment(indexname)


class TermsReader(base.TermsReader):
    """The terms of a segment, and where they occur."""

    def __init__(self, contents: Flat) -> None:
        self._contents = contents
        self._fields = {name: contents.terms(name) for name in contents.fields}

    def close(self) -> None:
        self._contents.close()

    def indexed_field_names(self) -> Sequence[str]:
        return list(self._fields)

    def __contains__(self, term: Term) -> bool:
        name, text = term
        return name in self._fields and self._fields[name].find(text) is not None

    def terms(self) -> Iterator[Term]:
        for name in self._fields:
            yield from self.terms_from(name, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        terms = self._fields.get(fieldname, ())
        numbers = range(terms.begin(prefix), len(terms)) if terms else ()
        return ((fieldname, terms[number]) for number in numbers)

    def items(self) -> Iterator[tuple[Term, TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, TermInfo]]:
        return ((t, self.term_info(*t)) for t in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Raises KeyError."""
        return self._info(fieldname, self._postings(fieldname, text))

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        if (fieldname, text) not in self:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        found = self._postings(fieldname, text, format_)
        info = self._info(fieldname, found)
        return Matcher(*found, format_, scorer, term=(fieldname, text), terminfo=info)

    def cursor(self, fieldname: str, fieldobj: Any) -> base.FieldCursor:
        if fieldname not in self._fields:
            return base.EmptyCursor()
        return Cursor(self._fields[fieldname], fieldobj, lambda t: self.term_info(fieldname, t))

    def _postings(self, name: str, text: bytes, format_: Any = None) -> flat.Postings:
        if (name, text) not in self:
            raise KeyError(text)
        terms = self._fields[name]
        found: flat.Postings = terms.postings(terms.find(text), format_)
        return found

    def _info(self, name: str, found: flat.Postings) -> TermInfo:
        info, lengths = TermInfo(), self._contents.lengths(name)
        for document, weight in zip(found.documents, found.weights, strict=True):
            info.add_posting(document, weight, lengths[document] if lengths else 0)
        return info


class Matcher(ListMatcher):
    """Goes through the postings of a term."""

    _i: int

    def replace(self, minquality: float = 0) -> Any:  # noqa: ARG002
        return self if self.is_active() else NullMatcher()

    def skip_to(self, id: int) -> None:  # noqa: A002
        self._i = bisect_left(self._ids, id, self._i)

    def block_max_weight(self) -> float:
        return float(self._terminfo.max_weight())


class Cursor(base.FieldCursor):
    """A place in the terms of a field."""

    def __init__(self, terms: Any, field: Any, info: Callable[[bytes], TermInfo]) -> None:
        self._terms, self._field, self._info = terms, field, info
        self._number = 0

    def first(self) -> str | None:
        self._number = 0
        return self.text()

    def find(self, term: str | bytes) -> str | None:
        self._number = self._terms.begin(self._field.to_bytes(term))
        return self.text()

    def next(self) -> str | None:
        self._number += 1
        return self.text()

    def is_valid(self) -> bool:
        return self._number < len(self._terms)

    def text(self) -> str | None:
        return self._field.from_bytes(self._terms[self._number]) if self.is_valid() else None

    def term_info(self) -> TermInfo | None:
        return self._info(self._terms[self._number]) if self.is_valid() else None


class DocumentReader(base.PerDocumentReader):
    """What is kept of each document of a segment."""

    def __init__(self, segment: Segment, contents: Flat) -> None:
        self._contents = contents
        self.close, self.stored_fields = contents.close, contents.stored
        self.doc_count, self.doc_count_all = segment.doc_count, segment.doc_count_all
        self.has_deletions, self.is_deleted = segment.has_deletions, segment.is_deleted
        self.deleted_docs = segment.deleted_docs

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return self._contents.column(fieldname) is not None

    def column_reader(self, fieldname: str, column: Any) -> Any:
        data = self._contents.column(fieldname) or b""
        return column.reader(BufferFile(data), 0, len(data), self.doc_count_all())

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        lengths = self._contents.lengths(fieldname)
        return lengths[docnum] if lengths else default

    def field_length(self, fieldname: str) -> int:
        return sum(self._contents.lengths(fieldname))

    def min_field_length(self, fieldname: str) -> int:
        return min(self._contents.lengths(fieldname), default=0)

    def max_field_length(self, fieldname: str) -> int:
        return max(self._contents.lengths(fieldname), default=0)

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        vector = self._contents.vector(fieldname, docnum, None)
        return vector is not None and len(vector.documents) > 0

    def vector(self, docnum: int, fieldname: str, format_: Any) -> ListMatcher:
        vector = self._contents.vector(fieldname, docnum, format_)
        if not vector or not vector.documents:
            raise KeyError(f"no vector of {fieldname!r} in document {docnum}")
        return ListMatcher(*vector, format_)

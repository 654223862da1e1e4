"""Read-only Whoosh codec: the readers, matchers and cursors of a segment.

What they read is a `SegmentView`.
"""

# mypy: allow-subclassing-any

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from whoosh.codec import base
from whoosh.matching import ListMatcher, NullMatcher
from whoosh.reading import TermInfo, TermNotFound

from vnsearch.engines.whoosh.bridge.segment_view import SegmentView, TermPostings

FieldTerm = tuple[str, bytes]  # name of a field, term


class ReadOnlyCodec(base.Codec):
    """Opens segments of the engine; see `whoosh.codec.base.Codec`."""

    def per_document_reader(self, storage: Any, segment: Any) -> "DocumentReader":
        return DocumentReader(segment, _view(storage, segment))

    def terms_reader(self, storage: Any, segment: Any) -> "TermsReader":
        return TermsReader(_view(storage, segment))


def _view(storage: Any, segment: Any) -> SegmentView:
    return SegmentView(Path(storage.folder, segment.segid))


class TermsReader(base.TermsReader):
    """Terms, their statistics and posting lists; see `whoosh.codec.base.TermsReader`."""

    def __init__(self, view: SegmentView) -> None:
        self._view = view
        self._fields = {name: view.terms(name) for name in view.fields}

    def close(self) -> None:
        self._view.close()

    def indexed_field_names(self) -> Sequence[str]:
        return list(self._fields)

    def __contains__(self, term: FieldTerm) -> bool:
        name, text = term
        return name in self._fields and self._fields[name].find(text) is not None

    def terms(self) -> Iterator[FieldTerm]:
        for name in self._fields:
            yield from self.terms_from(name, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[FieldTerm]:
        terms = self._fields.get(fieldname, ())
        numbers = range(terms.begin(prefix), len(terms)) if terms else ()
        return ((fieldname, terms[number]) for number in numbers)

    def items(self) -> Iterator[tuple[FieldTerm, TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[FieldTerm, TermInfo]]:
        return ((t, self.term_info(*t)) for t in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Return the statistics of a term; raises KeyError when there is no such term."""
        return self._info(fieldname, self._postings(fieldname, text))

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        if (fieldname, text) not in self:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        postings = self._postings(fieldname, text, format_)
        info = self._info(fieldname, postings)
        return TermMatcher(*postings, format_, scorer, term=(fieldname, text), terminfo=info)

    def cursor(self, fieldname: str, fieldobj: Any) -> base.FieldCursor:
        if fieldname not in self._fields:
            return base.EmptyCursor()
        return TermCursor(self._fields[fieldname], fieldobj, lambda t: self.term_info(fieldname, t))

    def _postings(self, name: str, text: bytes, format_: Any = None) -> TermPostings:
        """Return the postings of a term; without `format_`, their values are not to be read."""
        if (name, text) not in self:
            raise KeyError(text)
        terms = self._fields[name]
        postings: TermPostings = terms.postings(terms.find(text), format_)
        return postings

    def _info(self, name: str, postings: TermPostings) -> TermInfo:
        info, lengths = TermInfo(), self._view.lengths(name)
        for document, weight in zip(postings.documents, postings.weights, strict=True):
            info.add_posting(document, weight, lengths[document] if lengths else 0)
        return info


class TermMatcher(ListMatcher):
    """A `ListMatcher` that skips by bisection and takes its largest weight from `TermInfo`."""

    _i: int

    def replace(self, minquality: float = 0) -> Any:  # noqa: ARG002
        return self if self.is_active() else NullMatcher()

    def skip_to(self, id: int) -> None:  # noqa: A002
        self._i = bisect_left(self._ids, id, self._i)

    def block_max_weight(self) -> float:
        return float(self._terminfo.max_weight())


class TermCursor(base.FieldCursor):
    """A position in the sorted terms of a field; see `whoosh.codec.base.FieldCursor`."""

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
    """Stored fields, lengths and deletions; see `whoosh.codec.base.PerDocumentReader`.

    There are no columns and no term vectors.
    """

    def __init__(self, segment: Any, view: SegmentView) -> None:
        self._view = view
        self.close, self.stored_fields = view.close, view.stored_fields
        self.doc_count, self.doc_count_all = segment.doc_count, segment.doc_count_all
        self.has_deletions, self.is_deleted = segment.has_deletions, segment.is_deleted
        self.deleted_docs = segment.deleted_docs

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        lengths = self._view.lengths(fieldname)
        return lengths[docnum] if lengths else default

    def field_length(self, fieldname: str) -> int:
        return sum(self._view.lengths(fieldname))

    def min_field_length(self, fieldname: str) -> int:
        return min(self._view.lengths(fieldname), default=0)

    def max_field_length(self, fieldname: str) -> int:
        return max(self._view.lengths(fieldname), default=0)

"""Reading segments of any schema: what `TermsReader` and `DocumentReader` ask of a segment."""

# mypy: allow-subclassing-any

import json
from collections.abc import Sequence
from typing import Any

from whoosh.filedb.structfile import BufferFile
from whoosh.matching import ListMatcher

from tests.whoosh_codec.write import POSITION_LAYOUTS, json_to_time
from vnsearch.engines.whoosh.bridge.codec import DocumentReader
from vnsearch.engines.whoosh.bridge.segment_view import LazyValues, TermPostings
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.terms import TermDictionary


class GenericTerms(TermDictionary):
    """The terms of a field with their posting lists."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        super().__init__(arrays, name)
        self._arrays, self._name = arrays, name

    def postings(self, number: int, format_: Any) -> TermPostings:
        """Return a posting list, its values in the format of the field."""
        lists_at, weights, values, values_at = (
            self._arrays[f"{self._name}.{array}"]
            for array in ("lists_at", "weights", "values", "values_at")
        )
        begin, end = lists_at[number], lists_at[number + 1]

        def value(index: int) -> bytes:
            first, last = values_at[begin + index], values_at[begin + index + 1]
            return _encode(format_, values[first:last])

        documents = self._documents(begin, end)
        return TermPostings(documents, weights[begin:end].tolist(), LazyValues(end - begin, value))

    def _documents(self, begin: int, end: int) -> Any:
        return self._arrays[f"{self._name}.documents"][begin:end].tolist()


class TermVectors(GenericTerms):
    """For each document the terms of a field in it, in the place of the documents of a term."""

    def _documents(self, begin: int, end: int) -> Any:
        return [self[posting].decode() for posting in range(begin, end)]


def _encode(format_: Any, numbers: "memoryview[Any]") -> bytes:
    """Encode the value of a posting as its format does."""
    layout = POSITION_LAYOUTS.get(type(format_))
    if layout is None or not numbers:
        return bytes(numbers)
    positions: list[Any] = list(zip(*[iter(numbers)] * layout.width, strict=True))
    if layout.width == 1:
        positions = numbers.tolist()
    elif layout.typecode == "d":
        positions = [(*map(int, integers), boost) for *integers, boost in positions]
    value: Any = format_.encode(positions)
    return value[0] if isinstance(value, tuple) else value  # type: ignore[no-any-return]


class GenericView:
    """A segment of any schema, as `SegmentView` is one of the engine."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.fields: Sequence[str] = (
            json.loads(bytes(arrays["fields"])) if "fields" in arrays else ()
        )

    def close(self) -> None:
        """Close the file."""
        self._arrays.close()

    def terms(self, field: str) -> GenericTerms:
        """Return the terms of a field."""
        return GenericTerms(self._arrays, field)

    def lengths(self, field: str) -> Sequence[int]:
        """Return the length of a field in each document; empty if none has it."""
        name = f"{field}.lengths"
        return self._arrays[name] if name in self._arrays else ()  # noqa: SIM401

    def stored_fields(self, document: int) -> dict[str, Any]:
        """Return the stored fields of a document by their names."""
        begin, end = self._arrays["stored_at"][document : document + 2]
        data = bytes(self._arrays["stored"][begin:end])
        return dict(json.loads(data, object_hook=json_to_time))

    def column(self, field: str) -> bytes | None:
        """Return the column of a field as it was written, if there is one."""
        name = f"{field}.column"
        return bytes(self._arrays[name]) if name in self._arrays else None

    def vector(self, field: str, document: int, format_: Any) -> TermPostings | None:
        """Return the term vector of a document, if the field has vectors."""
        if f"{field}.vector.terms" not in self._arrays:
            return None
        return TermVectors(self._arrays, f"{field}.vector").postings(document, format_)


class GenericDocumentReader(DocumentReader):
    """The bridge's reader, with columns and term vectors."""

    def __init__(self, segment: Any, view: Any) -> None:
        super().__init__(segment, view)
        self._generic: GenericView = view

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return self._generic.column(fieldname) is not None

    def column_reader(self, fieldname: str, column: Any) -> Any:
        data = self._generic.column(fieldname) or b""
        return column.reader(BufferFile(data), 0, len(data), self.doc_count_all())

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        vector = self._generic.vector(fieldname, docnum, None)
        return vector is not None and len(vector.documents) > 0

    def vector(self, docnum: int, fieldname: str, format_: Any) -> ListMatcher:
        vector = self._generic.vector(fieldname, docnum, format_)
        if not vector or not vector.documents:
            raise KeyError(f"no vector of {fieldname!r} in document {docnum}")
        return ListMatcher(*vector, format_)

"""Documents of any Whoosh schema -> the arrays of a segment, and back.

Written by Whoosh's own writers through `codec`, into a file as `layout` has it. Types beyond
those there: d is a float of 8 bytes.

    fields      text  JSON: the names of the fields that have terms

Per document, numbered as added
    stored      text  JSON of each: the values of stored fields; a time is {"!time": ISO 8601}
    stored_at   I  in bytes
    F.lengths   I  in tokens; 0 in documents without the field
    F.column    B  as the column's own writer makes it

Lists of postings: L is F, a list for each term; or F.vector, a list for each document
    L.terms     text  those of the field, sorted; or that of each posting
    L.terms_at  I  in bytes
    L.documents I  the document of each posting (not of F.vector)
    L.lists_at  I  the first posting of each list
    L.weights   d
    L.values    the positions of each posting, I or d, if the field's format is in `SHAPES`,
                which would pickle them; else B, as the format encodes them
    L.values_at I
"""

# mypy: allow-subclassing-any

import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from io import BytesIO
from itertools import accumulate, chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from whoosh import formats
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from vnsearch.engines.whoosh.format import segment_file
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.terms import TermDictionary

# What a format decodes a posting to, of how many numbers a position is, and their type.
SHAPES: Final = {
    formats.Positions: ("positions", 1, "I"),
    formats.Characters: ("characters", 3, "I"),
    formats.PositionBoosts: ("position_boosts", 2, "d"),
    formats.CharacterBoosts: ("character_boosts", 4, "d"),
}


class File:
    """The file of a segment while it is written, by two writers one after the other."""

    def __init__(self, storage: Any, name: str) -> None:
        self._storage, self._name = storage, name
        self.arrays: dict[str, tuple[str, bytes]] = {}

    def write(self) -> None:
        """Write what there is so far; who has the file open keeps what was there before."""
        with TemporaryDirectory() as folder:
            path = Path(folder, self._name)
            segment_file.write(path, self.arrays.items(), {})
            with self._storage.create_file(f"{self._name}.new") as copy:
                copy.write(path.read_bytes())
        self._storage.rename_file(f"{self._name}.new", self._name)

    def add(self, name: str, numbers: "array[Any]") -> None:
        """Add an array."""
        self.arrays[name] = numbers.typecode, numbers.tobytes()

    def add_pieces(self, name: str, pieces: Sequence[bytes]) -> None:
        """Add pieces of text one after another, and where each begins."""
        self.arrays[name] = "B", b"".join(pieces)
        self.add(f"{name}_at", array("I", accumulate(map(len, pieces), initial=0)))


class Lists:
    """Lists of postings while they are written."""

    def __init__(self, format_: Any) -> None:
        self._format, self._shape = format_, SHAPES.get(type(format_))
        self._begins, self._weights = array("I"), array("d")
        self._values, self._ends = array(self._shape[2] if self._shape else "B"), array("I", [0])

    def begin(self, number: int) -> None:
        """Begin a list; those before it that were not begun are empty."""
        self._begins.extend([len(self._weights)] * (number + 1 - len(self._begins)))

    def add(self, weight: float, value: bytes) -> None:
        """Add a posting to the list that was begun last."""
        self._weights.append(weight)
        if not self._shape:
            self._values.frombytes(value)
        elif value:
            places = self._format.decode_as(self._shape[0], value)
            self._values.extend(places if self._shape[1] == 1 else chain.from_iterable(places))
        self._ends.append(len(self._values))

    def finish(self, file: File, name: str, size: int) -> None:
        """Add the arrays of so many lists to the file."""
        self.begin(size)
        file.add(f"{name}.lists_at", self._begins)
        file.add(f"{name}.weights", self._weights)
        file.add(f"{name}.values", self._values)
        file.add(f"{name}.values_at", self._ends)


class DocumentWriter(base.PerDocWriterWithColumns):
    """Writes what is kept of each document."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._documents: list[bytes] = []
        self._lengths: dict[str, dict[int, int]] = defaultdict(dict)
        self._columns: dict[str, tuple[StructFile, Any]] = {}
        self._vectors: dict[str, tuple[Lists, list[bytes]]] = {}
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        self._docnum = docnum
        self._stored: dict[str, Any] = {}

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:  # noqa: ARG002
        if value is not None:
            self._stored[fieldname] = value
        if length:
            self._lengths[fieldname][self._docnum] = length

    def add_vector_items(
        self, fieldname: str, fieldobj: Any, items: Iterable[tuple[str, float, bytes]]
    ) -> None:
        lists, terms = self._vectors.setdefault(fieldname, (Lists(fieldobj.vector), []))
        lists.begin(self._docnum)
        for term, weight, value in items:
            terms.append(term.encode())
            lists.add(weight, value)

    def _has_column(self, fieldname: str) -> bool:
        return fieldname in self._columns

    def _create_column(self, fieldname: str, column: Any) -> None:
        file = StructFile(BytesIO())
        self._columns[fieldname] = file, column.writer(file)

    def _get_column(self, fieldname: str) -> Any:
        return self._columns[fieldname][1]

    def finish_doc(self) -> None:
        self._documents.append(json.dumps(self._stored, default=_as_json).encode())

    def cancel_doc(self) -> None:
        """Nothing is kept before `finish_doc`. (Only whoosh3 calls this.)"""

    def close(self) -> None:
        file, size = self._file, len(self._documents)
        file.add_pieces("stored", self._documents)
        for name, lengths in self._lengths.items():
            file.add(f"{name}.lengths", array("I", (lengths.get(n, 0) for n in range(size))))
        for name, (data, column) in self._columns.items():
            column.finish(size)
            file.arrays[f"{name}.column"] = "B", data.file.getvalue()
        for name, (lists, terms) in self._vectors.items():
            file.add_pieces(f"{name}.vector.terms", terms)
            lists.finish(file, f"{name}.vector", size)
        file.write()
        self.is_closed = True


def _as_json(value: object) -> dict[str, str]:
    if not isinstance(value, datetime):
        raise TypeError(f"cannot be stored: {value!r}")
    return {"!time": value.isoformat()}


def _of_json(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value["!time"]) if "!time" in value else value


class FieldWriter(base.FieldWriter):
    """Writes terms and their postings."""

    def __init__(self, file: File) -> None:
        self._file, self._names = file, list[str]()
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        self._names.append(fieldname)
        self._terms, self._documents = list[bytes](), array("I")
        self._lists = Lists(fieldobj.format)

    def start_term(self, text: bytes) -> None:
        self._lists.begin(len(self._terms))
        self._terms.append(text)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:  # noqa: ARG002
        self._documents.append(docnum)
        self._lists.add(weight, vbytes)

    def finish_term(self) -> None:
        """See `start_term`."""

    def finish_field(self) -> None:
        self._file.add_pieces(f"{self._names[-1]}.terms", self._terms)
        self._file.add(f"{self._names[-1]}.documents", self._documents)
        self._lists.finish(self._file, self._names[-1], len(self._terms))

    def close(self) -> None:
        self._file.arrays["fields"] = "B", json.dumps(self._names).encode()
        self._file.write()
        self.is_closed = True


def opened(storage: Any, name: str) -> Arrays:
    """The file of a segment; raises IndexUnusableError."""
    if isinstance(storage, FileStorage):
        return Arrays(Path(storage.folder, name))
    with TemporaryDirectory() as folder, storage.open_file(name) as original:
        path = Path(folder, name)
        path.write_bytes(original.read())
        return Arrays(path)  # which stays mapped


class Values(Sequence[bytes]):
    """The values of postings, each made when it is asked for."""

    def __init__(self, size: int, make: Callable[[int], bytes]) -> None:
        self._size, self._make = size, make

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: Any) -> Any:
        return self._make(range(self._size)[place])


class Postings(NamedTuple):
    """The postings of a term."""

    documents: Sequence[Any]  # ascending; of a vector, the terms
    weights: Sequence[float]
    values: Sequence[bytes]  # as the field's format encodes them


class FlatTerms(TermDictionary):
    """TermDictionary, and lists of their postings."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        super().__init__(arrays, name)
        self._arrays, self._name = arrays, name

    def postings(self, number: int, format_: Any) -> Postings:
        """A list of postings, given the format of the field."""
        at, weights, values, values_at = (
            self._arrays[f"{self._name}.{kind}"]
            for kind in ("lists_at", "weights", "values", "values_at")
        )
        begin, end = at[number], at[number + 1]

        def value(place: int) -> bytes:
            first, last = values_at[begin + place], values_at[begin + place + 1]
            return _encoded(format_, values[first:last])

        documents = self._documents(begin, end)
        return Postings(documents, weights[begin:end].tolist(), Values(end - begin, value))

    def _documents(self, begin: int, end: int) -> list[int]:
        found: list[int] = self._arrays[f"{self._name}.documents"][begin:end].tolist()
        return found


class Vectors(FlatTerms):
    """For each document the terms of a field in it, which stand for documents here."""

    def _documents(self, begin: int, end: int) -> Any:
        return [self[place].decode() for place in range(begin, end)]


def _encoded(format_: Any, numbers: "memoryview[Any]") -> bytes:
    """The value of a posting, as its format encodes it."""
    if type(format_) not in SHAPES or not numbers:
        return bytes(numbers)
    _, width, kind = SHAPES[type(format_)]
    places: list[Any] = list(zip(*[iter(numbers)] * width, strict=True))
    if width == 1:
        places = numbers.tolist()
    elif kind == "d":
        places = [(*map(int, place), boost) for *place, boost in places]
    value: Any = format_.encode(places)
    return value[0] if isinstance(value, tuple) else value  # type: ignore[no-any-return]


class Flat:
    """The contents of a segment: what `codec` reads."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.fields: Sequence[str] = (
            json.loads(bytes(arrays["fields"])) if "fields" in arrays else ()
        )

    def close(self) -> None:
        """Let go of the file."""
        self._arrays.close()

    def terms(self, name: str) -> Any:
        """The terms of a field, as `FlatTerms` has them."""
        return FlatTerms(self._arrays, name)

    def lengths(self, name: str) -> Sequence[int]:
        """The length of a field in each document; none when no document has it."""
        name = f"{name}.lengths"
        return self._arrays[name] if name in self._arrays else ()  # noqa: SIM401

    def stored(self, document: int) -> dict[str, Any]:
        """The stored fields of a document."""
        begin, end = self._arrays["stored_at"][document : document + 2]
        data = bytes(self._arrays["stored"][begin:end])
        return dict(json.loads(data, object_hook=_of_json))

    def column(self, name: str) -> bytes | None:
        """A column as it was written, if there is one."""
        name = f"{name}.column"
        return bytes(self._arrays[name]) if name in self._arrays else None

    def vector(self, name: str, document: int, format_: Any) -> Postings | None:
        """The terms of a field in a document, if they are kept."""
        if f"{name}.vector.terms" not in self._arrays:
            return None
        return Vectors(self._arrays, f"{name}.vector").postings(document, format_)

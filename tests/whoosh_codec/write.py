"""Writing segments of any schema, for Whoosh's writers."""

# mypy: allow-subclassing-any

import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from itertools import accumulate, chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from whoosh import formats
from whoosh.codec import base
from whoosh.filedb.structfile import StructFile

from vnsearch.engines.whoosh.format import segment_file


class PositionLayout(NamedTuple):
    """How the positions of a posting are kept as numbers."""

    decoder: str  # the name of what the format decodes a posting to
    width: int  # numbers a position
    typecode: str  # of `array`


POSITION_LAYOUTS: Final = {
    formats.Positions: PositionLayout("positions", 1, "I"),
    formats.Characters: PositionLayout("characters", 3, "I"),
    formats.PositionBoosts: PositionLayout("position_boosts", 2, "d"),
    formats.CharacterBoosts: PositionLayout("character_boosts", 4, "d"),
}


class SegmentDraft:
    """The arrays of a segment while two writers, one after the other, add theirs."""

    def __init__(self, storage: Any, name: str) -> None:
        self._storage, self._name = storage, name
        self.arrays: dict[str, tuple[str, bytes]] = {}

    def write(self) -> None:
        """Write the arrays so far; readers that have the file open keep the previous one."""
        with TemporaryDirectory() as folder:
            path = Path(folder, self._name)
            segment_file.write(path, self.arrays.items(), {})
            with self._storage.create_file(f"{self._name}.new") as copy:
                copy.write(path.read_bytes())
        self._storage.rename_file(f"{self._name}.new", self._name)

    def add(self, name: str, numbers: "array[Any]") -> None:
        """Add an array."""
        self.arrays[name] = numbers.typecode, numbers.tobytes()

    def add_items(self, name: str, items: Sequence[bytes]) -> None:
        """Add an array of concatenated items, and that of their offsets."""
        self.arrays[name] = "B", b"".join(items)
        self.add(f"{name}_at", array("I", accumulate(map(len, items), initial=0)))


class PostingListsWriter:
    """Collects posting lists and adds them to a draft."""

    def __init__(self, format_: Any) -> None:
        self._format, self._layout = format_, POSITION_LAYOUTS.get(type(format_))
        self._lists_at, self._weights = array("I"), array("d")
        self._values = array(self._layout.typecode if self._layout else "B")
        self._values_at = array("I", [0])

    def begin(self, number: int) -> None:
        """Begin a list; those between the last one and this one are empty."""
        self._lists_at.extend([len(self._weights)] * (number + 1 - len(self._lists_at)))

    def add(self, weight: float, value: bytes) -> None:
        """Add a posting to the list begun last, its value as the format encodes it."""
        self._weights.append(weight)
        if not self._layout:
            self._values.frombytes(value)
        elif value:
            positions = self._format.decode_as(self._layout.decoder, value)
            flat = positions if self._layout.width == 1 else chain.from_iterable(positions)
            self._values.extend(flat)
        self._values_at.append(len(self._values))

    def finish(self, draft: SegmentDraft, name: str, size: int) -> None:
        """Add the arrays of `size` lists to the draft."""
        self.begin(size)
        draft.add(f"{name}.lists_at", self._lists_at)
        draft.add(f"{name}.weights", self._weights)
        draft.add(f"{name}.values", self._values)
        draft.add(f"{name}.values_at", self._values_at)


class GenericDocumentWriter(base.PerDocWriterWithColumns):
    """Writes stored fields, lengths, columns and vectors; see `base.PerDocumentWriter`."""

    def __init__(self, draft: SegmentDraft) -> None:
        self._draft = draft
        self._documents: list[bytes] = []
        self._lengths: dict[str, dict[int, int]] = defaultdict(dict)
        self._columns: dict[str, tuple[StructFile, Any]] = {}
        self._vectors: dict[str, tuple[PostingListsWriter, list[bytes]]] = {}
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
        new = PostingListsWriter(fieldobj.vector), list[bytes]()
        lists, terms = self._vectors.setdefault(fieldname, new)
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
        self._documents.append(json.dumps(self._stored, default=_time_to_json).encode())

    def cancel_doc(self) -> None:
        """Do nothing: a document is kept only by `finish_doc`. (Only whoosh3 calls this.)"""

    def close(self) -> None:
        draft, size = self._draft, len(self._documents)
        draft.add_items("stored", self._documents)
        for name, lengths in self._lengths.items():
            draft.add(f"{name}.lengths", array("I", (lengths.get(n, 0) for n in range(size))))
        for name, (file, column) in self._columns.items():
            column.finish(size)
            draft.arrays[f"{name}.column"] = "B", file.file.getvalue()
        for name, (lists, terms) in self._vectors.items():
            draft.add_items(f"{name}.vector.terms", terms)
            lists.finish(draft, f"{name}.vector", size)
        draft.write()
        self.is_closed = True


def _time_to_json(value: object) -> dict[str, str]:
    if not isinstance(value, datetime):
        raise TypeError(f"cannot be stored: {value!r}")
    return {"!time": value.isoformat()}


def json_to_time(value: dict[str, Any]) -> Any:
    """Return the time that a JSON object stands for, or the object if it is something else."""
    return datetime.fromisoformat(value["!time"]) if "!time" in value else value


class GenericFieldWriter(base.FieldWriter):
    """Writes terms and their posting lists; see `base.FieldWriter`."""

    def __init__(self, draft: SegmentDraft) -> None:
        self._draft, self._names = draft, list[str]()
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        self._names.append(fieldname)
        self._terms, self._documents = list[bytes](), array("I")
        self._lists = PostingListsWriter(fieldobj.format)

    def start_term(self, text: bytes) -> None:
        self._lists.begin(len(self._terms))
        self._terms.append(text)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:  # noqa: ARG002
        self._documents.append(docnum)
        self._lists.add(weight, vbytes)

    def finish_term(self) -> None:
        """Do nothing: a list ends where the next one begins."""

    def finish_field(self) -> None:
        name = self._names[-1]
        self._draft.add_items(f"{name}.terms", self._terms)
        self._draft.add(f"{name}.documents", self._documents)
        self._lists.finish(self._draft, name, len(self._terms))

    def close(self) -> None:
        self._draft.arrays["fields"] = "B", json.dumps(self._names).encode()
        self._draft.write()
        self.is_closed = True

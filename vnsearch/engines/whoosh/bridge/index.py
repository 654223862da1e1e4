"""A folder of the engine's segments as an index that Whoosh can search.

`schema` says which fields Whoosh sees. Opening and searching unpickle nothing and write
nothing: only the engine changes its index.
"""

# mypy: allow-subclassing-any

from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, Index
from whoosh.reading import IndexReader

from vnsearch.engines.whoosh.bridge.codec import ReadOnlyCodec
from vnsearch.engines.whoosh.bridge.schema import passage_schema
from vnsearch.engines.whoosh.format import manifest


def open_index(folder: Path) -> "PassageIndex":
    """Open the engine's index in a folder for Whoosh to search.

    Raises IndexUnusableError when a file is missing or damaged.
    """
    index = PassageIndex(folder)
    index.reader().close()
    return index


class PassageIndex(Index):
    """An index of the engine, read-only; its documents are passages."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.schema = folder, passage_schema()

    def is_empty(self) -> bool:
        """Return whether the index has no passages, not even deleted ones."""
        return not self.doc_count_all()

    def reader(self, reuse: Any = None) -> IndexReader:  # noqa: ARG002
        """Open a reader of the segments that the manifest lists now."""
        segments = [PassageSegment(entry) for entry in manifest.read(self._folder)]
        storage = FileStorage(str(self._folder), readonly=True)
        return FileIndex._reader(storage, self.schema, segments, self.latest_generation())


class PassageSegment(W3Segment):
    """A segment of the manifest as Whoosh describes one; its id is the name of its file."""

    def __init__(self, entry: manifest.SegmentEntry) -> None:
        super().__init__(ReadOnlyCodec(), "", entry.passages, entry.file, set(entry.deleted))

"""The codec for Whoosh's writers, and its segments."""

# mypy: allow-subclassing-any

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage

from tests.whoosh_codec.read import GenericDocumentReader, GenericView
from tests.whoosh_codec.write import GenericDocumentWriter, GenericFieldWriter, SegmentDraft
from vnsearch.engines.whoosh.bridge.codec import TermsReader
from vnsearch.engines.whoosh.format.segment_file import Arrays


class GenericSegment(W3Segment):
    """A segment of any schema: its file, its number of documents, the deleted ones."""

    def __init__(self, indexname: str) -> None:
        super().__init__(GenericCodec(), indexname)
        self.file = self.make_filename(".segment")
        self._draft: SegmentDraft | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_draft": None}

    def should_assemble(self) -> bool:
        return False

    def draft(self, storage: Any) -> SegmentDraft:
        """Return what is written to the file, the same object for both writers."""
        self._draft = self._draft or SegmentDraft(storage, self.file)
        return self._draft

    def view(self, storage: Any) -> Any:
        """Open the file, to be read in place of a `SegmentView`."""
        return GenericView(_open_arrays(storage, self.file))


def _open_arrays(storage: Any, name: str) -> Arrays:
    if isinstance(storage, FileStorage):
        return Arrays(Path(storage.folder, name))
    with TemporaryDirectory() as folder, storage.open_file(name) as original:
        path = Path(folder, name)
        path.write_bytes(original.read())
        return Arrays(path)  # it stays mapped after the file is deleted


class GenericCodec(base.Codec):
    """Writes and reads segments of any schema; see `whoosh.codec.base.Codec`."""

    def per_document_writer(self, storage: Any, segment: GenericSegment) -> GenericDocumentWriter:
        return GenericDocumentWriter(segment.draft(storage))

    def field_writer(self, storage: Any, segment: GenericSegment) -> GenericFieldWriter:
        return GenericFieldWriter(segment.draft(storage))

    def per_document_reader(self, storage: Any, segment: GenericSegment) -> GenericDocumentReader:
        return GenericDocumentReader(segment, segment.view(storage))

    def terms_reader(self, storage: Any, segment: GenericSegment) -> TermsReader:
        return TermsReader(segment.view(storage))

    def new_segment(self, storage: Any, indexname: str) -> GenericSegment:  # noqa: ARG002
        return GenericSegment(indexname)

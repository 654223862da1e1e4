"""Documents -> batches, in any process: segments that the manifest does not have yet."""

from pathlib import Path
from typing import Final, NamedTuple

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.write.limits import Limits
from vnsearch.engines.whoosh.write.segment_builder import SegmentBuilder
from vnsearch.errors import TooManyWordsError
from vnsearch.model import Document

_CHUNK: Final = 1 << 18  # code points of text tokenized together, to stay in the caches
_BYTES_PER_CODE_POINT: Final = 1.35  # of Vietnamese in UTF-8
_TERMS_PER_CODE_POINT: Final = 2  # at most
_TYPINGS: Final = 2  # of a name, at most
_TERMS_KEPT: Final = 200_000  # from one batch to the next


class Batch(NamedTuple):
    """A segment of the documents that were added from one batch to the next, in their order."""

    segment: SegmentEntry
    documents: int


class BatchBuilder:
    """The `engines.Builder` of the Whoosh engine."""

    def __init__(self, folder: Path, number: int, limits: Limits) -> None:
        """`number` tells apart the builders that write to the folder at the same time."""
        self._folder, self._number, self._limits = folder, number, limits
        self._chunk_limit = min(_CHUNK, limits.batch_terms // (2 * _TERMS_PER_CODE_POINT))
        self._batches: list[Batch] = []
        self._made = 0  # batches
        self._segment: SegmentBuilder | None = None
        self._vocabulary: Vocabulary | None = None  # made in the process that needs it
        self._chunk: list[tuple[str, Document]] = []  # to be added to the segment
        self._chunk_size = 0  # code points
        self._size = 0  # code points of the batch
        self._documents = 0  # of the batch

    def add(self, source: str, document: Document) -> None:
        """See `engines.Builder`."""
        size = len(document.text) + len(document.title)
        size += _TYPINGS * (len(document.name) + len(document.folders))
        if self._chunk_size + size > self._chunk_limit:
            self._tokenize()
        self._chunk.append((source, document))
        self._chunk_size += size
        if size > self._chunk_limit:
            self._tokenize()  # by itself, since it may have too many terms
        size = self._size + self._chunk_size
        if (
            size * _BYTES_PER_CODE_POINT >= self._limits.batch_bytes
            or self._documents + len(self._chunk) >= self._limits.batch_documents
        ):
            self._tokenize()
            self._write()

    def batches(self) -> list[Batch]:
        """See `engines.Builder`."""
        finished, self._batches = self._batches, []
        return finished

    def finish(self) -> list[Batch]:
        """See `engines.Builder`."""
        self._tokenize()
        self._write()
        return self.batches()

    def _tokenize(self) -> None:
        """Add the chunk to the segment, or to the next one where this one gets too many terms;
        raises TooManyWordsError when a document by itself has too many."""
        chunk, size = self._chunk, self._chunk_size
        self._chunk, self._chunk_size = [], 0
        if not chunk:
            return
        if (full := self._too_many_words(chunk)) is None:
            self._size += size
            self._documents += len(chunk)
            return
        is_first = not self._documents
        self._write()
        self._segment = self._vocabulary = None
        if is_first:
            raise full
        self._chunk, self._chunk_size = chunk, size
        self._tokenize()

    def _too_many_words(self, chunk: list[tuple[str, Document]]) -> TooManyWordsError | None:
        """Add documents to the segment; return why it cannot have them."""
        self._vocabulary = self._vocabulary or Vocabulary()
        self._segment = self._segment or SegmentBuilder(self._vocabulary, self._limits.batch_terms)
        try:
            self._segment.add(chunk)
        except TooManyWordsError as error:
            return error.with_traceback(None)  # which would keep what was made of them
        return None

    def _write(self) -> None:
        """Make a batch of the segment, if there is one."""
        if self._vocabulary is not None and len(self._vocabulary.terms) > _TERMS_KEPT:
            self._vocabulary = None
        if self._segment is not None and self._documents:
            self._made += 1
            path = self._folder / f"{self._number}-{self._made}.batch"
            self._batches.append(Batch(self._segment.write(path), self._documents))
        self._segment = None
        self._size = self._documents = 0

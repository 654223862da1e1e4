"""Documents -> passages -> Whoosh, in several processes when there is much to do."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from whoosh import index

from vnsearch.analysis import tokenize
from vnsearch.engines.whoosh.fields import POSITIONS, TITLE_AT, schema
from vnsearch.errors import VnsearchError
from vnsearch.model import Document, Passage, Token
from vnsearch.passages import split
from vnsearch.ranking import TITLE_WEIGHT

# Postings Whoosh gathers in memory before it sorts them to disk, in its own MB. Few
# large runs build twice as fast as many small ones.
_POOL_MB: Final = 256

# Passages handed to a process at a time.
_BATCH: Final = 200


class WhooshWriter:
    """The `Writer` of the Whoosh engine."""

    def __init__(self, folder: Path, jobs: int) -> None:
        folder.mkdir(exist_ok=True)
        if index.exists_in(str(folder)):
            self._index = index.open_dir(str(folder))
        else:
            self._index = index.create_in(str(folder), schema())
        options: dict[str, Any] = {}
        if jobs > 1:
            # Batches are handed over by `add`, which knows where documents end.
            options = {"procs": jobs, "multisegment": True, "batchsize": sys.maxsize}
        self._writer = self._index.writer(limitmb=_POOL_MB, **options)
        self._in_batches = jobs > 1
        self._passages = self._index.doc_count()

    def add(self, source: str, document: Document) -> int:
        """See `engines.Writer`. Tokens are made before Whoosh is called, which would
        keep half a passage when its analyzer failed."""
        title = list(tokenize(document.title))[: POSITIONS - TITLE_AT]
        count = 0
        for count, passage in enumerate(split(document), 1):
            self._writer.add_document(
                folded=[(token.folded, at) for token, at in _placed(passage, title)],
                exact=[(token.exact, at) for token, at in _placed(passage, title)],
                source=source,
                first=int(count == 1),
                length=len(passage.tokens) + TITLE_WEIGHT * len(title),
                passage=_stored(source, document, passage),
            )
        self._passages += count
        if self._in_batches and len(self._writer.docbuffer) >= _BATCH:
            self._hand_over()
        return count

    def _hand_over(self) -> None:
        with _interrupts_ignored():
            self._writer._enqueue()

    def remove(self, source: str) -> None:
        """See `engines.Writer`."""
        self._passages -= self._writer.delete_by_term("source", source)

    def commit(self) -> None:
        """See `engines.Writer`. Whoosh says nothing when one of its processes died, so
        the passages are counted."""
        if self._in_batches and self._writer.docbuffer:
            self._hand_over()
        self._writer.commit()
        if self._index.refresh().doc_count() != self._passages:
            raise VnsearchError("a process that was writing the index died", "try again")

    def cancel(self) -> None:
        """See `engines.Writer`."""
        for process in getattr(self._writer, "tasks", ()):
            process.terminate()
        self._writer.cancel()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """For processes begun meanwhile, for good: Ctrl-C reaches the whole group, and it is
    for the one that began them to stop them. To that one it comes when this is over."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _placed(passage: Passage, title: list[Token]) -> Iterator[tuple[Token, int]]:
    yield from zip(passage.tokens, range(TITLE_AT), strict=False)
    yield from zip(title, range(TITLE_AT, POSITIONS), strict=False)


def _stored(source: str, document: Document, passage: Passage) -> tuple[object, ...]:
    """The fields of a `Found`, in their order."""
    return (
        source, document.key, document.title,
        passage.text, passage.line, document.line_step, passage.cut_before, passage.cut_after,
    )  # fmt: skip

"""Documents -> passages -> Whoosh."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from whoosh import index

from vnsearch.analysis import tokenize
from vnsearch.engines.whoosh.fields import POSITIONS, TITLE_AT, schema
from vnsearch.model import Document, Passage, Token
from vnsearch.passages import split
from vnsearch.ranking import TITLE_WEIGHT

# Postings Whoosh gathers in memory before it sorts them to disk, in its own MB. Few
# large runs build twice as fast as many small ones.
_POOL_MB: Final = 256


class WhooshWriter:
    """The `Writer` of the Whoosh engine."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        if index.exists_in(str(folder)):
            whoosh_index = index.open_dir(str(folder))
        else:
            whoosh_index = index.create_in(str(folder), schema())
        self._writer = whoosh_index.writer(limitmb=_POOL_MB)

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
        return count

    def remove(self, source: str) -> None:
        """See `engines.Writer`."""
        self._writer.delete_by_term("source", source)

    def commit(self) -> None:
        """See `engines.Writer`."""
        self._writer.commit()

    def cancel(self) -> None:
        """See `engines.Writer`."""
        self._writer.cancel()


def _placed(passage: Passage, title: list[Token]) -> Iterator[tuple[Token, int]]:
    yield from zip(passage.tokens, range(TITLE_AT), strict=False)
    yield from zip(title, range(TITLE_AT, POSITIONS), strict=False)


def _stored(source: str, document: Document, passage: Passage) -> tuple[object, ...]:
    """The fields of a `Found`, in their order."""
    return (
        source, document.key, document.title,
        passage.text, passage.line, document.line_step, passage.cut_before, passage.cut_after,
    )  # fmt: skip

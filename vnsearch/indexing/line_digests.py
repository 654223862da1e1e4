"""The digests of the documents of lines: which lines of a large file are as they were."""

from typing import Final, NamedTuple

from vnsearch.index.file_state import new_digest
from vnsearch.model import Document

DIGEST_SIZE: Final = 8  # bytes, of the document of a line
NO_DIGEST: Final = bytes(DIGEST_SIZE)  # of a line without one, or with one that came in parts


class KnownLines(NamedTuple):
    """What the lines of a chunk were when their file was last read."""

    first: int  # number
    digests: bytes

    def has(self, document: Document, digest: bytes) -> bool:
        """Whether the document of a line is as it was."""
        at = DIGEST_SIZE * (document.locator.number - self.first) if document.locator else -1
        return at >= 0 and self.digests[at : at + DIGEST_SIZE] == digest


def digest_of_line(document: Document) -> bytes:
    """What tells whether the document of a line is as it was; never all zeros."""
    fields = document.key, document.title, document.text
    key, title, text = (field.encode("utf-8", "surrogatepass") for field in fields)
    digest = new_digest()
    digest.update(b"%d %b%d %b%d " % (len(key), key, len(title), title, len(text)))
    digest.update(text)
    found = digest.digest()[:DIGEST_SIZE]
    return found if found != NO_DIGEST else b"\1" * DIGEST_SIZE

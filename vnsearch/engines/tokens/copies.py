"""Documents -> hashes of their texts, by which copies are told."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from vnsearch.model import Document

_BYTES: Final = 8


def text_hashes(documents: Iterable[Document]) -> list[int]:
    """Return a hash of the text of each, of a record with its title: 0 for no text."""
    return [_hash(document) if document.text else 0 for document in documents]


def _hash(document: Document) -> int:
    digest = blake2b(document.text.encode(), digest_size=_BYTES)
    if document.key:
        digest.update(f"\0{document.title}".encode())
    return int.from_bytes(digest.digest(), "little") or 1

"""The names of a segment's documents: which have a term, and the tokens of each."""

from bisect import bisect_left
from codecs import utf_16_le_decode

from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.terms import FieldTerms


class Names:
    """The names of documents, each by the number of its last passage."""

    def __init__(self, arrays: Arrays) -> None:
        self._documents = arrays["name.documents"]
        self.terms = FieldTerms(arrays, "name")  # each posting is at a document
        self._tokens, self._tokens_at = arrays["name.tokens"], arrays["name.tokens_at"]

    def __len__(self) -> int:
        return len(self._documents)

    def has(self, document: int) -> bool:
        """Whether a document has a name."""
        number = bisect_left(self._documents, document)
        return number < len(self._documents) and self._documents[number] == document

    def token_string(self, document: int) -> str:
        """Return the tokens of a document's name, see docs/index-format.md."""
        number = bisect_left(self._documents, document)
        begin, end = self._tokens_at[number], self._tokens_at[number + 1]
        return utf_16_le_decode(self._tokens[begin:end])[0]

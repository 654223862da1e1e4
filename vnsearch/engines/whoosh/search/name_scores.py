"""What the words of a query add to the scores of documents whose names have them."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

from vnsearch import ranking
from vnsearch.engines.whoosh.read.bitset import cardinality, with_tf
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.model import ScorePart
from vnsearch.query.clauses import Word
from vnsearch.ranking import MAX_NAME_TF

_ONLY: Final = [bytes(n == tf for n in range(256)) for tf in range(MAX_NAME_TF + 1)]


class NameScore(NamedTuple):
    """A word of a query in the names of a collection."""

    word: str
    dense: bytes  # its tf in the name, for each passage of a document
    by_tf: Sequence[float]  # what it adds


class NameScores:
    """The scores of passages by the names of their documents."""

    def __init__(self, collection: Collection, words: Sequence[Word], exact: bool) -> None:
        named, size = collection.named, collection.size
        self.words: list[NameScore] = []
        for word in words if named.any else ():
            tf = named.tf((word,), exact)
            if df := cardinality(with_tf(tf), size):
                idf = ranking.idf(df, named.count)
                by_tf = [idf * ranking.name_score(n) for n in range(MAX_NAME_TF + 1)]
                self.words.append(NameScore(word.text, _of_passages(tf, collection), by_tf))
        self.passages = reduce(or_, (with_tf(dense) for _, dense, _ in self.words), 0)

    def score(self, passage: int) -> float:
        """Return what the name of its document adds to the score of a passage."""
        return sum([by_tf[dense[passage]] for _, dense, by_tf in self.words])

    def parts(self, passage: int) -> list[ScorePart]:
        """Return the parts of that."""
        return [
            ScorePart(ranking.IN_NAME, word, by_tf[tf])
            for word, dense, by_tf in self.words
            if (tf := dense[passage])
        ]


def _of_passages(tf: bytes, collection: Collection) -> bytes:
    """The tf of documents, for each of their passages."""
    documents, found = collection.documents, 0
    for value in {*tf} - {0}:
        having = int.from_bytes(tf.translate(_ONLY[value]), "little")
        found |= documents.to_passages(having) * value
    return found.to_bytes(len(tf), "little")

"""What the words of a query add to the scores of documents whose names have them."""

from collections.abc import Sequence
from typing import NamedTuple

from vnsearch import ranking
from vnsearch.engines.whoosh.read.bitset import is_in, to_bytes
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.search.bounds import BoundedFeature
from vnsearch.model import ScorePart
from vnsearch.query.clauses import Word
from vnsearch.ranking import MAX_NAME_TF


class NameScore(NamedTuple):
    """A word of a query in the names of a collection."""

    word: Word
    slices: Sequence[bytes]  # its tf in the name, for each passage of a document
    by_tf: Sequence[float]  # what it adds

    def tf(self, passage: int) -> int:
        """Return its tf in the name of the document of a passage."""
        return sum([is_in(octets, passage) << bit for bit, octets in enumerate(self.slices)])


class NameScores:
    """The scores of passages by the names of their documents."""

    def __init__(self, collection: Collection, words: Sequence[Word], exact: bool) -> None:
        """`words` are those of names, see `ranking.name_words`."""
        named = collection.named
        self._exact, self._words = exact, list[NameScore]()
        self._collection, self._count = collection, len(words)
        self._all = named.all_in(words, exact) if self.first(whole=True) else (0, 0)
        for word in words if named.any else ():
            if df := named.having((word,), exact).bit_count():
                idf = ranking.idf(df, named.count)
                by_tf = [idf * ranking.name_score(n) for n in range(MAX_NAME_TF + 1)]
                slices = list(map(to_bytes, collection.slices((word,), exact)))
                self._words.append(NameScore(word, slices, by_tf))

    def __bool__(self) -> bool:
        return bool(self._words)

    def bounded(self) -> list[BoundedFeature]:
        """Return what each word can add."""
        return [BoundedFeature((w.word,), self._exact, 0.0, w.by_tf[-1]) for w in self._words]

    def score(self, passage: int) -> float:
        """Return what the name of its document adds to the score of a passage."""
        return sum([word.by_tf[word.tf(passage)] for word in self._words])

    def first(self, *, whole: bool) -> int:
        """Return `ranking.named` of all words."""
        return ranking.named(self._count, whole=whole)

    def groups(self, passages: int) -> list[tuple[int, int]]:
        """Part passages by how often their documents come before any text, the most often first;
        returns that and the passages."""
        if not self._all[0]:
            return [(0, passages)]
        having, whole = map(self._collection.documents.to_passages, self._all)
        groups = [
            (self.first(whole=True), passages & whole),
            (self.first(whole=False), passages & having & ~whole),
            (0, passages & ~having),
        ]
        return [(times, group) for times, group in groups if group]

    def parts(self, passage: int, highest: float) -> list[ScorePart]:
        """Return the parts of that, and of coming before any text, which scores `highest`."""
        ((times, _),) = self.groups(1 << passage)
        first = [ScorePart(ranking.NAMED, "", times * highest)] if times else []
        return first + [
            ScorePart(ranking.IN_NAME, word.word.text, word.by_tf[tf])
            for word in self._words
            if (tf := word.tf(passage))
        ]

"""The index opened for searching: what `engines.IndexReader` asks for, out of the rooms of this
engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest
from pathlib import Path

from vnsearch import ranking
from vnsearch.engines.whoosh.read.bitset import cardinality, members
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.search.matcher import Matcher
from vnsearch.engines.whoosh.search.scorer import Scoring
from vnsearch.model import Match, Matches
from vnsearch.query.clauses import Query, Word


class WhooshReader:
    """The `Reader` of the Whoosh engine. Sets of documents are numbers: see `lanes`."""

    def __init__(self, folder: Path) -> None:
        self._collection = Collection(folder)
        self._documents = self._collection.documents
        self._matcher = Matcher(self._collection)

    def close(self) -> None:
        """See `engines.IndexReader`."""
        self._collection.close()

    def count_passages(self) -> int:
        """See `engines.IndexReader`."""
        return self._collection.passages

    def words_with_prefix(self, beginning: str) -> Iterable[str]:
        """See `engines.IndexReader`."""
        return self._collection.words_with_prefix(beginning)

    def variants(self, folded: str) -> Mapping[str, int]:
        """See `engines.IndexReader`."""
        return self._collection.variants(folded)

    def pairs(self, first: str, second: str) -> Mapping[tuple[str, str], int]:
        """See `engines.IndexReader`."""
        return self._collection.pairs(first, second)

    def together(self, folded: Sequence[str]) -> bool:
        """See `engines.IndexReader`."""
        return bool(self._collection.with_all(folded))

    def sample_texts(self, word: Word, count: int) -> Iterable[str]:
        """See `engines.IndexReader`."""
        passages = members(self._collection.having((word,), exact=False), self._collection.size)
        step = max(1, len(passages) // count)
        return (self._collection.record(passage).text for passage in passages[::step][:count])

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        accepts: Callable[[str], bool] | None = None,
        explain: bool = False,
    ) -> Matches:
        """See `engines.IndexReader`."""
        qualified, relaxed = self._matcher.qualified(query, accepts)
        scoring = Scoring(self._collection, ranking.features(query), query.exact)
        found, documents = scoring.scored, self._documents.to_documents(scoring.scored)
        if documents != qualified:
            documents &= qualified
            found &= self._documents.to_passages(documents)
        best = scoring.best(found, offset + limit)
        page = self._page(best, offset, limit)
        matches = tuple(
            Match(
                self._collection.record(scoring.shown(passage)),
                score,
                scoring.parts(passage) if explain else (),
            )
            for score, passage in page
        )
        return Matches(cardinality(documents, self._collection.size), relaxed, matches)

    def _page(
        self, best: Sequence[tuple[float, int]], offset: int, limit: int
    ) -> list[tuple[float, int]]:
        """Scores and passages of one page, best first. Ties go by file and key, which are
        the same in every index of the same documents, however it came about.
        """

        def order(item: tuple[float, int]) -> tuple[float, str, str]:
            found = self._collection.record(item[1])
            return (-item[0], found.source, found.key)

        scores = nlargest(offset + limit, (score for score, _ in best))
        contenders = (item for item in best if scores and item[0] >= scores[-1])
        return sorted(contenders, key=order)[offset : offset + limit]

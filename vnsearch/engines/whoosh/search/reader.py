"""The index opened for searching: the `engines.IndexReader` of this engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest
from pathlib import Path

from vnsearch import ranking
from vnsearch.engines.whoosh.read.bitset import cardinality, members
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.search.matcher import Matcher
from vnsearch.engines.whoosh.search.scorer import Scorer
from vnsearch.model import Match, Matches
from vnsearch.query.clauses import Query, Word


class WhooshReader:
    """The `engines.IndexReader` of the Whoosh engine. Sets are bitsets, see `bitset`."""

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

    def documents_by_source(self) -> Iterable[tuple[str, int]]:
        """See `engines.IndexReader`."""
        return self._collection.documents_by_source().items()

    def words_with_prefix(self, beginning: str) -> Iterable[str]:
        """See `engines.IndexReader`."""
        return self._collection.words_with_prefix(beginning)

    def variants(self, folded: str) -> Mapping[str, int]:
        """See `engines.IndexReader`."""
        return self._collection.variants(folded)

    def pairs(self, first: str, second: str) -> Mapping[tuple[str, str], int]:
        """See `engines.IndexReader`."""
        return self._collection.bigrams(first, second)

    def together(self, folded: Sequence[str]) -> bool:
        """See `engines.IndexReader`."""
        return bool(self._collection.passages_with_all(folded))

    def sample_texts(self, word: Word, count: int) -> Iterable[str]:
        """See `engines.IndexReader`."""
        passages = members(
            self._collection.passages_with((word,), exact=False), self._collection.size
        )
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
        scorer = Scorer(self._collection, ranking.features(query), query.exact)
        found, documents = scorer.scored, self._documents.to_documents(scorer.scored)
        if documents != qualified:
            documents &= qualified
            found &= self._documents.to_passages(documents)
        best = scorer.best(found, offset + limit)
        page = self._page(best, offset, limit)
        matches = tuple(
            Match(
                self._collection.record(scorer.passage_to_show(passage)),
                score,
                scorer.parts(passage) if explain else (),
            )
            for score, passage in page
        )
        return Matches(cardinality(documents, self._collection.size), relaxed, matches)

    def _page(
        self, best: Sequence[tuple[float, int]], offset: int, limit: int
    ) -> list[tuple[float, int]]:
        """Return the scores and passages of one page, best first.

        Ties are broken by source and key, which are the same in every index of the same
        documents, whatever changes led to it.
        """

        def order(item: tuple[float, int]) -> tuple[float, str, str]:
            score, passage = item
            record = self._collection.record(passage)
            return -score, record.source, record.key

        # Records are read only of what may be on the page.
        scores = nlargest(offset + limit, (score for score, _ in best))
        contenders = (item for item in best if scores and item[0] >= scores[-1])
        return sorted(contenders, key=order)[offset : offset + limit]

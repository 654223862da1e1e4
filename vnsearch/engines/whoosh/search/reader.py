"""The index opened for searching: the `engines.IndexReader` of this engine."""

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from heapq import nlargest
from itertools import chain
from operator import and_
from pathlib import Path

from vnsearch import ranking
from vnsearch.engines import Filters
from vnsearch.engines.whoosh.read.bitset import cardinality, members
from vnsearch.engines.whoosh.read.caches import LazyTable
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.search.matcher import Matcher
from vnsearch.engines.whoosh.search.scorer import Scorer
from vnsearch.files.globs import matcher
from vnsearch.model import Match, Matches
from vnsearch.query.clauses import Query, Word
from vnsearch.query.lexicon import Statistics


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

    def statistics(
        self,
        words: Iterable[str],  # noqa: ARG002 - they are looked up when they are read
        bigrams: Iterable[tuple[str, str]] = (),  # noqa: ARG002
    ) -> Statistics:
        """See `query.lexicon.Lexicon`."""
        collection = self._collection
        return Statistics(
            collection.passages,
            LazyTable(collection.known_variants),
            LazyTable(collection.known_bigrams),
        )

    def words_with_prefixes(self, prefixes: Iterable[str]) -> Iterable[str]:
        """See `query.lexicon.Lexicon`."""
        return sorted({*chain.from_iterable(map(self._collection.words_with_prefix, prefixes))})

    def cooccur(self, groups: Iterable[Sequence[str]]) -> Sequence[bool]:
        """See `query.lexicon.Lexicon`."""
        return [bool(self._collection.passages_with_all(words)) for words in groups]

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        """See `query.lexicon.Lexicon`."""
        found = self._collection.passages_with((Word(word, word, word),), exact=False)
        passages = members(found, self._collection.size)
        step = max(1, len(passages) // count)
        return (self._collection.record(passage).text for passage in passages[::step][:count])

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        filters: Filters = Filters(),  # noqa: B008 - a tuple of nothing
        explain: bool = False,
        copies: bool = False,
    ) -> Matches:
        """See `engines.IndexReader`."""
        accepts = matcher(filters.globs) if filters.globs else None
        qualified, relaxed = self._matcher.qualified(query, accepts)
        names = ranking.name_words(query)
        scorer = Scorer(self._collection, ranking.features(query), query.exact, names)
        found, documents = scorer.scored, self._documents.to_documents(scorer.scored)
        if documents != qualified:
            documents &= qualified
            found &= self._documents.to_passages(documents)
        best = scorer.best(found, offset + limit, copies=copies)
        size = self._collection.size
        if len(best) < offset + limit and documents != qualified:
            # What qualifies without any word of the query, for what it has not.
            best += [(0.0, document) for document in members(qualified & ~documents, size)]
        by_clause = self._matcher.documents_by_clause(query)
        bitsets = [documents.to_bytes(size, "little") for documents in by_clause]
        matches = tuple(
            Match(
                self._collection.record(scorer.passage_to_show(passage)),
                score,
                scorer.parts(passage) if explain else (),
                sum(bitset[self._documents.document_of(passage)] for bitset in bitsets),
                0 if copies else self._copies(passage, qualified),
            )
            for score, passage in self._page(best, offset, limit, copies)
        )
        return Matches(
            cardinality(qualified, size),
            relaxed,
            matches,
            cardinality(reduce(and_, by_clause, qualified), size),
            tuple(number for number, documents in enumerate(by_clause) if not documents),
        )

    def _copies(self, passage: int, qualified: int) -> int:
        """Return how many other documents that qualify have the same text."""
        document = self._documents.document_of(passage)
        if not self._collection.text_hash(document):
            return 0
        return cardinality(self._collection.copies(document) & qualified, self._collection.size) - 1

    def _page(
        self, best: Sequence[tuple[float, int]], offset: int, limit: int, copies: bool
    ) -> list[tuple[float, int]]:
        """Return the scores and passages of one page, best first.

        Ties are broken by source and key, which are the same in every index of the same
        documents, whatever changes led to it. Without `copies`, the first of those with the same
        text stands for all.
        """
        texts = {} if copies else {item: self._text(item[1]) for item in best}
        highest: dict[tuple[int, int], float] = {}  # scores of documents, or of texts
        for item in best:
            one = texts.get(item, (0, item[1]))
            highest[one] = max(item[0], highest.get(one, -math.inf))

        def order(item: tuple[float, int]) -> tuple[float, str, str]:
            score, passage = item
            record = self._collection.record(passage)
            return -score, record.source, record.key

        # Records are read only of what may be on the page.
        scores = nlargest(offset + limit, highest.values())
        contenders = (item for item in best if scores and item[0] >= scores[-1])
        firsts: dict[tuple[int, int], tuple[float, int]] = {}
        for item in sorted(contenders, key=order):
            firsts.setdefault(texts.get(item, (0, item[1])), item)
        return [*firsts.values()][offset : offset + limit]

    def _text(self, passage: int) -> tuple[int, int]:
        """Return what is the same for documents with the same text."""
        text = self._collection.text_hash(self._documents.document_of(passage))
        return (text, 0) if text else (0, passage)

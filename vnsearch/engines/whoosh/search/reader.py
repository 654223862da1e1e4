"""The index opened for searching: the `engines.IndexReader` of this engine."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain, groupby, islice
from operator import and_, itemgetter
from pathlib import Path

from vnsearch import ranking
from vnsearch.engines import Filters
from vnsearch.engines.whoosh.read.bitset import bitset_of, is_in, members, to_bytes
from vnsearch.engines.whoosh.read.caches import LazyTable
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.search.matcher import Matcher
from vnsearch.engines.whoosh.search.scorer import Scorer
from vnsearch.model import Match, Matches, StoredPassage
from vnsearch.query.clauses import Query, Word
from vnsearch.query.lexicon import Statistics


class WhooshReader:
    """The `engines.IndexReader` of the Whoosh engine. Sets are bitsets, see `bitset`."""

    def __init__(self, folder: Path) -> None:
        self._collection = Collection(folder)
        self._documents = self._collection.documents
        self._matcher = Matcher(self._collection)

    def faults(self) -> Iterable[str]:
        """See `engines.IndexReader`: what its files hold is in checksums."""
        return ()

    def cluster(self) -> None:
        """See `engines.IndexReader`."""

    def close(self) -> None:
        """See `engines.IndexReader`."""
        self._collection.close()

    def passages(self, source: str, key: str) -> Sequence[StoredPassage]:
        """See `engines.IndexReader`."""
        return [self._collection.record(n) for n in self._collection.passages_of(source, key)]

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
        return list(map(self._collection.cooccur, groups))

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        """See `query.lexicon.Lexicon`."""
        passages = self._collection.passages_with((Word(word, word, word),), exact=False)
        octets, documents = to_bytes(passages), self._documents
        found = (
            passage
            for document in self._collection.lowest_hashes(documents.to_documents(passages), count)
            for passage in documents.passages_of(document)
            if is_in(octets, passage)
        )
        return (self._collection.record(passage).text for passage in islice(found, count))

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        filters: Filters = Filters(),  # noqa: B008 - a tuple of nothing
        order: Sequence[str] | None = None,
        places: int = 1,
        explain: bool = False,
        copies: bool = False,
    ) -> Matches:
        """See `engines.IndexReader`."""
        qualified, relaxed = self._matcher.qualified(query, filters.accepts())
        names = ranking.name_words(query)
        scorer = Scorer(self._collection, ranking.features(query), query.exact, names)
        copies = copies or order is not None
        if order is None:
            found = self._best(scorer, qualified, offset + limit, copies=copies)
            best = self._page(found, offset, limit, copies=copies)
        else:
            best = self._page_in_order(scorer, qualified, order, offset, limit)
        by_clause = self._matcher.documents_by_clause(query)
        bitsets = list(map(to_bytes, by_clause))

        def match(score: float, passage: int) -> Match:
            shown, *others = scorer.passages_to_show(passage) if places else [passage]
            document = self._documents.document_of(passage)
            first = self._documents.passages_of(document).start
            return Match(
                self._collection.record(shown),
                score,
                scorer.parts(passage) if explain else (),
                sum(is_in(octets, document) for octets in bitsets),
                shown - first + 1,
                1 + len(others),
                tuple((n - first + 1, self._collection.record(n)) for n in others[: places - 1]),
                0 if copies else self._copies(document, qualified),
            )

        matches = tuple(match(score, passage) for score, passage in best)
        return Matches(
            qualified.bit_count(),
            relaxed,
            matches,
            reduce(and_, by_clause, qualified).bit_count(),
            tuple(number for number, documents in enumerate(by_clause) if not documents),
        )

    def matches_by_source(
        self,
        query: Query,
        filters: Filters = Filters(),  # noqa: B008 - a tuple of nothing
    ) -> Mapping[str, int]:
        """See `engines.IndexReader`."""
        qualified, _ = self._matcher.qualified(query, filters.accepts())
        sources = self._collection.sources()
        return Counter(sources[document] for document in members(qualified))

    def _copies(self, document: int, qualified: int) -> int:
        """Return how many other documents that qualify have the same text."""
        if not self._collection.text_hash(document):
            return 0
        return (self._collection.copies(document) & qualified).bit_count() - 1

    def _best(
        self, scorer: Scorer, qualified: int, count: int, *, copies: bool = True
    ) -> list[tuple[float, int]]:
        """The scores and passages of documents that qualify, the `count` best among them."""
        return scorer.best(self._documents.to_passages(qualified), count, copies=copies)

    def _page_in_order(
        self, scorer: Scorer, qualified: int, order: Sequence[str], offset: int, limit: int
    ) -> list[tuple[float, int]]:
        """Return the scores and passages of one page, in the order of their sources."""
        sources, by_source = self._collection.sources(), dict[str, list[int]]()
        for document in members(qualified) if limit else ():
            by_source.setdefault(sources[document], []).append(document)
        before, first, chosen = 0, 0, list[str]()
        for source in filter(by_source.__contains__, order):
            if before >= offset + limit:
                break
            count = len(by_source[source])
            if before + count > offset:
                first = first if chosen else before
                chosen.append(source)
            before += count
        places = {source: place for place, source in enumerate(chosen)}
        documents = chain.from_iterable(by_source[source] for source in chosen)
        best = self._best(scorer, bitset_of(documents, self._collection.size), before - first)
        ranked = self._page(best, 0, len(best))
        ranked.sort(key=lambda item: places[sources[item[1]]])
        return ranked[offset - first : offset - first + limit]

    def _page(
        self, best: Sequence[tuple[float, int]], offset: int, limit: int, *, copies: bool = True
    ) -> list[tuple[float, int]]:
        """Return the scores and passages of one page, best first.

        Ties are broken by source and key, which are the same in every index of the same
        documents, whatever changes led to it. Without `copies`, the first of those with the same
        text stands for all.
        """
        ones = {item: (0, item[1]) if copies else self._text(item[1]) for item in best}
        highest: dict[tuple[int, int], float] = {}  # scores of documents, or of texts
        for item, one in ones.items():
            highest[one] = max(item[0], highest.get(one, -math.inf))
        firsts = sorted((i for i in ones if i[0] == highest[ones[i]]), key=itemgetter(0))
        page, before = list[tuple[float, int]](), 0
        for _, group in groupby(reversed(firsts), itemgetter(0)):
            tied = list(group)
            count = len({ones[item] for item in tied})
            # Records are read only of what may be on the page.
            if before + count > offset:
                in_order = sorted(tied, key=self._place) if len(tied) > 1 else tied
                first: dict[tuple[int, int], tuple[float, int]] = {}
                for item in in_order:
                    first.setdefault(ones[item], item)
                page += [*first.values()][max(0, offset - before) :]
            before += count
            if before >= offset + limit:
                break
        return page[:limit]

    def _place(self, item: tuple[float, int]) -> tuple[str, str]:
        """What ties of score are broken by."""
        record = self._collection.record(item[1])
        return record.source, record.key

    def _text(self, passage: int) -> tuple[int, int]:
        """Return what is the same for documents with the same text."""
        text = self._collection.text_hash(self._documents.document_of(passage))
        return (text, 0) if text else (0, passage)

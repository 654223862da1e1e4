"""Query + rows -> matches: which documents qualify, and the page of the best of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from heapq import nlargest
from operator import and_
from pathlib import Path
from typing import Literal

from vnsearch import ranking
from vnsearch.engines.whoosh.read.bitset import cardinality, members
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.search.scorer import Scoring
from vnsearch.model import Match, Matches
from vnsearch.query.clauses import (
    All,
    Any,
    Clause,
    Demand,
    Not,
    Phrase,
    Query,
    Word,
    is_required,
    relaxed_clause,
    words_of,
)


class WhooshReader:
    """The `Reader` of the Whoosh engine. Sets of documents are numbers: see `lanes`."""

    def __init__(self, folder: Path) -> None:
        self._collection = Collection(folder)
        self._documents = self._collection.documents

    def close(self) -> None:
        """See `engines.Reader`."""
        self._collection.close()

    def count_passages(self) -> int:
        """See `engines.Reader`."""
        return self._collection.passages

    def words_with_prefix(self, beginning: str) -> Iterable[str]:
        """See `engines.Reader`."""
        return self._collection.words_with_prefix(beginning)

    def variants(self, folded: str) -> Mapping[str, int]:
        """See `engines.Reader`."""
        return self._collection.variants(folded)

    def pairs(self, first: str, second: str) -> Mapping[tuple[str, str], int]:
        """See `engines.Reader`."""
        return self._collection.pairs(first, second)

    def together(self, folded: Sequence[str]) -> bool:
        """See `engines.Reader`."""
        return bool(self._collection.with_all(folded))

    def sample_texts(self, word: Word, count: int) -> Iterable[str]:
        """See `engines.Reader`."""
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
        """See `engines.Reader`."""
        qualified, relaxed = self._qualified(query, accepts)
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

    # Which documents qualify

    def _qualified(self, query: Query, accepts: Callable[[str], bool] | None) -> tuple[int, bool]:
        """The documents that have what the query demands, and whether it had to relax."""
        exact = query.exact
        unwanted = [clause.part for clause in query.clauses if isinstance(clause, Not)]
        wanted = [clause for clause in query.clauses if not isinstance(clause, Not)]
        allowed = self._documents.all
        if accepts is not None:
            allowed = self._documents.to_documents(self._collection.of_sources(accepts))
        if unwanted:
            allowed &= ~self._any(unwanted, exact)
        for relaxed, documents in self._levels(wanted, query.demand, exact):
            if admitted := documents & allowed:
                return admitted, relaxed
        return 0, False

    def _levels(
        self, wanted: Sequence[Clause], demand: Demand, exact: bool
    ) -> Iterator[tuple[bool, int]]:
        """DocumentMap that qualify, and then those that would by relaxed rules."""
        if not wanted:
            return
        if demand is Demand.ANY:
            yield False, self._any(wanted, exact)
        elif demand is Demand.ALL:
            yield False, self._all(wanted, exact)
        else:
            soft = [clause for clause in wanted if not is_required(clause)]
            firm = [clause for clause in wanted if is_required(clause)]
            base = self._all(firm, exact)
            if not soft:
                yield False, base
                return
            yield False, self._most(soft, exact) & base
            if firm:
                yield True, base
            yield True, self._any(map(relaxed_clause, wanted), exact)

    def _most(self, clauses: Sequence[Clause], exact: bool) -> int:
        """DocumentMap with all of a few words, or with most of the weight of many."""
        if sum(1 for _ in words_of(clauses)) <= ranking.SHORT_QUERY_WORDS:
            return self._all(clauses, exact)
        weights = [self._weight(clause, exact) for clause in clauses]
        sets = [self._documents_with(clause, exact) for clause in clauses]
        return enough(weights, sets, self._collection.size)

    def _weight(self, clause: Clause, exact: bool) -> int:
        words = ((word,) for word in words_of([clause]))
        frequencies = (self._collection.frequency(word, exact) for word in words)
        return sum(ranking.weight(count, self._collection.passages) for count in frequencies)

    def _all(self, clauses: Iterable[Clause], exact: bool) -> int:
        sets = (self._documents_with(clause, exact) for clause in clauses)
        return reduce(and_, sets, self._documents.all)

    def _any(self, clauses: Iterable[Clause], exact: bool) -> int:
        documents = passages = 0
        for clause in clauses:
            match clause:
                case Word() as word:
                    passages |= self._collection.having((word,), exact)
                case Phrase(words):
                    passages |= self._collection.having(words, exact)
                case _:
                    documents |= self._documents_with(clause, exact)
        return documents | self._documents.to_documents(passages)

    def _documents_with(self, clause: Clause, exact: bool) -> int:
        match clause:
            case Not(part):
                return self._documents.all & ~self._documents_with(part, exact)
            case All(parts):
                return self._all(parts, exact)
            case Any(parts):
                return self._any(parts, exact)
            case Word() as word:
                return self._collection.documents_having((word,), exact)
            case Phrase(words):
                return self._collection.documents_having(words, exact)


def enough(weights: Sequence[int], sets: Sequence[int], size: int) -> int:
    """The documents with a share of the weight that the fullest of them has.

    For each passage there is a pattern, a bit for each set that it is in; few of all the
    patterns that could be occur.
    """
    octets = [
        sum(lanes << bit for bit, lanes in enumerate(sets[begin : begin + 8]))
        for begin in range(0, len(sets), 8)
    ]
    patterns = _woven([octet.to_bytes(size, "little") for octet in octets], size)
    tables = [_sums(weights[begin : begin + 8]) for begin in range(0, len(weights), 8)]
    weighed = {
        pattern: sum([table[pattern >> 8 * n & 0xFF] for n, table in enumerate(tables)])
        for pattern in set(patterns)
    }
    needed = ranking.min_should_match(max(weighed.values(), default=0))
    admitted = {pattern: weight >= needed for pattern, weight in weighed.items() if pattern}
    admitted[0] = False
    return int.from_bytes(bytes(map(admitted.__getitem__, patterns)), "little")


def _sums(weights: Sequence[int]) -> list[int]:
    """For each set of up to eight weights, as the bits of a number, their sum."""
    sums = [0]
    for weight in weights:
        sums += [total + weight for total in sums]
    return sums


def _woven(octets: Sequence[bytes], size: int) -> Sequence[int]:
    """Numbers made of a byte of each, the first the lowest."""
    kinds: dict[int, Literal["B", "H", "I", "Q"]] = {1: "B", 2: "H", 4: "I", 8: "Q"}
    for width, kind in kinds.items():
        if len(octets) <= width:
            woven = bytearray(width * size)
            for place, octet in enumerate(octets):
                woven[place::width] = octet
            return memoryview(woven).cast(kind)
    return [int.from_bytes(bytes(each), "little") for each in zip(*octets, strict=True)]

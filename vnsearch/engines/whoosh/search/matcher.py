"""Query -> the documents that qualify, as a bitset."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import and_
from typing import Literal

from vnsearch import ranking
from vnsearch.engines.whoosh.read.collection import Collection
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


class Matcher:
    """Which documents of a collection qualify for a query."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._documents = collection.documents

    def qualified(self, query: Query, accepts: Callable[[str], bool] | None) -> tuple[int, bool]:
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

"""Query -> the documents that qualify, as a bitset."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import and_

from vnsearch import ranking
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.search.min_should_match import with_enough_weight
from vnsearch.query.clauses import (
    All,
    Any,
    Clause,
    Demand,
    Not,
    Phrase,
    Query,
    Word,
    count_words,
    is_required,
    words_of,
)


class Matcher:
    """Which documents of a collection qualify for a query.

    Sets of documents are bitsets, see `bitset`; `exact` is whether all words match exact forms.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._documents = collection.documents

    def qualified(self, query: Query, accepts: Callable[[str], bool] | None) -> tuple[int, bool]:
        """Return the documents that qualify, and whether the query had to be relaxed for that.

        `accepts` says of a source whether its documents may qualify; None: all may.
        """
        exact = query.exact
        unwanted = [clause.part for clause in query.clauses if isinstance(clause, Not)]
        allowed = self._collection.live_documents
        if accepts is not None:
            allowed &= self._documents.to_documents(self._collection.passages_from(accepts))
        if unwanted:
            allowed &= ~self._any(unwanted, exact)
        if unwanted and not query.wanted():
            return allowed, False
        for relaxed, documents in self._levels(query.wanted(), query.demand, exact):
            if relaxed and not query.relax:
                break
            if qualified := documents & allowed:
                return qualified, relaxed
        return 0, False

    def documents_by_clause(self, query: Query) -> list[int]:
        """Return the documents that match each wanted clause of a query."""
        return [self._documents_with(clause, query.exact) for clause in query.wanted()]

    def _levels(
        self, wanted: Sequence[Clause], demand: Demand, exact: bool
    ) -> Iterator[tuple[bool, int]]:
        """The documents that qualify, and then those that do by ever more relaxed rules."""
        if not wanted:
            return
        if demand is Demand.ANY:
            yield False, self._any(wanted, exact)
        elif demand is Demand.ALL:
            yield False, self._all(wanted, exact)
        else:
            optional = [clause for clause in wanted if not is_required(clause)]
            required = [clause for clause in wanted if is_required(clause)]
            with_required = self._all(required, exact)
            if not optional:
                yield False, with_required
                return
            yield False, self._enough(optional, exact) & with_required
            yield True, with_required if required else self._any(optional, exact)

    def _enough(self, clauses: Sequence[Clause], exact: bool) -> int:
        """The documents with all of a few words, or with enough of the weight of many."""
        if count_words(clauses) <= ranking.SHORT_QUERY_WORDS:
            return self._all(clauses, exact)
        is_marked = all(word.match_marks for word in words_of(clauses))
        if count_words(clauses) > ranking.SHORT_MARKED_WORDS or not is_marked:
            return self._with_weight(clauses, exact)
        return self._all(clauses, exact) or self._with_weight(clauses, exact)

    def _with_weight(self, clauses: Sequence[Clause], exact: bool) -> int:
        """The documents with enough of the weight of the clauses."""
        weights = [self._weight(clause, exact) for clause in clauses]
        sets = [self._documents_with(clause, exact) for clause in clauses]
        return with_enough_weight(weights, sets)

    def _weight(self, clause: Clause, exact: bool) -> int:
        return sum(self._weight_of_word(word, exact) for word in words_of([clause]))

    def _weight_of_word(self, word: Word, exact: bool) -> int:
        """Its idf among the passages, or if it is in none, among the names."""
        collection = self._collection
        if not word.in_name and (df := collection.df((word,), exact)):
            return ranking.integer_idf(df, collection.passages)
        df = collection.named.having((word,), exact).bit_count()
        return ranking.integer_idf(df, collection.named.count) if df else 0

    def _all(self, clauses: Iterable[Clause], exact: bool) -> int:
        sets = (self._documents_with(clause, exact) for clause in clauses)
        return reduce(and_, sets, self._documents.all)

    def _any(self, clauses: Iterable[Clause], exact: bool) -> int:
        documents = passages = 0
        for clause in clauses:
            match clause:
                case Word() as word:
                    passages |= self._collection.passages_with((word,), exact)
                    if not word.in_title:
                        documents |= self._collection.named.having((word,), exact)
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
                return self._collection.documents_with((word,), exact)
            case Phrase():
                return self._collection.documents_with(_any_typing(clause), exact)


def _any_typing(phrase: Phrase) -> tuple[Word, ...]:
    """What stands for a phrase in all its typings."""
    return phrase.words if phrase.joined is None else (phrase.joined,)

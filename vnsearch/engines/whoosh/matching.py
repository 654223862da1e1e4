"""Query + occurrences -> matches: which documents qualify, and what they score.

Every passage with any of the words is scored, so the page returned is exactly the top of
the whole ranking and the total is exact.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from heapq import nlargest
from pathlib import Path
from typing import Final

from vnsearch import ranking
from vnsearch.engines.whoosh.postings import (
    NONE,
    Occurrences,
    Postings,
    View,
    following,
    frequencies,
    in_text,
    in_title,
)
from vnsearch.model import Match, Matches, Part
from vnsearch.query import (
    All,
    Any,
    Clause,
    Demand,
    Kind,
    Not,
    Phrase,
    Query,
    Word,
    is_firm,
    loosened,
    words_of,
)
from vnsearch.ranking import Evidence

# Words and pairs whose documents and scores are kept in memory, for the many queries of
# a batch.
_CACHED: Final = 4000


class WhooshReader:
    """The `Reader` of the Whoosh engine."""

    def __init__(self, folder: Path) -> None:
        self._postings = Postings(folder)
        self._scores = lru_cache(_CACHED)(self._score)
        self._text_scores = lru_cache(_CACHED)(partial(self._score, text_only=True))
        self._documents_with = lru_cache(_CACHED)(self._with_words)

    def close(self) -> None:
        """See `engines.Reader`."""
        self._postings.close()

    def count_passages(self) -> int:
        """See `engines.Reader`."""
        return self._postings.passages

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
        evidence = ranking.evidence(query)
        best = self._best_passages(evidence, query.exact, qualified)
        page = self._page(best, offset, limit)
        matches = tuple(
            Match(
                self._postings.passage(self._shown(evidence, passage)),
                score,
                self._parts(evidence, query.exact, passage) if explain else (),
            )
            for score, passage in page
        )
        return Matches(len(best), relaxed, matches)

    # Which documents qualify

    def _qualified(
        self, query: Query, accepts: Callable[[str], bool] | None
    ) -> tuple[set[int], bool]:
        """The documents that have what the query demands, and whether it had to relax."""
        view: View = "exact" if query.exact else "folded"
        allowed = None if accepts is None else self._documents_in(accepts)
        unwanted = [clause.part for clause in query.clauses if isinstance(clause, Not)]
        wanted = [clause for clause in query.clauses if not isinstance(clause, Not)]
        barred = self._any(unwanted, view)
        for relaxed, documents in self._levels(wanted, query.demand, view):
            admitted = (documents if allowed is None else documents & allowed) - barred
            if admitted:
                return admitted, relaxed
        return set(), False

    def _documents_in(self, accepts: Callable[[str], bool]) -> set[int]:
        sources = filter(accepts, self._postings.sources())
        return set().union(*map(self._postings.documents_of, sources))

    def _levels(
        self, wanted: Sequence[Clause], demand: Demand, view: View
    ) -> Iterator[tuple[bool, set[int]]]:
        """Documents that qualify, and then those that would by relaxed rules."""
        if not wanted:
            return
        if demand is Demand.ANY:
            yield False, self._any(wanted, view)
        elif demand is Demand.ALL:
            yield False, self._all(wanted, view)
        else:
            soft = [clause for clause in wanted if not is_firm(clause)]
            firm = [clause for clause in wanted if is_firm(clause)]
            base = [self._all(firm, view)] if firm else []
            if not soft:
                yield False, base[0]
                return
            yield False, set.intersection(self._most(soft, view), *base)
            yield from ((True, documents) for documents in base)
            yield True, self._any(map(loosened, wanted), view)

    def _most(self, clauses: Sequence[Clause], view: View) -> set[int]:
        """Documents with all of a few words, or with most of the weight of many."""
        if sum(1 for _ in words_of(clauses)) <= ranking.SHORT_QUERY_WORDS:
            return self._all(clauses, view)
        weights: dict[int, float] = {}
        for clause in clauses:
            weight = self._weight(clause, view)
            for document in self._documents(clause, view):
                weights[document] = weights.get(document, 0.0) + weight
        needed = ranking.NEEDED_SHARE * max(weights.values(), default=0.0)
        return {document for document, weight in weights.items() if weight >= needed}

    def _weight(self, clause: Clause, view: View) -> float:
        return sum(
            self._idf(Evidence((word,), view == "exact", 1.0)) for word in words_of([clause])
        )

    def _all(self, clauses: Iterable[Clause], view: View) -> set[int]:
        return set.intersection(*(self._documents(clause, view) for clause in clauses))

    def _any(self, clauses: Iterable[Clause], view: View) -> set[int]:
        return set().union(*(self._documents(clause, view) for clause in clauses))

    def _documents(self, clause: Clause, view: View) -> set[int]:
        match clause:
            case Not(part):
                return self._postings.all_documents() - self._documents(part, view)
            case All(parts):
                return self._all(parts, view)
            case Any(parts):
                return self._any(parts, view)
            case Word() as word:
                return self._documents_with((word,), view)
            case Phrase(words):
                return self._documents_with(words, view)

    def _with_words(self, words: tuple[Word, ...], view: View) -> set[int]:
        return self._postings.documents(self._occurrences(words, view))

    # Where words occur

    def _occurrences(self, words: tuple[Word, ...], view: View) -> Occurrences:
        if len(words) > 1:
            return following(self._occurrences((word,), view) for word in words)
        (word,) = words
        view = "exact" if word.just_so else view
        terms = self._terms(word, view)
        found = [self._postings.occurrences(view, term) for term in terms]
        occurrences = found[0] if len(found) == 1 else NONE.union(*found)
        return in_title(occurrences) if word.in_title else occurrences

    def _terms(self, word: Word, view: View) -> list[str]:
        """The terms of the index that a word stands for."""
        exact = view == "exact"
        own = word.exact if exact else word.folded
        match word.kind:
            case Kind.WORD:
                return [own]
            case Kind.PREFIX:
                terms = self._postings.beginning_with(view, word.stem(exact))
                return terms if own in terms else [own, *terms]
            case Kind.SLIP:
                return [t for t in self._postings.terms(view) if word.matches(t, t, exact)]

    # What documents score

    def _idf(self, evidence: Evidence) -> float:
        return ranking.idf(len(self._scores(evidence)), self._postings.passages)

    def _score(self, evidence: Evidence, *, text_only: bool = False) -> dict[int, float]:
        """What a piece of evidence adds to each passage that holds it."""
        postings = self._postings
        occurrences = self._occurrences(evidence.words, "exact" if evidence.exact else "folded")
        counts = frequencies(in_text(occurrences) if text_only else occurrences)
        weight = evidence.weight * ranking.idf(len(counts), postings.passages)
        lengths, average = postings.lengths, postings.average_length
        return {
            passage: weight * ranking.saturation(count, lengths[passage], average)
            for passage, count in counts.items()
        }

    def _best_passages(
        self, evidence: tuple[Evidence, ...], exact: bool, qualified: set[int]
    ) -> dict[int, tuple[float, int]]:
        """For each qualified document the score and number of its best passage."""
        scores: dict[int, float] = {}
        for item in evidence:
            for passage, score in self._scores(item).items():
                scores[passage] = scores.get(passage, 0.0) + score
        bonus = ranking.complete(evidence, map(self._idf, evidence))
        for passage in self._complete(evidence, exact):
            scores[passage] += bonus
        best: dict[int, tuple[float, int]] = {}
        for passage, score in scores.items():
            document = self._postings.document[passage]
            if document in qualified:
                found = best.get(document)
                if found is None or (score, -passage) > (found[0], -found[1]):
                    best[document] = (score, passage)
        return best

    def _complete(self, evidence: tuple[Evidence, ...], exact: bool) -> set[int]:
        """The passages with all the words."""
        words = [
            self._scores(item).keys()
            for item in evidence
            if len(item.words) == 1 and item.exact == exact
        ]
        return set.intersection(*map(set, sorted(words, key=len))) if words else set()

    def _shown(self, evidence: tuple[Evidence, ...], best: int) -> int:
        """The passage of a document whose own text, title aside, scores best."""
        passages = self._postings.siblings(best)
        if len(passages) == 1:
            return best
        found = [self._text_scores(item) for item in evidence]
        worth = {p: sum(scores.get(p, 0.0) for scores in found) for p in passages}
        return max(passages, key=lambda p: (worth[p], -p))

    def _page(
        self, best: dict[int, tuple[float, int]], offset: int, limit: int
    ) -> list[tuple[float, int]]:
        """Scores and passages of one page, best first. Ties go by file and key, which are
        the same in every index of the same documents, however it came about.
        """

        def order(item: tuple[float, int]) -> tuple[float, str, str]:
            found = self._postings.passage(item[1])
            return (-item[0], found.source, found.key)

        last = nlargest(offset + limit, (score for score, _ in best.values()))
        contenders = (item for item in best.values() if last and item[0] >= last[-1])
        return sorted(contenders, key=order)[offset : offset + limit]

    def _parts(self, evidence: tuple[Evidence, ...], exact: bool, passage: int) -> tuple[Part, ...]:
        parts = [
            Part(item.label, " ".join(word.text for word in item.words), score)
            for item in evidence
            if (score := self._scores(item).get(passage))
        ]
        if passage in self._complete(evidence, exact):
            bonus = ranking.complete(evidence, map(self._idf, evidence))
            parts.append(Part(ranking.ALL_WORDS, "", bonus))
        return tuple(sorted(parts, key=lambda part: -part.score))

"""Query + what an index holds -> the query as it was meant."""

from typing import NamedTuple

from vnsearch.query import expansion, restoration
from vnsearch.query.abbreviations import Abbreviations
from vnsearch.query.clauses import Kind, Query
from vnsearch.query.lexicon import Lexicon, Statistics


class Rewriting(NamedTuple):
    """What a query turned out to mean."""

    query: Query  # keystrokes decoded, marks restored, other typings and abbreviations added
    correction: Query | None  # with other words for those that the index lacks, if it has any


class Rewriter:
    """Rewrites queries by what one index knows, and remembers abbreviations."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._abbreviations = Abbreviations(lexicon)

    def rewrite(
        self, query: Query, *, any_typing: bool = True, unfinished: bool = False
    ) -> Rewriting:
        """Return what a query means; an exact one means what it says, in any typing.

        `any_typing`: as in `restoration.restored`; `unfinished`: its last word may go on.
        """
        words, bigrams = expansion.needed(query)
        if query.exact:
            known = self._lexicon.statistics(words, bigrams)
            return Rewriting(self._expanded(query, known, unfinished), None)
        own_words, own_bigrams = restoration.needed(query)
        known = self._lexicon.statistics(words | own_words, bigrams | own_bigrams)
        query = self._expanded(query, known, unfinished)
        query = self._abbreviations.added_to(
            restoration.restored(query, known, any_typing=any_typing)
        )
        typed = (word for run in query.runs() for word in run if word.kind is Kind.WORD)
        if not any(known.lacks(word) and not word.others for word in typed):
            return Rewriting(query, None)  # as most often: without a look at misspellings
        from vnsearch.query.correction import corrected

        return Rewriting(query, corrected(query, known, self._lexicon))

    def _expanded(self, query: Query, known: Statistics, unfinished: bool) -> Query:
        query = expansion.expanded(query, known)
        if not unfinished:
            return query
        from vnsearch.query.unfinished import begun  # only while someone types

        return begun(query, known, self._lexicon)

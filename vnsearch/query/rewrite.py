"""Query + what an index holds -> the query as it was meant."""

from typing import NamedTuple

from vnsearch.query import restoration
from vnsearch.query.abbreviations import Abbreviations
from vnsearch.query.clauses import Kind, Query
from vnsearch.query.lexicon import Lexicon


class Rewriting(NamedTuple):
    """What a query turned out to mean."""

    query: Query  # keystrokes decoded, marks restored, abbreviations added
    correction: Query | None  # with other words for those that the index lacks, if it has any


class Rewriter:
    """Rewrites queries by what one index knows, and remembers abbreviations."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._abbreviations = Abbreviations(lexicon)

    def rewrite(self, query: Query, *, any_typing: bool = True) -> Rewriting:
        """Return what a query means; an exact one means what it says.

        `any_typing`: as in `restoration.restored`.
        """
        if query.exact:
            return Rewriting(query, None)
        known = self._lexicon.statistics(*restoration.needed(query))
        query = self._abbreviations.added_to(
            restoration.restored(query, known, any_typing=any_typing)
        )
        words = (word for run in query.runs() for word in run if word.kind is Kind.WORD)
        if not any(map(known.lacks, words)):
            return Rewriting(query, None)  # as most often: without a look at misspellings
        from vnsearch.query.correction import corrected

        return Rewriting(query, corrected(query, known, self._lexicon))

"""Query + what an index holds -> the query with the words that the index lacks replaced by those
that were likely meant."""

import math
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from vnsearch.analysis.tokenizer import forms
from vnsearch.query.clauses import Kind, Query, Word, with_words
from vnsearch.query.restoration import Lexicon as Pairs
from vnsearch.vietnamese.letters import fold
from vnsearch.vietnamese.spelling import Lexicon as Words
from vnsearch.vietnamese.spelling import likely

_CANDIDATES: Final = 5  # for a word, among which its neighbours decide


class Lexicon(Words, Pairs, Protocol):
    """What an index knows of words."""


def corrected(query: Query, lexicon: Lexicon) -> Query | None:
    """The query with other words for those that the index does not have; None when it has all
    of them or nothing like them. Of an exact query nothing is replaced."""
    if query.exact:
        return None
    words = (word for run in query.runs() for word in _corrected(run, lexicon))
    clauses = with_words(query.clauses, words)
    return query._replace(clauses=clauses) if clauses != query.clauses else None


def _corrected(run: Sequence[Word], lexicon: Lexicon) -> Iterator[Word]:
    for at, word in enumerate(run):
        found = likely(word.exact, lexicon, count=_CANDIDATES) if _is_lacking(word, lexicon) else []
        if not found:
            yield word
            continue
        neighbours = run[max(0, at - 1) : at], run[at + 1 : at + 2]
        best = max(range(len(found)), key=lambda n: _beside(found[n], *neighbours, lexicon) - n)
        yield word._replace(text=found[best], folded=forms(found[best])[0], exact=found[best])


def _is_lacking(word: Word, lexicon: Lexicon) -> bool:
    """Whether the index does not have the word, with the marks it was typed with if any."""
    if word.kind is not Kind.WORD or word.match_marks:
        return False
    variants = lexicon.variants(word.folded)
    return not variants or (word.marked and word.exact not in variants)


def _beside(exact: str, before: Sequence[Word], behind: Sequence[Word], lexicon: Lexicon) -> float:
    """How often a word stands beside its neighbours, as a logarithm."""
    pairs = [*((word.exact, exact) for word in before), *((exact, word.exact) for word in behind)]
    return sum(
        math.log1p(lexicon.pairs(fold(one), fold(other)).get((one, other), 0))
        for one, other in pairs
    )

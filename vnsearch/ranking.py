"""How evidence becomes a score: the same for every engine.

A passage scores by BM25 over the words of the query and over its pairs of neighbours,
for Vietnamese words are mostly two syllables and a pair is nearly a word:

    sum over words   F + (E if it has marks else F)
  + PAIR_WEIGHT * sum over pairs   FF
  + WINDOW_WEIGHT * the idf of the words in the densest window of the text
  + a constant that puts passages with all the words before the others

F and FF are the folded word and pair, E is the exact word, with the marks that were typed or
restored (see `understanding`); each has its own document frequency, counted in passages (of a
pair once for each of its exact forms), and a word or pair typed twice counts once. The folded
score of a word without marks counts twice so that all words weigh the same: names and numbers
would count half otherwise. Words that ask weigh less. The title of a document belongs to every
passage of it. A document scores as its best passage.

Every constant was chosen by nDCG@10 on three judged collections; `benchmarks/README.md`
has the figures, and what was tried and left out.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.model import Abbreviation
from vnsearch.query.clauses import Kind, Query, Word

# Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009),
# with the idf of Lucene, which is never negative.
K1: Final = 1.2
B: Final = 0.75

LIMIT: Final = K1 + 1  # of the saturation, for what occurs without end

PAIR_WEIGHT: Final = 0.9

# What an abbreviation stands for, or the short form of what is spelt out: less than any pair
# that was asked for. Not measured, for the collections hardly have any.
ABBREVIATION_WEIGHT: Final = 0.3

# Words that ask for something. Texts that answer do not have them, so they are rare and would
# weigh much where they happen to stand.
QUESTION_WORDS: Final = frozenset("ai gì nào đâu sao mấy nhiêu".split())
QUESTION_WEIGHT: Final = 0.3

# How often each word of a title counts in the passages of its document.
TITLE_WEIGHT: Final = 2

# Words of a longer query that stand together in a text speak for it again: those in the
# window of so many words that has most of their weight.
WINDOW: Final = 15
WINDOW_WEIGHT: Final = 0.4
_WINDOW_FROM: Final = 4  # words of a query: shorter ones have pairs for that

# Queries of up to this many words need all of them. Of longer ones a document needs this
# share of the weight (idf) that the fullest document has; a share of the whole query's
# weight loses relevant documents, since long queries hold words that no document has.
SHORT_QUERY_WORDS: Final = 3
MIN_SHOULD_MATCH_SHARE: Final = 0.4


class Feature(NamedTuple):
    """Something a passage may hold that speaks for it: a word or a pair of neighbours."""

    words: tuple[Word, ...]
    exact: bool  # compare exact forms, not folded ones
    weight: float
    proximity: float = 0.0  # its weight in a window, see WINDOW
    related: bool = False  # not asked for, but another way to write it

    @property
    def label(self) -> str:
        """What it is, in the words of `--explain`."""
        if self.related:
            return "abbreviation"
        if len(self.words) > 1:
            return "neighbours"
        return "word with its marks" if self.exact else "word"


ALL_WORDS: Final = "all the words in one passage"
NEARBY: Final = "words close together"


def features(query: Query) -> tuple[Feature, ...]:
    """All the evidence a query asks for, each piece once."""
    runs = query.runs()
    many = sum(map(len, runs)) >= _WINDOW_FROM
    pieces = (piece for run in runs for piece in _evidence(run, query.exact, many))
    related = (piece for item in query.related for piece in _related(item))
    return tuple(dict.fromkeys((*pieces, *related)))


def _related(item: Abbreviation) -> Iterator[Feature]:
    if item.spelt_out:
        short = Word(item.short, *forms(item.short))
        yield Feature((_plain(short),), exact=False, weight=ABBREVIATION_WEIGHT, related=True)
        return
    words = [Word(token.text, token.folded, token.exact) for token in tokenize(item.long)]
    for pair in pairwise(words):
        yield Feature(pair, exact=False, weight=ABBREVIATION_WEIGHT, related=True)


def _evidence(run: tuple[Word, ...], exact: bool, many: bool) -> Iterator[Feature]:
    words = tuple(map(_plain, run))
    for word in words:
        weight = _weight_of((word,))
        near = WINDOW_WEIGHT * weight if many and _may_stand_near(word) else 0.0
        # The marks of a misspelt word say nothing.
        if word.marked and not exact and word.kind is not Kind.FUZZY:
            yield Feature((word,), exact=False, weight=weight, proximity=near)
            yield Feature((word,), exact=True, weight=weight)
        else:
            yield Feature((word,), exact, 2 * weight, near)
    for pair in pairwise(words):
        yield Feature(pair, exact, PAIR_WEIGHT * _weight_of(pair))


def _may_stand_near(word: Word) -> bool:
    return word.kind is Kind.WORD and not word.in_title


def _weight_of(words: Iterable[Word]) -> float:
    return QUESTION_WEIGHT if any(word.exact in QUESTION_WORDS for word in words) else 1.0


def _plain(word: Word) -> Word:
    """The word without its surface, which is of no weight (but for a prefix)."""
    return word if word.kind is Kind.PREFIX else word._replace(text=word.exact)


def all_terms_bonus(worths: Iterable[float]) -> float:
    """What a passage with all the words gets on top: more than any passage can score, given
    weight times idf of all the evidence, that in windows included."""
    return sum(worths) * LIMIT


def idf(passages_with: int, passages: int) -> float:
    """The weight of evidence that `passages_with` of `passages` hold; 0 for none."""
    if not passages_with:
        return 0.0
    passages_with = min(passages_with, passages)  # pairs count once for each of their forms
    return math.log(1 + (passages - passages_with + 0.5) / (passages_with + 0.5))


def weight(passages_with: int, passages: int) -> int:
    """The idf as a whole number, so that sums of it do not depend on their order."""
    return round(idf(passages_with, passages) * 1_000_000)


def min_should_match(most: int) -> float:
    """What the words a document has must weigh when the fullest document has `most`."""
    return MIN_SHOULD_MATCH_SHARE * most


def damping(length: int, average: float) -> float:
    """What BM25 damps frequencies with in a passage of `length` tokens."""
    return K1 * (1 - B + B * length / average)


def saturation(frequency: float, damping: float) -> float:
    """BM25's share of the idf for a passage that holds it so often."""
    return frequency * LIMIT / (frequency + damping)

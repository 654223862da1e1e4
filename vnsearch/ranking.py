"""How a passage is scored: the same for every engine.

A passage scores by BM25 over the words of the query and over its bigrams, for Vietnamese words
are mostly two syllables, and a bigram of syllables is nearly a word:

    sum over words     F + (E if it has marks else F)
  + BIGRAM_WEIGHT * sum over bigrams   FF
  + PROXIMITY_WEIGHT * sum of the idf of the words in the best window of the text
  + a bonus that puts passages with all the words before the others

F and FF are the BM25 scores of the folded word and bigram, E that of the exact word, with the
marks that were typed or restored (see `query.restoration`). Each is a feature with its own
document frequency, counted in passages (a bigram's is the sum over its exact forms), and a
feature that a query has twice counts once. A word with other typings (`5 kg`, `5kg`: see
`query.expansion`) has F in any of them and E as typed, which so ranks first; pieces of compounds
count for F only. The folded score of a word without marks counts twice so that all words weigh
the same: names and numbers would count half otherwise. Words that ask weigh less. The title of a
document belongs to each of its passages, and a document scores as its best passage.

Every constant was chosen by nDCG@10 on three judged collections; `benchmarks/README.md` has the
figures, and what was tried and left out.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.model import Abbreviation
from vnsearch.query.clauses import Kind, Query, Word, joined_words

# Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009),
# with the idf of Lucene, which is never negative.
K1: Final = 1.2
B: Final = 0.75

MAX_SATURATION: Final = K1 + 1  # what it tends to as tf grows

BIGRAM_WEIGHT: Final = 0.9

# What an abbreviation stands for, or the short form of what is spelt out: less than any bigram
# that was asked for. Not measured, for the collections hardly have any.
ABBREVIATION_WEIGHT: Final = 0.3

# What a phrase without spaces, such as a date, adds in any of its typings, which documents with
# another typing are found by. Not measured, for the collections hardly have any.
OTHER_TYPING_WEIGHT: Final = 1.0

# Words that ask for something. Texts that answer do not have them, so they are rare, and would
# weigh much where they happen to occur.
QUESTION_WORDS: Final = frozenset("ai gì nào đâu sao mấy nhiêu".split())
QUESTION_WEIGHT: Final = 0.3

TITLE_WEIGHT: Final = 2  # the tf of a word in a title, in each passage of its document

# Words of a longer query that are close together in a text count again: those in the window
# that has most of their weight.
PROXIMITY_WINDOW: Final = 15  # tokens
PROXIMITY_WEIGHT: Final = 0.4
_MIN_PROXIMITY_WORDS: Final = 4  # of a query: shorter ones have bigrams for that

# A query of up to this many words needs all of them. Of a longer one, a document needs this
# share of the weight (idf) that the document with most of it has. A share of the weight of the
# whole query loses relevant documents, since long queries hold words that no document has.
SHORT_QUERY_WORDS: Final = 3
MIN_SHOULD_MATCH_SHARE: Final = 0.4

# Labels of parts of a score beside those of features, for `--explain`.
ALL_WORDS: Final = "all the words in one passage"
NEARBY: Final = "words close together"


class Feature(NamedTuple):
    """A word or bigram of a query that adds to the scores of passages with it."""

    words: tuple[Word, ...]  # one or two
    exact: bool  # match exact forms, not folded ones
    weight: float
    proximity: float = 0.0  # its weight in a window, see PROXIMITY_WINDOW
    related: bool = False  # not asked for, but another way to write what was

    @property
    def label(self) -> str:
        """What it is, in the words of `--explain`."""
        if self.related:
            return "abbreviation"
        if len(self.words) > 1:
            return "neighbours"
        return "word with its marks" if self.exact else "word"


def features(query: Query) -> tuple[Feature, ...]:
    """Return all features of a query, each once."""
    runs = query.runs()
    proximity = sum(map(len, runs)) >= _MIN_PROXIMITY_WORDS
    asked = (feature for run in runs for feature in _features_of(run, query.exact, proximity))
    joined = (
        Feature((_without_surface(word),), query.exact, OTHER_TYPING_WEIGHT)
        for word in joined_words(query.clauses)
    )
    related = (feature for item in query.related for feature in _related(item))
    return tuple(dict.fromkeys((*asked, *joined, *related)))


def _features_of(run: tuple[Word, ...], exact: bool, proximity: bool) -> Iterator[Feature]:
    """The features of consecutive words."""
    words = tuple(map(_without_surface, run))
    for word in words:
        weight = _weight((word,))
        in_window = proximity and word.kind is Kind.WORD and not word.in_title
        near = PROXIMITY_WEIGHT * weight if in_window else 0.0
        # The marks of a misspelt word say nothing.
        if (word.marked or word.others) and not exact and word.kind is not Kind.FUZZY:
            yield Feature((word,), exact=False, weight=weight, proximity=near)
            yield Feature((word._replace(others=()),), exact=True, weight=weight)
        else:
            yield Feature((word,), exact, 2 * weight, near)
    for bigram in pairwise(word._replace(others=()) for word in words):
        yield Feature(bigram, exact, BIGRAM_WEIGHT * _weight(bigram))


def _related(item: Abbreviation) -> Iterator[Feature]:
    if item.spelt_out:
        short = Word(item.short, *forms(item.short))
        yield Feature(
            (_without_surface(short),), exact=False, weight=ABBREVIATION_WEIGHT, related=True
        )
        return
    words = [Word(token.text, token.folded, token.exact) for token in tokenize(item.long)]
    for bigram in pairwise(words):
        yield Feature(bigram, exact=False, weight=ABBREVIATION_WEIGHT, related=True)


def _weight(words: Iterable[Word]) -> float:
    return QUESTION_WEIGHT if any(word.exact in QUESTION_WORDS for word in words) else 1.0


def _without_surface(word: Word) -> Word:
    """The same word however it was written; of a prefix, the surface matters."""
    return word if word.kind is Kind.PREFIX else word._replace(text=word.exact)


def all_terms_bonus(weights: Iterable[float]) -> float:
    """Return what a passage with all the words gets on top: more than any passage can score.

    `weights` are those of all features times their idf, and those in windows likewise.
    """
    return sum(weights) * MAX_SATURATION


def idf(df: int, passages: int) -> float:
    """Return the inverse document frequency of what `df` of `passages` have; 0 for none."""
    if not df:
        return 0.0
    df = min(df, passages)  # that of a bigram counts once for each of its exact forms
    return math.log(1 + (passages - df + 0.5) / (df + 0.5))


def integer_idf(df: int, passages: int) -> int:
    """Return the idf in millionths, whose sums do not depend on their order."""
    return round(idf(df, passages) * 1_000_000)


def min_should_match(max_weight: int) -> float:
    """Return the weight of words a document needs when the best document has `max_weight`."""
    return MIN_SHOULD_MATCH_SHARE * max_weight


def damping(length: int, average: float) -> float:
    """Return what BM25 damps tf with in a passage of `length` tokens: K1 at average length."""
    return K1 * (1 - B + B * length / average)


def saturation(tf: float, damping: float) -> float:
    """Return what BM25 makes of a tf: the idf times this is the score."""
    return tf * MAX_SATURATION / (tf + damping)

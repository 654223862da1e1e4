"""How a passage is scored: the same for every engine.

A passage scores by BM25 over the words of the query and over its bigrams, for Vietnamese words
are mostly two syllables, and a bigram of syllables is nearly a word:

    sum over words   e * E + (WORD_WEIGHT - e) * F
  + BIGRAM_WEIGHT * sum over bigrams   FF
  + PROXIMITY_WEIGHT * sum of the idf of the words in the best window of the text

F and FF are the BM25 scores of the folded word and bigram, E that of an exact form: of the one
that was typed, or of each that a bare word may stand for (see `query.restoration`), and e what
the form weighs. Each is a feature with its own document frequency, counted in passages (a bigram's
is the sum over its exact forms), and a feature that a query has twice counts once. A word with
other typings (`5 kg`, `5kg`: see `query.expansion`) has F in any of them and E as typed, which so
ranks first; pieces of compounds count for F only. All words weigh the same in all: names and
numbers would count half otherwise. Words that ask weigh less. The title of a document belongs to
each of its passages, and a document scores as its best passage.

`benchmarks/README.md` has the figures that the constants were chosen by, and what was tried and
left out.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.language import N_
from vnsearch.model import Abbreviation
from vnsearch.query.clauses import Kind, Query, Word, joined_words
from vnsearch.vietnamese.questions import asking, naming_what_is_asked_for

# Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009),
# with the idf of Lucene, which is never negative.
K1: Final = 1.2
B: Final = 0.75

MAX_SATURATION: Final = K1 + 1  # what it tends to as tf grows

BIGRAM_WEIGHT: Final = 0.9

# What a word weighs: so much its exact form when its marks were typed, or it has none by right,
# and its folded form the rest. When its marks are a guess (see `query.restoration`), a reading
# weighs by how likely it is, to this power: a text has one reading, and what it has is not as much
# worse as it is less likely.
WORD_WEIGHT: Final = 2.0
TYPED_WEIGHT: Final = 1.5
READING_WEIGHT: Final = 1.3
READING_POWER: Final = 0.3

# In a query of so many words, a folded word counts by its idf squared, over the highest of them.
LONG_QUERY_WORDS: Final = 8

# What an abbreviation stands for, or the short form of what is spelt out: less than any bigram
# that was asked for. Measured on few queries.
ABBREVIATION_WEIGHT: Final = 0.3

# What a phrase without spaces, such as a date, adds in any of its typings, which documents with
# another typing are found by. Measured on few queries.
OTHER_TYPING_WEIGHT: Final = 1.0

# Of words that ask for something: texts that answer do not have them, so they are rare, and would
# weigh much where they happen to occur.
QUESTION_WEIGHT: Final = 0.3
# Of words that say what kind of thing is asked for (`là loại thuốc gì`): an answer names one.
KIND_ASKED_FOR_WEIGHT: Final = 0.6

TITLE_WEIGHT: Final = 2  # the tf of a word in a title, in each passage of its document

# A word in the name of its file, or of a folder of that, is worth less than one in the text: the
# idf among the names times this and the saturation of its tf. The tf is the sum over the exact
# forms that match, each once. Measured on three collections with their titles as names.
NAME_WEIGHT: Final = 1.0
NAME_TF: Final = 4
FOLDER_TF: Final = 1  # of what is only in folders
MAX_NAME_TF: Final = 15
_NAME_DAMPING: Final = 3

# Who types three words that are all in the name of a file means that file, and so does who types
# nearly the whole name: it comes before all texts, see `named`.
_MIN_NAMED: Final = 3  # words of a query
_MAX_NAMED: Final = 8
NAME_REST: Final = 1  # words of a whole name that are not in the query, as its suffix is

# Words of a longer query that are close together in a text count again: those in the window
# that has most of their weight.
PROXIMITY_WINDOW: Final = 15  # tokens
PROXIMITY_WEIGHT: Final = 0.8
_MIN_PROXIMITY_WORDS: Final = 4  # of a query: shorter ones have bigrams for that

# A query of up to this many words needs all of them. Of a longer one, a document needs this
# share of the weight (idf) that the document with most of it has: from 0 to .25 it makes no
# difference to what is first, .4 loses relevant documents.
SHORT_QUERY_WORDS: Final = 3
# So many words, all typed with marks, are needed if a document has them all.
SHORT_MARKED_WORDS: Final = 4
MIN_SHOULD_MATCH_SHARE: Final = 0.25

# A passage is a place of its document when it has this share of what the best one has: then places
# hardly ever lack the passage that was meant.
PLACE_SHARE: Final = 0.5

# Labels of parts of a score beside those of features, for `--explain`.
NEARBY: Final = N_("words close together")
IN_NAME: Final = N_("word in the name")
NAMED: Final = N_("all words in the name")


class Feature(NamedTuple):
    """A word or bigram of a query that adds to the scores of passages with it."""

    words: tuple[Word, ...]  # one or two
    exact: bool  # match exact forms, not folded ones
    weight: float
    proximity: float = 0.0  # its weight in a window, see PROXIMITY_WINDOW
    related: bool = False  # not asked for, but another way to write what was
    squared: bool = False  # see LONG_QUERY_WORDS

    @property
    def label(self) -> str:
        """What it is, in the words of `--explain`, in English."""
        if self.related:
            return N_("abbreviation")
        if len(self.words) > 1:
            return N_("neighbours")
        return N_("word just so") if self.exact else N_("word in any typing")


class Weight(NamedTuple):
    """The weight of a feature in a collection."""

    score: float  # times the saturation, this is its score
    window: float  # what it adds to a window


def features(query: Query) -> tuple[Feature, ...]:
    """Return all features of a query, each once."""
    runs = [run for run in query.runs() if not run[0].in_name]
    size = sum(map(len, runs))
    asked = (feature for run in runs for feature in _features_of(run, query.exact, size))
    joined = (
        Feature((_as_indexed(word),), query.exact, OTHER_TYPING_WEIGHT)
        for word in joined_words(query.clauses)
        if not word.in_name
    )
    related = (feature for item in query.related for feature in _related(item))
    return tuple(dict.fromkeys((*asked, *joined, *related)))


def _features_of(run: tuple[Word, ...], exact: bool, size: int) -> Iterator[Feature]:
    """The features of consecutive words of a query of `size` words."""
    asked = _question_weights(run)
    words = tuple(map(_as_indexed, run))
    squared = size >= LONG_QUERY_WORDS
    for typed, word, weight in zip(run, words, asked, strict=True):
        in_window = size >= _MIN_PROXIMITY_WORDS and word.kind is Kind.WORD and not word.in_field
        near = PROXIMITY_WEIGHT * weight if in_window else 0.0
        folded, forms = (WORD_WEIGHT, {}) if exact else _word_weights(typed)
        yield Feature((word,), exact, folded * weight, near, squared=squared)
        alone = word._replace(others=())
        for form, share in forms.items():
            one = alone if form == word.exact else alone._replace(text=form, exact=form)
            yield Feature((one,), exact=True, weight=share * weight)
    apart = [word._replace(others=()) for word in words]
    for bigram, of_both in zip(pairwise(apart), pairwise(asked), strict=True):
        if any(word.kind is not Kind.WORD for word in bigram):
            continue  # of the many words it stands for, most are neighbours by chance
        yield Feature(bigram, exact, BIGRAM_WEIGHT * min(of_both))


def _word_weights(word: Word) -> tuple[float, dict[str, float]]:
    """What a word weighs: its folded form, and the exact forms that it may stand for."""
    match word.readings:
        case () if not word.match_marks and not word.others:
            return WORD_WEIGHT, {}
        case () | ((_, 1.0),):
            form = word.readings[0][0] if word.readings else word.exact
            return WORD_WEIGHT - TYPED_WEIGHT, {form: TYPED_WEIGHT}
        case readings:
            weights = {form: READING_WEIGHT * share**READING_POWER for form, share in readings}
            return WORD_WEIGHT - READING_WEIGHT, weights


def _question_weights(run: Sequence[Word]) -> list[float]:
    """What each word weighs by its part in a question: 1 if it is what the question is about."""
    forms = [word.exact for word in run]
    naming = naming_what_is_asked_for(forms)
    return [
        QUESTION_WEIGHT if asks else KIND_ASKED_FOR_WEIGHT if place in naming else 1.0
        for place, asks in enumerate(asking(forms))
    ]


def _related(item: Abbreviation) -> Iterator[Feature]:
    if item.spelt_out:
        short = Word(item.short, *forms(item.short))
        yield Feature((_as_indexed(short),), exact=False, weight=ABBREVIATION_WEIGHT, related=True)
        return
    words = [Word(token.text, token.folded, token.exact) for token in tokenize(item.long)]
    for bigram in pairwise(words):
        yield Feature(bigram, exact=False, weight=ABBREVIATION_WEIGHT, related=True)


def _as_indexed(word: Word) -> Word:
    """The same word however it was written; of a prefix, the surface matters."""
    word = word._replace(match_marks=False, readings=())
    return word if word.kind is Kind.PREFIX else word._replace(text=word.exact)


def name_words(query: Query) -> tuple[Word, ...]:
    """Return the words of a query that add to a score where they are in a name."""
    words = (word for run in query.runs() for word in run if not word.in_title)
    return tuple(dict.fromkeys(_as_asked(word._replace(in_name=True)) for word in words))


def _as_asked(word: Word) -> Word:
    """The same word for all typings that match the same."""
    word = word._replace(readings=())
    return word if word.kind is Kind.PREFIX else word._replace(text=word.exact)


def name_score(tf: int) -> float:
    """Return the score of a word with this tf in a name, in units of its idf."""
    tf = min(tf, MAX_NAME_TF)
    return NAME_WEIGHT * tf / (tf + _NAME_DAMPING)


def named(words: int, *, whole: bool) -> int:
    """Return how often a file comes before any text when its own name (not its folders) has all
    `words` of a query; `whole`: it has hardly any others.

    Its score is higher by so many times `highest`.
    """
    if words > _MAX_NAMED:
        return 0
    return (words >= _MIN_NAMED) + whole


def highest(weights: Iterable[Weight]) -> float:
    """Return what no text can score more than, by the features with these weights."""
    return sum(weight.score * MAX_SATURATION + weight.window for weight in weights)


def weights(features: Sequence[Feature], idfs: Sequence[float]) -> list[Weight]:
    """Return the weight of each feature, given its idf."""
    highest = max((idf for f, idf in zip(features, idfs, strict=True) if f.squared), default=0.0)
    return [
        Weight(
            feature.weight * (idf * idf / highest if feature.squared and idf else idf),
            feature.proximity * idf,
        )
        for feature, idf in zip(features, idfs, strict=True)
    ]


def idf(df: int, passages: int) -> float:
    """Return the inverse document frequency of what `df` of `passages` have; 0 for none."""
    if not df:
        return 0.0
    df = min(df, passages)  # that of a bigram counts once for each of its exact forms
    return math.log(1 + (passages - df + 0.5) / (df + 0.5))


def integer_idf(df: int, passages: int) -> int:
    """Return the idf in ten-thousandths, whose sums do not depend on their order, and of some 90
    words fit in a float of 24 bits."""
    return round(idf(df, passages) * 10_000)


def min_should_match(max_weight: int) -> float:
    """Return the weight of words a document needs when the best document has `max_weight`."""
    return MIN_SHOULD_MATCH_SHARE * max_weight


def damping(length: int, average: float) -> float:
    """Return what BM25 damps tf with in a passage of `length` tokens: K1 at average length."""
    return K1 * (1 - B + B * length / average)


def saturation(tf: float, damping: float) -> float:
    """Return what BM25 makes of a tf: the idf times this is the score."""
    return tf * MAX_SATURATION / (tf + damping)

"""Query + what an index holds -> the query with the words that the index lacks replaced by those
that were likely meant.

Corrections are ranked as in a noisy channel (Kernighan, Church and Gale 1990): the frequency of
a word times the probability of the mistake, which falls exponentially with the distance.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from vnsearch.analysis.tokenizer import forms
from vnsearch.query.clauses import All, Any, Clause, Kind, Phrase, Query, Word, with_words
from vnsearch.query.lexicon import Lexicon, Statistics
from vnsearch.vietnamese import syllable
from vnsearch.vietnamese.spelling import (
    LEAST_DISTANCE,
    distance,
    near_forms,
    similar_prefixes,
    sound_alike,
)
from vnsearch.vietnamese.syllable import canonical

_CANDIDATES: Final = 5  # for a word, among which its neighbours decide
_FARTHEST: Final = 1.75  # a letter and a tone: no correction is farther from the word
_SOUND: Final = 0.5  # the distance of one part of a syllable, or tone, that is confused

# The natural logarithm of how many times commoner a word must be to make up for a distance of 1.
# With 6, corrections are suggested for 1.3% of the words of correct texts, with 5 for 2.3%, with 7
# for 0.8%; all three correct as many of the words that are rare in an index.
_UNLIKELY: Final = 6.0

_LEAST_FOREIGN: Final = 3  # letters of what is no syllable: of fewer, one says too little
_LETTERS: Final = range(2, 31)  # lengths of words that are corrected


def corrected(query: Query, known: Statistics, lexicon: Lexicon) -> Query | None:
    """Return the query with another word for one that the index does not have; None when it has
    all words, or nothing like it.

    A syllable may be right though the index lacks it: it is replaced by one that sounds nearly the
    same, and that the index has beside a neighbour. Codes, words with digits and capitals are never
    replaced, nor are two words at once, nor anything of an exact query. `known` has the statistics
    of the query's words.
    """
    runs = () if query.exact else query.runs()
    codes = {*_in_codes(query.clauses)}
    lacking = {
        word.exact
        for word in chain(*runs)
        if word not in codes and _is_misspelt(word) and known.lacks(word)
    }
    if not lacking:
        return None
    found = likely(lacking, lexicon, count=_CANDIDATES)
    bigrams = {
        (forms(one)[0], forms(other)[0])
        for run in runs
        for at, word in enumerate(run)
        for candidate in found.get(word.exact, ())
        for one, other in _beside(candidate, run, at)
    }
    beside = lexicon.statistics((), bigrams)
    words = [word for run in runs for word in _corrected(run, found, beside)]
    replaced = {one.exact for one, other in zip(chain(*runs), words, strict=True) if one != other}
    if len(replaced) != 1:
        return None
    return query._replace(clauses=with_words(query.clauses, iter(words)))


def _is_misspelt(word: Word) -> bool:
    """Whether a word may be a misspelt one, and no code or name in capitals."""
    letters = len(word.text)
    is_code = not word.text.isalpha() or (word.text.isupper() and letters > 1)
    if is_code or (letters < _LEAST_FOREIGN and syllable.parse(word.exact) is None):
        return False
    return word.kind is Kind.WORD and not word.others  # else it is there in another typing


def _in_codes(clauses: Iterable[Clause]) -> Iterator[Word]:
    """The words that were typed without spaces between them."""
    for clause in clauses:
        match clause:
            case Phrase(words, quoted=False):
                yield from words
            case All(parts) | Any(parts):
                yield from _in_codes(parts)


def _corrected(
    run: Sequence[Word], found: Mapping[str, Sequence[str]], beside: Statistics
) -> Iterator[Word]:
    for at, word in enumerate(run):
        # By how often each stands beside the neighbours, as a logarithm, and by its rank.
        fits = [
            (_fit(candidate, run, at, beside), -place, candidate)
            for place, candidate in enumerate(found.get(word.exact, ()))
        ]
        if syllable.parse(word.exact) is not None:
            fits = [f for f in fits if f[0] and distance(word.exact, f[2]) <= _SOUND]
        if not fits or word.kind is not Kind.WORD:
            yield word
        else:
            best = max(fits, key=lambda fit: fit[0] + fit[1])[2]
            yield word._replace(text=best, folded=forms(best)[0], exact=best)


def _fit(exact: str, run: Sequence[Word], at: int, beside: Statistics) -> float:
    bigrams = (
        beside.bigrams[forms(one)[0], forms(other)[0]].get((one, other), 0)
        for one, other in _beside(exact, run, at)
    )
    return sum(map(math.log1p, bigrams))


def _beside(exact: str, run: Sequence[Word], at: int) -> Iterator[tuple[str, str]]:
    """The bigrams of a word in the place of another one."""
    if at:
        yield run[at - 1].exact, exact
    if at + 1 < len(run):
        yield exact, run[at + 1].exact


def likely(words: Iterable[str], lexicon: Lexicon, *, count: int = 3) -> dict[str, list[str]]:
    """Return, for each word, the exact forms that were most likely meant by it, the likeliest
    first: those that are commoner by more than such mistakes are rare.

    A word without marks stands for any marks, so only words of other letters are likely for it,
    each in its commonest form. Never the word itself.
    """
    candidates = _candidates(words, lexicon)
    variants = lexicon.statistics({form for near in candidates.values() for form in near}).variants
    return {
        word: _likely(word, {form: variants[form] for form in near if variants[form]}, count)
        for word, near in candidates.items()
    }


def _candidates(words: Iterable[str], lexicon: Lexicon) -> dict[str, set[str]]:
    """The folded forms that may have been meant by words; some are no words."""
    folded = {word: forms(word)[0] for word in words}
    near = {
        word: {*near_forms(form)}
        for word, form in folded.items()
        if len(form) in _LETTERS and form.isascii() and form.isalpha()
    }
    prefixes = {word: tuple(similar_prefixes(folded[word])) for word in near}
    foreign = {*chain(*prefixes.values())}
    for other in lexicon.words_with_prefixes(foreign) if foreign else ():
        for word, found in near.items():
            if other.startswith(prefixes[word]) and sound_alike(folded[word], other):
                found.add(other)
    return near


def _likely(word: str, variants: Mapping[str, Mapping[str, int]], count: int) -> list[str]:
    """As `likely`, of one word among variants by folded form."""
    word = canonical(word)
    if word != forms(word)[0]:
        found = {form: df for exact in variants.values() for form, df in exact.items()}
        return _likeliest(word, found, count)
    found = {other: sum(exact.values()) for other, exact in variants.items()}
    return [
        max(variants[other], key=variants[other].__getitem__)
        for other in _likeliest(word, found, count)
    ]


def _likeliest(word: str, found: dict[str, int], count: int) -> list[str]:
    """The `count` likeliest corrections, best first, among words with their df.

    Only those likelier than the word itself, whose distance is 0. `found` loses the word.
    """
    df = found.pop(word, 0)
    least = math.log(df) if df else -math.inf
    best: list[tuple[float, str]] = []
    for other, df in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if math.log(df) - _UNLIKELY * LEAST_DISTANCE <= least:
            break  # at the smallest distance it would not be likelier, nor would rarer words
        far = distance(word, other)
        score = math.log(df) - _UNLIKELY * far
        if score > least and far <= _FARTHEST:
            best = sorted([*best, (-score, other)])[:count]
            least = -best[-1][0] if len(best) == count else least
    return [other for _, other in best]

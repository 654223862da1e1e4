"""Query + what an index holds -> the query as it was most likely meant.

Raw keystrokes of Telex and VNI are decoded when the words as typed are not in the index. Marks
that were left out are restored: of all exact forms that the words may stand for, the likeliest
sequence, by how often they stand alone and side by side in the index itself.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from typing import Final, NamedTuple

from vnsearch.analysis.tokenizer import forms
from vnsearch.query.clauses import Kind, Query, Word, with_words
from vnsearch.query.lexicon import Statistics
from vnsearch.vietnamese.keystrokes import is_ordinary, telex, vni
from vnsearch.vietnamese.letters import with_marks_of

# The weight of what is known of a word alone beside its bigrams: the words before it that it
# was not seen with (Dirichlet smoothing). Restoration is right for 95.6 to 96.7% of the
# syllables of bare queries with 1, 93.0 to 96.1% with 30.
_PRIOR: Final = 2.0
_UNSEEN: Final = 0.1  # how often a word counts that the index does not have

# How likely the marks of a word are left out by someone who typed other words with marks,
# and how likely some of them are beside all of them.
_LEFT_OUT_BY_SOME: Final = 0.3
_OTHERS_LEFT_OUT: Final = 0.1


# What VNI decodes, but may be a number behind a word: `quan1`.
_PERHAPS_A_CODE: Final = re.compile(r"[^\W\d]+\d").fullmatch


def restored(query: Query, known: Statistics) -> Query:
    """Return the query with raw keystrokes decoded and with the marks restored that were left out.

    `known` has at least the statistics that are `needed` for it.
    """
    words = (word for run in query.runs() for word in _restored(_decoded(run, known), known))
    return query._replace(clauses=with_words(query.clauses, words))


def needed(query: Query) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the folded words and bigrams that the words of a query may turn out to be."""
    words, bigrams = set[str](), set[tuple[str, str]]()
    for run in query.runs():
        folded = [{word.folded, *map(_folded, _decodings(word))} for word in run]
        words.update(*folded)
        for first, second in pairwise(folded):
            bigrams.update(product(first, second))
    return words, bigrams


def _folded(exact: str) -> str:
    return forms(exact)[0]


def _decodings(word: Word) -> Iterator[str]:
    """What a word may be as raw keystrokes."""
    if word.kind is Kind.WORD and not word.marked:
        yield from filter(None, (telex(word.text), vni(word.text)))


def _decoded(run: Sequence[Word], known: Statistics) -> Sequence[Word]:
    for decode in (telex, vni):
        meant = [_meant(word, decode, known) for word in run]
        if sum(sure for _, sure in meant) >= 1:
            return [word for word, _ in meant]
    return run


def _meant(
    word: Word, decode: Callable[[str], str | None], known: Statistics
) -> tuple[Word, float]:
    """What a word decodes to, should the query be raw keystrokes, and how surely it shows that
    it is."""
    if word.kind is not Kind.WORD or word.marked or (decoded := decode(word.text)) is None:
        return word, 0.0
    folded, exact = forms(decoded)
    often = sum(known.variants[word.folded].values())
    if known.variants[folded].get(exact, 0) <= often:
        return word, 0.0
    sure = 0.0 if often or is_ordinary(word.text) else 0.5 if _PERHAPS_A_CODE(word.text) else 1.0
    return word._replace(text=decoded, folded=folded, exact=exact), sure


def _restored(run: Sequence[Word], known: Statistics) -> Iterator[Word]:
    bare = sum(not word.marked for word in run)
    left_out = _LEFT_OUT_BY_SOME if bare < len(run) else 1.0
    slots = [_slot(word, left_out, known) for word in run]
    forms = (
        [slot[0].form for slot in slots]
        if all(len(slot) == 1 for slot in slots)
        else _likeliest(run, slots, known)
    )
    return (word._replace(exact=form) for word, form in zip(run, forms, strict=True))


class _Reading(NamedTuple):
    """An exact form that a word may stand for."""

    form: str
    often: float  # in how many passages it occurs
    typing: float  # the logarithm of how likely it was typed so


def _slot(word: Word, left_out: float, known: Statistics) -> list[_Reading]:
    typed = word.exact
    if word.kind is not Kind.WORD or word.match_marks:
        return [_Reading(typed, _UNSEEN, 0.0)]
    variants = known.variants[word.folded]
    unlikely = math.log(left_out * (_OTHERS_LEFT_OUT if word.marked else 1))
    return [_Reading(typed, variants.get(typed, _UNSEEN), 0.0)] + [
        _Reading(form, variants[form], unlikely)
        for form in with_marks_of(typed, variants)
        if form != typed
    ]


def _likeliest(
    run: Sequence[Word], slots: Sequence[Sequence[_Reading]], known: Statistics
) -> Sequence[str]:
    """The most likely forms (Viterbi)."""
    passages = known.passages or 1
    # For each reading of the last word the likeliest path to it.
    paths: list[tuple[float, tuple[str, ...]]] = [
        (math.log(reading.often / passages) + reading.typing, (reading.form,))
        for reading in slots[0]
    ]
    for (one, other), (before, slot) in zip(pairwise(run), pairwise(slots), strict=True):
        together = known.bigrams[one.folded, other.folded]
        reached = []
        for form, count, typing in slot:
            prior = _PRIOR * count / passages
            score, path = max(
                (
                    score + math.log((together.get((last, form), 0) + prior) / (often + _PRIOR)),
                    path,
                )
                for (last, often, _), (score, path) in zip(before, paths, strict=True)
            )
            reached.append((score + typing, (*path, form)))
        paths = reached
    return max(paths)[1]

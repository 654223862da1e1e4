"""Query + what an index holds -> the query as it was most likely meant.

Raw keystrokes of Telex and VNI are decoded when the words as typed are not in the index. Marks
that were left out are restored: of all exact forms that a word may stand for, the likeliest one,
by how often they stand alone and side by side in the index itself (the forward-backward algorithm
over a bigram model). A word that was typed with marks means itself; only if no document has it,
it stands for any typing, as a bare one does.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from typing import Final, NamedTuple

from vnsearch.analysis.tokenizer import forms
from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.language import _
from vnsearch.query.clauses import Kind, Query, Word, with_words
from vnsearch.query.lexicon import Statistics
from vnsearch.vietnamese.keystrokes import is_ordinary, telex, vni
from vnsearch.vietnamese.letters import with_marks_of
from vnsearch.vietnamese.questions import QUESTION_WORDS

# The chance of a neighbour that a word was not seen with: this over the square root of how often
# the word is there, as new neighbours of a word become rarer the more of them are known.
_NEW_NEIGHBOUR: Final = 0.1
_UNSEEN: Final = 0.5  # how often a word counts that the index does not have

# How likely the marks of a word are left out by someone who typed other words with marks.
_LEFT_OUT_BY_SOME: Final = 0.3

# How many times likelier words that ask are in a longer query than in texts, which answer.
_ASKED: Final = 5.0

# A short query without any marks is only told as restored when each word is so sure, and the index
# has it beside a neighbour. Of those less sure half are right, 36 of 70 on two collections; of the
# others 83% and 97%.
_SHORT: Final = 5
_SURE: Final = 0.7

_LIKELY: Final = 0.02  # less likely readings are not taken for evidence
_NEARLY_SURE: Final = 0.999  # of what was not typed


# What VNI decodes, but may be a number behind a word: `quan1`.
_PERHAPS_A_CODE: Final = re.compile(r"[^\W\d]+\d").fullmatch


def restored(query: Query, known: Statistics, *, any_typing: bool = True) -> Query:
    """Return the query with raw keystrokes decoded and with the marks restored that were left out.

    `known` has at least the statistics that are `needed` for it. `any_typing`: a word with marks
    that no document has stands for other marks on the same letters.
    """
    told = _("no document has “{word}”: only with other marks, or none")
    if any_typing:
        told = _("no document has “{word}”: searched in any typing")
    words, notices = list[Word](), dict.fromkeys(query.notices)
    for run in query.runs():
        typed = _decoded(run, known)
        for word in typed:
            if _is_nowhere(word, known) and known.variants[word.folded]:
                notices[told.format(word=word.text)] = None
        if any_typing:
            meant = _restored([_any_typing(word, known) for word in typed], known)
            # What is searched in any typing was typed as it was, and is not shown as another.
            words += (
                word._replace(exact=own.exact) if _is_nowhere(own, known) else word
                for own, word in zip(typed, meant, strict=True)
            )
        else:
            words += _restored(typed, known)
    clauses = with_words(query.clauses, iter(words))
    return query._replace(clauses=clauses, notices=tuple(notices))


def _is_nowhere(word: Word, known: Statistics) -> bool:
    """Whether no document has a word with the marks that it was typed with."""
    is_sought = word.match_marks and word.kind is Kind.WORD and not word.others
    return is_sought and known.lacks(word)


def _any_typing(word: Word, known: Statistics) -> Word:
    return word._replace(match_marks=False) if _is_nowhere(word, known) else word


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
    variants = known.variants[folded]
    if variants.get(exact, 0) + variants.get(with_unknown_marks(folded), 0) <= often:
        return word, 0.0
    sure = 0.0 if often or is_ordinary(word.text) else 0.5 if _PERHAPS_A_CODE(word.text) else 1.0
    meant = word._replace(text=decoded, folded=folded, exact=exact, match_marks=exact != folded)
    return meant, sure


class _Reading(NamedTuple):
    """An exact form that a word may stand for."""

    form: str
    often: float  # in how many passages it occurs
    typing: float  # how likely it was typed so


def _restored(run: Sequence[Word], known: Statistics) -> Iterator[Word]:
    """The words of a run, each with its likeliest form and how sure that is."""
    marked = sum(word.match_marks for word in run)
    left_out = _LEFT_OUT_BY_SOME if marked else 1.0
    asked = _ASKED if len(run) > _SHORT else 1.0
    slots = [_slot(word, left_out, asked, known) for word in run]
    if all(len(slot) == 1 for slot in slots):
        yield from map(_as_typed, run)
        return
    steps = _steps(run, slots, known)
    if marked and _as_it_stands(steps, marked):
        yield from map(_as_typed, run)
        return
    probabilities = _probabilities(slots, steps)
    found = [
        [(share, reading.form) for share, reading in zip(shares, slot, strict=True)]
        for shares, slot in zip(probabilities, slots, strict=True)
    ]
    best = list(map(max, found))
    is_told = marked or len(run) > _SHORT or _is_sure(run, best, known)
    for word, slot, likeliest in zip(run, found, best, strict=True):
        if len(slot) == 1:
            yield _as_typed(word)
            continue
        yield word._replace(
            exact=likeliest[1] if is_told else word.exact,
            readings=tuple(
                (form, min(share, _NEARLY_SURE)) for share, form in slot if share >= _LIKELY
            ),
        )


def _is_sure(run: Sequence[Word], best: Sequence[tuple[float, str]], known: Statistics) -> bool:
    """Whether the likeliest readings of a short run are sure, and none was guessed without a
    neighbour that the index has beside it."""
    forms = [form for _share, form in best]
    beside = [
        pair in known.bigrams[one.folded, other.folded]
        for pair, (one, other) in zip(pairwise(forms), pairwise(run), strict=True)
    ]
    has_neighbour = map(max, [False, *beside], [*beside, False])
    return all(
        share >= _SURE and (form == word.exact or len(run) == 1 or has)
        for word, (share, form), has in zip(run, best, has_neighbour, strict=True)
    )


def _as_typed(word: Word) -> Word:
    """A word that has no marks by right, or none that are known."""
    if word.match_marks or word.kind is not Kind.WORD:
        return word
    return word._replace(readings=((word.exact, 1.0),))


def _slot(word: Word, left_out: float, asked: float, known: Statistics) -> list[_Reading]:
    """The readings of a word, the first as it was typed."""
    typed = word.exact
    if word.kind is not Kind.WORD:
        return [_Reading(typed, _UNSEEN, 1.0)]
    variants = known.variants[word.folded]
    as_typed = _Reading(typed, float(variants.get(typed, _UNSEEN)), 1.0)
    if word.match_marks:
        return [as_typed]
    return [as_typed] + [
        _Reading(form, float(variants[form]), left_out * (asked if form in QUESTION_WORDS else 1))
        for form in with_marks_of(typed, variants)
        if form != typed
    ]


# How likely each reading follows each reading of the word before, the latter side by side.
_Step = Sequence[Sequence[float]]


def _steps(
    run: Sequence[Word], slots: Sequence[Sequence[_Reading]], known: Statistics
) -> list[_Step]:
    """The probabilities of the readings of each word, given that of the word before."""
    passages = known.passages or 1
    steps: list[_Step] = [[[r.typing * r.often / passages] for r in slots[0]]]
    for (one, other), (before, slot) in zip(pairwise(run), pairwise(slots), strict=True):
        together = known.bigrams[one.folded, other.folded]
        scales = [(last.form, max(last.often, 1.0)) for last in before]
        step = []
        for form, often, typing in slot:
            alone = _NEW_NEIGHBOUR * often / passages
            step.append(
                [
                    typing * (together.get((last, form), 0) / times + alone / math.sqrt(times))
                    for last, times in scales
                ]
            )
        steps.append(step)
    return steps


def _as_it_stands(steps: Sequence[_Step], marked: int) -> bool:
    """Whether a run with some marks more likely was typed with all of them, so that its bare
    words have none by right, than with some left out."""
    as_typed = sum(math.log(step[0][0]) for step in steps)
    any_way = 0.0
    reached = [1.0]
    for step in steps:
        reached = [math.fsum(map(float.__mul__, row, reached)) for row in step]
        total = sum(reached)
        any_way += math.log(total)
        reached = [share / total for share in reached]
    return as_typed > any_way + marked * math.log(1 - _LEFT_OUT_BY_SOME)


def _probabilities(
    slots: Sequence[Sequence[_Reading]], steps: Sequence[_Step]
) -> list[list[float]]:
    """How likely each reading of each word is the one that was meant."""
    forward = [[row[0] for row in steps[0]]]
    for step in steps[1:]:
        last = _shares(forward[-1])
        forward.append([sum(map(float.__mul__, row, last)) for row in step])
    backward = [[1.0] * len(slots[-1])]
    for step in reversed(steps[1:]):
        behind = backward[-1]
        backward.append(
            _shares([sum(map(float.__mul__, c, behind)) for c in zip(*step, strict=True)])
        )
    return [
        _shares(list(map(float.__mul__, ahead, behind)))
        for ahead, behind in zip(forward, reversed(backward), strict=True)
    ]


def _shares(numbers: Sequence[float]) -> list[float]:
    """The numbers over their sum."""
    total = sum(numbers)
    return [number / total for number in numbers]

"""Query + what an index holds -> the query with other typings of the same things.

    TPHCM      also finds TP.HCM, TP HCM
    5 kg       also finds 5kg
    hanoi      also finds Hà Nội, and the other way round
    2/9/1945   also finds 02-09-1945, ngày 2 tháng 9 năm 1945

What was typed ranks first: see `ranking`. Dates and numbers go by rules (`query.typings`); where a
word is glued, or its pieces are, the words of the index tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, Protocol

from vnsearch.analysis.compounds import joined
from vnsearch.analysis.tails import without_mark
from vnsearch.analysis.tokenizer import forms
from vnsearch.query.clauses import All, Any, Clause, Kind, Not, Phrase, Query, Word
from vnsearch.query.lexicon import Statistics
from vnsearch.query.typings import ORDINAL, Typing, is_grouped, typings
from vnsearch.vietnamese.syllable import parse

_MOST: Final = 64  # other typings of a thing

_SPAN: Final = range(2, 7)  # clauses that may be one thing together: ngày 2 tháng 9 năm 1945
_NEIGHBOURS: Final = range(2, 4)  # words that may be glued: `hochiminh`
_GLUED_LENGTH: Final = range(4, 31)  # of a word, in letters, that others may be glued to
_MOST_SYLLABLES: Final = 4  # of a glued word
_CAPITALS: Final = 5  # letters at most of an abbreviation that is a syllable, too: TƯ


class Known(Protocol):
    """What is known of typings."""

    def __call__(self, typing: Typing, *, adjacent: bool = False) -> bool:
        """Whether the index has all words of a typing, and if asked, each two as neighbours."""


def needed(query: Query) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the words and the bigrams whose statistics `expanded` asks for."""
    asked = _Asked()
    _expanded(query.clauses, asked)
    return asked.words, asked.bigrams


def expanded(query: Query, known: Statistics) -> Query:
    """Return the query with other typings of what it asks for that the index may have."""

    def has(typing: Typing, *, adjacent: bool = False) -> bool:
        folded = _folded(typing)
        return all(known.variants[word] for word in folded) and (
            not adjacent or all(known.bigrams[bigram] for bigram in pairwise(folded))
        )

    return query._replace(clauses=_expanded(query.clauses, has))


class _Asked:
    """Notes what is asked of an index, which has nothing yet."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.bigrams: set[tuple[str, str]] = set()

    def __call__(self, typing: Typing, *, adjacent: bool = False) -> bool:
        folded = _folded(typing)
        self.words.update(folded)
        if adjacent:
            self.bigrams.update(pairwise(folded))
        return False


def _folded(typing: Typing) -> Sequence[str]:
    return [forms(word)[0] for word in typing]


def _expanded(clauses: Sequence[Clause], has: Known) -> tuple[Clause, ...]:
    """Clauses side by side."""
    found: list[list[Typing]] = [[] for _ in clauses]
    texts = list(map(_text, clauses))
    for at, text in enumerate(texts):
        if text:
            found[at] += (t for t in typings(text) if has(t))
            found[at] += _unglued(clauses[at], has)
    for begin, end, typing in _together(texts):
        if has(typing):
            for at in range(begin, end):
                found[at].append(typing)
    return tuple(
        _with_typings(clause, own[:_MOST]) if own or is_grouped(text) else _inside(clause, has)
        for clause, own, text in zip(clauses, found, texts, strict=True)
    )


def _text(clause: Clause) -> str:
    """What was typed of a clause that has other typings: neither quoted nor with a sign."""
    match clause:
        case Word(text, kind=Kind.WORD):
            return text
        case Phrase(words, False, text) if all(word.kind is Kind.WORD for word in words):
            return text
    return ""


def _inside(clause: Clause, has: Known) -> Clause:
    match clause:
        case All(parts) | Any(parts):
            return clause._replace(parts=_expanded(parts, has))
        case Not(part):
            return Not(_expanded((part,), has)[0])
    return clause


def _unglued(clause: Clause, has: Known) -> Iterator[Typing]:
    """What a word, or one word of a phrase, is glued of."""
    words = clause.words if isinstance(clause, Phrase) else (clause,)
    texts = tuple(word.marked_text.lower() for word in words if isinstance(word, Word))
    for at, word in enumerate(words):
        for typing in _pieces(word.text) if isinstance(word, Word) else ():
            if has(typing, adjacent=True):
                yield (*texts[:at], *typing, *texts[at + 1 :])


def _pieces(word: str) -> Iterator[Typing]:
    """What a word may be glued of: two pieces, or syllables, or the letters of an abbreviation in
    capitals; it is no syllable itself, unless it is such."""
    lower = word.lower()
    capitals = word.isupper() and len(word) <= _CAPITALS
    if not word.isalpha() or len(word) not in range(2, _GLUED_LENGTH.stop):
        return
    if not capitals and (len(word) not in _GLUED_LENGTH or _is_syllable(lower)):
        return
    for at in range(1, len(lower)):
        yield lower[:at], lower[at:]
    if capitals:
        yield tuple(lower)
    if not capitals:
        yield from (typing for typing in _syllables(lower, _MOST_SYLLABLES) if len(typing) > 2)


def _syllables(word: str, most: int) -> Iterator[Typing]:
    """The ways to cut a word into syllables of at least two letters."""
    if _is_syllable(word):
        yield (word,)
    for at in range(2, len(word) - 1) if most > 1 else ():
        if _is_syllable(word[:at]):
            yield from ((word[:at], *rest) for rest in _syllables(word[at:], most - 1))


def _is_syllable(word: str) -> bool:
    return parse(word) is not None


def _together(texts: Sequence[str]) -> Iterator[tuple[int, int, Typing]]:
    """What clauses side by side may be together, each with its range."""
    numbers = any(text[:1].isdecimal() for text in texts)
    sizes = _SPAN if numbers else _NEIGHBOURS
    for begin in range(len(texts) - 1):
        for size in sizes:
            span = texts[begin : begin + size]
            if len(span) < size or not all(span):
                break
            is_numbered = numbers and any(text[0].isdecimal() for text in span)
            if is_numbered or (size == 2 and span[0].lower() == ORDINAL):
                yield from ((begin, begin + size, t) for t in typings(" ".join(span)))
            if size in _NEIGHBOURS and (glued := _glued(span)):
                yield begin, begin + size, (glued,)


def _glued(words: Iterable[str]) -> str:
    """Words as one, if that may be a word: `Ho Chi Minh`, `U 23`, `T Ư`."""
    words = [*words]
    glued = "".join(words)
    if not glued.isalnum() or glued.isdecimal() or len(glued) >= _GLUED_LENGTH.stop:
        return ""
    if glued.isupper() or any(char.isdecimal() for char in glued):
        return glued.lower()
    return glued.lower() if len(glued) in _GLUED_LENGTH and not _is_syllable(glued.lower()) else ""


def _with_typings(clause: Clause, others: Iterable[Typing]) -> Clause:
    match clause:
        case Word():
            return clause._replace(others=_words(dict.fromkeys(others), clause))
        case Phrase(words, text=text):
            like = words[0]._replace(text=text)
            if is_grouped(text) and not like.in_title:
                whole, everything = joined(text) if text[-1].isdecimal() else text, [*others]
            else:
                whole = _whole([word.text for word in words], text)
                everything = [tuple(word.marked_text for word in words), *others]
            typings = _words(dict.fromkeys(everything), like)
            own = _word(whole, like)._replace(text=text, others=typings)
            return clause._replace(joined=own)
    return clause


def _whole(words: Sequence[str], text: str) -> str:
    """Words as one; what was typed, which no text has as a word, if that would make another number
    of two: 29 of 2/9."""
    is_other = any(a[-1:].isdecimal() and b[:1].isdecimal() for a, b in pairwise(words))
    return text if is_other else "".join(words)


def _words(others: Iterable[Typing], like: Word) -> tuple[tuple[Word, ...], ...]:
    return tuple(
        tuple(_word(text, like, any(t[:1].isdecimal() for t in typing)) for text in typing)
        for typing in others
    )


def _word(text: str, like: Word, beside_number: bool = False) -> Word:
    """A word of another typing, in the same place as `like`. Where syllables are glued, and in
    units, marks are often left out, and do not decide."""
    folded, exact = forms(text)
    match_marks = folded != exact and _is_syllable(exact) and not beside_number
    return Word(
        without_mark(text),
        folded,
        exact,
        in_title=like.in_title,
        match_marks=match_marks,
        in_name=like.in_name,
    )

"""Query: what a user asks for, as data.

`parser` makes it from typed words; `engines` match it, `ranking` draws features from it,
`search.highlighter` marks it.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from vnsearch.analysis.tails import as_tail, has_mark
from vnsearch.analysis.unmarked import has_unknown_marks, with_unknown_marks
from vnsearch.model import Abbreviation
from vnsearch.vietnamese.letters import fold
from vnsearch.vietnamese.syllable import is_bare_syllable, letters_of

_LEAST_EDITED: Final = 4  # letters of a fuzzy word that may have another letter


class Kind(Enum):
    """Which tokens a word stands for."""

    WORD = "word"
    PREFIX = "prefix"
    FUZZY = "fuzzy"

    # Words are keys of caches everywhere; Enum's own hash is a function in Python.
    __hash__ = object.__hash__


class Demand(Enum):
    """How many of a query's words a document must have."""

    SMART = "smart"
    ALL = "all"
    ANY = "any"


class Word(NamedTuple):
    """One word of a query, in the forms of `analysis`."""

    text: str
    folded: str
    exact: str
    kind: Kind = Kind.WORD
    in_title: bool = False
    match_marks: bool = False  # it has marks, which decide, see `matches`
    # The exact forms that a word typed bare may stand for, and how likely; (): any of them.
    readings: "tuple[tuple[str, float], ...]" = ()
    others: "tuple[tuple[Word, ...], ...]" = ()  # words and phrases that are the same thing
    in_name: bool = False  # of the file, or of its folders

    @property
    def in_field(self) -> bool:
        """It stands in one field only, and never in the text."""
        return self.in_title or self.in_name

    @property
    def marked(self) -> bool:
        """Its exact form has marks, so it says which of the words with its folded form."""
        return self.exact != self.folded

    @property
    def marked_text(self) -> str:
        """Its text, with a mark if it is the tail of a number (see `analysis.tails`)."""
        return as_tail(self.text) if has_mark(self.exact) else self.text

    def matches(self, folded: str, exact: str, as_typed: bool) -> bool:
        """Whether it stands for the token with these forms (`in_title` aside).

        A word typed bare matches any typing; one typed with marks itself, and what may be it in
        texts typed without marks (see `analysis.unmarked`). With `as_typed`, as in an exact
        search, a bare word matches bare words only, and a marked one only itself.
        """
        by_marks = as_typed or self.match_marks
        if by_marks and has_unknown_marks(exact):
            if not self.unknown(as_typed):
                return False
            by_marks = False
        return self._matches(folded, exact, by_marks)

    def unknown(self, as_typed: bool) -> tuple[str, ...]:
        """The form with unknown marks that it matches by its marks, if it does."""
        return () if as_typed and self.marked else (with_unknown_marks(self.folded),)

    def _matches(self, folded: str, exact: str, as_typed: bool) -> bool:
        mine, other = (self.exact, exact) if as_typed else (self.folded, folded)
        if mine == other:
            return True
        if self.kind is Kind.PREFIX:
            return other.startswith(self.stem(as_typed))
        if self.kind is not Kind.FUZZY:
            return False
        if folded == self.folded:
            return within_one_edit(mine, other)
        return folded in self.confused() or (within_one_edit(mine, other) and self._is_slip(folded))

    def confused(self) -> frozenset[str]:
        """The folded words that a fuzzy word is confused with: of a syllable those with another
        sound in the place of one."""
        from vnsearch.vietnamese.spelling import confusions  # only for `word~`

        return confusions(self.folded)

    @property
    def may_have_edits(self) -> bool:
        """Whether a fuzzy word may have another letter: not when it is short, for then it is one
        letter from dozens of others."""
        return len(self.folded) >= _LEAST_EDITED

    def _is_slip(self, folded: str) -> bool:
        """Whether what is one letter from a fuzzy word is a slip: two syllables are two words."""
        are_syllables = is_bare_syllable(self.folded) and is_bare_syllable(folded)
        return self.may_have_edits and not are_syllables

    def stem(self, as_typed: bool) -> str:
        """What the words of a prefix begin with: as typed, since the canonical spelling
        of a whole word (`ki` -> `ky`) need not be that of a longer one (`kinh`).
        """
        return _stem(self.marked_text, as_typed)


@lru_cache(maxsize=1000)
def _stem(text: str, as_typed: bool) -> str:
    typed = letters_of(text)
    return typed if as_typed else fold(typed)


class Phrase(NamedTuple):
    """Words that must follow one another."""

    words: tuple[Word, ...]
    quoted: bool  # in quotation marks, or else typed without spaces and one thing: `12-KL/TW`
    text: str = ""  # as typed
    joined: Word | None = None  # stands for all typings of the same thing, this one among them


class All(NamedTuple):
    """Every part must match."""

    parts: "tuple[Clause, ...]"
    explicit: bool  # joined by AND, not only side by side in parentheses


class Any(NamedTuple):
    """One part must match."""

    parts: "tuple[Clause, ...]"


class Not(NamedTuple):
    """The part must not match."""

    part: "Clause"


Clause = Word | Phrase | All | Any | Not


class Query(NamedTuple):
    """A query as it was read."""

    source: str  # NFC
    clauses: tuple[Clause, ...]  # side by side
    exact: bool = False  # marks must match as typed
    demand: Demand = Demand.SMART
    notices: tuple[str, ...] = ()
    related: tuple[Abbreviation, ...] = ()  # speak for a document, but are never asked of it
    relax: bool = True  # when no document has enough of the words, any will do

    def wanted(self) -> tuple[Clause, ...]:
        """The clauses that a document should match, in order."""
        return tuple(clause for clause in self.clauses if not isinstance(clause, Not))

    def runs(self) -> tuple[tuple[Word, ...], ...]:
        """The words that a document should have, in stretches of neighbours."""
        return tuple(filter(None, _runs(self.clauses)))


def words_of(clauses: Iterable[Clause]) -> Iterator[Word]:
    """The words that a document should have by these clauses."""
    for run in _runs(clauses):
        yield from run


def joined_words(clauses: Iterable[Clause]) -> Iterator[Word]:
    """The words that stand for all typings of a phrase that a document should have."""
    for clause in clauses:
        match clause:
            case Phrase() if clause.joined is not None:
                yield clause.joined
            case All(parts) | Any(parts):
                yield from joined_words(parts)
            case _:
                pass


def all_words(clauses: Iterable[Clause]) -> Iterator[Word]:
    """All words of clauses, in the order in which they were typed."""
    for clause in clauses:
        match clause:
            case Word() as word:
                yield word
            case Phrase(words):
                yield from words
            case Not(part):
                yield from all_words((part,))
            case All(parts) | Any(parts):
                yield from all_words(parts)


def with_words(clauses: Iterable[Clause], words: Iterator[Word]) -> tuple[Clause, ...]:
    """The clauses with other words, in the order of `Query.runs`, in the place of their own.
    What they leave out stays as it is."""
    return tuple(_with_words(clause, words) for clause in clauses)


def _with_words(clause: Clause, words: Iterator[Word]) -> Clause:
    match clause:
        case Word():
            return next(words)
        case Phrase():
            return clause._replace(words=tuple(next(words) for _ in clause.words))
        case All(parts) | Any(parts):
            return clause._replace(parts=with_words(parts, words))
        case Not():
            return clause


def is_required(clause: Clause) -> bool:
    """Whether it was asked for by signs, and not only by being in the query: smart matching never
    counts it as one word among others."""
    match clause:
        case Phrase(words, quoted):
            return quoted or words[0].in_field
        case Word() as word:
            return word.in_field
        case All(_, explicit):
            return explicit
        case _:
            return False


def count_words(clauses: Iterable[Clause]) -> int:
    """Return how many words a document should have; what was typed without spaces is one."""
    count = 0
    for clause in clauses:
        match clause:
            case Word():
                count += 1
            case Phrase(words, quoted):
                count += len(words) if quoted else 1
            case All(parts) | Any(parts):
                count += count_words(parts)
    return count


def within_one_edit(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns a into b."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        swapped = rest_a[1::-1] == rest_b[:2] and rest_a[2:] == rest_b[2:]
        return swapped or rest_a[1:] == rest_b[1:]
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]


def _runs(clauses: Iterable[Clause]) -> Iterator[tuple[Word, ...]]:
    run: list[Word] = []
    for clause in clauses:
        words = clause.words if isinstance(clause, Phrase) else (clause,)
        if all(isinstance(word, Word) and not word.in_field for word in words):
            run.extend(words)  # type: ignore[arg-type]
            continue
        yield tuple(run)
        run = []
        match clause:
            case Phrase(words):
                yield words
            case Word():
                yield (clause,)
            case All(parts):
                yield from _runs(parts)
            case Any(parts):
                for part in parts:
                    yield from _runs((part,))
    yield tuple(run)

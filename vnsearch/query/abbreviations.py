"""Query + what an index holds -> the query with what its abbreviations stand for, and short forms
of what it spells out, as further evidence.

Documents define their abbreviations themselves, "người Việt Nam ở nước ngoài (NVNONN)", so nearly
all are learned from the passages that have them when a query does.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.model import Abbreviation
from vnsearch.query.clauses import Kind, Query, Word
from vnsearch.query.lexicon import Lexicon
from vnsearch.vietnamese import syllable

# Used nationwide, in every law and newspaper, where nobody defines them any more.
_NATIONWIDE: Final = {
    "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "tphcm": "thành phố hồ chí minh",
    "hcm": "hồ chí minh",
    "tw": "trung ương",
    "nđ": "nghị định",
    "qđ": "quyết định",
    "cp": "chính phủ",
}
_OF_FOLDED: Final = {forms(short)[0]: long for short, long in _NATIONWIDE.items()}

_LETTERS: Final = range(2, 9)  # that an abbreviation has
_SPELT_OUT: Final = range(3, 9)  # words of a query that may have one
_LONGEST_QUERY: Final = 8  # words: what questions spell out in passing is not worth the time
_SKIPPED: Final = frozenset("và của các cho về trong".split())  # words it may leave out
_PASSAGES: Final = 60  # looked at for definitions, spread over all that have it
_DEFINITIONS_KEPT: Final = 1000
_AROUND: Final = 160  # code points looked at before it, or in parentheses behind it


class _Candidate(NamedTuple):
    """A word that may be an abbreviation."""

    short: str  # its folded form
    text: str  # as it is shown
    spelt: tuple[str, ...] = ()  # the folded words of the query that it may stand for

    def is_nationwide(self) -> bool:
        """Whether it need not be defined by a passage that has both forms."""
        return not self.spelt or _folded(_OF_FOLDED.get(self.short, "")) == self.spelt


class Abbreviations:
    """The abbreviations that the texts of an index define, learned as they are asked for."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._definitions: dict[str, str | None] = {}

    def added_to(self, query: Query) -> Query:
        """The query with the abbreviations it has, or has spelt out, as `related`; an exact one
        stays as it is."""
        candidates = [] if query.exact else [*_candidates(query)]
        if not candidates:
            return query
        variants = self._lexicon.statistics({item.short for item in candidates}).variants
        candidates = [item for item in candidates if variants[item.short]]
        # No text defines most of them so: then there are none to be looked at.
        asked = [item for item in candidates if not item.is_nationwide()]
        apart = {
            item
            for item, together in zip(
                asked, self._lexicon.cooccur([(i.short, *i.spelt) for i in asked]), strict=True
            )
            if not together
        }
        found: dict[str, Abbreviation] = {}
        for item in candidates:
            if item not in apart and (abbreviation := self._abbreviation(item)) is not None:
                found.setdefault(abbreviation.short, abbreviation)
        return query._replace(related=tuple(found.values()))

    def _abbreviation(self, item: _Candidate) -> Abbreviation | None:
        """What a candidate stands for; None if it is spelt out otherwise, or nobody says."""
        long = self._defined(item.short) or _OF_FOLDED.get(item.short)
        if long is None or (item.spelt and _folded(long) != item.spelt):
            return None
        return Abbreviation(item.text, long, spelt_out=bool(item.spelt))

    def _defined(self, short: str) -> str | None:
        """As `_look_up`, kept for queries to come."""
        if short not in self._definitions:
            if len(self._definitions) >= _DEFINITIONS_KEPT:
                self._definitions.clear()
            self._definitions[short] = self._look_up(short)
        return self._definitions[short]

    def _look_up(self, short: str) -> str | None:
        """What the passages that have an abbreviation mostly say it stands for."""
        texts = self._lexicon.sample_texts(short, _PASSAGES)
        found = Counter(long for text in texts for long in _definitions(short, text))
        return max(found, key=lambda long: (found[long], long)) if found else None


def _candidates(query: Query) -> Iterator[_Candidate]:
    """What may be abbreviations in a query, or of words in it."""
    for run in query.runs():
        words = [word for word in run if word.kind is Kind.WORD and not word.in_field]
        for word in words:
            if _may_be_one(word.folded, word.text):
                yield _Candidate(word.folded, word.text)
        if len(words) <= _LONGEST_QUERY:
            yield from _of_spelt_out(words)


def _of_spelt_out(words: Sequence[Word]) -> Iterator[_Candidate]:
    """What may be abbreviations of some of the words, the longest first."""
    initials = "".join(word.folded[0] for word in words)
    weighty = "".join(" " if word.exact in _SKIPPED else word.folded[0] for word in words)
    for size in reversed(_SPELT_OUT):
        for begin in range(len(words) - size + 1):
            stretch = slice(begin, begin + size)
            for short in dict.fromkeys((initials[stretch], weighty[stretch].replace(" ", ""))):
                if _may_be_one(short, ""):
                    spelt = tuple(word.folded for word in words[stretch])
                    yield _Candidate(short, short.upper(), spelt)


def _folded(text: str) -> tuple[str, ...]:
    """The folded forms of the words of a text."""
    return tuple(token.folded for token in tokenize(text))


@lru_cache(10_000)
def _may_be_one(folded: str, typed: str) -> bool:
    """Whether a word looks like an abbreviation: no syllable, and hard to say, or in capitals."""
    if not folded.isascii() or not folded.isalpha() or len(folded) not in _LETTERS:
        return False
    vowels = sum(letter in "aeiouy" for letter in folded)
    # Of 97,000 passages of Wikipedia, none defines one of the 4,592 such words of two vowels.
    hard = (vowels <= 1 and 3 * vowels <= len(folded)) or typed.isupper()
    # `NGHIỆP` is a syllable, though `nghiep` is none.
    return hard and not any(map(syllable.parse, (folded, forms(typed)[1])))


def _initials(words: Iterable[str]) -> str:
    return "".join(forms(word)[0][:1] for word in words if word not in _SKIPPED)


# With the word that is all, or the beginning, of what is in it.
_PARENTHESIS: Final = re.compile(r"\((?:([^\W\d_]{2,8})[),;])?")
_WORD_BEFORE: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,8}) $")
_WORD_AND_SPACE: Final = 10  # code points, with one before


def _definitions(short: str, text: str) -> Iterator[str]:
    """What stands before `(short)`, or in parentheses behind it, with its initials."""
    for parenthesis in _PARENTHESIS.finditer(text):
        begin = parenthesis.start()
        if _is(short, parenthesis[1]):
            before = [token.exact for token in tokenize(text[max(0, begin - _AROUND) : begin])]
            for size in range(len(short) + 2, len(short) - 1, -1):
                words = before[-size:]
                if len(words) == size and _spells(words, short):
                    yield " ".join(words)
                    break
        elif _is(short, _word_before(text, begin)):
            inside = text[begin + 1 : begin + _AROUND].partition(")")[0]
            words = [token.exact for token in tokenize(inside)]
            if _spells(words, short):
                yield " ".join(words)


def _word_before(text: str, at: int) -> str | None:
    found = _WORD_BEFORE.search(text[max(0, at - _WORD_AND_SPACE) : at])
    return None if found is None else found[1]


def _is(short: str, word: str | None) -> bool:
    return word is not None and forms(word)[0] == short


def _spells(words: Sequence[str], short: str) -> bool:
    return (
        bool(words)
        and words[0] not in _SKIPPED
        and short
        in (
            _initials(words),
            "".join(forms(word)[0][:1] for word in words),
        )
    )

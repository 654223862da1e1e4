"""Typed words -> Query: the query language of vnsearch.

    word            the word in any typing            -word       not this word
    "a phrase"      these words in this order         word*       words that begin so
    title:word      in the title                      word~       one typing slip allowed
    a OR b          one of them, (parentheses) group  a AND b     both, whatever else

OR binds tighter than words side by side, AND tighter than OR. Tokens typed without a
space between them (`12-KL/TW`) are a phrase. Any text is a valid query: what does not
parse is read as plain words, and a notice says so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from typing import Final

from vnsearch.analysis import tokenize
from vnsearch.vietnamese.letters import fold, nfc
from vnsearch.vietnamese.syllable import letters_of

# What a query may cost: words beyond this many are not searched, and a notice says so.
MAX_WORDS: Final = 1000
MAX_NESTING: Final = 50


class Kind(Enum):
    """Which tokens a word stands for."""

    WORD = "word"
    PREFIX = "prefix"
    SLIP = "slip"


class Demand(Enum):
    """How many of a query's words a document must have."""

    SMART = "smart"
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query, in the forms of `analysis`."""

    text: str
    folded: str
    exact: str
    kind: Kind = Kind.WORD
    in_title: bool = False
    just_so: bool = False  # with exactly its marks, as in an exact search

    @property
    def marked(self) -> bool:
        """It was typed with marks, so it says which of the words with its folded form."""
        return self.exact != self.folded

    def matches(self, folded: str, exact: str, as_typed: bool) -> bool:
        """Whether it stands for the token with these forms (`in_title`, `just_so` aside)."""
        mine, other = (self.exact, exact) if as_typed else (self.folded, folded)
        if mine == other:
            return True
        if self.kind is Kind.PREFIX:
            return other.startswith(self.stem(as_typed))
        return self.kind is Kind.SLIP and within_one_slip(mine, other)

    def stem(self, as_typed: bool) -> str:
        """What the words of a prefix begin with: as typed, since the canonical spelling
        of a whole word (`ki` -> `ky`) need not be that of a longer one (`kinh`).
        """
        typed = letters_of(self.text)
        return typed if as_typed else fold(typed)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow one another."""

    words: tuple[Word, ...]
    quoted: bool  # asked for in so many signs, not only typed without spaces


@dataclass(frozen=True, slots=True)
class All:
    """Every part must match."""

    parts: "tuple[Clause, ...]"
    explicit: bool  # joined by AND, not only side by side in parentheses


@dataclass(frozen=True, slots=True)
class Any:
    """One part must match."""

    parts: "tuple[Clause, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not match."""

    part: "Clause"


Clause = Word | Phrase | All | Any | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was read."""

    source: str  # NFC
    clauses: tuple[Clause, ...]  # side by side
    exact: bool = False  # marks must match as typed
    demand: Demand = Demand.SMART
    notices: tuple[str, ...] = ()

    def runs(self) -> tuple[tuple[Word, ...], ...]:
        """The words that a document should have, in stretches of neighbours."""
        return tuple(filter(None, _runs(self.clauses)))


def parse(source: str, *, exact: bool = False, demand: Demand = Demand.SMART) -> Query:
    """Read a query; never raises."""
    source = nfc(source)
    notices: list[str] = []
    searched, cut = _first_words(source)
    if cut:
        notices.append(f"only the first {MAX_WORDS} words are searched")
    try:
        clauses = _Parser(searched).query()
    except _SyntaxError as error:
        notices.append(f"searched as plain words: {error}")
        clauses = tuple(filter(None, map(_plain, searched.split())))
    if all(isinstance(clause, Not) for clause in clauses):
        notices.append("the query has no word to search for")
    return Query(source, clauses, exact, demand, tuple(notices))


def words_of(clauses: Iterable[Clause]) -> Iterator[Word]:
    """The words that a document should have by these clauses."""
    for run in _runs(clauses):
        yield from run


def is_firm(clause: Clause) -> bool:
    """Whether it was asked for in so many signs, and not only by standing in the query:
    smart matching never counts it as one word among others."""
    match clause:
        case Phrase(words, quoted):
            return quoted or words[0].in_title
        case Word() as word:
            return word.in_title
        case All(_, explicit):
            return explicit
        case _:
            return False


def loosened(clause: Clause) -> Clause:
    """What is left of a clause when any word is enough: of a phrase, its words."""
    return Any(clause.words) if isinstance(clause, Phrase) else clause


def within_one_slip(a: str, b: str) -> bool:
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


def describe(query: Query) -> Iterator[str]:
    """How each clause of the query was read, in words for a user."""
    for clause in query.clauses:
        yield _described(clause, query.exact)


def _described(clause: Clause, exact: bool) -> str:
    match clause:
        case Word() as word:
            return f"{_KINDS[word.kind]} “{_form(word, exact)}”{_typing((word,), exact)}"
        case Phrase(words):
            text = " ".join(_form(word, exact) for word in words)
            return f"phrase “{text}”{_typing(words, exact)}"
        case Not(part):
            return f"without {_described(part, exact)}"
        case All(parts):
            return "all of: " + "; ".join(_described(part, exact) for part in parts)
        case Any(parts):
            return "one of: " + "; ".join(_described(part, exact) for part in parts)


def _form(word: Word, exact: bool) -> str:
    exact = exact or word.just_so
    if word.kind is Kind.PREFIX:
        return word.stem(exact)
    return word.exact if exact else word.folded


def _typing(words: tuple[Word, ...], exact: bool) -> str:
    place = " in the title" if words[0].in_title else ""
    if exact or any(word.just_so for word in words):
        return f"{place}, marks as typed"
    if not any(word.marked for word in words):
        return place
    return f"{place}, best as “{' '.join(word.exact for word in words)}”"


class _SyntaxError(ValueError):
    pass


_KINDS: Final = {
    Kind.WORD: "word",
    Kind.PREFIX: "words beginning with",
    Kind.SLIP: "words within one slip of",
}
_QUOTES: Final = '"“”„'
_BODY: Final = rf"[^\s{_QUOTES}()]"
_LEXEME = re.compile(
    rf"""(?P<minus>-?)(?P<title>(?:title:)?)[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]
       | (?P<stray>[{_QUOTES}])
       | (?P<open>-?\() | (?P<close>\))
       | (?P<chunk>{_BODY}+ (?: \({_BODY}*\) {_BODY}* )* )""",
    re.VERBOSE | re.IGNORECASE,
)
_ITEM = re.compile(r"(?P<minus>-?)(?P<title>(?:title:)?)(?P<rest>.*)", re.DOTALL | re.IGNORECASE)


class _Parser:
    """Recursive descent over the lexemes: side by side < OR < AND < single clauses."""

    def __init__(self, source: str) -> None:
        self._lexemes = list(_LEXEME.finditer(source))
        self._at = 0
        self._nesting = 0

    def query(self) -> tuple[Clause, ...]:
        clauses = self._side_by_side()
        if self._at < len(self._lexemes):
            raise _SyntaxError('unbalanced ")"')
        return clauses

    def _peek(self) -> str:
        """The operator or parenthesis that comes next; "" at the end; else "clause"."""
        if self._at == len(self._lexemes):
            return ""
        lexeme = self._lexemes[self._at]
        if lexeme["close"]:
            return ")"
        return lexeme["chunk"] if lexeme["chunk"] in ("OR", "AND") else "clause"

    def _side_by_side(self) -> tuple[Clause, ...]:
        clauses: list[Clause] = []
        while self._peek() not in ("", ")"):
            clause = self._joined("OR")
            if isinstance(clause, All) and not clause.explicit:
                clauses.extend(clause.parts)  # parentheses around plain words mean nothing
            elif clause is not None:
                clauses.append(clause)
        return tuple(clauses)

    def _joined(self, operator: str) -> Clause | None:
        """Clauses joined by an operator; None when nothing is left of them."""
        parts = [self._operand(operator)]
        while self._peek() == operator:
            self._at += 1
            parts.append(self._operand(operator))
        kept = tuple(part for part in parts if part is not None)
        if len(kept) < 2:
            return kept[0] if kept else None
        return Any(kept) if operator == "OR" else All(kept, explicit=True)

    def _operand(self, operator: str) -> Clause | None:
        return self._joined("AND") if operator == "OR" else self._single()

    def _single(self) -> Clause | None:
        if self._peek() != "clause":
            found = self._peek()
            raise _SyntaxError(f"{found} where a word should be" if found else "a word is missing")
        lexeme = self._lexemes[self._at]
        self._at += 1
        if lexeme["open"]:
            return self._group(negated=lexeme["open"].startswith("-"))
        if lexeme["stray"]:
            raise _SyntaxError("unbalanced quotation mark")
        if lexeme["chunk"]:
            return _item(lexeme["chunk"])
        words = _words(lexeme["phrase"], bool(lexeme["title"]))
        clause = _phrase(words, quoted=True)
        return _negated(clause) if clause and lexeme["minus"] else clause

    def _group(self, *, negated: bool) -> Clause | None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise _SyntaxError("parentheses nested too deeply")
        clauses = self._side_by_side()
        if self._peek() != ")":
            raise _SyntaxError('unbalanced "("')
        self._at += 1
        self._nesting -= 1
        if not clauses:
            return None
        group = clauses[0] if len(clauses) == 1 else All(clauses, explicit=False)
        return _negated(group) if negated else group


def _item(chunk: str) -> Clause | None:
    """A stretch without spaces: a word or several, with the signs around them."""
    match = _ITEM.fullmatch(chunk)
    assert match is not None
    clause = _plain(match["rest"], in_title=bool(match["title"]), operators=True)
    return _negated(clause) if clause and match["minus"] else clause


def _negated(clause: Clause) -> Not:
    """Without it. What is left out must be meant: a word typed with marks leaves out only
    itself, where in a search it would find all that fold the same."""
    return Not(_just_so(clause))


def _just_so(clause: Clause) -> Clause:
    match clause:
        case Word():
            # The marks of a misspelt word say nothing.
            return replace(clause, just_so=clause.marked and clause.kind is not Kind.SLIP)
        case Phrase(words):
            return replace(clause, words=tuple(replace(w, just_so=w.marked) for w in words))
        case Not(part):
            return Not(_just_so(part))
        case All(parts) | Any(parts):
            return replace(clause, parts=tuple(map(_just_so, parts)))


def _plain(chunk: str, *, in_title: bool = False, operators: bool = False) -> Clause | None:
    words = _words(chunk, in_title)
    if words and operators and chunk[-1] in "*~" and chunk[:-1].endswith(words[-1].text):
        kind = Kind.PREFIX if chunk[-1] == "*" else Kind.SLIP
        words[-1] = replace(words[-1], kind=kind)
    return _phrase(words, quoted=False)


def _words(text: str, in_title: bool) -> list[Word]:
    return [Word(t.text, t.folded, t.exact, in_title=in_title) for t in tokenize(text)]


def _phrase(words: list[Word], *, quoted: bool) -> Clause | None:
    if len(words) == 1 and not quoted:
        return words[0]
    return Phrase(tuple(words), quoted) if words else None


def _first_words(source: str) -> tuple[str, bool]:
    """The source up to its word number MAX_WORDS, and whether that left any out."""
    ends = [token.end for token in islice(tokenize(source), MAX_WORDS + 1)]
    return (source[: ends[-2]], True) if len(ends) > MAX_WORDS else (source, False)


def _runs(clauses: Iterable[Clause]) -> Iterator[tuple[Word, ...]]:
    run: list[Word] = []
    for clause in clauses:
        words = clause.words if isinstance(clause, Phrase) else (clause,)
        if all(isinstance(word, Word) and not word.in_title for word in words):
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

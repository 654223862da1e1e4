"""Typed words -> Query: the query language.

    word            the word in any typing            -word       not this word
    "a phrase"      these words in this order         word*       words that begin so
    title:word      in the title                      word~       one slip allowed
    a OR b          one of them, (parentheses) group  a AND b     both, whatever else

OR binds tighter than words side by side, AND tighter than OR. Tokens typed without a
space between them (`12-KL/TW`) are a phrase. Any text is a valid query: what does not
parse is read as plain words, and a notice says so.
"""

import re
from itertools import islice
from typing import Final

from vnsearch.analysis.tokenizer import tokenize
from vnsearch.query.clauses import All, Any, Clause, Demand, Kind, Not, Phrase, Query, Word
from vnsearch.vietnamese.letters import nfc

# What a query may cost: words beyond this many are not searched, and a notice says so.
MAX_WORDS: Final = 1000
MAX_NESTING: Final = 50


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


class _SyntaxError(ValueError):
    pass


_STRAIGHT: Final = str.maketrans("“”„", '"""')  # a pattern with these takes longer to compile
_BODY: Final = r'[^\s"()]'
_LEXEME = re.compile(
    rf"""(?P<minus>-?)(?P<title>(?i:title:)?)"(?P<phrase>[^"]*)"
       | (?P<stray>")
       | (?P<open>-?\() | (?P<close>\))
       | (?P<chunk>{_BODY}+ (?: \({_BODY}*\) {_BODY}* )* )""",
    re.VERBOSE,
)
_ITEM = re.compile(r"(?P<minus>-?)(?P<title>(?:title:)?)(?P<rest>.*)", re.DOTALL | re.IGNORECASE)


class _Parser:
    """Recursive descent over the lexemes: side by side < OR < AND < single clauses."""

    def __init__(self, source: str) -> None:
        self._lexemes = list(_LEXEME.finditer(source.translate(_STRAIGHT)))
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
        return Not(clause) if clause and lexeme["minus"] else clause

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
        return Not(group) if negated else group


def _item(chunk: str) -> Clause | None:
    """A stretch without spaces: a word or several, with the signs around them."""
    match = _ITEM.fullmatch(chunk)
    assert match is not None
    clause = _plain(match["rest"], in_title=bool(match["title"]), operators=True)
    return Not(clause) if clause and match["minus"] else clause


def _plain(chunk: str, *, in_title: bool = False, operators: bool = False) -> Clause | None:
    words = _words(chunk, in_title)
    if words and operators and chunk[-1] in "*~" and chunk[:-1].endswith(words[-1].text):
        kind = Kind.PREFIX if chunk[-1] == "*" else Kind.FUZZY
        # The marks of a misspelt word say nothing.
        match_marks = words[-1].match_marks and kind is not Kind.FUZZY
        words[-1] = words[-1]._replace(kind=kind, match_marks=match_marks)
    return _phrase(words, quoted=False)


def _words(text: str, in_title: bool) -> list[Word]:
    return [
        Word(t.text, t.folded, t.exact, in_title=in_title, match_marks=t.exact != t.folded)
        for t in tokenize(text)
    ]


def _phrase(words: list[Word], *, quoted: bool) -> Clause | None:
    if len(words) == 1 and not quoted:
        return words[0]
    return Phrase(tuple(words), quoted) if words else None


def _first_words(source: str) -> tuple[str, bool]:
    """The source up to its word number MAX_WORDS, and whether that left any out."""
    if len(source) <= MAX_WORDS:  # as most often: without a look at its words
        return source, False
    ends = [token.end for token in islice(tokenize(source), MAX_WORDS + 1)]
    return (source[: ends[-2]], True) if len(ends) > MAX_WORDS else (source, False)

"""Typed words -> Query: the query language.

    word            the word in any typing            -word, NOT word   not this word
    "a phrase"      these words in this order         word*, "a b*"     words that begin so
    title:word      in the title                      word~             one slip allowed
    name:word       in the name of the file
    a OR b          one of them, (parentheses) group  a AND b           both, whatever else

OR binds tighter than words side by side, AND tighter than OR. Tokens typed without a
space between them (`12-KL/TW`) are one thing, a phrase. Any text is a valid query: what does not
parse is read as plain words. A notice says so, and names each sign that is not used.
"""

import re
from itertools import islice
from typing import Final

from vnsearch.analysis.tokenizer import tokenize
from vnsearch.language import N_, _, translated
from vnsearch.model import Token
from vnsearch.query.clauses import (
    All,
    Any,
    Clause,
    Demand,
    Kind,
    Not,
    Phrase,
    Query,
    Word,
    count_words,
)
from vnsearch.vietnamese.letters import nfc

# What a query may cost: words beyond this many are not searched, and a notice says so.
MAX_WORDS: Final = 1000
MAX_NESTING: Final = 50

# Quotation marks among more other words than this are those of a pasted text, and no demand.
MAX_WORDS_BESIDE_QUOTES: Final = 5


def parse(
    source: str, *, exact: bool = False, demand: Demand = Demand.SMART, relax: bool = True
) -> Query:
    """Read a query; never raises."""
    source = nfc(source)
    notices: list[str] = []
    searched, cut = _first_words(source)
    if cut:
        told = _("only the first {count} words are searched")
        notices.append(told.format(count=MAX_WORDS))
    try:
        parser = _Parser(searched)
        clauses = parser.query()
        notices += dict.fromkeys(parser.notices)
    except _SyntaxError as error:
        notices.append(_("searched as plain words: {reason}").format(reason=error.args[0]))
        clauses = tuple(filter(None, map(_plain, searched.split())))
    if demand is not Demand.ALL and (unquoted := _without_quotes(clauses)) != clauses:
        notices.append(_("the quotation marks are not used among so many words, except with --all"))
        clauses = unquoted
    if not clauses:
        notices.append(_("the query has no word to search for"))
    return Query(source, clauses, exact, demand, tuple(notices), relax=relax)


def _without_quotes(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """The clauses with the words of quoted phrases among many others side by side."""
    quoted = [c for c in clauses if isinstance(c, Phrase) and c.quoted and not c.words[0].in_field]
    others = count_words(clause for clause in clauses if clause not in quoted)
    if not quoted or others <= MAX_WORDS_BESIDE_QUOTES:
        return clauses
    return tuple(
        part for clause in clauses for part in (clause.words if clause in quoted else (clause,))
    )


class _SyntaxError(ValueError):
    pass


_STRAIGHT: Final = str.maketrans("“”„", '"""')  # a pattern with these takes longer to compile
_BODY: Final = r'(?:(?!&&)[^\s"()|])'
_LEXEME = re.compile(
    rf"""(?P<minus>[-!]?)(?P<in>(?i:title:|name:)?)"(?P<phrase>[^"]*)"
       | (?P<stray>")
       | (?P<open>[-!]?\() | (?P<close>\))
       | (?P<unused>\|+ | &&+)
       | (?P<chunk>{_BODY}+ (?: \({_BODY}*\) {_BODY}* )* )""",
    re.VERBOSE,
)
_SLASH = re.compile(r"(?<=\w) / (?=\w)")  # 15 / 2020 / NĐ-CP
_ITEM = re.compile(
    r"(?P<minus>[-!]?)(?P<in>(?:title:|name:)?)(?P<field>(?:[A-Za-z]+:(?=\w))?)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_WILDCARD: Final = re.compile(r"[\w*?]*\?[\w*?]*\w").fullmatch


class _Parser:
    """Recursive descent over the lexemes: side by side < OR < AND < single clauses."""

    def __init__(self, source: str) -> None:
        self.notices: list[str] = []
        lexemes = list(_LEXEME.finditer(_SLASH.sub("/", source.translate(_STRAIGHT))))
        for lexeme in lexemes:
            if lexeme["unused"]:
                told = _("“{sign}” is not used: write OR, or AND")
                self._tell(told.format(sign=lexeme["unused"]))
        self._lexemes = [lexeme for lexeme in lexemes if not lexeme["unused"]]
        if any(lexeme["chunk"] == "or" for lexeme in self._lexemes[1:-1]):
            self._tell(_("“or” is searched as a word: write OR for one of two"))
        self._at = 0
        self._nesting = 0

    def query(self) -> tuple[Clause, ...]:
        clauses = self._side_by_side()
        if self._at < len(self._lexemes):
            raise _SyntaxError(_('unbalanced ")"'))
        return clauses

    def _tell(self, notice: str) -> None:
        self.notices.append(notice)

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
            if not found:
                raise _SyntaxError(_("a word is missing"))
            raise _SyntaxError(_("{sign} where a word should be").format(sign=found))
        lexeme = self._lexemes[self._at]
        self._at += 1
        if lexeme["open"]:
            return self._group(negated=lexeme["open"] != "(")
        if lexeme["stray"]:
            raise _SyntaxError(_("unbalanced quotation mark"))
        if lexeme["chunk"] == "NOT":
            clause = self._single()
            return Not(clause) if clause else None
        if lexeme["chunk"]:
            return self._item(lexeme["chunk"])
        clause = self._quoted(lexeme["phrase"].rstrip(), lexeme["in"])
        return Not(clause) if clause and lexeme["minus"] else clause

    def _quoted(self, text: str, place: str) -> Clause | None:
        words = [_word(token, place) for token in tokenize(text)]
        if words and text.endswith(f"{words[-1].text}*"):
            words[-1] = words[-1]._replace(kind=Kind.PREFIX)
            text = text[:-1]
        if words and "*" in text:
            self._tell(translated(_STAR))
        return Phrase(tuple(words), quoted=True) if words else None

    def _item(self, chunk: str) -> Clause | None:
        """A stretch without spaces: a word or several, with the signs around them."""
        match = _ITEM.fullmatch(chunk)
        assert match is not None
        minus, rest = match["minus"], match["rest"]
        place = match["in"]
        if field := "" if place else match["field"]:
            self._tell(_("“{field}” is no field, and is searched as a word").format(field=field))
        else:
            rest = match["field"] + rest
        clause = _plain(rest, place, operators=True)
        if clause is None:
            return None
        if "*" in rest and (rest.index("*") < len(rest) - 1 or not _ends_in(clause, Kind.PREFIX)):
            self._tell(translated(_STAR))
        if _WILDCARD(rest):
            self._tell(_("“?” is not used: write * at the end of a word, or ~ for one slip"))
        if rest[0] == "+" and rest[1:2].isalpha():
            self._tell(_("“+” is not used: with --all, every word must match"))
        if field and (name := _plain(field)) is not None:
            clause = All((name, clause), explicit=False)
        if minus and not place and rest[0].isdecimal():
            told = _("“{text}” is read as a number: write NOT {rest} to leave it out")
            self._tell(told.format(text=chunk, rest=rest))
            return clause
        if minus == "!":
            told = _("“{text}” is read as {query}: without it")
            self._tell(told.format(text=chunk, query=f"-{chunk[1:]}"))
        return Not(clause) if minus else clause

    def _group(self, *, negated: bool) -> Clause | None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise _SyntaxError(_("parentheses nested too deeply"))
        clauses = self._side_by_side()
        if self._peek() != ")":
            raise _SyntaxError(_('unbalanced "("'))
        self._at += 1
        self._nesting -= 1
        if not clauses:
            return None
        group = clauses[0] if len(clauses) == 1 else All(clauses, explicit=False)
        return Not(group) if negated else group


_STAR: Final = N_("“*” works at the end of a word only")


def _ends_in(clause: Clause, kind: Kind) -> bool:
    last = clause.words[-1] if isinstance(clause, Phrase) else clause
    return isinstance(last, Word) and last.kind is kind


def _plain(chunk: str, place: str = "", *, operators: bool = False) -> Clause | None:
    tokens = list(tokenize(chunk))
    words = [_word(token, place) for token in tokens]
    if words and operators and chunk[-1] in "*~" and chunk[:-1].endswith(words[-1].text):
        kind = Kind.PREFIX if chunk[-1] == "*" else Kind.FUZZY
        # The marks of a misspelt word say nothing.
        match_marks = words[-1].match_marks and kind is not Kind.FUZZY
        words[-1] = words[-1]._replace(kind=kind, match_marks=match_marks)
    if len(words) < 2:
        return words[0] if words else None
    return Phrase(tuple(words), quoted=False, text=chunk[tokens[0].start : tokens[-1].end])


def _word(token: Token, place: str) -> Word:
    """A word in a place: "", or a field with its colon."""
    field, marked = place.lower(), token.exact != token.folded
    return Word(
        token.text,
        token.folded,
        token.exact,
        in_title=field == "title:",
        match_marks=marked,
        in_name=field == "name:",
    )


def _first_words(source: str) -> tuple[str, bool]:
    """The source up to its word number MAX_WORDS, and whether that left any out."""
    if len(source) <= MAX_WORDS:  # as most often: without a look at its words
        return source, False
    ends = [token.end for token in islice(tokenize(source), MAX_WORDS + 1)]
    return (source[: ends[-2]], True) if len(ends) > MAX_WORDS else (source, False)

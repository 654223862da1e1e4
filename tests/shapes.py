"""Queries written out, so that tests can compare them at a glance."""

from collections.abc import Sequence

from vnsearch.analysis.unmarked import unmarked_fields, with_unknown_marks
from vnsearch.query.clauses import All, Any, Clause, Kind, Not, Phrase, Query, Word
from vnsearch.query.parser import parse

SIGNS = {Kind.WORD: "", Kind.PREFIX: "*", Kind.FUZZY: "~"}


def shape(clause: Clause) -> str:
    """A clause in short: `word`, `word*`, `"a phrase"`, `<a b>` typed without a space, `-x`,
    `(a OR b)`, `(a AND b)`, `(a b)` side by side in parentheses.
    """
    match clause:
        case Word(exact=exact, kind=kind, in_title=in_title):
            return f"{'title:' if in_title else ''}{exact}{SIGNS[kind]}"
        case Phrase(words, quoted):
            inside = " ".join(map(shape, words))
            return f'"{inside}"' if quoted else f"<{inside}>"
        case Not(part):
            return f"-{shape(part)}"
        case All(parts, explicit):
            return f"({(' AND ' if explicit else ' ').join(map(shape, parts))})"
        case Any(parts):
            return f"({' OR '.join(map(shape, parts))})"


def reading(query: Query) -> str:
    return " | ".join(map(shape, query.clauses))


def word(typed: str) -> Word:
    (clause,) = parse(typed).clauses
    assert isinstance(clause, Word)
    return clause


Forms = Sequence[tuple[str, str]]  # folded and exact, of tokens


def as_indexed(text: Forms, title: Forms) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The forms of a passage's tokens, with unknown marks where it was typed without any."""
    of_text, of_title = unmarked_fields(text, title)
    return _of_field(text, of_text), _of_field(title, of_title)


def _of_field(forms: Forms, is_unmarked: bool) -> list[tuple[str, str]]:
    return [
        (folded, with_unknown_marks(folded))
        if is_unmarked and folded == exact and not folded.isnumeric()
        else (folded, exact)
        for folded, exact in forms
    ]

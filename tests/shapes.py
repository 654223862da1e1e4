"""Queries written out, so that tests can compare them at a glance."""

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

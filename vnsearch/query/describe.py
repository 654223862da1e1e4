"""How a query was understood, in words for a user."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from vnsearch.analysis.tokenizer import tokenize
from vnsearch.language import _
from vnsearch.query.clauses import All, Any, Clause, Kind, Not, Phrase, Query, Word, all_words
from vnsearch.query.typings import is_grouped
from vnsearch.vietnamese.questions import asking, naming_what_is_asked_for


def text_of(typed: Query, understood: Query) -> str:
    """What was typed, each word as it was understood, on one line."""
    source, at, pieces = typed.source, 0, list[str]()
    words = zip(all_words(typed.clauses), all_words(understood.clauses), strict=True)
    own, meant = next(words, (None, None))
    for token in tokenize(source):
        if own is None or meant is None or token.text != own.text:
            continue
        if own.exact != meant.exact:
            pieces += source[at : token.start], _in_case_of(token.text, meant.exact)
            at = token.end
        own, meant = next(words, (None, None))
    return " ".join("".join((*pieces, source[at:])).split())


def texts_of(query: Query, clauses: Iterable[Clause]) -> tuple[str, ...]:
    """What was typed of clauses, from the first word of each to its last; each text once."""
    clauses = tuple(clauses)
    tokens = list(tokenize(query.source)) if clauses else []
    begins: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        begins.setdefault(token.text, []).append(place)

    def text(clause: Clause) -> str:
        found_words = list(all_words((clause,)))
        words = [word.text for word in found_words]
        if any(word.in_field for word in found_words):
            field = "title" if found_words[0].in_title else "name"
            return f"{field}:{words[0]}" if len(words) == 1 else f'{field}:"{" ".join(words)}"'
        for begin in begins.get(words[0], ()) if len(words) > 1 else ():
            found = tokens[begin : begin + len(words)]
            if [token.text for token in found] == words:
                return query.source[found[0].start : found[-1].end]
        return " ".join(words)

    return tuple(dict.fromkeys(map(text, dict.fromkeys(clauses))))


def in_pieces(query: Query) -> str:
    """A query with spaces between all that is typed as one thing, save a number (its groups are
    other numbers) and what must not match."""
    return " ".join(_written(clause) for clause in query.clauses)


def _written(clause: Clause, *, whole: bool = False, nested: bool = False) -> str:
    """A clause in the query language; its phrases in pieces, unless `whole`."""
    match clause:
        case Word():
            return _typed((clause,))
        case Phrase(words, text=typed):
            if whole or is_grouped(typed) or all(word.text.isdecimal() for word in words):
                return _typed(words, typed)
            text = " ".join(_typed((word,)) for word in words)
            return f"({text})" if nested else text
        case Not(part):
            return f"NOT {_written(part, whole=True, nested=True)}"
        case All(parts, explicit):
            between = " AND " if explicit else " "
        case Any(parts):
            between = " OR "
    text = between.join(_written(part, whole=whole, nested=True) for part in parts)
    return f"({text})" if nested or len(parts) > 1 else text


_SIGNS: Final = {Kind.WORD: "", Kind.PREFIX: "*", Kind.FUZZY: "~"}


def _typed(words: tuple[Word, ...], text: str = "") -> str:
    """Words of one place as they are typed, `text` if without quotes, with its field and the sign
    of the last."""
    field = "title:" * words[0].in_title + "name:" * words[0].in_name
    texts = (word.text.lower() if word.text in _OPERATORS else word.text for word in words)
    text, sign = text or " ".join(texts), _SIGNS[words[-1].kind]
    return f'{field}"{text}{sign}"' if " " in text else f"{field}{text}{sign}"


_OPERATORS: Final = ("OR", "AND", "NOT")


def _in_case_of(typed: str, word: str) -> str:
    if typed.isupper() and len(typed) > 1:
        return word.upper()
    return word.capitalize() if typed[0].isupper() else word


_SHOWN: Final = 6  # other typings


def describe(query: Query) -> Iterator[str]:
    """How each clause of the query was read, in words for a user."""
    for clause in query.clauses:
        yield _described(clause, query.exact)
    yield from _questions(query)
    told = _("better with “{other}”, as {short} stands for “{long}”")
    for short, long, spelt_out in query.related:
        yield told.format(other=short if spelt_out else long, short=short, long=long)


def _questions(query: Query) -> Iterator[str]:
    """Which words weigh less because of their part in a question."""
    asks, names = list[str](), list[str]()
    for run in query.runs():
        forms = [word.exact for word in run]
        naming = naming_what_is_asked_for(forms)
        for place, is_asking in enumerate(asking(forms)):
            if is_asking or place in naming:
                (asks if is_asking else names).append(run[place].text)
    if asks:
        yield _("“{text}” asks, and weighs less").format(text=" ".join(asks))
    if names:
        yield _("“{text}” names what is asked for, and weighs less").format(text=" ".join(names))


def _described(clause: Clause, exact: bool) -> str:
    match clause:
        case Word() as word:
            form = _KINDS[word.kind](_form(word, exact))
            return f"{form}{_typing((word,), exact)}{_others(word)}"
        case Phrase(words):
            text = " ".join(_form(word, exact) for word in words)
            others = "" if clause.joined is None else _others(clause.joined)
            return _("phrase “{text}”").format(text=text) + f"{_typing(words, exact)}{others}"
        case Not(part):
            return _("without {clause}").format(clause=_described(part, exact))
        case All(parts):
            return _("all of: {clauses}").format(clauses=_listed(parts, exact))
        case Any(parts):
            return _("one of: {clauses}").format(clauses=_listed(parts, exact))


_KINDS: Final[dict[Kind, Callable[[str], str]]] = {
    Kind.WORD: lambda text: _("word “{text}”").format(text=text),
    Kind.PREFIX: lambda text: _("words beginning with “{text}”").format(text=text),
    Kind.FUZZY: lambda text: _("words within one slip of “{text}”").format(text=text),
}


def _listed(clauses: Iterable[Clause], exact: bool) -> str:
    return "; ".join(_described(clause, exact) for clause in clauses)


def _form(word: Word, exact: bool) -> str:
    exact = exact or word.match_marks
    if word.kind is Kind.PREFIX:
        return word.stem(exact)
    return word.exact if exact else word.folded


def _typing(words: tuple[Word, ...], exact: bool) -> str:
    told = []
    if words[0].in_title:
        told.append(_(" in the title"))
    if words[0].in_name:
        told.append(_(" in the name"))
    if exact or any(word.match_marks for word in words):
        told.append(_(", marks as typed"))
    elif any(word.marked for word in words):
        told.append(_(", best as “{text}”").format(text=" ".join(word.exact for word in words)))
    return "".join(told)


def _others(word: Word) -> str:
    typings = [" ".join(other.text for other in typing) for typing in word.others]
    shown = [f"“{typing}”" for typing in typings[:_SHOWN]] + ["…"] * (len(typings) > _SHOWN)
    return _(", also typed {typings}").format(typings=", ".join(shown)) if typings else ""

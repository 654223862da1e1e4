"""A query that is still being typed: what is open is closed, and its last word may go on."""

import re
from typing import Final

from vnsearch.analysis.tokenizer import tokenize
from vnsearch.query.clauses import All, Any, Clause, Kind, Phrase, Query, Word
from vnsearch.query.lexicon import Lexicon, Statistics
from vnsearch.vietnamese.keystrokes import telex, vni
from vnsearch.vietnamese.letters import fold, nfc

_STRAIGHT: Final = str.maketrans("“”„", '"""')
_QUOTED: Final = re.compile('"[^"]*"')

# What is of no meaning without what follows it: an operator, a sign, a field, a parenthesis.
_DANGLING: Final = re.compile(
    r"(?:^|(?<=[\s(]))(?:OR|AND|NOT|[-!]|[-!]?(?:title:|name:)|[-!]?\()\s*$", re.IGNORECASE
)
_EVERYTHING: Final = All((), explicit=False)
_OPERATORS: Final = ("or", "and", "not")


def closed(text: str) -> str:
    """What was typed so far as a whole query: the quotation mark and the parentheses that are open
    are closed, and an operator or sign with nothing behind it is left out."""
    text = nfc(text)
    straight = text.translate(_STRAIGHT)
    if straight.count('"') % 2:
        begin = straight.rindex('"')
        if straight[begin + 1 :].strip():
            text += '*"' if text[-2:].isalnum() else '"'
        else:
            text = text[:begin]
    while (dangling := _DANGLING.search(text)) and not _is_word(dangling.group()):
        text = text[: dangling.start()]
    outside = _QUOTED.sub("", text.translate(_STRAIGHT))
    return text + ")" * (outside.count("(") - outside.count(")"))


def _is_word(text: str) -> bool:
    return text.lower().strip() in _OPERATORS and not text.strip().isupper()


def begun(query: Query, known: Statistics, lexicon: Lexicon) -> Query:
    """The query whose last word may also be the beginning of another one, if nothing was typed
    behind it and the index has such a word. A single letter, with which most texts have a word, is
    not asked for: texts with it as a word come first. `known` has the statistics of its words.
    """
    ends = [token.end for token in tokenize(query.source)]
    if not query.clauses or not ends or ends[-1] < len(query.source):
        return query
    *before, clause = query.clauses
    meant = _begun(clause, known, lexicon)
    return query if meant is None else query._replace(clauses=(*before, meant))


def _begun(clause: Clause, known: Statistics, lexicon: Lexicon) -> Clause | None:
    match clause:
        case Word(kind=Kind.WORD) as word if len(word.text) == 1:
            return Any((word, _EVERYTHING))
        case Word(kind=Kind.WORD) as word:
            if beginning := _beginning(word, known, lexicon):
                word = word._replace(match_marks=beginning.match_marks)
                return word._replace(others=((beginning,), *word.others))
        case Phrase(words, quoted=False, joined=None) if words[-1].kind is Kind.WORD:
            if beginning := _beginning(words[-1], known, lexicon):
                return clause._replace(words=(*words[:-1], beginning))
    return None


def _beginning(word: Word, known: Statistics, lexicon: Lexicon) -> Word | None:
    """What stands for all words that begin as was typed; if the index has none, as that is decoded
    from raw keystrokes, whose marks need not be complete."""
    typed = word.text.lower()
    for text in filter(None, (typed, telex(typed), vni(typed))):
        if words := [*lexicon.words_with_prefixes([fold(text)])]:
            by_marks = word.match_marks and text == typed
            if by_marks and known.lacks(word):
                by_marks = _begins_any(text, words, lexicon)
            beginning = Word(text, fold(text), text, kind=Kind.PREFIX, match_marks=by_marks)
            return beginning._replace(in_title=word.in_title, in_name=word.in_name)
    return None


def _begins_any(text: str, words: list[str], lexicon: Lexicon) -> bool:
    """Whether one of some words begins with just these letters and marks."""
    variants = lexicon.statistics(words).variants
    return any(form.startswith(text) for word in words for form in variants[word])

"""The words of one passage as they are kept in a cluster, and how often something is in it.

A word is kept as its exact form, which tells the folded one.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch import ranking
from vnsearch.analysis.tokenizer import forms_of
from vnsearch.analysis.unmarked import has_unknown_marks, with_unknown_marks
from vnsearch.query.clauses import Kind, Word

_LONGEST: Final = 100  # characters of a word; the cluster would cut it at 255
_KEPT: Final = 80  # of a longer one, before a hash

Field = tuple[str, ...]  # exact forms in a row


@lru_cache(maxsize=200_000)
def folded_of(exact: str) -> str:
    """Return the folded form of an exact one."""
    return exact[:-1] if has_unknown_marks(exact) else forms_of(exact)[0]


def term(form: str) -> str:
    """Return a form as a cluster can keep it."""
    if len(form) <= _LONGEST:
        return form
    return f"{form[:_KEPT]}~{blake2b(form.encode(), digest_size=8).hexdigest()}"


def both(folded: str, exact: str) -> str:
    """Return both forms of a word as one term, where places matter: those with a folded form are
    those that begin with it and a stroke."""
    return f"{term(folded)}/{term(exact)}"


def bigram(one: str, other: str) -> str:
    """Return two forms as one term; no word has an underscore."""
    return f"{term(one)}_{term(other)}"


class Tokens(NamedTuple):
    """The words of a passage."""

    text: Field
    title: Field
    pieces: tuple[Field, ...]  # of each compound in both

    @property
    def length(self) -> int:
        """Its length, as ranking has it."""
        return len(self.text) + ranking.TITLE_WEIGHT * len(self.title)

    def counts(self) -> Iterator[str]:
        """Yield what is counted of it, each once: see `counts`."""
        fields = self.text, self.title, *self.pieces
        exact = {form for field in fields for form in field}
        pairs = {pair for field in fields for pair in pairwise(field)}
        yield from counted(exact, pairs, "")

    def without_pieces(self) -> "Tokens":
        """The same without the pieces of compounds."""
        return self._replace(pieces=()) if self.pieces else self


def counted(exact: Iterable[str], pairs: Iterable[tuple[str, str]], field: str) -> Iterator[str]:
    """Yield the terms of `counts` for some exact forms and bigrams of these.

    f: folded; x: exact; k: exact, where the same word is with unknown marks, too; p: bigrams of
    exact forms; q: of folded ones, as often as there are exact ones.
    """
    exact = set(exact)
    yield from {f"{field}f:{term(folded_of(form))}" for form in exact}
    for form in exact:
        yield f"{field}x:{term(form)}"
        unknown = with_unknown_marks(folded_of(form))
        if form != unknown and unknown in exact:
            yield f"{field}k:{term(form)}"
    for one, other in pairs:
        yield f"{field}p:{bigram(one, other)}"
        yield f"{field}q:{bigram(folded_of(one), folded_of(other))}"


class Name(NamedTuple):
    """The words of the name of a file and of its folders, in each of their typings."""

    own: tuple[Field, ...]
    folders: tuple[Field, ...]

    def counts(self) -> Iterator[str]:
        """Yield what is counted of it, each once."""
        fields = *self.own, *self.folders
        exact = {form for field in fields for form in field}
        pairs = {pair for field in fields for pair in pairwise(field)}
        yield from counted(exact, pairs, "n")

    def tf(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return the tf of a word or phrase, see `ranking.NAME_WEIGHT`."""
        if words[0].others:
            typings = [(words[0]._replace(others=()),), *words[0].others]
            return min(ranking.MAX_NAME_TF, sum(self.tf(typing, exact) for typing in typings))
        if len(words) == 1:
            own = {form for field in self.own for form in field}
            folders = {form for field in self.folders for form in field} - own
            found = sum(ranking.NAME_TF for form in own if _fits(words[0], form, exact))
            found += sum(ranking.FOLDER_TF for form in folders if _fits(words[0], form, exact))
            return min(ranking.MAX_NAME_TF, found)
        for tf, fields in ((ranking.NAME_TF, self.own), (ranking.FOLDER_TF, self.folders)):
            if any(_count(field, words, exact) for field in fields):
                return tf
        return 0

    def first(self, words: Sequence[Word], exact: bool) -> int:
        """Return how often its document comes before any text, see `ranking.named`."""
        if not words or any(self.tf((word,), exact) < ranking.NAME_TF for word in words):
            return 0
        whole = max(map(len, self.own)) <= len(words) + ranking.NAME_REST
        return ranking.named(len(words), whole=whole)


def borders(passages: Sequence[Tokens]) -> Iterator[str]:
    """Yield the bigrams of folded forms across the borders of passages of a document, as `counted`
    yields those in them."""
    for one, other in pairwise(tokens.text for tokens in passages):
        if one and other:
            yield f"b:{bigram(folded_of(one[-1]), folded_of(other[0]))}"


class Counter:
    """How often words and phrases are in the passages of a search."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._by_folded: dict[str, set[str]] | None = None

    def frequency(
        self,
        words: tuple[Word, ...],
        exact: bool,
        *,
        with_pieces: bool,
        text_only: bool = False,
    ) -> int:
        """Return how often a phrase is in the passage, in its title TITLE_WEIGHT times."""
        if words[0].others:
            typings = [(words[0]._replace(others=()),), *words[0].others]
            return sum(
                self.frequency(typing, exact, with_pieces=with_pieces, text_only=text_only)
                for typing in typings
            )
        if words[0].in_name:
            return 0
        fitting = [self._fitting(word, exact) for word in words]
        if not all(fitting):
            return 0
        tokens, in_title = self._tokens, words[0].in_title
        found = 0 if text_only else ranking.TITLE_WEIGHT * _starts(tokens.title, fitting)
        if in_title:
            return found
        found += _starts(tokens.text, fitting)
        if with_pieces:
            found += sum(_starts(piece, fitting) for piece in tokens.pieces)
        return found

    def places(self, word: Word, exact: bool) -> list[int]:
        """Return where a word is in the text."""
        fitting = self._fitting(word, exact)
        return [n for n, form in enumerate(self._tokens.text) if form in fitting] if fitting else []

    def _fitting(self, word: Word, exact: bool) -> set[str]:
        """The exact forms of the passage that a word stands for."""
        by_folded = self._by_folded
        if by_folded is None:
            by_folded = self._by_folded = {}
            for field in (self._tokens.text, self._tokens.title, *self._tokens.pieces):
                for form in field:
                    by_folded.setdefault(folded_of(form), set()).add(form)
        if word.kind is Kind.WORD:
            forms = by_folded.get(word.folded, set())
            return {form for form in forms if word.matches(word.folded, form, exact)}
        return {
            form
            for folded, forms in by_folded.items()
            for form in forms
            if word.matches(folded, form, exact)
        }


def _fits(word: Word, form: str, exact: bool) -> bool:
    return word.matches(folded_of(form), form, exact)


def _count(field: Field, words: tuple[Word, ...], exact: bool) -> int:
    return _starts(field, [{form for form in field if _fits(word, form, exact)} for word in words])


def _starts(field: Field, fitting: Sequence[set[str]]) -> int:
    """How often forms in a row each fit."""
    first = fitting[0]
    if len(fitting) == 1:
        return sum([form in first for form in field])
    size = len(fitting)
    return sum(
        form in first
        and n + size <= len(field)
        and all(field[n + k] in fitting[k] for k in range(1, size))
        for n, form in enumerate(field)
    )

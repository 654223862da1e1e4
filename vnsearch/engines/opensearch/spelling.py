"""Terms of a vocabulary, by number, as they are spelt in a cluster: each is made once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.engines.opensearch.tokens import both, term
from vnsearch.engines.tokens.streams import FIELD_SEPARATOR, TokenStream

Terms = Sequence[int]  # numbers, in a row


class Passage(NamedTuple):
    """The terms of a passage."""

    text: Terms
    title: Terms
    pieces: Sequence[Terms]  # of each compound in both


class Name(NamedTuple):
    """The terms of a name and of the folders, in each of their typings."""

    own: Sequence[Terms]
    folders: Sequence[Terms]


class Spelling:
    """What the terms of a vocabulary are in the fields of `schema`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.exact: list[str] = []
        self.folded: list[str] = []
        self.folded_of: list[int] = []  # the first term with the same folded form
        self.unknown: list[bool] = []  # whether the marks are
        self.in_text: list[str] = []  # in the field `s`, as are the next four
        self.in_title: list[str] = []
        self.in_name: list[str] = []
        self.in_own: list[str] = []
        self.in_pieces: list[str] = []
        self._both: list[str] = []
        self._before: list[str] = []  # as the first of a bigram
        self._firsts: dict[str, int] = {}

    def grow(self) -> None:
        """Learn the terms that are new in the vocabulary."""
        for number in range(len(self.exact), len(self._vocabulary.terms)):
            folded, exact = self._vocabulary.forms(number)
            unknown = exact != folded and exact[:-1] == folded
            spelt, whole = term(folded), term(exact)
            self.exact.append(exact)
            self.folded.append(spelt)
            self.folded_of.append(self._firsts.setdefault(folded, number))
            self.unknown.append(unknown)
            self._both.append(both(folded, exact))
            self._before.append(f"{spelt}_")
            self.in_pieces.append(f"c:{spelt}")
            fields = self.in_text, self.in_title, self.in_name, self.in_own
            for found, field in zip(fields, ("", "t", "n", "o"), strict=True):
                also = f" {field}k:{spelt}" if unknown else ""
                found.append(f"{field}f:{spelt} {field}x:{whole}{also}")

    def folded_text(self, field: Terms) -> str:
        """Return the folded forms of terms."""
        return " ".join(map(self.folded.__getitem__, field))

    def bigrams(self, field: Terms) -> str:
        """Return the bigrams of folded forms of terms."""
        before, folded = self._before, self.folded
        return " ".join([before[one] + folded[other] for one, other in pairwise(field)])

    def placed(self, fields: Iterable[Terms]) -> list[str]:
        """Return the terms of fields that are not empty, in both forms."""
        return [" ".join(map(self._both.__getitem__, field)) for field in fields if field]

    def exact_texts(self, fields: Iterable[Terms]) -> list[str]:
        """Return the exact forms of the terms of fields."""
        return [" ".join(map(self.exact.__getitem__, field)) for field in fields]


def passages_of(stream: TokenStream) -> Iterator[Passage]:
    """Yield the passages of a token stream."""
    terms, at = stream.terms.tolist(), 0
    for size in stream.sizes.tolist():
        text, title, *pieces = _cut(terms[at : at + size])
        yield Passage(text, title, pieces)
        at += size


def _cut(terms: list[int]) -> Iterator[list[int]]:
    begin = 0
    for _ in range(terms.count(FIELD_SEPARATOR)):
        end = terms.index(FIELD_SEPARATOR, begin)
        yield terms[begin:end]
        begin = end + 1
    yield terms[begin:]


def names_of(names: Any) -> dict[int, Name]:
    """Return the name of each document that has one, by the number of its last passage."""
    found, at, terms = dict[int, Name](), 0, names.terms.tolist()
    for document, size in zip(names.documents.tolist(), names.sizes.tolist(), strict=True):
        halves: list[list[Terms]] = [[]]
        for field in _cut(terms[at : at + size]):
            if field:
                halves[-1].append(field)
            elif len(halves) == 1:
                halves.append([])
        found[document] = Name(halves[0], halves[1] if len(halves) > 1 else [])
        at += size
    return found

"""A second engine, the simplest that keeps the contract: documents in one JSON file, read into
memory, every query answered by the oracle, which scans them all.

It gives no more than it is asked for, so what works on it asks for all that it uses.
"""

import json
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from tests.oracle import Oracle
from vnsearch.analysis.compounds import compounds
from vnsearch.analysis.names import typings
from vnsearch.analysis.passages import split
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.engines import Filters
from vnsearch.engines.tokens.copies import text_hashes
from vnsearch.model import Document, Locator, Match, Matches, ScorePart, StoredPassage, Token
from vnsearch.query.clauses import Query
from vnsearch.query.lexicon import Statistics

Sourced = tuple[str, Document]

_FILE = "documents.json"


class MemoryEngine:
    """An `Engine`."""

    version = "memory-1"

    def __init__(self) -> None:
        self.lives: list[tuple[str, str]] = []  # what happened to which generation

    def newer(self, folder: Path) -> None:
        pass

    def fork(self, folder: Path) -> None:
        self.lives.append(("fork", folder.parent.name))

    def publish(self, folder: Path) -> None:
        self.lives.append(("publish", folder.parent.name))

    def drop(self, folder: Path) -> None:
        self.lives.append(("drop", folder.parent.name))

    def reader(self, folder: Path) -> "MemoryReader":
        return MemoryReader(list(_documents(folder)))

    def writer(self, folder: Path) -> "MemoryWriter":
        return MemoryWriter(folder)


class MemoryBatch(list[Sourced]):
    """A `Batch`."""

    @property
    def documents(self) -> int:
        return len(self)


class MemoryBuilder:
    """A `Builder` that has nothing to do."""

    def __init__(self) -> None:
        self._batch = MemoryBatch()

    def add(self, source: str, document: Document) -> None:
        self._batch.append((source, document._replace(encoding=None)))

    def batches(self) -> list[MemoryBatch]:
        return []

    def finish(self) -> list[MemoryBatch]:
        return [self._batch]


class MemoryWriter:
    """A `Writer`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._old, self._new = list(_documents(folder)), list[Sourced]()

    def builder(self, _: int) -> MemoryBuilder:
        return MemoryBuilder()

    def add(self, batch: MemoryBatch, without: Collection[int] = ()) -> None:
        self._new += (item for number, item in enumerate(batch) if number not in without)

    def cancel(self) -> None:
        pass

    def remove(self, source: str, kept: Container[str] = ()) -> None:
        self._old = [item for item in self._old if item[0] != source or item[1][0] in kept]

    def commit(self) -> None:
        path = self._folder / _FILE
        path.unlink(missing_ok=True)  # it may be a hard link to that of another generation
        path.write_text(json.dumps([*self._old, *self._new]), "ascii")


def _documents(folder: Path) -> Iterator[Sourced]:
    path = folder / _FILE
    for source, (key, title, text, locator, *rest) in (
        json.loads(path.read_text("ascii")) if path.exists() else ()
    ):
        yield source, Document(key, title, text, locator and Locator(*locator), *rest)


class MemoryReader:
    """An `IndexReader`."""

    def __init__(self, documents: Sequence[Sourced]) -> None:
        self._oracle = Oracle(documents)
        self._passages = {
            (source, document.key): list(_stored(source, document))
            for source, document in documents
        }
        hashes = text_hashes(document for _, document in documents)
        by_hash = zip(hashes, self._passages.values(), strict=True)
        self._fields = [
            (passage.text, fields)
            for _, passages in sorted(by_hash, key=lambda item: (not item[0], item[0]))
            for passage in passages
            if any(fields := _fields(passage))
        ]
        names = [(d.name, d.folders) for _, d in documents]
        self._names = [[list(tokenize(t)) for f in name for t in typings(f)] for name in names]
        self._folded = [{t.folded for field in fields for t in field} for _, fields in self._fields]

    def close(self) -> None:
        pass

    def faults(self) -> Iterable[str]:
        return ()

    def cluster(self) -> None:
        pass

    def count_passages(self) -> int:
        return len(self._fields)

    def documents_by_source(self) -> Iterable[tuple[str, int]]:
        return Counter(source for source, _ in self._passages).items()

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        filters: Filters = Filters(),  # noqa: B008
        order: Sequence[str] | None = None,
        places: int = 1,
        explain: bool = False,
        copies: bool = False,
    ) -> Matches:
        answer = self._oracle.search(query, filters.accepts(), copies=copies or order is not None)
        page = list(zip(answer.scores, answer.matched, answer.copies, strict=True))
        if order is not None:
            page.sort(key=lambda item: order.index(item[0][0]))
        matches = (
            self._match(query, *found, matched, places, explain=explain)._replace(copies=copied)
            for found, matched, copied in page[offset : offset + limit]
        )
        total, complete = answer.total, answer.complete
        return Matches(total, answer.relaxed, tuple(matches), complete, answer.missing)

    def matches_by_source(
        self,
        query: Query,
        filters: Filters = Filters(),  # noqa: B008
    ) -> Mapping[str, int]:
        return Counter(s for s, *_ in self._oracle.search(query, filters.accepts()).scores)

    def _match(
        self,
        query: Query,
        source: str,
        key: str,
        score: float,
        matched: int,
        places: int,
        *,
        explain: bool,
    ) -> Match:
        passages = self._passages[source, key]
        shown, *others = self._oracle.shown(query, source, key) if places else [0]
        return Match(
            passages[shown],
            score,
            (ScorePart("oracle", "", score),) if explain else (),
            matched,
            shown + 1,
            1 + len(others),
            tuple((n + 1, passages[n]) for n in others[: places - 1]),
        )

    def passages(self, source: str, key: str) -> Sequence[StoredPassage]:
        return self._passages.get((source, key), ())

    def statistics(
        self, words: Iterable[str], bigrams: Iterable[tuple[str, str]] = ()
    ) -> Statistics:
        variants = {word: Counter[str]() for word in words}
        counted = {bigram: Counter[tuple[str, str]]() for bigram in bigrams}
        for fields in (*(fields for _, fields in self._fields), *self._names):
            for form in {(t.folded, t.exact) for field in fields for t in field}:
                if form[0] in variants:
                    variants[form[0]][form[1]] += 1
            for folded, exact in {_bigram(*two) for field in fields for two in pairwise(field)}:
                if folded in counted:
                    counted[folded][exact] += 1
        return Statistics(len(self._fields), variants, counted)

    def words_with_prefixes(self, prefixes: Iterable[str]) -> Iterable[str]:
        beginnings = tuple(prefixes)
        return sorted({w for words in self._folded for w in words if w.startswith(beginnings)})

    def cooccur(self, groups: Iterable[Sequence[str]]) -> Sequence[bool]:
        return [any({*group} <= words for words in self._folded) for group in groups]

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        found = zip(self._fields, self._folded, strict=True)
        return [text for (text, _), words in found if word in words][:count]


def _fields(passage: StoredPassage) -> list[list[Token]]:
    pieces = [
        [token for piece in found for token in tokenize(piece)]
        for field in (passage.text, passage.title)
        for *_, found in compounds(field)
    ]
    return [list(tokenize(passage.text)), list(tokenize(passage.title)), *pieces]


def _bigram(one: Token, other: Token) -> tuple[tuple[str, str], tuple[str, str]]:
    return (one.folded, other.folded), (one.exact, other.exact)


def _stored(source: str, document: Document) -> Iterator[StoredPassage]:
    tokens = list(tokenize(document.text))
    for part in split(document, [t.start for t in tokens], [t.end for t in tokens]):
        yield StoredPassage(
            source,
            document.key,
            document.title,
            part.text,
            part.locator,
            part.cut_before,
            part.cut_after,
            part.gap,
        )

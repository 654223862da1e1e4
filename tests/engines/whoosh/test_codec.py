"""Whoosh opens an index of the engine: its parser and queries find there what they find in a stock
Whoosh index of the same words, and what the engine finds.
"""

# mypy: allow-subclassing-any

import pickle
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from whoosh import fields
from whoosh import query as q
from whoosh.analysis import IDTokenizer
from whoosh.filedb.filestore import RamStorage
from whoosh.index import Index
from whoosh.qparser import OrGroup, QueryParser
from whoosh.util.numeric import byte_to_length, length_to_byte

from tests.engines.building import Sources, build
from tests.engines.test_contract import SMALL, document, search
from tests.shapes import as_indexed
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.engines.whoosh.bridge import open_index
from vnsearch.engines.whoosh.bridge.schema import TITLE_OFFSET
from vnsearch.errors import IndexUnusableError
from vnsearch.model import Document
from vnsearch.query.clauses import Demand
from vnsearch.ranking import TITLE_WEIGHT

ENGINE = WhooshEngine()

# Words that share folded forms and beginnings, so that random ones match in every way.
WORDS = "đảng đang dang dáng bộ bò bo ma má mã mai nước nuoc nươc kĩ kỹ ngoài ngoại hà hạ".split()


# A stock index of the same words


class PositionedWord(NamedTuple):
    """A word at a position of a document."""

    term: str
    position: int
    weight: int


class PositionedWordsField(fields.TEXT):
    """Words given with their positions and weights, which Whoosh stores its own way."""

    def __init__(self) -> None:
        super().__init__(analyzer=IDTokenizer())

    def index(
        self, value: Sequence[PositionedWord], **_: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term in sorted({word.term for word in value}):
            words = [word for word in value if word.term == term]
            weight = sum(word.weight for word in words)
            positions = self.format.encode([word.position for word in words])
            yield term.encode(), weight, float(weight), positions


def positioned_words(item: Document, form: str) -> list[PositionedWord]:
    """The words of a document of one passage, at the positions of the engine's schema."""
    fields = ([(t.folded, t.exact) for t in tokenize(f)] for f in (item.text, item.title))
    text, title = as_indexed(*fields)
    title_begin = len(text) + 1 + TITLE_OFFSET
    which = ("folded", "exact").index(form)
    return [PositionedWord(forms[which], at, 1) for at, forms in enumerate(text)] + [
        PositionedWord(forms[which], title_begin + at, TITLE_WEIGHT)
        for at, forms in enumerate(title)
    ]


def stock_index() -> Index:
    schema = fields.Schema(
        folded=PositionedWordsField(),
        exact=PositionedWordsField(),
        source=fields.ID(stored=True),
    )
    return RamStorage().create_index(schema)


def add_to_stock(index: Index, documents: Sources, without: Sequence[str] = ()) -> None:
    writer = index.writer()
    for source in without:
        writer.delete_by_term("source", source)
    for source, item in documents:
        words = {form: positioned_words(item, form) for form in ("folded", "exact")}
        writer.add_document(source=source, **words)
    writer.commit(merge=False)


class Indexes(NamedTuple):
    """The same documents in an index of the engine and in a stock one."""

    folder: Path
    ours: Index
    stock: Index


def both(folder: Path, *batches: tuple[Sources, Sequence[str]]) -> Indexes:
    """Index batches of documents, each a segment, and what is removed before each."""
    stock = stock_index()
    for documents, removed in batches:
        build(ENGINE, folder, documents, removed)
        add_to_stock(stock, documents, removed)
    return Indexes(folder, open_index(folder), stock)


def random_documents(random: Random, name: str, count: int) -> Sources:
    """Random documents, of lengths that a stock index keeps exactly."""
    documents = []
    for number in range(count):
        text = random.choices(WORDS, k=random.randint(1, 12))
        if random.random() < 0.1:
            text += [random.choice(WORDS)] * 40  # a tf above MAX_TF
        title = random.choices(WORDS, k=random.randint(0, 3))
        while _length_in_stock(len(text) + TITLE_WEIGHT * len(title)) is None:
            text.append("x")
        documents.append((f"{name}{number}.txt", document(" ".join(text), " ".join(title))))
    return documents


def _length_in_stock(length: int) -> int | None:
    return length if byte_to_length(length_to_byte(length)) == length else None


@pytest.fixture(params=range(4))
def indexes(request: pytest.FixtureRequest, tmp_path: Path) -> Indexes:
    """One segment; or several, with documents deleted."""
    random = Random(request.param)
    if request.param == 0:
        return both(tmp_path, (random_documents(random, "a", 30), ()))
    return both(
        tmp_path,
        (random_documents(random, "a", 9), ()),
        (random_documents(random, "b", 7), ["a1.txt", "a8.txt"]),
        (random_documents(random, "c", 3), ["b0.txt"]),
    )


# What is found


def scores(index: Index, query: q.Query) -> dict[str, float]:
    with index.searcher() as searcher:
        return {hit["source"]: hit.score for hit in searcher.search(query, limit=None)}


def random_queries(random: Random) -> Iterator[q.Query]:
    """Random queries, one of each kind."""
    form = random.choice(("folded", "exact"))
    one, two, three = (getattr(next(tokenize(w)), form) for w in random.sample(WORDS, 3))
    yield q.Term(form, one)
    yield q.Prefix(form, one[:2])
    yield q.FuzzyTerm(form, one[1:], maxdist=1)
    yield q.FuzzyTerm(form, two + "g", maxdist=2, prefixlength=1)
    yield q.Wildcard(form, f"{one[0]}?{two[-1]}*")
    yield q.TermRange(form, min(one, two), max(one, two))
    yield from (q.Phrase(form, [one, two], slop=slop) for slop in (1, 2, 5))
    yield q.Phrase(form, [one, two, three], slop=2)
    first, second, third = (q.Term(form, word) for word in (one, two, three))
    yield q.And([first, second])
    yield q.Or([first, second, third])
    yield q.And([q.Or([first, second]), q.Not(third)])
    yield q.AndNot(first, second)
    yield q.AndMaybe(q.Phrase(form, [one, two]), third)
    yield q.Require(first, second)
    yield q.DisjunctionMax([first, second])
    yield q.Not(first)
    yield q.Every(form)
    yield q.Every()


def test_finds_and_scores_as_a_stock_index(indexes: Indexes) -> None:
    random = Random(5)
    for _ in range(6):
        for query in random_queries(random):
            expected = scores(indexes.stock, query)
            assert scores(indexes.ours, query) == pytest.approx(expected), query


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Đảng bộ", id="words, all needed"),
        pytest.param("dang OR nuoc", id="either"),
        pytest.param("ma NOT bo", id="without"),
        pytest.param('"dang bo"', id="phrase"),
        pytest.param('"bo dang"~3', id="phrase with words between"),
        pytest.param("exact:đảng exact:kĩ", id="exact forms, canonical spelling"),
        pytest.param("ngo*", id="prefix"),
        pytest.param("Đ?ng n*c", id="wildcards"),
        pytest.param("folded:[dang TO ma]", id="range"),
        pytest.param("(dang ANDMAYBE bo) OR source:a0.txt", id="another field"),
        pytest.param("dang^2 bo", id="boost"),
    ],
)
def test_parsed_queries_find_as_in_a_stock_index(indexes: Indexes, text: str) -> None:
    query = QueryParser("folded", indexes.ours.schema).parse(text)
    assert not query.is_leaf() or query.fieldname in ("folded", "exact")
    assert scores(indexes.ours, query) == pytest.approx(scores(indexes.stock, query))


def _statistics(index: Index, form: str) -> dict[bytes, Any]:
    with closing(index.reader()) as reader:
        sources = {n: stored["source"] for n, stored in reader.iter_docs()}
        statistics: dict[bytes, Any] = {}
        for term in reader.lexicon(form):
            matcher = reader.postings(form, term)
            occurrences = {}
            while matcher.is_active():
                positions = matcher.value_as("positions")
                occurrences[sources[matcher.id()]] = matcher.weight(), positions
                matcher.next()
            info = reader.term_info(form, term)
            counts = info.doc_frequency(), info.weight(), info.max_weight(), info.min_length()
            statistics[term] = occurrences, counts, reader.frequency(form, term)
        lengths = {name: reader.doc_field_length(n, form) for n, name in sources.items()}
        statistics[b""] = (
            lengths,
            reader.field_length(form),
            reader.doc_count(),
            reader.doc_count_all(),
        )
        return statistics


@pytest.mark.parametrize("form", ["folded", "exact"])
def test_has_the_statistics_of_a_stock_index(indexes: Indexes, form: str) -> None:
    assert _statistics(indexes.ours, form) == _statistics(indexes.stock, form)


def test_rare_words_have_postings_as_frequent_ones_have(tmp_path: Path) -> None:
    random = Random(9)
    documents = random_documents(random, "a", 300)
    rare = [(f"r{n}.txt", document(f"hiếm{w} hiem{w} {w} {w} một")) for n, w in enumerate("ab")]
    indexes = both(tmp_path, ([*documents, *rare], ()))
    for form in ("folded", "exact"):
        assert _statistics(indexes.ours, form) == _statistics(indexes.stock, form)


def test_no_phrase_runs_from_the_text_into_the_title(tmp_path: Path) -> None:
    index = open_index(build(ENGINE, tmp_path / "e", [("a.txt", document("một hai", "ba bốn"))]))
    assert scores(index, q.Phrase("folded", ["ba", "bon"]))
    assert not scores(index, q.Phrase("folded", ["hai", "ba"], slop=100))


# The engine and Whoosh


@pytest.mark.parametrize("demand", [Demand.ALL, Demand.ANY])
@pytest.mark.parametrize(
    "text", ["dang bo", "ma", "ngo* ma", "ngo*", "da* bo", '"dang bo"', '"ma ma" nuoc', "ky ha x"]
)
def test_finds_the_documents_that_the_engine_finds(
    indexes: Indexes, text: str, demand: Demand
) -> None:
    found = search(ENGINE, indexes.folder, text, demand=demand)
    group = {"group": OrGroup} if demand is Demand.ANY else {}
    query = QueryParser("folded", indexes.ours.schema, **group).parse(text)
    assert set(scores(indexes.ours, query)) == {m.passage.source for m in found.matches}


@pytest.mark.parametrize("text", ["đảng bộ", '"đảng bộ"', "kĩ thuật", "ngoại", "bò"])
def test_finds_the_exact_forms_that_the_engine_finds(tmp_path: Path, text: str) -> None:
    folder = build(ENGINE, tmp_path / "e", SMALL)
    found = search(ENGINE, folder, text, exact=True, demand=Demand.ALL)
    index = open_index(folder)
    query = QueryParser("exact", index.schema).parse(text)
    assert set(scores(index, query)) == {m.passage.source for m in found.matches}


# Opening an index, and what is stored in it


def test_stored_fields_are_what_the_engine_keeps(tmp_path: Path) -> None:
    folder = build(ENGINE, tmp_path / "e", SMALL)
    (match,) = search(ENGINE, folder, "da nang").matches
    with open_index(folder).searcher() as searcher:
        (hit,) = searcher.search(q.Phrase("folded", ["da", "nang"]))
        assert hit.fields() == match.passage._asdict()
        assert searcher.document(source="d.txt")["title"] == "Nông nghiệp"
        assert list(searcher.reader().field_terms("source")) == sorted({s for s, _ in SMALL})


def test_a_file_name_may_be_any_bytes(tmp_path: Path) -> None:
    index = open_index(build(ENGINE, tmp_path / "e", [("\udcff.txt", document("Chào bạn"))]))
    assert list(scores(index, q.Term("source", "\udcff.txt"))) == ["\udcff.txt"]


def test_documents_are_sorted_without_a_column(tmp_path: Path) -> None:
    index = open_index(build(ENGINE, tmp_path / "e", SMALL))
    with index.searcher() as searcher:
        hits = searcher.search(q.Every(), sortedby="source", reverse=True, limit=None)
        sources = [hit["source"] for hit in hits]
    assert set(sources) == {source for source, _ in SMALL}
    assert sources == sorted(sources, reverse=True)


def test_whoosh_cannot_write_the_index(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError):
        open_index(build(ENGINE, tmp_path / "e", SMALL)).writer()


def test_an_empty_index(tmp_path: Path) -> None:
    index = open_index(build(ENGINE, tmp_path / "e", []))
    assert index.is_empty()
    assert scores(index, q.Every()) == {}


def test_what_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError):
        open_index(tmp_path)
    (segment,) = build(ENGINE, tmp_path / "e", SMALL).glob("*.segment")
    segment.write_bytes(segment.read_bytes()[:-1])
    with pytest.raises(IndexUnusableError):
        open_index(tmp_path / "e")


def test_nothing_is_unpickled(indexes: Indexes, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("unpickles")

    loaders = [pickle.load, pickle.loads, pickle.Unpickler]
    for module in [m for name, m in sys.modules.items() if name.partition(".")[0] == "whoosh"]:
        for name, value in list(vars(module).items()):
            if any(value is loader for loader in loaders):
                monkeypatch.setattr(module, name, refuse)
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    index = open_index(indexes.folder)
    for query in random_queries(Random(3)):
        scores(index, query)
    assert scores(index, QueryParser("folded", index.schema).parse('"dang bo"~9 OR n*'))

"""Caches: what they keep, and that they are freed with the index they belong to."""

import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.engines.building import build
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.caches import LazyTable, cached
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.read.segment import SegmentReader
from vnsearch.engines.whoosh.read.terms import TermDictionary
from vnsearch.model import Document, Locator
from vnsearch.query.parser import parse


class Doubler:
    """Something with a cached method."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.double = cached(2, self._double)

    def _double(self, number: int) -> int:
        self.calls.append(number)
        return 2 * number


def test_the_last_results_of_a_method_are_kept() -> None:
    doubler = Doubler()
    assert [doubler.double(number) for number in (1, 2, 1, 3, 3, 2)] == [2, 4, 2, 6, 6, 4]
    assert doubler.calls == [1, 2, 3, 2]


def test_a_table_is_filled_as_it_is_used() -> None:
    doubler = Doubler()
    table = LazyTable(doubler._double)
    assert (table[5], table[5], table[7]) == (10, 10, 14)
    assert doubler.calls == [5, 7]


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def count_alive(*classes: type) -> int:
    return sum(isinstance(item, classes) for item in gc.get_objects())


@pytest.mark.parametrize(
    "query",
    ["đảng bộ", "ngoai giao", '"ngoại giao" -xyz', "ngo* đang~", "title:a OR bộ", "a b c d e"],
)
def test_closed_readers_are_freed_without_garbage_collection(tmp_path: Path, query: str) -> None:
    text = "Đảng bộ Bộ Ngoại giao a b c d e"
    documents = [(f"{n}.txt", Document("", "A", f"{text} {n}", Locator(1))) for n in range(20)]
    build(WhooshEngine(), tmp_path / "e", documents)
    classes = Collection, SegmentReader, TermDictionary, Arrays
    with no_garbage_collection():
        before = count_alive(*classes)
        for _ in range(40):
            with closing(WhooshEngine().reader(tmp_path / "e")) as reader:
                matches = reader.search(parse(query), limit=3, explain=True)
                assert matches.total == 20
            del reader
        assert count_alive(*classes) == before

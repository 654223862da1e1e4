"""A searcher, opened and closed."""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import write_files
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.read.segment import SegmentReader
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No search for reference cycles."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_closed_searchers_leave_nothing_behind(tmp_path: Path) -> None:
    """Without the cyclic collector, too: a server opens the index anew after each update."""
    text = "Người Việt Nam ở nước ngoài (NVNONN) họp tại Hà Nội.\n"
    write_files(tmp_path / "docs", {f"{n}.txt": text * (n + 1) for n in range(5)})
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    before = living()
    for _ in range(40):
        with closing(Searcher(tmp_path / ".vnsearch")) as searcher:
            assert searcher.search("NVNONN ha noi").total == 5
            assert searcher.search("nguoi viet nam o nuoc ngoai", explain=True).total == 5
            assert searcher.search('"viet nam" -bao ho~ no*').total == 5
    del searcher
    assert living() == before


def living() -> int:
    kinds = (Collection, SegmentReader, Arrays)
    return sum(isinstance(item, kinds) for item in gc.get_objects())


def test_of_equal_passages_the_first_is_shown(searcher: Callable[..., Searcher]) -> None:
    paragraph = "đảng bộ họp " + "một hai ba bốn năm sáu bảy tám chín mười " * 20
    text = "\n\n".join([paragraph.strip()] * 3)
    (hit,) = searcher({"a.txt": text}).search("đảng bộ họp").hits
    assert hit.snippet.match is not None
    assert hit.snippet.match.number == 1

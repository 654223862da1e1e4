"""Abbreviations: learned from the documents, in both directions, and only to decide the order."""

from collections.abc import Callable, Iterable, Mapping

import pytest

from tests.conftest import Files
from tests.query.test_restoration import Texts
from vnsearch.query.abbreviations import Abbreviations, _definitions, _may_be_one
from vnsearch.query.parser import parse
from vnsearch.search.searcher import Searcher

Make = Callable[[Files], Searcher]
DOCS: Mapping[str, str] = {
    "a.txt": "Người Việt Nam ở nước ngoài (NVNONN) góp sức xây dựng quê hương.",
    "b.txt": "Chính sách cho NVNONN được bàn ở hội nghị.",
    "c.txt": "Chính sách cho NVNONN, tức người Việt Nam ở nước ngoài, được bàn ở hội nghị.",
    "d.txt": "Người Việt Nam ở nước ngoài về thăm quê.",
    "e.txt": "Thông tấn xã Việt Nam (TTXVN) đưa tin về UBND xã.",
}


@pytest.mark.parametrize(
    ("short", "text", "long"),
    [
        ("ttxvn", "Thông tấn xã Việt Nam (TTXVN) đưa tin", "thông tấn xã việt nam"),
        ("ttxvn", "theo Thông tấn xã Việt Nam (TTXVN)", "thông tấn xã việt nam"),
        ("ttxvn", "TTXVN (Thông tấn xã Việt Nam) đưa tin", "thông tấn xã việt nam"),
        ("bgddt", "Bộ Giáo dục và Đào tạo (BGDĐT)", "bộ giáo dục và đào tạo"),
        ("bhxh", "bảo hiểm xã hội (BHXH, BHYT)", "bảo hiểm xã hội"),
        ("ttxvn", "đưa tin hôm nay (TTXVN)", None),
        ("ttxvn", "TTXVN đưa tin", None),
        ("ttxvn", "(TTXVN)", None),
    ],
)
def test_definitions(short: str, text: str, long: str | None) -> None:
    assert next(_definitions(short, text), None) == long


@pytest.mark.parametrize(
    ("folded", "typed", "may"),
    [
        ("nvnonn", "nvnonn", True),
        ("ubnd", "UBND", True),
        ("asean", "ASEAN", True),
        ("asean", "asean", False),
        ("nam", "NAM", False),
        ("nghiep", "NGHIỆP", False),
        ("nghiep", "nghiep", False),
        ("thomas", "thomas", False),
        ("covid", "covid", False),
        ("2020", "2020", False),
        ("x", "x", False),
    ],
)
def test_what_looks_like_one(folded: str, typed: str, may: bool) -> None:
    assert _may_be_one(folded, typed) == may


class Apart(Texts):
    """A lexicon of texts that must not be read."""

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        pytest.fail(f"{count} texts were asked for that have {word}")


def test_no_text_is_read_that_cannot_define_what_is_spelt_out() -> None:
    query = parse("thông tấn xã Việt Nam")
    apart = Apart("thông tấn xã Việt Nam", "TTX đưa tin", "TTXVN đưa tin")
    assert Abbreviations(apart).added_to(query) == query


def test_both_directions(searcher: Make) -> None:
    search = searcher(DOCS).search
    for query in ("NVNONN", "nvnonn chính sách", "nguoi viet nam o nuoc ngoai"):
        (found,) = search(query).understood.abbreviations
        assert (found.short.upper(), found.long) == ("NVNONN", "người việt nam ở nước ngoài")
    assert search("UBND xã").understood.abbreviations[0].long == "ủy ban nhân dân"
    assert search("uy ban nhan dan").understood.abbreviations[0].short == "UBND"
    assert not search("hội nghị").understood.abbreviations
    assert not search("NVNONN", exact=True).understood.abbreviations


def test_they_decide_the_order_and_never_what_is_found(searcher: Make) -> None:
    search = searcher(DOCS).search
    found = search("chính sách NVNONN", explain=True)
    assert [hit.path.rpartition("/")[2] for hit in found.hits] == ["c.txt", "b.txt"]
    assert any(part.evidence == "abbreviation" for part in found.hits[0].parts)
    assert not any(part.evidence == "abbreviation" for part in found.hits[1].parts)
    assert any("NVNONN stands for" in line for line in found.reading)
    assert search("người việt nam ở nước ngoài").total == 3

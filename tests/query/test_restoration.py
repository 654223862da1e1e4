"""What a query is understood to mean, given what an index holds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shapes import reading
from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.query.clauses import all_words
from vnsearch.query.parser import parse
from vnsearch.query.restoration import text_of, understand
from vnsearch.vietnamese.letters import fold


class Texts:
    """A lexicon over some texts, each a passage."""

    def __init__(self, *texts: str) -> None:
        passages = [[token.exact for token in tokenize(text)] for text in texts]
        self._passages = len(passages)
        self._words = Counter(word for words in passages for word in set(words))
        self._pairs = Counter(pair for words in passages for pair in set(pairwise(words)))

    def count_passages(self) -> int:
        return self._passages

    def words_with_prefix(self, beginning: str) -> Iterable[str]:
        return {f for f, _ in map(forms, self._words) if f.startswith(beginning)}

    def variants(self, folded: str) -> Mapping[str, int]:
        return {word: n for word, n in self._words.items() if forms(word)[0] == folded}

    def pairs(self, first: str, second: str) -> Mapping[tuple[str, str], int]:
        return {
            pair: n
            for pair, n in self._pairs.items()
            if (forms(pair[0])[0], forms(pair[1])[0]) == (first, second)
        }


TEXTS = (
    "Đảng bộ Ngoại giao họp bàn về nước Việt Nam",
    "Đảng bộ Đà Nẵng ban hành nghị quyết",
    "Con bò dáng đẹp, dáng bò và dáng đi; đang làm bộ",
    "Bộ Ngoại giao ban hành kỹ thuật mới, ma mã má",
    "Người ở nước ngoài; bạn bè; bàn ghế; ban ngày",
    "Thời hạn, deadline: dành cho máy chủ server",
)
# Most words of a collection are other ones.
LEXICON = Texts(*TEXTS * 5, *["một hai ba bốn"] * 300)


def understood(text: str) -> str:
    typed = parse(text)
    return text_of(typed, understand(typed, LEXICON))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("dang bo ngoai giao", "đảng bộ ngoại giao", id="bare"),
        pytest.param("đang bộ ngoai giao", "đảng bộ ngoại giao", id="some marks of a word"),
        pytest.param("Dang bo Ngoai giao", "Đảng bộ Ngoại giao", id="capitals"),
        pytest.param("DANG BO", "ĐẢNG BỘ", id="all capitals"),
        pytest.param("dáng bò", "dáng bò", id="typed in full"),
        pytest.param("dang bò", "dáng bò", id="a neighbour with marks decides"),
        pytest.param("ban hanh", "ban hành", id="a word without marks stays one"),
        pytest.param("nguoi o nuoc ngoai", "người ở nước ngoài", id="whole sequences"),
        pytest.param('"dang bo" OR (nuoc)', '"đảng bộ" OR (nước)', id="operators stay"),
        pytest.param("nuoc -dang", "nước -dang", id="what is left out is not restored"),
        pytest.param("dan* bo~", "dan* bo~", id="nor parts of words and slips"),
        pytest.param("title:bo", "title:bộ", id="titles"),
        pytest.param("ki thuat", "kỹ thuật", id="canonical spelling"),
        pytest.param("xyz 123 dang bo", "xyz 123 đảng bộ", id="unknown words and numbers"),
        pytest.param("  dang \t bo ", "đảng bộ", id="one line"),
        pytest.param("ddangr booj ngoaij giao", "đảng bộ ngoại giao", id="Telex"),
        pytest.param("DDangr Booj", "Đảng Bộ", id="Telex with capitals"),
        pytest.param("d9ang3 bo65 ngoai5 giao", "đảng bộ ngoại giao", id="VNI"),
        pytest.param("nguoiwf owr nuwowcs ngoaif", "người ở nước ngoài", id="keys in any order"),
        pytest.param("ddangr mas", "đảng má", id="ordinary words too where others are raw"),
        pytest.param("deadline server", "deadline server", id="words that the index has"),
        pytest.param("mas", "má", id="one raw word alone"),
        pytest.param("max", "max", id="an ordinary word alone, though the index has mã"),
        pytest.param("ma4", "ma4", id="what may be a code alone"),
        pytest.param("ma4 ban2", "mã bàn", id="two of them are none"),
        pytest.param("xuwr", "xuwr", id="raw keys of a word that the index lacks"),
        pytest.param("đảng booj", "đảng bộ", id="one word raw"),
    ],
)
def test_readings(typed: str, expected: str) -> None:
    assert understood(typed) == expected


def test_an_exact_query_stays_as_it_is() -> None:
    query = parse("dang bo ddangr", exact=True)
    assert understand(query, LEXICON) is query


def test_the_clauses_keep_their_shape() -> None:
    query = parse('dang -bo "dang bo" (nuoc OR nguoi) title:ban-hanh')
    found = understand(query, LEXICON)
    shape = 'đảng | -bo | "đảng bộ" | (nước OR người) | <title:ban title:hành>'
    assert reading(found) == shape


def test_of_an_empty_index_nothing_is_learnt() -> None:
    query = parse("dang bo ddangr bo65")
    assert understand(query, Texts()) == query


@given(st.text("dđaáảngbộ o'-() \"~*:OR", max_size=30))
def test_only_marks_are_added(text: str) -> None:
    query = parse(text)
    found = understand(query, LEXICON)
    for typed, meant in zip(all_words(query.clauses), all_words(found.clauses), strict=True):
        assert (meant.folded, fold(meant.exact)) == (typed.folded, typed.folded)
        assert meant._replace(exact=typed.exact) == typed
    assert fold(text_of(query, found).lower()) == fold(" ".join(query.source.split()).lower())


def test_telex_queries_of_a_whole_text_are_decoded() -> None:
    assert understood("ddangr booj ngoaij giao hopj banf veef nuwowcs vieejt nam") == (
        "đảng bộ ngoại giao họp bàn về nước việt nam"
    )

"""What a query is understood to mean, given what an index holds."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shapes import reading
from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.query.clauses import Query, Word, all_words
from vnsearch.query.describe import text_of
from vnsearch.query.lexicon import Lexicon, Statistics
from vnsearch.query.parser import parse
from vnsearch.query.restoration import needed, restored
from vnsearch.vietnamese.letters import fold


def _folded(exact: str) -> str:
    return forms(exact.removesuffix("?"))[0]


class Texts:
    """A lexicon over some texts, each a passage: statistics of just what it is asked for."""

    def __init__(self, *texts: str, unmarked: Collection[str] = ()) -> None:
        """`unmarked` are those typed without marks."""
        passages = [
            [
                with_unknown_marks(token.folded) if text in unmarked else token.exact
                for token in tokenize(text)
            ]
            for text in texts
        ]
        self._passages = len(passages)
        self._words = Counter(word for words in passages for word in set(words))
        self._bigrams = Counter(pair for words in passages for pair in set(pairwise(words)))
        self._texts = texts
        self._folded = [{_folded(word) for word in words} for words in passages]

    def statistics(
        self, words: Iterable[str], bigrams: Iterable[tuple[str, str]] = ()
    ) -> Statistics:
        variants: dict[str, dict[str, int]] = {word: {} for word in words}
        for form, count in self._words.items():
            if _folded(form) in variants:
                variants[_folded(form)][form] = count
        counted: dict[tuple[str, str], dict[tuple[str, str], int]] = {pair: {} for pair in bigrams}
        for (one, other), count in self._bigrams.items():
            if (folded := (_folded(one), _folded(other))) in counted:
                counted[folded][one, other] = count
        return Statistics(self._passages, variants, counted)

    def words_with_prefixes(self, prefixes: Iterable[str]) -> Iterable[str]:
        return {f for f in map(_folded, self._words) if f.startswith(tuple(prefixes))}

    def cooccur(self, groups: Iterable[Sequence[str]]) -> Sequence[bool]:
        return [any({*group} <= words for words in self._folded) for group in groups]

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        found = [t for t, words in zip(self._texts, self._folded, strict=True) if word in words]
        return found[:count]


TEXTS = (
    "Đảng bộ Ngoại giao họp bàn về nước Việt Nam",
    "Đảng bộ Đà Nẵng ban hành nghị quyết",
    "Đảng bộ huyện, đảng bộ xã",
    "Đại hội đảng bộ",
    "Con bò dáng đẹp, dáng bò và dáng đi; đang làm bộ",
    "Bộ Ngoại giao ban hành kỹ thuật mới, ma mã má",
    "Người ở nước ngoài; bạn bè; bàn ghế; ban ngày",
    "Thời hạn, deadline: dành cho máy chủ server",
)
# Most words of a collection are other ones.
LEXICON = Texts(*TEXTS * 5, *["một hai ba bốn"] * 300)


def understand(query: Query, lexicon: Lexicon) -> Query:
    return restored(query, lexicon.statistics(*needed(query)))


def understood(text: str) -> str:
    typed = parse(text)
    return text_of(typed, understand(typed, LEXICON))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("dang bo ngoai giao", "đảng bộ ngoại giao", id="bare"),
        pytest.param("đang bộ ngoai giao", "đang bộ ngoại giao", id="what has marks is meant"),
        pytest.param("Dang bo Ngoai giao", "Đảng bộ Ngoại giao", id="capitals"),
        pytest.param("NGOAI GIAO", "NGOẠI GIAO", id="all capitals"),
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


@pytest.mark.parametrize(
    ("texts", "typed", "expected"),
    [
        pytest.param(
            ["con bò dáng to", "Bộ Ngoại giao họp"],
            "dang bo ngoai giao",
            "dang bo ngoai giao",
            id="words of different texts, and one is beside no other",
        ),
        pytest.param(
            ["đảng bộ họp", "bộ ngoại giao"],
            "dang bo ngoai giao",
            "đảng bộ ngoại giao",
            id="each is beside a neighbour",
        ),
        pytest.param(["con bò dáng to"] * 3, "dang", "dáng", id="alone"),
        pytest.param(
            ["đảng bộ họp"] * 2 + ["dáng bò to"], "dang bo", "dang bo", id="two that are likely"
        ),
        pytest.param(
            ["khách tham quan, thân nhà, giá vé", "du khách kêu trời vì giá vé"],
            "du khách than giá vé",
            "du khách than giá vé",
            id="bare where all others have their marks, though the index lacks it",
        ),
        pytest.param(
            ["công ty than", "than đá", "thân nhà"],
            "bán than đá",
            "bán than đá",
            id="bare by right",
        ),
    ],
)
def test_what_is_not_sure_is_not_told(texts: list[str], typed: str, expected: str) -> None:
    query = parse(typed)
    assert text_of(query, understand(query, Texts(*texts))) == expected


def test_the_clauses_keep_their_shape() -> None:
    query = parse('dang -bo "dang bo" (nuoc OR nguoi) title:ban-hanh')
    found = understand(query, LEXICON)
    shape = 'dang | -bo | "đảng bộ" | (nước OR người) | <title:ban title:hành>'
    assert reading(found) == shape


def test_of_an_empty_index_nothing_is_learnt() -> None:
    query = parse("dang bo ddangr bo65")
    assert text_of(query, understand(query, Texts())) == query.source


def forms_of(word: Word) -> set[str]:
    return {word.exact, *LEXICON.statistics([word.folded]).variants[word.folded]}


@given(st.text("dđaáảngbộ o'-() \"~*:OR", max_size=30))
def test_only_marks_are_added(text: str) -> None:
    query = parse(text)
    found = understand(query, LEXICON)
    for typed, meant in zip(all_words(query.clauses), all_words(found.clauses), strict=True):
        assert (meant.folded, fold(meant.exact)) == (typed.folded, typed.folded)
        assert typed == meant._replace(
            exact=typed.exact, readings=(), match_marks=typed.match_marks
        )
        assert all(form in forms_of(typed) and 0 < p <= 1 for form, p in meant.readings)
    assert fold(text_of(query, found).lower()) == fold(" ".join(query.source.split()).lower())


def test_telex_queries_of_a_whole_text_are_decoded() -> None:
    assert understood("ddangr booj ngoaij giao hopj banf veef nuwowcs vieejt nam") == (
        "đảng bộ ngoại giao họp bàn về nước việt nam"
    )


def readings(text: str) -> list[dict[str, float]]:
    (run,) = understand(parse(text), LEXICON).runs()
    return [dict(word.readings) for word in run]


def test_a_bare_word_may_stand_for_several() -> None:
    dang, bo = readings("dang bo")
    assert {"đảng", "dáng"} <= {*dang}
    assert max(dang, key=lambda form: dang[form]) == "đảng"
    assert sum(dang.values()) <= 1
    assert max(bo, key=lambda form: bo[form]) == "bộ"


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        pytest.param("người nước ngoài họp ban hành", "ban", "ban", id="no marks by right"),
        pytest.param("người nước ngoai họp ban hành", "ngoai", "ngoài", id="left out"),
        pytest.param("nguoi nuoc ngoai hop ban hành", "hop", "họp", id="most left out"),
    ],
)
def test_words_without_marks_among_words_with_marks(typed: str, word: str, expected: str) -> None:
    (run,) = understand(parse(typed), LEXICON).runs()
    (found,) = [w.exact for w in run if w.text == word]
    assert found == expected


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        pytest.param("đảng", False, id="it is there"),
        pytest.param("đãng", True, id="only other marks are there"),
        pytest.param("xỵz", False, id="nothing like it is there"),
        pytest.param("dang", False, id="bare"),
    ],
)
def test_a_marked_word_that_is_nowhere_stands_for_any_typing(typed: str, told: bool) -> None:
    found = understand(parse(typed), LEXICON)
    assert bool(found.notices) == told
    if told:
        (word,) = all_words(found.clauses)
        assert word.matches("dang", "đang", as_typed=False)


def test_texts_typed_without_marks_are_no_evidence() -> None:
    bare = "dang bo ngoai giao hop ban ve nuoc"
    lexicon = Texts(*TEXTS, *[bare] * 100, unmarked={bare})
    typed = parse("dang bo ngoai giao hop")
    assert text_of(typed, understand(typed, lexicon)) == "đảng bộ ngoại giao họp"
    assert not understand(parse("đãng"), lexicon).notices

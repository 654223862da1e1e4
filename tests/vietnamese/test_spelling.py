"""Words likely meant by misspelt ones: real confusions of dialects, slips of fingers."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.analysis.tokenizer import WORD, forms
from vnsearch.vietnamese.letters import nfc
from vnsearch.vietnamese.spelling import distance, likely
from vnsearch.vietnamese.syllable import canonical

MODEST = settings(max_examples=200, deadline=None)

# Two words, how far they are apart, and why.
DISTANCES = [
    ("làm", "nàm", 0.5, "l and n, the Red River delta"),
    ("truyện", "chuyện", 0.5, "ch and tr, the North"),
    ("sử", "xử", 0.5, "s and x, the North"),
    ("giành", "dành", 0.5, "d and gi, one sound"),
    ("dành", "rành", 0.5, "d and r, the North"),
    ("diết", "giết", 0.5, "d and gi, where gi shares its i with the nucleus"),
    ("dì", "gì", 0.5, "d and gi, where the i is all of the nucleus"),
    ("về", "dề", 0.5, "v and d, the South"),
    ("kách", "cách", 0.5, "c and k, one sound"),
    ("cuốc", "quốc", 0.5, "c and q, one sound"),
    ("gế", "ghế", 0.5, "g and gh, one sound"),
    ("nghành", "ngành", 0.5, "ng and ngh, one sound"),
    ("rỏ", "rõ", 0.25, "hỏi and ngã, one tone in the South"),
    ("đựợc", "được", 0.25, "a tone typed twice"),
    ("đương", "đường", 0.75, "no tone and another one"),
    ("trờ", "trở", 0.75, "another tone"),
    ("bàng", "bàn", 0.5, "n and ng, the South"),
    ("tín", "tính", 0.5, "n and nh, the South"),
    ("mặc", "mặt", 0.5, "c and t, the South"),
    ("ít", "ích", 0.5, "ch and t, the South"),
    ("tàu", "tầu", 0.5, "a and â before u, doublets"),
    ("màu", "mào", 0.5, "au and ao"),
    ("riệu", "rượu", 0.5, "iêu and ươu, the North"),
    ("lưu", "liu", 0.5, "ưu and iu, the North"),
    ("tiềm", "tìm", 0.5, "i and iê, the South"),
    ("bịnh", "bệnh", 0.5, "i and ê, the South"),
    ("tuơng", "tương", 0.5, "half of the marks of a nucleus"),
    ("dường", "đường", 0.5, "a mark left out"),
    ("nẻ", "lẽ", 0.75, "an onset and a tone"),
    ("mội", "một", 1.0, "a letter"),
    ("trogn", "trong", 1.0, "letters swapped"),
    ("tronng", "trong", 0.5, "a letter doubled"),
    ("polime", "polyme", 0.5, "i and y, foreign"),
    ("kozak", "cossack", 0.5, "all respelt by sound, foreign"),
    ("fôn", "phôn", 0.5, "f and ph, foreign"),
    ("joão", "jõao", 0.25, "a tone elsewhere, foreign"),
    ("hungari", "hungary", 0.5, "i and y at the end, foreign"),
    ("washinton", "washington", 1.0, "a letter left out, foreign"),
]


class Words:
    """A lexicon of exact forms and in how many passages each occurs."""

    def __init__(self, often: Mapping[str, int]) -> None:
        self._forms: dict[str, dict[str, int]] = defaultdict(dict)
        for word, count in often.items():
            self._forms[forms(word)[0]][word] = count
        self._sorted = sorted(self._forms)
        self.scanned: list[str] = []  # the beginnings asked for

    def variants(self, folded: str) -> Mapping[str, int]:
        return self._forms.get(folded, {})

    def words_with_prefix(self, beginning: str) -> Iterable[str]:
        self.scanned.append(beginning)
        words = self._sorted[bisect_left(self._sorted, beginning) :]
        return takewhile(lambda word: word.startswith(beginning), words)


@pytest.fixture
def words() -> Words:
    return Words(
        {
            "năm": 4000, "làm": 2000, "nam": 1800, "nắm": 300, "sử": 1500, "xử": 200, "dụng": 1400,
            "rõ": 600, "rồi": 500, "ro": 5, "ngành": 700, "hành": 900, "trong": 7000, "trọng": 500,
            "trông": 200, "chương": 800, "đường": 900, "tàu": 300, "cầu": 500, "đầu": 2500,
            "tài": 900, "polyme": 20, "police": 15, "cossack": 5, "israel": 40, "washington": 60,
            "quốc": 6000, "giết": 300, "lý": 900, "thanh": 900, "thành": 5000,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [row[:3] for row in DISTANCES],
    ids=[f"{a!a} {b!a}: {why}" for a, b, _, why in DISTANCES],
)
def test_distance(a: str, b: str, expected: float) -> None:
    assert distance(a, b) == distance(b, a) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("nàm", "làm", id="l and n before a commoner word with another tone"),
        pytest.param("rỏ", "rõ", id="hỏi and ngã"),
        pytest.param("Nghành", "ngành", id="a capital, and ng or ngh"),
        pytest.param("nghanh", "ngành", id="without marks"),
        pytest.param("chuơng", "chương", id="some marks left out"),
        pytest.param("tầu", "tàu", id="a doublet before commoner words"),
        pytest.param("cuốc", "quốc", id="an onset that shares a letter with the nucleus"),
        pytest.param("diết", "giết", id="an onset that shares its i"),
        pytest.param("trogn", "trong", id="no syllable, but a slip from one"),
        pytest.param("trog", "trong", id="a letter left out, without marks"),
        pytest.param("polime", "polyme", id="foreign, by sound"),
        pytest.param("kozak", "cossack", id="foreign, another first letter of the same sound"),
        pytest.param("ixraen", "israel", id="foreign, by sound and with a slip"),
        pytest.param("wsahington", "washington", id="foreign, a slip near the beginning"),
        pytest.param("washingtom", "washington", id="foreign, a slip at the end"),
        pytest.param("lki", "lý", id="a slip from where i and y are one"),
        pytest.param("thàhn", "thành", id="letters swapped and marks typed"),
    ],
)
def test_meant(words: Words, typed: str, meant: str) -> None:
    assert likely(typed, words)[:1] == [meant]


def test_a_word_is_meant_unless_others_are_much_commoner(words: Words) -> None:
    assert likely("sử", words) == []
    assert likely("xử", words) == []  # sử is 7 times commoner, 20 times would do
    assert likely("ro", words) == []
    assert likely("rò", Words({"rõ": 600, "rò": 1})) == ["rõ"]
    assert likely("rò", Words({"rõ": 60, "rò": 1})) == []


def test_marks_of_words_without_marks_are_left_to_others(words: Words) -> None:
    assert likely("thanh", words) == []
    assert likely("thanhh", words) == ["thành"]  # the commonest form
    assert "tàu" not in likely("tau", words)


def test_the_number_of_suggestions_is_that_asked_for(words: Words) -> None:
    suggested = likely("nằm", words, count=4)
    assert len(suggested) == 4
    assert [likely("nằm", words, count=count) for count in range(1, 4)] == [
        suggested[:count] for count in range(1, 4)
    ]


@pytest.mark.parametrize("word", ["", "a", "u23", "12", "日本", "việ日", "x" * 100, "́", "ß", "ﬁn"])
def test_no_suggestions_for_what_is_no_latin_word(words: Words, word: str) -> None:
    assert likely(word, words) == []


def test_only_for_what_is_no_syllable_words_are_gone_through(words: Words) -> None:
    for word in ("nàm", "nghành", "chuơng", "tau", "trông"):
        likely(word, words)
    assert words.scanned == []
    likely("polime", words)
    assert words.scanned == ["pol"]


letters = st.text("aăâeêiouưydđlnghctrsxkmpqvbfzwàảãạếở", max_size=9)


@MODEST
@given(st.one_of(letters, st.text()).map(canonical), st.one_of(letters, st.text()).map(canonical))
def test_distance_is_symmetric_and_nought_only_of_equals(a: str, b: str) -> None:
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, a) == 0


@MODEST
@given(st.one_of(letters, st.text()), st.dictionaries(letters.map(canonical), st.integers(1, 9999)))
def test_suggestions_for_any_string_are_other_words(word: str, often: dict[str, int]) -> None:
    lexicon = Words({**often, "năm": 40, "trong": 70, "polyme": 2})
    suggested = likely(word, lexicon)
    assert len(suggested) == len({*suggested}) <= 3
    assert canonical(word) not in suggested
    assert all(form in lexicon.variants(forms(form)[0]) for form in suggested)


def mistakes(path: Path) -> Iterator[tuple[str, str]]:
    """Single words that were misspelt, and what they were put right to."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    for wrong, right in (map(canonical, row[:2]) for row in rows if len(row) == 3):
        if WORD.fullmatch(wrong) and WORD.fullmatch(right) and wrong != right:
            yield wrong, right


def often_in_documents(paths: Iterable[Path]) -> Counter[str]:
    """In how many documents each exact form occurs."""
    often: Counter[str] = Counter()
    for path in paths:
        for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
            found = set(WORD.findall(nfc(json.loads(line)["text"]).lower()))
            often.update({forms(word)[1] for word in found})
    return often


def test_real_mistakes_are_put_right(shared: Path) -> None:
    collections = shared / "data/collections"
    names = ("xquad_vi", "viquad1_dev", "alqac_law")
    often = often_in_documents(collections / name / "docs.jsonl" for name in names)
    lexicon = Words(often)
    suggested = [
        (right, likely(wrong, lexicon))
        for wrong, right in mistakes(shared / "data/lists/viwiki-mistake-pairs.tsv")
        # Only of words that are none otherwise: of others, their neighbours must tell.
        if often[right] >= 5 and not often[wrong] and wrong != forms(right)[0]
    ]
    first = sum(words[:1] == [right] for right, words in suggested) / len(suggested)
    in_three = sum(right in words for right, words in suggested) / len(suggested)
    # 291 mistakes, of which 64% and 82%.
    assert len(suggested) > 250
    assert first >= 0.62
    assert in_three >= 0.8

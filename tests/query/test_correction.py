"""Words that an index lacks, and those that were likely meant."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Command, write_files
from tests.query.test_restoration import LEXICON, Texts
from vnsearch.analysis.tokenizer import any_word, forms
from vnsearch.query import correction
from vnsearch.query.clauses import Query
from vnsearch.query.describe import text_of
from vnsearch.query.lexicon import Statistics
from vnsearch.query.parser import parse
from vnsearch.query.restoration import needed
from vnsearch.vietnamese.letters import nfc
from vnsearch.vietnamese.syllable import canonical

MODEST = settings(max_examples=200, deadline=None)


def corrected(query: Query, lexicon: Texts = LEXICON) -> Query | None:
    return correction.corrected(query, lexicon.statistics(*needed(query)), lexicon)


NEIGHBOURS = Texts(*["trời mưa to", "trói tay người", "chơi cờ vua"] * 9, *["trói chặt"] * 9)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("đảng bộ ngoại giao", None, id="all known"),
        pytest.param("đảng bộ ngoại giaoo", "đảng bộ ngoại giao", id="a letter too many"),
        pytest.param("nghị quyếc", "nghị quyết", id="a coda that sounds the same"),
        pytest.param("Nghành", None, id="nothing like it"),
        pytest.param("Kỷ thuật", "Kỹ thuật", id="hỏi for ngã"),
        pytest.param("qqqqqq zzzzzz", None, id="no words"),
        pytest.param("quyếc", None, id="a syllable that may be right, alone"),
        pytest.param("hội quyếc", None, id="and beside a word the other never stands with"),
        pytest.param("nghị quyến", None, id="a syllable that sounds otherwise"),
        pytest.param("ngoaị giaoo nghị quyếtt", None, id="two words at once"),
        pytest.param("nghị quyếtt quyếtt", "nghị quyết quyết", id="one word twice"),
        pytest.param("nghị-quyếtt", None, id="what is typed without a space"),
        pytest.param("quyết1", None, id="a word with a digit"),
        pytest.param("DEADLINES", None, id="capitals"),
        pytest.param("deadlines", "deadline", id="a foreign word"),
        pytest.param("bộo", "bộ", id="a letter too many in a short word"),
        pytest.param("ng", None, id="a word of two letters"),
        pytest.param("-quyếc", None, id="what is left out"),
        pytest.param("quyếc*", None, id="a prefix"),
        pytest.param('"nghị quyếc" OR dáng', '"nghị quyết" OR dáng', id="in a phrase"),
    ],
)
def test_corrections(typed: str, expected: str | None) -> None:
    query = parse(typed)
    found = corrected(query)
    assert (found and text_of(query, found)) == expected


def test_neighbours_decide_between_words() -> None:
    query = parse("tròi mưa")
    found = corrected(query, NEIGHBOURS)
    assert found is not None
    assert text_of(query, found) == "trời mưa"


def test_an_exact_query_is_not_corrected() -> None:
    assert corrected(parse("quyếc", exact=True)) is None


def answer(run: Command, *arguments: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(run("search", "--json", *arguments).stdout)
    return found


def test_only_when_nothing_is_found_the_correction_is_searched(
    run: Command, tmp_path: Path
) -> None:
    write_files(tmp_path, {"docs/a.txt": "Nghị quyết về polyme.", "docs/b.txt": "Hội nghị khác."})
    run("index", "docs")
    found = answer(run, "polime")
    assert found["total"] == 1
    assert found["understood"] == {
        "text": "polyme",
        "suggestion": "polyme",
        "corrected": True,
        "relaxed": False,
        "missing": ["polime"],
    }
    found = answer(run, "nghị", "polime")
    assert found["understood"] == {
        "text": "nghị polime",
        "suggestion": "nghị polyme",
        "corrected": False,
        "relaxed": True,
        "missing": ["polime"],
    }
    done = run("search", "nghị", "polime")
    assert "did you mean: nghị polyme" in done.stderr
    done = run("search", "polime")
    assert "no document has polime; searched polyme instead" in done.stderr
    assert "did you mean" not in done.stderr
    assert run("search", "--exact", "polime").returncode == 1


def test_a_slip_is_counted_by_parts_of_the_syllable(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "Trời xanh.", "docs/b.txt": "Nói chuyện."})
    run("index", "docs")
    assert answer(run, "chời~")["total"] == 1  # ch for tr: two letters, one slip
    assert answer(run, "truyện~")["total"] == 1
    assert answer(run, "xoai~")["total"] == 0


class Words:
    """A lexicon of exact forms and in how many passages each occurs."""

    def __init__(self, often: Mapping[str, int]) -> None:
        self._forms: dict[str, dict[str, int]] = defaultdict(dict)
        for word, count in often.items():
            self._forms[forms(word)[0]][word] = count
        self._sorted = sorted(self._forms)
        self.scanned: list[str] = []  # the prefixes asked for

    def statistics(
        self, words: Iterable[str], bigrams: Iterable[tuple[str, str]] = ()
    ) -> Statistics:
        variants = {word: self._forms.get(word, {}) for word in words}
        return Statistics(
            sum(map(len, self._forms.values())), variants, {key: {} for key in bigrams}
        )

    def words_with_prefixes(self, prefixes: Iterable[str]) -> Iterable[str]:
        for prefix in prefixes:
            self.scanned.append(prefix)
            begin, end = (bisect_left(self._sorted, p) for p in (prefix, f"{prefix}\U0010ffff"))
            yield from self._sorted[begin:end]

    def cooccur(self, groups: Iterable[Sequence[str]]) -> Sequence[bool]:
        return [False for _ in groups]

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        pytest.fail(f"{count} texts were asked for that have {word}")


def likely(word: str, lexicon: Words, count: int = 3) -> list[str]:
    return correction.likely([word], lexicon, count=count).get(word, [])


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
@given(st.one_of(letters, st.text()), st.dictionaries(letters.map(canonical), st.integers(1, 9999)))
def test_suggestions_for_any_string_are_other_words(word: str, often: dict[str, int]) -> None:
    lexicon = Words({**often, "năm": 40, "trong": 70, "polyme": 2})
    suggested = likely(word, lexicon)
    assert len(suggested) == len({*suggested}) <= 3
    assert canonical(word) not in suggested
    assert all(lexicon.statistics([forms(w)[0]]).variants[forms(w)[0]][w] for w in suggested)


def mistakes(path: Path) -> Iterator[tuple[str, str]]:
    """Single words that were misspelt, and what they were put right to."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    for wrong, right in (map(canonical, row[:2]) for row in rows if len(row) == 3):
        if any_word().fullmatch(wrong) and any_word().fullmatch(right) and wrong != right:
            yield wrong, right


def often_in_documents(paths: Iterable[Path]) -> Counter[str]:
    """In how many documents each exact form occurs."""
    often: Counter[str] = Counter()
    for path in paths:
        for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
            found = set(any_word().findall(nfc(json.loads(line)["text"]).lower()))
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

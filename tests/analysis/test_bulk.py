"""Tokens in bulk: the same as those of `tokenizer`, text by text."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vnsearch.analysis import bulk
from vnsearch.analysis.bulk import Vocabulary
from vnsearch.analysis.compounds import CLASSIFIED, compounds
from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.vietnamese.letters import LETTERS, nfc

MODEST = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Token = tuple[str, str, int, int]  # folded, exact, start, end

# A run of each kind, and what separates runs.
PIECES = [
    *("a", "đảng", "ĐẢNG", "nghiêng", "nghiêngs", "nghiêngst", "abcdefgh", "abcdefghi"),
    *("12345678", "123456789", "12-KL/TW", "ǵì", "ñ", "straße", "ŉ", "İ", "ſ", "K", "ﬁ", "１２"),
    *("e\u0301\u0302", "q\u0323", "\u0301", "\u0301a", "a\u0338", "a\u20dd", "x\u0301" * 5),
    *("gi\u00ada", "a\u200db", "a\u200d", "\u200db", "a\u2060\u0301", "\ufeffa", "a\u200c\u200cb"),
    *("ða", "Ðà", "ɖa", "Ɖa", "đa", "Đa", "đđđđđđđđ", "đđđđđđđđđ"),
    *("中文", "中", "ひらがな", "カ\u3099", "한국", "a中b", "\u3000", "\u2fff", "𝒜", "😀"),
    *("๑", "ก\u0e34", "क\u093f", "א\u05b0", "²", "½", "Ⅷ", "ª", "_", "a_b", "__", "a_", "_a"),
    *("a" * 7 + "\u0301", "a" * 8 + "\u0301", "a" * 8 + "\u00ad", "a" * 8 + "_", "'", "-", "\0"),
    *("C++", "C#", "c#.NET", ".NET", ".net", "#", "++", "+", ".", "₫", "5₫", "㎡", "ƣ", "ｋｉ"),
    *("ที่", "ລາວ", "ខ្មែរ", "🎉", "❤\ufe0f", "👍🏽", "🇻🇳", "✓", "越南", "\u3005", "A"),
    *("5kg", "covid19", "iPhone15Pro", "KyThuat", "20.000đ", "1,", "234.", "567kg", "a1b2c3d4"),
    *("1,75", "5kg", "2.9.1945", "0,5m", "1.500,25", "+84.", "912.345", "ASP.NET", "C++17", "₫500"),
    *(" ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "\x85", "\x1c", "\U0010ffff"),
]  # fmt: skip

hard = st.lists(st.sampled_from(PIECES), max_size=12).map("".join).map(nfc)
spaced = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join).map(nfc)
arbitrary = st.text(max_size=40).map(nfc)
plain = st.lists(
    st.text(LETTERS + LETTERS.upper() + "0123456789", min_size=1, max_size=9), max_size=12
).map(" ".join)
texts = st.lists(st.one_of(hard, spaced, arbitrary, plain), max_size=8)


@pytest.fixture
def small_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of four slots, in which nearly all words collide."""
    monkeypatch.setattr(bulk, "_TABLE_BITS", 2)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_CHUNK", 5)


def in_bulk(vocabulary: Vocabulary, source: Sequence[str]) -> list[list[Token]]:
    """The tokens of each text."""
    found = vocabulary.tokenize(source)
    assert len(found.counts) == len(source)
    ends = np.cumsum(found.counts)
    assert (ends[-1] if len(ends) else 0) == len(found.terms)
    tokens = []
    for text, (end, count) in enumerate(zip(ends.tolist(), found.counts.tolist(), strict=True)):
        terms = found.terms[end - count : end].tolist()
        spans = (column.tolist() for column in found.spans(text))
        words = (vocabulary.terms[term].decode().split("\0") for term in terms)
        tokens.append([(*forms, *at) for forms, *at in zip(words, *spans, strict=True)])
    return tokens


def one_by_one(source: Sequence[str]) -> list[list[Token]]:
    return [[(t.folded, t.exact, t.start, t.end) for t in tokenize(text)] for text in source]


def compounds_in_bulk(vocabulary: Vocabulary, source: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The place of each compound among all tokens, and the exact forms of its pieces."""
    places, sizes, terms = vocabulary.tokenize(source).compounds
    exact = [vocabulary.terms[term].decode().split("\0")[1] for term in terms]
    ends = np.cumsum(sizes).tolist()
    return [
        (place, exact[end - size : end])
        for place, size, end in zip(places.tolist(), sizes.tolist(), ends, strict=True)
    ]


def compounds_one_by_one(source: Sequence[str]) -> list[tuple[int, list[str]]]:
    begins = accumulate((len(list(tokenize(text))) for text in source), initial=0)
    return [
        (begin + place, [forms(piece)[1] for piece in pieces])
        for begin, text in zip(begins, source, strict=False)
        for place, _, _, pieces in compounds(text)
    ]


def check(vocabulary: Vocabulary, source: Sequence[str]) -> None:
    assert in_bulk(vocabulary, source) == one_by_one(source)
    assert compounds_in_bulk(vocabulary, source) == compounds_one_by_one(source)
    assert len(set(vocabulary.terms)) == len(vocabulary.terms)


@pytest.mark.parametrize("text", PIECES, ids=ascii)
def test_a_piece_alone_and_between_letters(text: str) -> None:
    check(Vocabulary(), [nfc(piece) for piece in (text, f"a{text}", f"{text}a", f"a{text}a", text)])


@pytest.mark.parametrize(
    "source",
    [[], [""], ["", "", ""], ["", "a", ""], ["..", "-"], ["a" * 8, "a" * 9, "a" * 8]],
    ids=["no texts", "empty", "several empty", "between empty ones", "no words", "long words"],
)
def test_texts_with_little_or_nothing_in_them(source: list[str]) -> None:
    check(Vocabulary(), source)


def test_every_character_that_is_classified() -> None:
    # Alone, inside a word, at its end: a character at a time, thousands to a text.
    characters = [chr(code) for code in range(CLASSIFIED + 0x100)]
    for form in ("{}", "a{}b", "a{}", "{}b"):
        check(Vocabulary(), [nfc(" ".join(map(form.format, characters)))])


def test_every_letter_of_every_case_and_place_in_a_key() -> None:
    letters = LETTERS + LETTERS.upper() + "0123456789"
    words = [
        "a" * place + letter + "b" * (8 - place - 1) for letter in letters for place in range(8)
    ]
    check(Vocabulary(), [" ".join(words), " ".join(letters), *words[:20]])


@MODEST
@given(texts)
def test_tokens_are_those_of_the_tokenizer(source: list[str]) -> None:
    check(Vocabulary(), source)


@MODEST
@given(texts, texts)
def test_a_vocabulary_may_be_used_again(first: list[str], second: list[str]) -> None:
    vocabulary = Vocabulary()
    for source in (first, second, first):
        known = list(vocabulary.terms)
        check(vocabulary, source)
        assert vocabulary.terms[: len(known)] == known
    assert vocabulary.terms == known


@MODEST
@given(texts, texts)
@pytest.mark.usefixtures("small_table")
def test_words_with_the_same_slot_are_kept_apart(first: list[str], second: list[str]) -> None:
    vocabulary = Vocabulary()
    for source in (first, second, first):
        check(vocabulary, source)


@MODEST
@given(texts)
@pytest.mark.usefixtures("small_chunks")
def test_where_chunks_end_does_not_matter(source: list[str]) -> None:
    check(Vocabulary(), source)


@pytest.mark.usefixtures("small_chunks", "small_table")
def test_more_words_than_slots() -> None:
    words = [f"{head}{tail}{n}" for n in range(60) for head in "bcđ" for tail in "aáạ"]
    vocabulary = Vocabulary()
    check(vocabulary, [" ".join(words), *words])
    check(vocabulary, words[::-1])


def test_more_words_than_slots_of_the_real_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_TABLE_BITS", 10)
    words = [f"w{n}" for n in range(5000)]
    vocabulary = Vocabulary()
    for source in ([" ".join(words)], [" ".join(words[::-1])], words[::7]):
        check(vocabulary, source)


@MODEST
@given(st.lists(arbitrary, max_size=6), st.integers(0, 30))
def test_chunks_are_the_texts_in_order(source: list[str], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_CHUNK", size)
        chunks = list(bulk._chunks(source))
    assert [text for chunk in chunks for text in chunk] == source
    assert all(sum(map(len, chunk[:-1])) <= size for chunk in chunks)


def test_long_texts_are_tokenized_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["một hai ba " * 50, "", "x" * 300 + " y", "bốn", "ne\u0301 năm\n" * 40]
    texts += ["1." * 200, "1.2,3;" * 60, "5,1.250.000,5,7;" * 20]
    texts += ["1 250 000 đồng " * 20, "12345\n" * 40, "250\n" * 60, "12345 " * 40, "1250 000 " * 20]
    texts += ["=C3=A1" * 60, 'a"b(c)[d]{e}<f>!g?h' * 20, "C++=C#(.NET)=1.250.000=2,5=" * 20]
    whole, compounds = in_bulk(Vocabulary(), texts), compounds_in_bulk(Vocabulary(), texts)
    monkeypatch.setattr(bulk, "_PIECE", 20)
    assert in_bulk(Vocabulary(), texts) == whole
    assert compounds_in_bulk(Vocabulary(), texts) == compounds


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("0129., \u00a0đa\n", max_size=20), max_size=4))
def test_grouped_numbers_are_found_in_bulk(source: list[str]) -> None:
    check(Vocabulary(), source)

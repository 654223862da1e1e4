"""Tokens: where the words of a text are, and their folded and exact forms."""

import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cases import table
from vnsearch.analysis.tokenizer import any_word, forms, tokenize, words_in
from vnsearch.vietnamese.letters import COMBINING, INVISIBLE, fold, nfc
from vnsearch.vietnamese.syllable import canonical

MODEST = settings(max_examples=200, deadline=None)
VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
)

# Any text, and texts dense in what could go wrong: marks, invisible and odd characters.
texts = st.one_of(
    st.text(),
    st.text(
        st.sampled_from(VIETNAMESE + VIETNAMESE.upper() + " \n-/._,*~\"'“”()0123456789"),
        max_size=40,
    ),
    st.text(
        st.sampled_from(
            "aeiouyđð kKIİ ßŉﬁⅧ½²ªｶあ語한ά₫㎡ƣC+#.กี🎉❤\ufe0f🇻"
            "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323\u034f\u0345\u20dd\u1ab0\u1dc4"
            + INVISIBLE
        ),
        max_size=20,
    ),
)


@table("tokens.tsv")
def test_tokens(text: str, words: str, folded: str, exact: str) -> None:
    tokens = list(tokenize(nfc(text)))
    assert [token.text for token in tokens] == words.split(" " if words else None)
    assert [token.folded for token in tokens] == folded.split()
    assert [token.exact for token in tokens] == exact.split()


def test_offsets_and_positions() -> None:
    tokens = list(tokenize("Số 12-KL/TW"))
    assert [(t.start, t.end, t.position) for t in tokens] == [
        (0, 2, 0),
        (3, 5, 1),
        (6, 8, 2),
        (9, 11, 3),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kĩ", "KỸ"),
        ("ki", "ky"),
        ("qui", "quý"),
        ("hoà", "hòa"),
        ("ðảng", "dang"),
        ("việt", "Vie\u0323\u0302t"),
        ("việt", "vi\u00adệt"),
        ("straße", "STRASSE"),
    ],
)
def test_any_typing_of_a_word_has_the_same_folded_form(one: str, other: str) -> None:
    assert forms(one)[0] == forms(other)[0]


@pytest.mark.parametrize("word", ["Lǐ", "Mī", "hï", "kî", "tĭ", "sŷ"])
def test_foreign_words_typed_bare_have_the_same_folded_form(word: str) -> None:
    # Marks of other languages on a word that without them is a syllable in i or y.
    bare = unicodedata.normalize("NFD", word)[:-1]
    assert forms(word)[0] == forms(bare)[0]


@MODEST
@given(texts)
def test_offsets_give_the_surface_of_every_token(text: str) -> None:
    text = nfc(text)
    end = 0
    for position, token in enumerate(tokenize(text)):
        assert text[token.start : token.end] == token.text != ""
        assert token.start >= end
        assert token.position == position
        end = token.end


@MODEST
@given(texts)
def test_every_letter_and_digit_is_in_a_token(text: str) -> None:
    text = nfc(text)
    covered = {at for token in tokenize(text) for at in range(token.start, token.end)}
    assert {at for at, char in enumerate(text) if char.isalnum()} <= covered


@MODEST
@given(texts)
@example("a\u034fb")  # grapheme joiner, a mark of combining class 0
@example("a\u20dd")  # enclosing circle, likewise
def test_folded_forms_have_no_mark(text: str) -> None:
    for token in tokenize(nfc(text)):
        assert not re.search(f"[{COMBINING}{INVISIBLE}]", token.folded), ascii(token)


@MODEST
@given(texts)
@example("KÎ")  # a syllable only without its foreign mark
def test_forms_are_words(text: str) -> None:
    for token in tokenize(nfc(text)):
        assert token.folded
        assert token.exact
        assert not re.search(r"\s", token.folded + token.exact)
        assert fold(token.folded) == token.folded
        assert canonical(fold(token.exact)) == token.folded
        assert unicodedata.is_normalized("NFC", token.exact)
        assert (token.folded, token.exact) == forms(token.text)
        assert forms(token.exact) == (token.folded, token.exact)


@MODEST
@given(texts)
def test_nfd_gives_the_same_tokens(text: str) -> None:
    decomposed = nfc(unicodedata.normalize("NFD", text))
    assert list(tokenize(decomposed)) == list(tokenize(nfc(text)))


@MODEST
@given(st.text(st.sampled_from(VIETNAMESE + " "), max_size=40))
def test_vietnamese_in_nfd_has_the_same_forms_even_unnormalized(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert [forms(t.text) for t in tokenize(decomposed)] == [forms(t.text) for t in tokenize(text)]


@settings(max_examples=1000, deadline=None)
@given(texts, st.integers(0, 20))
@example(".NET a.n C#", 1)
def test_the_faster_pattern_finds_the_same_words(text: str, begin: int) -> None:
    spans = [match.span() for match in any_word().finditer(text, begin)]
    assert [match.span() for match in words_in(text).finditer(text, begin)] == spans


def test_the_faster_pattern_reads_each_character_alike() -> None:
    for char in map(chr, range(0x10000)):
        for text in (char, f"a{char}a", f"1{char}", f"{char}n", f"a{char}\u0301b"):
            spans = [match.span() for match in any_word().finditer(text)]
            assert [match.span() for match in words_in(text).finditer(text)] == spans, ascii(text)


# In a process of its own, since what a process has used at most never falls.
_MEMORY_OF_A_LONG_WORD = """
import resource, sys
from vnsearch.analysis.tokenizer import any_word, words_in
from vnsearch.vietnamese import lookalikes
from vnsearch.vietnamese.readability import readability
word = sys.argv[1].encode().decode("unicode_escape") * 1_000_000
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for pattern in (any_word(), words_in(word)):
    sum(1 for _ in pattern.finditer(word))
lookalikes.restored(word), readability(word)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="units of ru_maxrss")
@pytest.mark.parametrize(
    "part", [r"a\u00ad", r"a\u0301\u200d", r"a\x85", r"a\ufffd", r"\u20aba", r"\u01a3"]
)
def test_a_word_of_any_length_takes_little_memory(part: str) -> None:
    command = [sys.executable, "-c", _MEMORY_OF_A_LONG_WORD, part]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60_000  # KiB; a regex that keeps each repetition takes 200,000


def test_a_word_is_cut_where_its_marks_are_too_many() -> None:
    text = "a\u00ad" * 25_000 + "b"
    tokens = list(tokenize(text))
    assert 1 < len(tokens) < 5
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert "".join(token.text for token in tokens).count("a") == 25_000

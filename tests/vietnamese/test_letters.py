"""Letters: all marked letters of Vietnamese in every encoding, and folding of any word."""

import unicodedata
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import table
from vnsearch.vietnamese import letters
from vnsearch.vietnamese.letters import TONE_MARKS, fold, nfc, split_marks
from vnsearch.vietnamese.syllable import canonical

MODEST = settings(max_examples=150, deadline=None)

BASES = {"ă": "a", "â": "a", "ê": "e", "ô": "o", "ơ": "o", "ư": "u"} | {v: v for v in "aeiouy"}


def marked_letters() -> list[tuple[str, str]]:
    """The letters that are not ASCII, small and capital, each with its small base letter."""
    small = {"đ": "d"} | {vowel: base for vowel, base in BASES.items() if vowel != base}
    for vowel, base in BASES.items():
        small |= {nfc(vowel + tone): base for tone in sorted(TONE_MARKS)}
    return [(form, base) for letter, base in small.items() for form in (letter, letter.upper())]


def encodings(letter: str) -> set[str]:
    """A letter in NFC, partly composed, and in NFD with its marks in every order."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    orders = list(permutations(marks))
    decomposed = {base + "".join(order) for order in orders}
    half_composed = {nfc(base + "".join(order[:1])) + "".join(order[1:]) for order in orders}
    return {letter} | decomposed | half_composed


ENCODED = [
    pytest.param(form, letter, base, id=f"{letter}-{ascii(form)[1:-1]}")
    for letter, base in marked_letters()
    for form in sorted(encodings(letter))
]


def test_there_are_134_marked_letters() -> None:
    assert len({letter for letter, _ in marked_letters()}) == 134


@pytest.mark.parametrize(("form", "letter", "base"), ENCODED)
def test_every_marked_letter_folds_to_its_base(form: str, letter: str, base: str) -> None:
    assert fold(form.lower()) == base
    assert fold(canonical(form)) == base
    assert fold(canonical(nfc(form))) == base
    assert fold(letter.lower()) == base


@pytest.mark.parametrize(("form", "letter", "base"), ENCODED)
def test_every_marked_letter_has_its_exact_form(form: str, letter: str, base: str) -> None:
    assert canonical(form) == letter.lower()
    # In a syllable too, after an onset that does not exchange i and y.
    assert canonical(f"v{form}") == f"v{letter.lower()}"
    assert fold(canonical(f"V{form}")) == f"v{base}"


@table("folds.tsv")
def test_fold(word: str, folded: str) -> None:
    assert fold(word) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("word", "letters", "tones"),
    [
        pytest.param("", [], [], id="nothing"),
        pytest.param("đang", list("đang"), [], id="no tone"),
        pytest.param("việt", list("viêt"), [(2, "\u0323")], id="quality mark stays"),
        pytest.param("vie\u0323\u0302t", list("viêt"), [(2, "\u0323")], id="decomposed"),
        pytest.param("vie\u0302\u0323t", list("viêt"), [(2, "\u0323")], id="other order"),
        pytest.param("é\u0302", ["ê"], [(0, "\u0301")], id="not composable"),
        pytest.param("ñan", ["ñ", "a", "n"], [], id="no tone on a consonant"),
        pytest.param("hóà", list("hoa"), [(1, "\u0301"), (2, "\u0300")], id="two tones"),
        pytest.param("zü", list("zü"), [], id="mark of another language"),
        pytest.param("\u0301", ["\u0301"], [], id="mark without a letter"),
    ],
)
def test_split_marks(word: str, letters: list[str], tones: list[tuple[int, str]]) -> None:
    assert split_marks(word) == (letters, tones)


@MODEST
@given(st.text())
def test_nfc_is_normal_form_c_of_any_text(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("a" + "\u0301" * 30, "á" + "\u0301" * 29, id="as many as are allowed"),
        pytest.param("x" + "\u0301" * 31 + "y", "x" + "\u0301" * 30 + "y", id="one more"),
        pytest.param("\u0301" * 50, "\u0301" * 30, id="without a letter"),
        pytest.param("ệ" + "\u0302" * 99 + "ệ", "ệ" + "\u0302" * 30 + "ệ", id="between letters"),
        pytest.param("—" * 99 + "ế", "—" * 99 + "ế", id="signs are no marks"),
        pytest.param("\u0344" * 40, "\u0308\u0301" * 15, id="two marks in one code point"),
        pytest.param("x" + "\u0f73" * 99, "x" + "\u0f71" * 15 + "\u0f72" * 15, id="Tibetan"),
    ],
)
def test_stacked_marks_are_bounded(text: str, kept: str) -> None:
    assert nfc(text) == kept


@MODEST
@given(
    st.text(st.sampled_from("aê\u0958\u0344\u0f73\u0301\u0323\u0302\u093c\u0f71—"), max_size=200)
)
def test_nfc_is_idempotent(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)


@MODEST
@given(st.text())
def test_fold_is_idempotent_for_any_text(text: str) -> None:
    once = fold(nfc(text.lower()))
    assert fold(once) == once


@MODEST
@given(st.characters(categories=["L", "N"]))
def test_fold_of_a_letter_or_digit_is_a_word_again(char: str) -> None:
    folded = fold(nfc(char.lower()))
    assert folded
    assert not any(part.isspace() for part in folded)
    assert any(part.isalnum() for part in folded)


def test_long_texts_are_normalized_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "e\u0323\u0302 \u0301a\u0323 o\u031b\u0301\n" * 30 + "a\u0301" * 50
    whole = nfc(text)
    for size in range(1, 12):
        monkeypatch.setattr(letters, "_PIECE", size)
        assert nfc(text) == whole == unicodedata.normalize("NFC", text)

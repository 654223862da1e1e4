"""Occurrences of words in a text: the tokens that `tokenize` finds with these forms."""

from hypothesis import example, given, settings

from tests.analysis.test_tokenizer import texts
from vnsearch.analysis.compounds import compounds
from vnsearch.analysis.occurrences import occurrences
from vnsearch.analysis.tokenizer import forms, tokenize
from vnsearch.vietnamese.letters import nfc

MODEST = settings(max_examples=200, deadline=None)


@MODEST
@given(texts)
@example("Ký kí ky ki, KỸ_sĩ sỹ: quý quí–“đá” Da 3km² mañana İzmir gì?")
@example("5kg, iPhone và KyThuật")
def test_occurrences_are_the_tokens_with_these_forms(text: str) -> None:
    tokens = list(tokenize(nfc(text)))
    expected = {
        form: [(t.start, t.end, t.exact) for t in tokens if t.folded == form]
        or pieces_of(nfc(text), form)
        for form in [*(token.folded for token in tokens), "ma", "ki", "ký", "a", "1"]
    }
    assert occurrences(nfc(text), expected) == expected


def pieces_of(text: str, form: str) -> list[tuple[int, int, str]]:
    return [
        (start, end, forms(piece)[1])
        for _, start, end, pieces in compounds(text)
        for piece in pieces
        if forms(piece)[0] == form
    ]


def test_words_of_common_code_points_are_found_like_any_other() -> None:
    for char in map(chr, range(0x3000)):
        text = nfc(f"{char} k{char} {char}k k{char}k".strip())
        tokens = list(tokenize(text))
        expected = {
            form: [(t.start, t.end, t.exact) for t in tokens if t.folded == form]
            for form in (token.folded for token in tokens)
        }
        assert occurrences(text, expected) == expected, ascii(char)

"""Compounds: the tokens that are found by their pieces, too."""

from hypothesis import given, settings

from tests.analysis.test_tokenizer import texts
from tests.cases import table
from vnsearch.analysis.compounds import compounds, pieces
from vnsearch.analysis.tokenizer import spans_of
from vnsearch.vietnamese.letters import nfc


@table("compounds.tsv")
def test_compounds(text: str, pieces: str) -> None:
    found = [" ".join(words) for *_, words in compounds(nfc(text))]
    assert found == (pieces.split("|") if pieces else [])


@settings(max_examples=200, deadline=None)
@given(texts)
def test_compounds_are_the_tokens_with_pieces(text: str) -> None:
    text = nfc(text)
    found = [(n, *span, pieces(text, *span)) for n, span in enumerate(spans_of(text))]
    assert list(compounds(text)) == [item for item in found if item[-1]]

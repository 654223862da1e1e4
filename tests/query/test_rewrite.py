"""Rewriting a query: everything an index has to say of it, in one call."""

from collections.abc import Iterable

from tests.query.test_restoration import LEXICON, Texts
from vnsearch.query.describe import text_of
from vnsearch.query.lexicon import Statistics
from vnsearch.query.parser import parse
from vnsearch.query.rewrite import Rewriter


class Counted(Texts):
    """A lexicon that counts the requests."""

    requests = 0

    def statistics(
        self, words: Iterable[str], bigrams: Iterable[tuple[str, str]] = ()
    ) -> Statistics:
        self.requests += 1
        return super().statistics(words, bigrams)


def test_keystrokes_marks_and_what_is_misspelt() -> None:
    query = parse("ddangr bo nghị quyếc")
    meant, correction = Rewriter(LEXICON).rewrite(query)
    assert text_of(query, meant) == "đảng bộ nghị quyếc"
    assert correction is not None
    assert text_of(query, correction) == "đảng bộ nghị quyết"


def test_an_exact_query_stays_as_it_is() -> None:
    query = parse("dang bo ddangr", exact=True)
    assert Rewriter(LEXICON).rewrite(query) == (query, None)


def test_statistics_are_asked_for_at_once() -> None:
    lexicon = Counted("Đảng bộ Ngoại giao họp bàn về nước Việt Nam", "một hai")
    rewriter = Rewriter(lexicon)
    rewriter.rewrite(parse("dang bo ngoai giao hop ban ve nuoc viet nam"))
    assert lexicon.requests == 1
    rewriter.rewrite(parse("bo ngoai giao hop"))  # bngh may be its abbreviation
    assert lexicon.requests == 3

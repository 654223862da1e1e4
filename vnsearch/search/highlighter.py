"""Passage + Query -> Snippet: the stretch of text that shows best why it matched.

A snippet is the document's own characters with ranges over them; how the ranges look is
for `render` to say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from vnsearch.analysis.occurrences import occurrences
from vnsearch.analysis.tokenizer import forms_at, forms_in, spans_of, words_in
from vnsearch.analysis.unmarked import unmarked_fields, with_unknown_marks
from vnsearch.model import Snippet, StoredPassage
from vnsearch.query.clauses import All, Any, Clause, Kind, Phrase, Query, Word
from vnsearch.search.cutting import (
    LEAD,
    Mark,
    Span,
    closest,
    lines_around,
    span_of_match,
    stretch,
)

LENGTH: Final = 240  # code points, ellipses aside

# A reading of a bare word that is so likely is the only one that is highlighted in full.
_SURE: Final = 0.9

# Words that a text may show, whether a phrase of them must be whole, and its other typings.
Sought = tuple[tuple[Word, ...], bool, tuple[tuple[Word, ...], ...]]

# By folded form, its occurrences: starts, ends, and exact forms.
Places = Mapping[str, Sequence[tuple[int, int, str]]]


class Highlighter:
    """Shows what a query found: made once for all its hits.

    Highlights cover whole words: those that matched. What a bare word likely means is highlighted
    in full, other typings of it weakly. Of a phrase, only its whole occurrences are, unless the
    search was content with its words (`relaxed`).
    """

    def __init__(
        self,
        query: Query,
        *,
        relaxed: bool = False,
        length: int = LENGTH,
        context: int | None = None,
        skip_title: bool = False,
    ) -> None:
        """`length`: of snippets, in code points; `context`: so many sentences or lines around the
        match instead; `skip_title`: show nothing of the title that a text begins with."""
        self._exact, self._relaxed = query.exact, relaxed
        self._length, self._context = max(length, LEAD), context
        self._skip_title = skip_title
        self._in_texts = list(_sought(query.clauses))
        self._in_titles = list(_sought(query.clauses, titles=True))
        self._in_names = list(_sought(query.clauses, names=True))
        self._folded = {
            word.folded
            for words, _, others in (*self._in_titles, *self._in_names)
            for typing in (words, *others)
            for word in typing
        }

    def title(self, passage: StoredPassage) -> tuple[Span, ...]:
        """The ranges of the matched words of a document's title: the name of a file, if it has no
        text."""
        field = _Field(passage, self._folded, is_title=True)
        sought = self._in_titles if passage.text else self._in_names
        marks = self._marks(field, sought)
        return tuple((start, end) for start, end, _ in _joined(field.text, marks))

    def snippet(self, passage: StoredPassage) -> Snippet:
        """The densest stretch of a passage, cut at word boundaries, with its highlights."""
        text = passage.text
        marks = self._marks(_Field(passage, self._folded), self._in_texts)
        body = _behind_title(passage) if self._skip_title else 0
        begin, end = stretch(text, marks, self._length)
        match = closest(marks, begin, end)
        if begin < body:
            marks = [mark for mark in marks if mark.first >= body]
            begin, end = stretch(text, marks, self._length, body)
        if self._context is not None:
            begin, end = lines_around(text, *span_of_match(text, marks, body), self._context)
        begin = max(begin, body)
        before = "… " if begin > body or passage.cut_before else ""
        after = " …" if end < len(text) or passage.cut_after else ""
        shift = len(before) - begin
        joined = _joined(text, (m for m in marks if begin <= m.first and m.last <= end))
        return Snippet(
            f"{before}{text[begin:end]}{after}",
            tuple((start + shift, end + shift) for start, end, _ in joined),
            passage.locator and passage.locator.after(text[:begin]),
            passage.locator and passage.locator.after(text[:match]),
            tuple((start + shift, end + shift) for start, end, weak in joined if weak),
        )

    def _marks(self, field: "_Field", sought: Sequence[Sought]) -> list[Mark]:
        """What to highlight in a text or title, in order."""
        marks: list[Mark] = []
        for words, quoted, others in sought:
            found = _found(field, words, self._exact)
            for other in () if found else others:
                found += _found(field, other, self._exact)
            if not found and len(words) > 1 and (self._relaxed or not quoted):
                for word in words:
                    found += _found(field, (word,), self._exact)
            marks += found
        if not marks and not self._relaxed and field.is_part:
            # A phrase may go on in another passage.
            for words, _, _ in sought:
                for word in words if len(words) > 1 else ():
                    marks += _found(field, (word,), self._exact)
        # Of two words that fold the same, one may be there in full.
        marks.sort(key=lambda mark: not mark.weak)
        return sorted({mark.start: mark for mark in marks}.values())


class _Field:
    """The text or the title of a passage, and where the words of a query may stand in it."""

    def __init__(
        self, passage: StoredPassage, folded: Iterable[str], *, is_title: bool = False
    ) -> None:
        self.text = passage.title if is_title else passage.text
        self.places: Places = occurrences(self.text, folded)
        self._passage, self._is_title = passage, is_title
        self.is_part = not is_title and (passage.cut_before or passage.cut_after)
        self._is_unmarked: bool | None = None

    def has(self, word: Word, folded: str, form: str, exact: bool) -> bool:
        """Whether a word matches a token of it with these forms."""
        if word.matches(folded, form, exact):
            return True
        unknown = with_unknown_marks(folded)
        return form == folded and word.matches(folded, unknown, exact) and self._has_no_marks()

    def _has_no_marks(self) -> bool:
        if self._is_unmarked is None:  # rarely asked
            text, title = self._passage.text, self._passage.title
            if text:
                self._is_unmarked = unmarked_fields(forms_in(text), forms_in(title))[self._is_title]
            else:  # a name: none of its words has any
                self._is_unmarked = all(folded == exact for folded, exact in forms_in(title))
        return self._is_unmarked


def _joined(text: str, marks: Iterable[Mark]) -> list[tuple[int, int, bool]]:
    """The ranges of marks, and whether they are weak. Those that touch each other are one, as those
    of Chinese characters do, and so are different words with only a space between."""
    joined: list[tuple[int, int, bool]] = []
    before = ""
    for start, end, word, _, _, weak in marks:
        if joined and joined[-1][2] == weak:
            gap = text[joined[-1][1] : start]
            if not gap or (gap in (" ", "\xa0", "\n") and word != before):
                start = joined.pop()[0]
        joined.append((start, end, weak))
        before = word
    return joined


def _behind_title(passage: StoredPassage) -> int:
    """Where the text goes on behind the title, if it begins with it and goes on."""
    text, title = passage.text, passage.title
    if passage.cut_before or not title or not text.startswith(title):
        return 0
    behind = text[len(title) :]
    rest = behind.lstrip()
    if not rest or "\n" not in behind[: len(behind) - len(rest)]:
        return 0
    return len(text) - len(rest)


def _sought(
    clauses: Iterable[Clause], *, titles: bool = False, names: bool = False
) -> Iterator[Sought]:
    """What a text, a title or a name may show."""

    def may_show(word: Word) -> bool:
        return (titles or not word.in_title) and (names or not word.in_name)

    for clause in clauses:
        match clause:
            case Word() as word if may_show(word):
                yield (word,), True, word.others
            case Phrase(words, quoted) if may_show(words[0]):
                yield words, quoted, () if clause.joined is None else clause.joined.others
            case All(parts) | Any(parts):
                yield from _sought(parts, titles=titles, names=names)


def _found(field: _Field, words: Sequence[Word], exact: bool) -> list[Mark]:
    """The marks where these words stand in a row."""
    first = words[0]
    if len(words) > 1 or first.kind is not Kind.WORD:
        return [
            Mark(start, end, word.exact, row[0][0], row[-1][1])
            for row in _rows(field, words, exact)
            for word, (start, end) in zip(words, row, strict=True)
        ]
    likely = _likely(first)
    return [
        Mark(start, end, first.exact, start, end, weak=bool(likely) and form not in likely)
        for start, end, form in field.places[first.folded]
        if field.has(first, first.folded, form, exact)
    ]


def _likely(word: Word) -> set[str]:
    """What a bare word likely means, if anything is known of it."""
    sure = {form for form, share in word.readings if share >= _SURE}
    return sure or {form for form, _ in word.readings}


def _rows(field: _Field, words: Sequence[Word], exact: bool) -> Sequence[Sequence[Span]]:
    """Where these words stand in a row: as they were likely meant if anywhere, else as typed."""
    text, first = field.text, words[0]
    # Equal exact forms have equal folded forms, so these are all the candidates.
    is_word = first.kind is Kind.WORD
    starts = [place[:2] for place in field.places[first.folded]] if is_word else spans_of(text)
    for as_meant in (True, False):
        rows: list[list[Span]] = [[]]
        for word in words:
            as_typed = exact or (as_meant and word.marked and not word.match_marks)
            rows = [
                [*row, (start, end)]
                for row in rows
                for start, end in (_following(text, row[-1]) if row else starts)
                if field.has(word, *forms_at(text, start, end), as_typed)
            ]
        if rows:
            return rows
    return ()


def _following(text: str, word: Span) -> tuple[Span, ...]:
    """The word behind a word, if there is one."""
    found = words_in(text).search(text, word[1])
    return () if found is None else (found.span(),)

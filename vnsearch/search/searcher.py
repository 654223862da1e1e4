"""Words -> query -> engine -> hits with snippets."""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vnsearch.analysis.tokenizer import tokenize
from vnsearch.engines import Engine
from vnsearch.errors import REPAIR, IndexUnusableError
from vnsearch.files.paths import FileNames
from vnsearch.files.types import type_of
from vnsearch.index.generations import RECOGNIZED, Generations
from vnsearch.index.opening import as_index_error, open_index
from vnsearch.index.place import engine_of
from vnsearch.language import _
from vnsearch.model import (
    Facets,
    Hit,
    Interpretation,
    Match,
    Matches,
    Place,
    Results,
    Snippet,
    StoredPassage,
    Understood,
)
from vnsearch.query.clauses import Demand, Query, Word, joined_words, words_of
from vnsearch.query.describe import describe, in_pieces, text_of, texts_of
from vnsearch.query.parser import parse
from vnsearch.query.restoration import needed, restored
from vnsearch.query.rewrite import Rewriter
from vnsearch.search.cutting import Span
from vnsearch.search.file_filter import FileFilter, facets_of, in_order, kept_out
from vnsearch.search.highlighter import LENGTH, Highlighter

if TYPE_CHECKING:
    from vnsearch.search.documents import Documents, DocumentText, PassageText

_FILES_KEPT: Final = 1000


class Excerpts(NamedTuple):
    """What is shown of each document."""

    places: int = 1  # at most; 0: only its path
    length: int = LENGTH  # of a snippet, in code points
    context: int | None = None  # sentences or lines around the match, in place of the length
    skip_title: bool = False  # show nothing of the title that a text begins with


class Searcher:
    """An index opened for searching, as it was at that moment.

    Raises NoIndexError and IndexUnusableError when opened.
    """

    def __init__(self, index: Path, engine: Engine | None = None) -> None:
        self._places = FileNames.of(index)
        self._generations = Generations(index)
        self._catalog, self._reader = open_index(self._generations, engine or engine_of(index))
        self._rewriter = Rewriter(self._reader)
        self._file = lru_cache(_FILES_KEPT)(self._catalog.file)

    def close(self) -> None:
        """Let go of the index."""
        self._reader.close()
        self._catalog.close()

    def search(
        self,
        text: str,
        *,
        limit: int = 10,
        offset: int = 0,
        exact: bool = False,
        demand: Demand = Demand.SMART,
        correct: bool = True,
        relax: bool = True,
        files: FileFilter = FileFilter(),  # noqa: B008 - a tuple of nothing
        sort: str = "score",
        reverse: bool = False,
        explain: bool = False,
        excerpts: Excerpts = Excerpts(),  # noqa: B008
        copies: bool = False,
        unfinished: bool = False,
    ) -> Results:
        """Search for `text`, in the query language of `query.parser`.

        Returns hits `offset` to `offset + limit` of the ranking. `exact`: marks must match
        as typed. `correct`: other words, or other marks, may be searched when nothing is found.
        `relax`: documents with some of the words may be found when none has enough. `files`: which
        files may be found. `sort`: one of `file_filter.SORTS`; `reverse`: the last hits first.
        `copies`: documents with the same text are a hit each, as they are without excerpts or in
        another order. `unfinished`: the text is still being typed, see `query.unfinished`.
        """
        typed = _parsed(text, unfinished, exact=exact, demand=demand, relax=relax)
        ask = partial(
            self._reader.search,
            filters=files.filters(self._places, self._catalog),
            order=in_order(sort, self._catalog),
            places=excerpts.places,
            explain=explain,
            copies=copies or reverse or not excerpts.places,
        )
        page = partial(_last_first if reverse else _first_first, ask, offset, limit)
        with as_index_error(self._generations):
            answer = self._answer(typed, page, correct, unfinished)
            found = self._results(answer, offset, excerpts)
            notices = found.notices if found.total else (*found.notices, *self._why(answer, files))
        reading = tuple(describe(answer.query)) if explain else ()
        return found._replace(query=text, limit=limit, reading=reading, notices=notices)

    def _why(self, answer: "_Answer", files: FileFilter) -> Iterator[str]:
        """Which of the tests of files keep documents out, when nothing is found, for a user."""
        unmet = [*files.unmet(self._places, self._catalog)]
        yield from unmet
        for test, rest in () if unmet else files.weaker():
            filters = rest.filters(self._places, self._catalog)
            found = self._reader.search(answer.query, limit=0, filters=filters)
            if found.total and not found.relaxed:
                yield kept_out(test, found.total)
                return

    def facets(
        self,
        text: str,
        *,
        exact: bool = False,
        demand: Demand = Demand.SMART,
        files: FileFilter = FileFilter(),  # noqa: B008
        unfinished: bool = False,
    ) -> Facets:
        """What the answer to a query may be narrowed to, by `files`: types, folders, years."""
        with as_index_error(self._generations):
            typed = _parsed(text, unfinished, exact=exact, demand=demand)
            query, _corrected = self._rewriter.rewrite(typed, unfinished=unfinished)
            filters = files.filters(self._places, self._catalog)
            counts = self._reader.matches_by_source(query, filters)
            return facets_of(counts, dict(self._catalog.modified()), self._places)

    def _answer(
        self,
        typed: Query,
        matches_of: Callable[[Query], Matches],
        correct: bool,
        unfinished: bool,
    ) -> "_Answer":
        """Search for what was meant, and if that is nowhere, for what is likely instead."""
        query, correction = self._rewriter.rewrite(typed, any_typing=correct, unfinished=unfinished)
        matches = matches_of(query)
        wanted = typed.wanted()
        understood = Understood(
            text_of(typed, query),
            None if correction is None else text_of(typed, correction),
            matches.relaxed,
            query.related,
            missing=texts_of(typed, (wanted[number] for number in matches.missing)),
        )
        if matches.total:
            return _Answer(query, matches, understood)
        if correction is None:
            pieces = in_pieces(typed)
            apart = parse(pieces, exact=typed.exact, demand=Demand.ALL)
            if pieces != typed.source and matches_of(apart).total:
                understood = understood._replace(suggestion=pieces)
        elif correct:
            instead = matches_of(correction)
            # Some of the words, of which some are guessed, is too little.
            if instead.total and not instead.relaxed:
                understood = understood._replace(text=text_of(typed, correction), corrected=True)
                return _Answer(correction, instead, understood)
        return _Answer(query, matches, understood)

    def _results(self, answer: "_Answer", offset: int, excerpts: "Excerpts") -> Results:
        query, found, understood = answer
        sources = dict.fromkeys(match.passage.source for match in found.matches)
        paths = {source: self._places.from_here(source) for source in sources}
        highlighter = Highlighter(
            query,
            relaxed=found.relaxed,
            length=excerpts.length,
            context=excerpts.context,
            skip_title=excerpts.skip_title,
        )
        states = {source: self._state(source) for source in paths if excerpts.places}
        words = len(query.wanted())
        hits = (
            self._told(_hit(rank, match, words, highlighter, states[match.passage.source]), match)
            for rank, match in enumerate(found.matches, offset + 1)
        )
        return Results(
            query=query.source,
            understood=understood,
            total=found.total,
            limit=0,
            offset=offset,
            hits=() if not excerpts.places else tuple(hits),
            paths=tuple(paths.values()),
            notices=query.notices,
            complete=found.complete,
        )

    def _told(self, hit: Hit, match: Match) -> Hit:
        """A hit with how sure its text is, if that was recognized in pictures."""
        state = self._file(match.passage.source)
        if state is None or not state.reader.endswith(" ocr"):
            return hit
        from vnsearch.index.recognized import Recognized

        pages = Recognized(self._generations.folder / RECOGNIZED).pages(state.digest)

        def told(snippet: Snippet) -> Snippet:
            at = snippet.match
            page = pages.get(at.number) if at is not None and at.unit == "page" else None
            return snippet if page is None else snippet._replace(confidence=page.confidence)

        others = tuple(other._replace(snippet=told(other.snippet)) for other in hit.others)
        return hit._replace(snippet=told(hit.snippet), others=others)

    def read(self, text: str) -> tuple[Interpretation, ...]:
        """How the words of an NFC text are read, as those of a query would be."""
        tokens = tuple(tokenize(text))
        words = (Word(t.text, t.folded, t.exact, match_marks=t.exact != t.folded) for t in tokens)
        with as_index_error(self._generations):
            query = Query(text, tuple(words))
            known = self._reader.statistics(*needed(query))
            meant = words_of(restored(query, known).clauses)
            return tuple(
                Interpretation(token, word.exact, known.variants[word.folded])
                for token, word in zip(tokens, meant, strict=True)
            )

    def typings(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What a query would find in other typings, too: each thing as typed, and its typings."""
        with as_index_error(self._generations):
            query, _corrected = self._rewriter.rewrite(parse(text, exact=True))
        words = (*joined_words(query.clauses), *words_of(query.clauses))
        return tuple(
            (word.text, tuple(" ".join(w.text for w in typing) for typing in word.others))
            for word in words
            if word.others
        )

    def marks(
        self,
        document: "DocumentText",
        text: str,
        *,
        exact: bool = False,
        unfinished: bool = False,
    ) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Where a document has what a query asks for, in its text; and which of these are weak."""
        if not text:
            return (), ()
        with as_index_error(self._generations):
            typed = _parsed(text, unfinished, exact=exact)
            query, _corrected = self._rewriter.rewrite(typed, unfinished=unfinished)
        highlighter = Highlighter(query, relaxed=True, length=sys.maxsize)
        marks, weak = list[Span](), list[Span]()
        for part in document.passages:
            passage = StoredPassage(
                document.id, "", "", part.text, None, cut_before=False, cut_after=False
            )
            found = highlighter.snippet(passage)
            marks += ((part.start + start, part.start + end) for start, end in found.highlights)
            weak += ((part.start + start, part.start + end) for start, end in found.weak)
        return tuple(marks), tuple(weak)

    def has_changed(self) -> bool | None:
        """Whether files have changed since the index was made; None when that takes long to
        tell."""
        from vnsearch.index.freshness import has_changed  # for people's searches only

        with as_index_error(self._generations):
            return has_changed(self._catalog, self._places)

    def name_of(self, path: str) -> str:
        """The name that the index has for a path from the current folder."""
        return self._places.named(path)

    def document(self, id: str) -> "DocumentText":  # noqa: A002
        """The document with an id; raises UnknownIdError."""
        with as_index_error(self._generations):
            return self._documents().document(id)

    def passage(self, id: str) -> "tuple[DocumentText, PassageText]":  # noqa: A002
        """The passage with an id, and its document; raises UnknownIdError."""
        with as_index_error(self._generations):
            return self._documents().passage(id)

    def _documents(self) -> "Documents":
        from vnsearch.search.documents import Documents  # most runs only search

        return Documents(self._reader, self._file, lambda source: self._state(source)[:3])

    def _state(self, source: str) -> "_File":
        """What the index knows of a file that is in it, and whether it changed since."""
        state = self._file(source)
        if state is None:
            raise IndexUnusableError(
                _("the index does not know its file {source}").format(source=source), REPAIR
            )
        # Of a file that was not read, only the name can be out of date.
        has_text = state.documents or state.container
        holder = self._file(state.container) if state.container else state
        at = self._places.path(state.container or source)
        is_current = holder and (holder.is_current(at) if has_text else os.path.lexists(at))
        unread = state.flaws[0] if state.flaws and not state.documents else ""
        return _File(self._places.from_here(source), state.modified, not is_current, unread)


class _Answer(NamedTuple):
    """What was searched in the end, and what that found."""

    query: Query
    matches: Matches
    understood: Understood


class _File(NamedTuple):
    """The file of a hit."""

    path: str  # from here
    modified: datetime
    stale: bool
    unread: str  # why it was not read, if it was not


def _parsed(text: str, unfinished: bool, **options: Any) -> Query:
    if unfinished:
        from vnsearch.query.unfinished import closed  # only while someone types

        text = closed(text)
    return parse(text, **options)


def _first_first(ask: Callable[..., Matches], offset: int, limit: int, query: Query) -> Matches:
    """A page of what is found."""
    return ask(query, limit=limit, offset=offset)


def _last_first(ask: Callable[..., Matches], offset: int, limit: int, query: Query) -> Matches:
    """A page of what is found, in reverse."""
    end = max(0, ask(query, limit=0, offset=0).total - offset)
    found = ask(query, limit=min(limit, end), offset=max(0, end - limit))
    return found._replace(matches=found.matches[::-1])


def _hit(rank: int, match: Match, words: int, highlighter: Highlighter, file: _File) -> Hit:
    found = match.passage
    by_name = not found.text
    if by_name:
        found = found._replace(title=os.path.basename(file.path))
    others = (
        Place(other.passage_id(number), highlighter.snippet(other))
        for number, other in match.others
    )
    return Hit(
        rank=rank,
        score=match.score,
        id=found.document_id,
        passage=found.passage_id(match.number),
        path=file.path,
        title=found.title,
        title_highlights=highlighter.title(found),
        snippet=highlighter.snippet(found),
        modified=file.modified,
        stale=file.stale,
        parts=match.parts,
        matched=match.matched,
        words=words,
        type=type_of(found.source),
        places=match.places,
        others=tuple(others),
        copies=match.copies,
        by_name=by_name,
        unread=file.unread if by_name else "",
    )

"""Words -> query -> engine -> hits with snippets."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.analysis.tokenizer import tokenize
from vnsearch.engines import Engine, Filters, embedded
from vnsearch.errors import REPAIR, IndexUnusableError
from vnsearch.files.paths import FileNames
from vnsearch.index.generations import Generations
from vnsearch.index.opening import as_index_error, open_index
from vnsearch.model import Hit, Interpretation, Match, Matches, Results, Understood
from vnsearch.query.clauses import Demand, Query, Word, joined_words, words_of
from vnsearch.query.describe import describe, in_pieces, text_of, texts_of
from vnsearch.query.parser import parse
from vnsearch.query.restoration import needed, restored
from vnsearch.query.rewrite import Rewriter
from vnsearch.search.highlighter import Highlighter

if TYPE_CHECKING:
    from vnsearch.search.documents import Documents, DocumentText, PassageText

_FILES_KEPT: Final = 1000


class Searcher:
    """An index opened for searching, as it was at that moment.

    Raises NoIndexError and IndexUnusableError when opened.
    """

    def __init__(self, index: Path, engine: Engine | None = None) -> None:
        self._places = FileNames.of(index)
        self._generations = Generations(index)
        self._catalog, self._reader = open_index(self._generations, engine or embedded())
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
        within: str | None = None,
        explain: bool = False,
        paths_only: bool = False,
    ) -> Results:
        """Search for `text`, in the query language of `query.parser`.

        Returns hits `offset` to `offset + limit` of the ranking. `exact`: marks must match
        as typed. `correct`: other words, or other marks, may be searched when nothing is found.
        `relax`: documents with some of the words may be found when none has enough. `within`: a
        glob that the name of the file must match, as in .gitignore, at any depth. `paths_only`: the
        paths of the hits, without making the hits.
        """
        typed = parse(text, exact=exact, demand=demand, relax=relax)
        filters = Filters() if within is None else Filters((_anywhere(within),))

        def matches_of(query: Query) -> Matches:
            return self._reader.search(
                query, limit=limit, offset=offset, filters=filters, explain=explain
            )

        with as_index_error(self._generations):
            answer = self._answer(typed, matches_of, correct)
            found = self._results(answer, offset, paths_only)
        reading = tuple(describe(answer.query)) if explain else ()
        return found._replace(query=text, limit=limit, reading=reading)

    def _answer(
        self, typed: Query, matches_of: Callable[[Query], Matches], correct: bool
    ) -> "_Answer":
        """Search for what was meant, and if that is nowhere, for what is likely instead."""
        query, correction = self._rewriter.rewrite(typed, any_typing=correct)
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
            pieces = in_pieces(typed.source)
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

    def _results(self, answer: "_Answer", offset: int, paths_only: bool) -> Results:
        query, found, understood = answer
        sources = dict.fromkeys(match.passage.source for match in found.matches)
        paths = {source: self._places.from_here(source) for source in sources}
        highlighter = Highlighter(query, relaxed=found.relaxed)
        states = {} if paths_only else {source: self._state(source) for source in paths}
        words = len(query.wanted())
        hits = (
            _hit(rank, match, words, highlighter, *states[match.passage.source])
            for rank, match in enumerate(found.matches, offset + 1)
        )
        return Results(
            query=query.source,
            understood=understood,
            total=found.total,
            limit=0,
            offset=offset,
            hits=() if paths_only else tuple(hits),
            paths=tuple(paths.values()),
            notices=query.notices,
            complete=found.complete,
        )

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
            query, _ = self._rewriter.rewrite(parse(text, exact=True))
        words = (*joined_words(query.clauses), *words_of(query.clauses))
        return tuple(
            (word.text, tuple(" ".join(w.text for w in typing) for typing in word.others))
            for word in words
            if word.others
        )

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

        return Documents(self._reader, self._file, self._state)

    def _state(self, source: str) -> tuple[str, datetime, bool]:
        """Of a file that is in the index, its path from here, when it was modified, and whether
        it changed since."""
        state = self._file(source)
        if state is None:
            raise IndexUnusableError(f"the index does not know its file {source}", REPAIR)
        path = self._places.from_here(source)
        return path, state.modified, not state.is_current(self._places.path(source))


class _Answer(NamedTuple):
    """What was searched in the end, and what that found."""

    query: Query
    matches: Matches
    understood: Understood


def _hit(
    rank: int,
    match: Match,
    words: int,
    highlighter: Highlighter,
    path: str,
    modified: datetime,
    stale: bool,
) -> Hit:
    found = match.passage
    return Hit(
        rank=rank,
        score=match.score,
        id=found.document_id,
        passage=found.passage_id(match.number),
        path=path,
        title=found.title,
        title_highlights=highlighter.title(found),
        snippet=highlighter.snippet(found),
        modified=modified,
        stale=stale,
        parts=match.parts,
        matched=match.matched,
        words=words,
    )


def _anywhere(glob: str) -> str:
    """A glob that matches at any depth."""
    glob = glob.removeprefix("./")
    return glob if glob.startswith(("/", "**/")) else f"**/{glob}"

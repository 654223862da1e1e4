"""Words -> query -> engine -> hits with snippets."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

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
        copies: bool = False,
    ) -> Results:
        """Search for `text`, in the query language of `query.parser`.

        Returns hits `offset` to `offset + limit` of the ranking. `exact`: marks must match
        as typed. `correct`: other words, or other marks, may be searched when nothing is found.
        `relax`: documents with some of the words may be found when none has enough. `within`: a
        glob that the name of the file must match, as in .gitignore, at any depth. `paths_only`: the
        paths of the hits, without making the hits, but of each copy. `copies`: documents with the
        same text are a hit each.
        """
        typed = parse(text, exact=exact, demand=demand, relax=relax)
        filters = Filters() if within is None else Filters((_anywhere(within),))

        def matches_of(query: Query) -> Matches:
            return self._reader.search(
                query,
                limit=limit,
                offset=offset,
                filters=filters,
                explain=explain,
                copies=copies or paths_only,
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
        states = {} if paths_only else {s: self._state(s, path) for s, path in paths.items()}
        words = len(query.wanted())
        hits = (
            _hit(rank, match, words, highlighter, states[match.passage.source])
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

    def _state(self, source: str, path: str) -> "_File":
        """What the index knows of a file that is in it, and whether it changed since."""
        state = self._file(source)
        if state is None:
            raise IndexUnusableError(f"the index does not know its file {source}", REPAIR)
        at = self._places.path(source)
        # Of a file that was not read, only the name can be out of date.
        is_current = state.is_current(at) if state.documents else os.path.lexists(at)
        unread = state.flaws[0] if state.flaws and not state.documents else ""
        return _File(path, state.modified, not is_current, unread)


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


def _hit(rank: int, match: Match, words: int, highlighter: Highlighter, file: _File) -> Hit:
    found = match.passage
    by_name = not found.text
    if by_name:
        found = found._replace(title=os.path.basename(file.path))
    return Hit(
        rank=rank,
        score=match.score,
        id=f"{found.source}#{found.key}" if found.key else found.source,
        path=file.path,
        title=found.title,
        title_highlights=highlighter.title(found),
        snippet=highlighter.snippet(found),
        modified=file.modified,
        stale=file.stale,
        parts=match.parts,
        matched=match.matched,
        words=words,
        copies=match.copies,
        by_name=by_name,
        unread=file.unread if by_name else "",
    )


def _anywhere(glob: str) -> str:
    """A glob that matches at any depth."""
    glob = glob.removeprefix("./")
    return glob if glob.startswith(("/", "**/")) else f"**/{glob}"

"""Words -> query -> engine -> hits with snippets."""

from collections.abc import Callable
from pathlib import Path

from vnsearch.engines import Engine, embedded
from vnsearch.errors import REPAIR, IndexUnusableError
from vnsearch.generations import Generations
from vnsearch.globs import matcher
from vnsearch.model import Hit, Match, Results, Understood
from vnsearch.opening import open_index
from vnsearch.parsing import parse
from vnsearch.places import Places
from vnsearch.query import Demand, Query, describe
from vnsearch.snippet import make_snippet, title_highlights


class Searcher:
    """An index opened for searching, as it was at that moment.

    Raises NoIndexError and IndexUnusableError when opened.
    """

    def __init__(self, index: Path, engine: Engine | None = None) -> None:
        self._places = Places.of(index)
        self._catalog, self._reader = open_index(Generations(index), engine or embedded())

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
        within: str | None = None,
        explain: bool = False,
        paths_only: bool = False,
    ) -> Results:
        """Search for `text`, in the query language of `parsing`.

        Returns hits `offset` to `offset + limit` of the ranking. `exact`: marks must match
        as typed. `within`: a glob that the name of the file must match, as in .gitignore,
        at any depth. `paths_only`: the paths of the hits, without making the hits.
        """
        query = parse(text, exact=exact, demand=demand)
        matches = self._reader.search(
            query,
            limit=limit,
            offset=offset,
            accepts=None if within is None else _glob(within),
            explain=explain,
        )
        sources = dict.fromkeys(match.passage.source for match in matches.matches)
        return Results(
            query=text,
            understood=Understood(" ".join(query.source.split()), relaxed=matches.relaxed),
            total=matches.total,
            limit=limit,
            offset=offset,
            hits=()
            if paths_only
            else tuple(
                self._hit(rank, match, query, matches.relaxed)
                for rank, match in enumerate(matches.matches, offset + 1)
            ),
            paths=tuple(map(self._places.from_here, sources)),
            notices=query.notices,
            reading=tuple(describe(query)) if explain else (),
        )

    def _hit(self, rank: int, match: Match, query: Query, relaxed: bool) -> Hit:
        source, key, title = match.passage.source, match.passage.key, match.passage.title
        state = self._catalog.file(source)
        if state is None:
            raise IndexUnusableError(f"the index does not know its file {source}", REPAIR)
        return Hit(
            rank=rank,
            score=match.score,
            id=f"{source}#{key}" if key else source,
            path=self._places.from_here(source),
            title=title,
            title_highlights=title_highlights(title, query, relaxed=relaxed),
            snippet=make_snippet(match.passage, query, relaxed=relaxed),
            modified=state.modified,
            stale=not state.is_current(self._places.path(source)),
            parts=match.parts,
        )


def _glob(pattern: str) -> Callable[[str], bool]:
    pattern = pattern.removeprefix("./")
    return matcher([pattern if pattern.startswith(("/", "**/")) else f"**/{pattern}"])

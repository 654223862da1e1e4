"""Papers of an office, in each format: the title, the table as shown, and where a phrase is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import papers
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.indexing.update import update
from vnsearch.model import Hit
from vnsearch.search.searcher import Searcher


@pytest.fixture(scope="module")
def hits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Hit]]:
    folder = tmp_path_factory.mktemp("papers")
    papers.make(folder / "docs")
    done = update(folder / ".vnsearch", [str(folder / "docs")])
    assert not done.skipped
    searcher = Searcher(folder / ".vnsearch")
    found = searcher.search(f'"{papers.PHRASE}"', limit=50).hits
    assert len(found) == len(papers.PAPERS)
    yield {Path(hit.path).name: hit for hit in found}
    searcher.close()


@pytest.mark.parametrize("name", papers.PAPERS)
def test_titles_tables_and_places(name: str, hits: dict[str, Hit]) -> None:
    hit, paper = hits[name], papers.PAPERS[name]
    assert hit.title.removeprefix("BÁO CÁO: ") == papers.TITLE
    match = hit.snippet.match
    assert (match and (match.unit, match.number)) == (
        (paper.unit, paper.number) if paper.unit else None
    )
    assert [t.exact for t in tokenize(papers.PHRASE)] == [
        token.exact
        for start, end in hit.snippet.highlights
        for token in tokenize(hit.snippet.text[start:end])
    ]


@pytest.mark.parametrize("name", papers.PAPERS)
def test_rows_are_shown_with_their_cells_apart(
    name: str, tmp_path: Path, hits: dict[str, Hit]
) -> None:
    assert name in hits
    papers.make(tmp_path / "docs")
    update(tmp_path / "ix", [str(tmp_path / "docs" / name)])
    searcher = Searcher(tmp_path / "ix")
    (hit,) = searcher.search('"trần văn dũng"').hits
    searcher.close()
    assert papers.ROW in hit.snippet.text

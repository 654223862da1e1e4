"""Papers of an office, in each format: the title, the table as shown, and where a phrase is."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from olefile import OleFileIO

from tests import formats, ole, papers
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.errors import UnusableFileError
from vnsearch.indexing.update import update
from vnsearch.model import Document, Hit
from vnsearch.readers import read
from vnsearch.readers.sandbox import Sandbox
from vnsearch.search.searcher import Searcher


@pytest.fixture(scope="module")
def hits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Hit]]:
    folder = tmp_path_factory.mktemp("papers")
    papers.make(folder / "docs")
    done = update(folder / ".vnsearch", [str(folder / "docs")])
    assert not done.skipped
    searcher = Searcher(folder / ".vnsearch")
    found = searcher.search(f'"{papers.PHRASE}"', limit=50, copies=True).hits
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


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox()
    yield opened
    opened.close()


MADE = {
    name: content if isinstance(content := paper.make(), bytes) else content.encode()
    for name, paper in papers.PAPERS.items()
}
HOSTILE = (b"<", b">", b"/>", b'"', b"\0", b"\xff", b"99999999999", b"-1", b"&#0;", b"<w:p>", b"")


def changed(data: bytes, at: float, cut: int, new: bytes) -> bytes:
    begin = int(at * len(data))
    return data[:begin] + new + data[begin + cut :]


@pytest.mark.parametrize("name", MADE)
@settings(max_examples=int(os.environ.get("VNSEARCH_FUZZ", "40")), deadline=None)
@given(
    part=st.floats(0, 1, exclude_max=True),
    at=st.floats(0, 1),
    cut=st.integers(0, 30),
    new=st.sampled_from(HOSTILE) | st.binary(max_size=8),
)
def test_a_changed_paper_is_read_or_refused(
    name: str, part: float, at: float, cut: int, new: bytes, sandbox: Sandbox
) -> None:
    """Three thousand times with VNSEARCH_FUZZ=3000. Of a package, one of its files is changed, so
    that it is read at all; so is a stream of an OLE container, every other time."""
    data = MADE[name]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = {item: archive.read(item) for item in archive.namelist()}
        chosen = sorted(files)[int(part * len(files))]
        files[chosen] = changed(files[chosen], at, cut, new)
        data = formats.packed(dict(files))
    elif data.startswith(b"\xd0\xcf") and part < 0.5:
        with OleFileIO(BytesIO(data)) as opened:
            streams = {"/".join(path): opened.openstream(path).read() for path in opened.listdir()}
        chosen = sorted(streams, key=lambda stream: len(streams[stream]))[-1 - int(part * 4)]
        streams[chosen] = changed(streams[chosen], at, cut, new)
        data = ole.container(streams)
    else:
        data = changed(data, at, cut, new)
    with suppress(UnusableFileError):
        for item in read(name, BufferedReader(BytesIO(data)), sandbox):
            if isinstance(item, Document):
                assert item.title
                assert len(item.title) <= 120

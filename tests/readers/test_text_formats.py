"""Text-like formats: each sample is found first by its phrase, in its place; old encodings; what is
no text; mutated files."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import formats, samples
from tests.cases import table
from tests.conftest import CORPUS
from tests.samples import SAMPLES, phrase_of
from vnsearch.errors import UnusableFileError
from vnsearch.indexing.update import update
from vnsearch.model import Document, Hit
from vnsearch.readers import read
from vnsearch.readers.base import Flaw
from vnsearch.readers.sandbox import Sandbox
from vnsearch.search.searcher import Searcher
from vnsearch.vietnamese import encodings
from vnsearch.vietnamese.letters import fold


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Hit]]:
    """The first hit of a query in an index of all samples."""
    folder = tmp_path_factory.mktemp("samples")
    samples.make(folder / "docs")
    done = update(folder / ".vnsearch", [str(folder / "docs")])
    assert not done.skipped
    searcher = Searcher(folder / ".vnsearch")
    yield lambda query: searcher.search(query).hits[0]
    searcher.close()


@pytest.mark.parametrize("typing", [str, fold], ids=["full", "bare"])
@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_found_first_in_its_place(
    name: str, typing: Callable[[str], str], first: Callable[[str], Hit]
) -> None:
    sample = SAMPLES[name]
    at = list(SAMPLES).index(name)
    hit = first(typing(phrase_of(at)))
    assert hit.id.partition("#")[0] == f"docs/{name}{sample.inside}"
    match = hit.snippet.match
    assert (match and (match.unit, match.number)) == (
        (sample.unit, sample.number) if sample.unit else None
    )
    assert hit.matched == hit.words
    assert hit.title == (sample.title.format(phrase_of(at)) or Path(name).name)


def items(name: str, content: str | bytes, sandbox: Sandbox) -> list[Document | Flaw]:
    data = content if isinstance(content, bytes) else content.encode()
    found = read(name, BufferedReader(BytesIO(data)), sandbox)
    return [item for item in found if isinstance(item, Document | Flaw)]


@table("text-formats.tsv")
def test_what_is_shown(name: str, source: str, shown: str, sandbox: Sandbox) -> None:
    """Line by line, so that places are those of the file."""
    found, *_ = items(name, source, sandbox)
    assert isinstance(found, Document)
    assert found.text == shown


OLD = [encodings.TCVN3, encodings.VNI, encodings.VISCII, encodings.VPS, encodings.WINDOWS_1258]
PROSE = formats.sample(CORPUS / "law" / "dang-ky-cu-tru.txt")
WRITTEN: dict[str, Callable[[str], str]] = {
    "a.srt": lambda line: f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n",
    "a.json": lambda line: f'[{{"lời": "{line}"}},\n{{"lời": "hết hai"}}]',
    "a.jsonl": lambda line: f'{{"loi": "{line}"}}',
    "a.xml": lambda line: f"<?xml version='1.0'?><a><b>{line}</b></a>",
    "a.ipynb": lambda line: f'{{"cells": [{{"cell_type": "raw", "source": "{line}"}}]}}',
    "a.tex": lambda line: f"\\section{{Một}}\n\\emph{{{line}}}",
    "a.org": lambda line: f"* Một\n{line}",
    "a.rst": lambda line: f"Một\n===\n\n{line}",
    "a.log": lambda line: f"2024-01-01 INFO {line}",
    "a.yaml": lambda line: f"lời: {line}",
    "a.py": lambda line: f"# {line}",
    "a.xls": lambda line: f"<table><tr><td>{line}</td></tr></table>",
    "khong-duoi": str,
}


@pytest.mark.parametrize("encoding", OLD)
@pytest.mark.parametrize("name", WRITTEN)
def test_old_encodings(name: str, encoding: str, sandbox: Sandbox) -> None:
    line = " ".join(PROSE.replace('"', "").lower().split("\n")[2:8])
    data = formats.encoded(WRITTEN[name](line), encoding)
    texts = [item.text for item in items(name, data, sandbox) if isinstance(item, Document)]
    assert line[:300] in " ".join(" ".join(texts).split())


def test_what_programs_leave_behind_is_left_out_in_silence(tmp_path: Path) -> None:
    for name in ("~$bao-cao.docx", "Thumbs.db", "desktop.ini", ".DS_Store", "__MACOSX/a.txt", "a"):
        (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / name).write_text("một")
    done = update(tmp_path / "ix", [str(tmp_path / "docs")])
    assert (done.added, done.skipped) == (1, ())


MADE = {
    name: content if isinstance(content := sample.make(phrase_of(0)), bytes) else content.encode()
    for name, sample in SAMPLES.items()
}
SIGNS = b"\\ { } [ ] < > \" ' : , = % & # - --> ]]> \\n PK \0 \xff 99999999999 -1 \x1f\x8b".split()


@pytest.mark.parametrize("name", MADE)
@settings(max_examples=int(os.environ.get("VNSEARCH_FUZZ", "25")), deadline=None)
@given(
    changes=st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 40), st.sampled_from(SIGNS) | st.binary(max_size=8)
        ),
        min_size=1,
        max_size=3,
    ),
    size=st.floats(0.2, 1) | st.just(1.0),
)
def test_a_changed_file_is_read_or_refused(
    name: str, changes: list[tuple[float, int, bytes]], size: float, sandbox: Sandbox
) -> None:
    """Three thousand times with VNSEARCH_FUZZ=3000."""
    data = MADE[name]
    for at, cut, new in changes:
        begin = int(at * len(data))
        data = data[:begin] + new + data[begin + cut :]
    data = data[: int(size * len(data))]
    with suppress(UnusableFileError):
        for item in read(name, BufferedReader(BytesIO(data)), sandbox, wanted=lambda _: True):
            if isinstance(item, Document):
                assert 0 < len(item.title) <= 120
                (item.title + item.text + item.key).encode()

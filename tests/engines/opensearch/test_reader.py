"""A search: what it asks a cluster for."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.conftest import write_files
from tests.engines.opensearch.fake import FakeCluster
from vnsearch.engines.opensearch import OpenSearchEngine
from vnsearch.engines.opensearch.address import parse
from vnsearch.engines.opensearch.transport import Answer
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

QUERIES = ("đảng bộ", "dang bo ha noi hop hoi nghi", '"hà nội" -nắng', "ho* HN", "hộp~")


class Recording:
    """A transport that remembers what was asked."""

    def __init__(self) -> None:
        self.cluster = FakeCluster()
        self.asked: list[tuple[str, bytes]] = []

    def __call__(
        self, node: int, method: str, path: str, body: bytes | None, seconds: float
    ) -> Answer:
        self.asked.append((path, body or b""))
        return self.cluster(node, method, path, body, seconds)


def test_statistics_and_scores_are_of_the_same_copies(tmp_path: Path) -> None:
    """Copies differ in what they have merged away; bounds of one do not hold for another."""
    transport = Recording()
    engine = OpenSearchEngine(parse("http://memory/laws"), transport=transport)
    docs = tmp_path / "docs"
    docs.mkdir()
    texts = {f"{n}.txt": f"Đảng bộ Hà Nội (HN) họp hội nghị lần {n}. Mưa" for n in range(90)}
    write_files(docs, texts)
    update(tmp_path / "index", [str(docs)], engine=engine)
    transport.asked.clear()
    with closing(Searcher(tmp_path / "index", engine)) as searcher:
        for query in QUERIES:
            assert searcher.search(query).total
    preferences = {"/_termvectors": set[Any](), "/_search": set[Any](), "/_msearch": set[Any]()}
    for path, body in transport.asked:
        url = urlsplit(path)
        for what, found in preferences.items():
            if url.path == "/_msearch" == what:
                headers = map(json.loads, body.splitlines()[::2])
                found.update(header.get("preference") for header in headers)
            elif url.path.endswith(what):
                found.update(parse_qs(url.query).get("preference", [None]))
    (one,) = preferences["/_termvectors"]
    assert one
    assert preferences["/_msearch"] == preferences["/_search"] == {one}

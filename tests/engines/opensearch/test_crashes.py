"""A writer that ends at any request: readers see what was there before or all that is new, and the
next run makes an index like one built anew."""

import json
from contextlib import closing, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_files
from tests.engines.opensearch.fake import FakeCluster
from vnsearch.engines.opensearch import OpenSearchEngine, counts, state
from vnsearch.engines.opensearch.address import parse
from vnsearch.engines.opensearch.transport import Answer, Transport
from vnsearch.errors import LockedError, VnsearchError
from vnsearch.index.check import check
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.render import jsonform, upkeep
from vnsearch.search.searcher import Searcher

ADDRESS = parse("http://memory/laws")
QUERIES = ("đảng bộ", "dang bo", '"hà nội"', "mưa -nắng", "ho*", "cá OR mưa", "name:b", "hội nghị")

BEFORE = {
    "a.txt": "Đảng bộ Hà Nội họp hội nghị.",
    "b.md": "# Dáng bò\n\nBò ăn cỏ, trời mưa.",
    "long.txt": "\n\n".join(f"Đoạn {n} về mưa nắng ở Hà Nội. " * 30 for n in range(6)),
    "r.jsonl": '{"id": "1", "text": "Hội nghị"}\n{"id": "1", "text": "mưa"}\n{"text": "cá"}',
}
AFTER = {
    "b.md": "Bò không ăn cỏ khi mưa ở Hà Nội.",
    "d.txt": "Đảng bộ Huế không họp, trời nắng.",
    "long.txt": "\n\n".join(f"Đoạn {n} về cá ở Hà Nội. " * 30 for n in range(5)),
    "r.jsonl": '{"id": "1", "text": "Hội nghị"}\n{"id": "2", "text": "mưa to"}',
}


class KilledError(BaseException):
    """The process is dead."""


class Dying:
    """A transport that sends so many requests, and then nothing; the last answer may be lost."""

    def __init__(self, send: Transport, requests: int, *, lose_answer: bool) -> None:
        self._send, self.left, self._lose = send, requests, lose_answer

    def __call__(
        self, node: int, method: str, path: str, body: bytes | None, seconds: float
    ) -> Answer:
        if self.left <= 0:
            raise KilledError
        self.left -= 1
        answer = self._send(node, method, path, body, seconds)
        if self.left == 0 and self._lose:
            raise KilledError
        return answer


def before_commit(send: Transport) -> Transport:
    """A transport that dies when all is sent and nothing committed."""

    def dying(node: int, method: str, path: str, body: bytes | None, seconds: float) -> Answer:
        if method == "PUT" and "/_doc/commit" in path:
            raise KilledError
        return send(node, method, path, body, seconds)

    return dying


def engine(transport: Transport) -> OpenSearchEngine:
    return OpenSearchEngine(ADDRESS, transport=transport)


def answers(index: Path, cluster: FakeCluster) -> list[Any]:
    with closing(Searcher(index, engine(cluster))) as searcher:
        found = [searcher.search(query) for query in QUERIES]
    return [
        (r.total, r.complete, [(hit.id, hit.passage, hit.score, hit.copies) for hit in r.hits])
        for r in found
    ]


def counted(cluster: FakeCluster) -> dict[str, int]:
    """All counts that are not 0, of what is current."""
    client = engine(cluster).connect()
    found = state.committed(client)
    assert found is not None
    total: dict[str, int] = {}
    for body, _ in cluster.indexes[found.state.counts].documents.values():
        for field, sign in (("plus", 1), ("minus", -1)):
            for each in body.get(field, "").split():
                name, _, times = each.partition("|")
                total[name] = total.get(name, 0) + sign * int(times)
    del total[counts.DOCUMENTS]
    return {name: count for name, count in total.items() if count}


def write(docs: Path, files: dict[str, str]) -> None:
    for path in docs.glob("*"):
        path.unlink()
    write_files(docs, files)


def indexed(folder: Path, files: dict[str, str] = BEFORE) -> tuple[FakeCluster, Path, Path]:
    """A cluster with an index of files, the folder of these, and that of the index."""
    cluster, docs, index = FakeCluster(), folder / "docs", folder / "index"
    docs.mkdir()
    write(docs, files)
    update(index, [str(docs)], engine=engine(cluster))
    return cluster, docs, index


def let_go(cluster: FakeCluster) -> None:
    """Let the lock of a dead process be old."""
    documents = cluster.indexes["laws-state"].documents
    if "lock" in documents:
        body, number = documents["lock"]
        documents["lock"] = {**body, "at": 0.0}, number


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answers and counts of indexes made in one go, before and after."""
    found = {}
    for name, files in (("before", BEFORE), ("after", AFTER)):
        cluster, _docs, index = indexed(tmp_path_factory.mktemp(name), files)
        found[name] = answers(index, cluster), counted(cluster)
    return found


@pytest.mark.parametrize("at", range(1, 50))
def test_a_writer_that_dies_loses_nothing(
    tmp_path: Path, expected: dict[str, Any], at: int
) -> None:
    cluster, docs, index = indexed(tmp_path)
    write(docs, AFTER)
    dying = Dying(cluster, at, lose_answer=at % 2 > 0)
    with suppress(KilledError):
        update(index, [str(docs)], engine=engine(dying))
    seen = answers(index, cluster)
    assert seen in (expected["before"][0], expected["after"][0])
    let_go(cluster)
    update(index, [str(docs)], engine=engine(cluster))
    assert not check(index, engine(cluster)).damages
    assert answers(index, cluster) == expected["after"][0]
    assert counted(cluster) == expected["after"][1]


@pytest.mark.parametrize("at", range(1, 50))
def test_two_writers_that_die_one_after_the_other(
    tmp_path: Path, expected: dict[str, Any], at: int
) -> None:
    cluster, docs, index = indexed(tmp_path)
    write(docs, AFTER)

    for transport in (before_commit(cluster), Dying(cluster, at, lose_answer=at % 2 > 0)):
        with suppress(KilledError):
            update(index, engine=engine(transport))
        let_go(cluster)
        assert answers(index, cluster) in (expected["before"][0], expected["after"][0])
    update(index, engine=engine(cluster))
    assert not check(index, engine(cluster)).damages
    assert answers(index, cluster) == expected["after"][0]
    assert counted(cluster) == expected["after"][1]


@pytest.mark.parametrize("at", range(1, 45, 3))
def test_a_rebuild_that_dies_leaves_the_old_index(
    tmp_path: Path, expected: dict[str, Any], at: int
) -> None:
    cluster, docs, index = indexed(tmp_path)
    write(docs, AFTER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vnsearch.engines.opensearch.repair.GRACE_SECONDS", 0)
        dying = Dying(cluster, at, lose_answer=at % 2 > 0)
        with suppress(KilledError):
            update(index, rebuild=True, engine=engine(dying))
        assert answers(index, cluster) in (expected["before"][0], expected["after"][0])
        let_go(cluster)
        update(index, rebuild=True, engine=engine(cluster))
        write(docs, {**AFTER, "x.txt": "thêm"})
        update(index, engine=engine(cluster))
    assert len(cluster.indexes) == 3  # nothing is left of what came to nothing


def test_a_second_machine_sees_what_the_first_published(
    tmp_path: Path, expected: dict[str, Any]
) -> None:
    cluster, docs, index = indexed(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    assert answers(other, cluster) == expected["before"][0]
    write(docs, AFTER)
    update(other, engine=engine(cluster))
    assert answers(index, cluster) == answers(other, cluster) == expected["after"][0]
    assert not check(index, engine(cluster)).damages
    found = status(index, engine(cluster))
    assert found.documents == 5
    assert found.cluster is not None
    assert found.cluster.address == "http://memory:9200/laws"
    told = jsonform.status(found)
    assert told["cluster"]["health"] == "green"
    assert any("green, 1 node" in line for line in upkeep.status(found))


def test_a_check_tells_of_counts_that_are_wrong(tmp_path: Path) -> None:
    cluster, _docs, index = indexed(tmp_path)
    assert not check(index, engine(cluster)).damages
    (found,) = (found for name, found in cluster.indexes.items() if name.endswith("-counts"))
    documents = found.documents.items()
    name = next(name for name, (body, _) in documents if " f:mua|" in body.get("plus", ""))
    body, number = found.documents[name]
    found.documents[name] = {**body, "plus": body["plus"].replace(" f:mua|", " f:mua|1")}, number
    found.refresh()
    found._buried.clear()
    told = [damage.what for damage in check(index, engine(cluster)).damages]
    assert told == ["f:mua is counted in 17 passages, and in 7"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    cluster = FakeCluster()
    first, second = engine(cluster), engine(cluster)
    writer = first.writer(tmp_path / "a")
    with pytest.raises(LockedError, match=r"another process .* is writing"):
        second.writer(tmp_path / "b")
    let_go(cluster)  # the first is not heard of any more
    second.writer(tmp_path / "b").commit()
    writer.commit()
    (tmp_path / "a" / ".." / "catalog.db").touch()
    with pytest.raises(LockedError, match="took the index over"):
        first.publish(tmp_path / "a")
    second.publish(tmp_path / "b")
    first.drop(tmp_path / "a")


def test_what_an_old_writer_sends_late_is_not_seen(
    tmp_path: Path, expected: dict[str, Any]
) -> None:
    cluster, docs, index = indexed(tmp_path)
    late: list[tuple[Any, ...]] = []

    def slow(node: int, method: str, path: str, body: bytes | None, seconds: float) -> Answer:
        if path == "/_bulk":
            late.append((node, method, path, body, seconds))
            raise KilledError
        return cluster(node, method, path, body, seconds)

    write(docs, AFTER)
    with pytest.raises(KilledError):
        update(index, engine=engine(slow))
    let_go(cluster)
    update(index, engine=engine(cluster))
    for request in late:
        cluster(*request)
    for found in cluster.indexes.values():
        found.refresh()
    assert answers(index, cluster) == expected["after"][0]
    write(docs, {**AFTER, "x.txt": "thêm một tệp"})
    update(index, engine=engine(cluster))
    (docs / "x.txt").unlink()
    update(index, engine=engine(cluster))
    assert counted(cluster) == expected["after"][1]
    assert json.dumps(answers(index, cluster)) == json.dumps(expected["after"][0])
    assert counts.PASSAGES in counted(cluster)


def test_what_comes_while_the_next_run_writes_is_not_seen(
    tmp_path: Path, expected: dict[str, Any]
) -> None:
    cluster, docs, index = indexed(tmp_path)
    late: list[tuple[Any, ...]] = []

    def slow(node: int, method: str, path: str, body: bytes | None, seconds: float) -> Answer:
        request = node, method, path, body, seconds
        if path != "/_bulk":
            return cluster(*request)
        late.append(request)
        return deepcopy(cluster)(*request)

    write(docs, AFTER)
    with suppress(VnsearchError):  # nothing of it came
        update(index, engine=engine(slow))
    let_go(cluster)

    def with_the_late(node: int, method: str, path: str, body: Any, seconds: float) -> Answer:
        while path == "/_bulk" and late:
            cluster(*late.pop(0))
        return cluster(node, method, path, body, seconds)

    update(index, engine=engine(with_the_late))
    assert answers(index, cluster) == expected["after"][0]
    write(docs, {**AFTER, "x.txt": "thêm một tệp"})
    update(index, engine=engine(cluster))
    (docs / "x.txt").unlink()
    update(index, engine=engine(cluster))
    assert answers(index, cluster) == expected["after"][0]
    assert counted(cluster) == expected["after"][1]

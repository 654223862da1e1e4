"""Requests: what is sent again, and to which node; what is told when nothing helps."""

import json
import ssl
from collections.abc import Callable
from http.client import RemoteDisconnected

import pytest

from vnsearch.engines.opensearch.address import Address, authorization, parse
from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.reader import major_version
from vnsearch.engines.opensearch.refusals import ClusterError
from vnsearch.engines.opensearch.transport import Answer
from vnsearch.errors import VnsearchError

NODES = parse("http://a,b,c/laws")
WHOLE = {"total": 3, "successful": 3, "failed": 0}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


class Nodes:
    """A transport whose nodes answer by a table: an error, or a status and a body."""

    def __init__(self, *answers: object) -> None:
        self.answers, self.asked = list(answers), list[int]()
        self.bodies: list[bytes | None] = []
        self.seconds: list[float] = []

    def __call__(
        self,
        node: int,
        method: str,  # noqa: ARG002
        path: str,  # noqa: ARG002
        body: bytes | None,
        seconds: float,
    ) -> Answer:
        self.asked.append(node)
        self.seconds.append(seconds)
        self.bodies.append(body)
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, tuple)
        return Answer(found[0], json.dumps(found[1]).encode())


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        pytest.param([(200, {})], [0], id="the first node answers"),
        pytest.param([ConnectionRefusedError(), (200, {})], [0, 1], id="one is down"),
        pytest.param(
            [RemoteDisconnected("gone"), OSError("no route"), (200, {})], [0, 1, 2], id="two"
        ),
        pytest.param([TimeoutError(), (200, {})], [0, 1], id="one hangs"),
        pytest.param([(502, {}), (200, {})], [0, 1], id="a proxy has no node behind it"),
        pytest.param([*[ConnectionRefusedError()] * 3, (200, {})], [0, 1, 2, 0], id="all, once"),
    ],
)
def test_the_next_node_is_asked(answers: list[object], asked: list[int]) -> None:
    nodes = Nodes(*answers)
    assert Client(NODES, nodes).get("/") == {}
    assert nodes.asked == asked


def test_the_node_that_answered_is_asked_again() -> None:
    nodes = Nodes(ConnectionRefusedError(), (200, {}), (200, {}))
    client = Client(NODES, nodes)
    client.get("/")
    client.get("/")
    assert nodes.asked == [0, 1, 1]


@pytest.mark.parametrize(
    ("answers", "message", "advice"),
    [
        pytest.param([ConnectionRefusedError()] * 9, "no node .* answers", "runs", id="all down"),
        pytest.param([TimeoutError()] * 6, "no answer in time", "runs", id="all hang"),
        pytest.param([(401, {})], "user and password", "VNSEARCH_CLUSTER_USER", id="password"),
        pytest.param(
            [(403, {"error": {"type": "security_exception", "reason": "no permissions"}})],
            "may not do that",
            "administrator",
            id="rights",
        ),
        pytest.param(
            [(403, {"error": {"type": "cluster_block_exception", "reason": "index blocked"}})],
            "may not be written",
            "disks",
            id="disks are full",
        ),
        pytest.param(
            [ssl.SSLCertVerificationError("self-signed certificate")],
            "no safe connection",
            "VNSEARCH_CLUSTER_CA",
            id="certificate",
        ),
        pytest.param(
            [(400, {"error": {"type": "x", "root_cause": [{"reason": "bad field"}]}})],
            "bad field",
            "log",
            id="anything else",
        ),
    ],
)
def test_what_is_told(answers: list[object], message: str, advice: str) -> None:
    with pytest.raises(ClusterError, match=message) as caught:
        Client(NODES, Nodes(*answers)).get("/")
    assert advice in caught.value.advice


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"timed_out": True, "_shards": WHOLE}, id="out of time"),
        pytest.param({"_shards": {**WHOLE, "failed": 1}}, id="a part failed"),
        pytest.param({"_shards": {**WHOLE, "successful": 2}}, id="a part is not there"),
    ],
)
def test_an_answer_in_part_is_none(answer: object) -> None:
    asks: list[tuple[object, Callable[[Client], object]]] = [
        (answer, lambda client: client.search("/laws/_search", {})),
        ({"responses": [answer]}, lambda client: client.searches([({}, {})])),
    ]
    for body, ask in asks:
        nodes = Nodes(*[(200, body)] * 30)
        with pytest.raises(ClusterError, match="part of the index is not there"):
            ask(Client(NODES, nodes))
        good = {"_shards": WHOLE}
        later = (200, good if body is answer else {"responses": [good]})
        ask(Client(NODES, Nodes((200, body), later)))


def _error(kind: str, reason: str = "", **more: object) -> dict[str, object]:
    return {"type": kind, "reason": reason, **more}


def _search_failed(kind: str, reason: str = "") -> dict[str, object]:
    """As OpenSearch answers a search of which no part succeeded."""
    cause = _error(kind, reason)
    parts = [{"shard": 0, "index": "laws", "node": "n2", "reason": cause}]
    return _error(
        "search_phase_execution_exception",
        "all shards failed",
        phase="query",
        grouped=True,
        failed_shards=parts,
        root_cause=[cause],
    )


PASSING = [
    (
        500,
        _search_failed("node_disconnected_exception", "[n2][search[phase/query/id]] disconnected"),
    ),
    (500, _search_failed("node_not_connected_exception", "[n2] Node not connected")),
    (503, _search_failed("no_shard_available_action_exception")),
    (503, _error("search_phase_execution_exception", "", failed_shards=[], root_cause=[])),
    (404, _search_failed("search_context_missing_exception", "No search context found for id [7]")),
    (500, _search_failed("already_closed_exception", "this IndexReader is closed")),
    (500, _search_failed("receive_timeout_transport_exception", "request_id [9] timed out")),
    (400, _search_failed("task_cancelled_exception", "cancelled task")),
    (500, _error("connect_transport_exception", "[n3] connect_timeout[30s]")),
    (500, _error("send_request_transport_exception", "[n2]")),
    (500, _error("transport_exception", "transport stopped, action: bulk")),
    (500, _error("transport_exception", "", caused_by=_error("node_closed_exception"))),
    (500, _error("exception", "x", suppressed=[_error("node_closed_exception")])),
    (500, _error("x", "", caused_by=_error("y", "", caused_by=_error("node_closed_exception")))),
    (404, _error("shard_not_found_exception", "no such shard")),
    (404, _search_failed("index_not_found_exception", "no such index [laws]")),
    (404, _error("no_such_node_exception")),
    (404, _error("illegal_index_shard_state_exception", "[RECOVERING]")),
    (404, _error("index_shard_closed_exception", "Primary closed")),
    (404, _error("index_shard_recovering_exception")),
    (404, _error("index_shard_not_started_exception")),
    (404, _error("shard_not_in_primary_mode_exception")),
    (500, _error("index_primary_shard_not_allocated_exception")),
    (500, _error("retry_on_primary_exception", "shard is not in primary mode")),
    (500, _error("no_longer_primary_shard_exception")),
    (503, _error("unavailable_shards_exception", "primary shard is not active Timeout: [1m]")),
    (503, _error("cluster_manager_not_discovered_exception")),
    (503, _error("master_not_discovered_exception")),
    (503, _error("process_cluster_event_timeout_exception", "failed to process (create-index)")),
    (503, _error("failed_to_commit_cluster_state_exception")),
    (500, _error("not_cluster_manager_exception", "no longer cluster-manager")),
    (
        503,
        _error(
            "cluster_block_exception",
            "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];",
        ),
    ),
    (429, _error("rejected_execution_exception", "queue capacity")),
    (429, _error("circuit_breaking_exception", "[parent] Data too large")),
    (503, _error("rejected_execution_exception", "on NioEventLoop has been shutdown")),
    (503, "OpenSearch Security not initialized."),
]
_IDS = [f"{n} {e['type'] if isinstance(e, dict) else e}" for n, (_, e) in enumerate(PASSING)]

READS: list[tuple[str, object, Callable[[Client], object]]] = [
    ("get", {}, lambda client: client.get("/laws/_doc/1")),
    ("exists", {}, lambda client: client.exists("/laws")),
    ("search", {"_shards": WHOLE}, lambda client: client.search("/laws/_search", {})),
    ("searches", {"responses": []}, lambda client: client.searches([({}, {})])),
    ("documents", {"docs": []}, lambda client: client.documents("laws", ["1"])),
    ("terms", {"term_vectors": {}}, lambda client: client.terms("laws", {"f": "a"}, "p")),
    ("health", {"status": "red"}, lambda client: client.health("laws")),
    ("whole", {"status": "yellow"}, lambda client: client.wait_until_whole("laws")),
    ("shard", {"shards": [[{"shard": 1}]]}, lambda client: client.shard("laws", "1")),
]
WRITES: list[tuple[str, object, Callable[[Client], object]]] = [
    ("refresh", {"_shards": {"failed": 0}}, lambda client: client.refresh("laws")),
    ("put", {}, lambda client: client.put("/laws", {})),
    ("put if", {}, lambda client: client.put_if("/laws/_doc/1?if_seq_no=1", {})),
    ("delete", {}, lambda client: client.delete("/laws")),
]


@pytest.mark.parametrize(("status", "error"), PASSING, ids=_IDS)
def test_what_passes_by_itself_is_asked_again_elsewhere(status: int, error: object) -> None:
    for _name, good, ask in (*READS, *WRITES):
        nodes = Nodes((status, {"error": error}), (200, good))
        ask(Client(NODES, nodes))
        assert nodes.asked == [0, 1]
        assert nodes.bodies[0] == nodes.bodies[1]


@pytest.mark.parametrize(("status", "error"), PASSING, ids=_IDS)
def test_what_passes_by_itself_in_a_part_of_an_answer(status: int, error: object) -> None:
    part = {"error": error, "status": status}
    parts: list[tuple[object, object, Callable[[Client], object]]] = [
        (
            {"responses": [{"_shards": WHOLE}, part]},
            {"responses": [{"_shards": WHOLE}] * 2},
            lambda client: client.searches([({}, {})] * 2),
        ),
        ({"docs": [part]}, {"docs": [{"found": False}]}, lambda c: c.documents("laws", ["1"])),
        (
            {"items": [{"index": part}]},
            {"items": [{"index": {"status": 201}}]},
            lambda client: client.bulk([({"index": {}}, b"{}\n")]),
        ),
    ]
    for body, good, ask in parts:
        nodes = Nodes((200, body), (200, good))
        ask(Client(NODES, nodes))
        assert nodes.asked == [0, 1]


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (
            400,
            _search_failed("query_shard_exception", "failed to create query"),
            "failed to create",
        ),
        (400, _error("mapper_parsing_exception", "failed to parse"), "failed to parse"),
        (400, _error("resource_already_exists_exception", "index [laws/x] exists"), "exists"),
        (500, _error("null_pointer_exception"), "null_pointer_exception"),
        (403, _error("cluster_block_exception", "[FORBIDDEN/8/index write (api)]"), "written"),
        (
            429,
            _error("cluster_block_exception", "[TOO_MANY_REQUESTS/12/disk usage exceeded"),
            "written",
        ),
        (404, _error("index_not_found_exception", "no such index [laws]"), "changed"),
    ],
)
def test_what_does_not_pass_is_told_at_once(status: int, error: object, message: str) -> None:
    nodes = Nodes((status, {"error": error}))
    with pytest.raises(ClusterError, match=message):
        Client(NODES, nodes).search("/laws/_search", {})
    nodes = Nodes((200, {"items": [{"index": {"error": error, "status": status}}]}))
    with pytest.raises(ClusterError, match=message):
        Client(NODES, nodes).bulk([({"index": {}}, b"{}\n")])


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (503, _error("unavailable_shards_exception"), "part of the index is not there"),
        (503, _error("master_not_discovered_exception"), "no manager"),
        (429, _error("rejected_execution_exception"), "too much to do"),
    ],
)
def test_what_does_not_pass_after_all(status: int, error: object, message: str) -> None:
    for _name, _good, ask in (*READS, *WRITES):
        with pytest.raises(ClusterError, match=message) as caught:
            ask(Client(NODES, Nodes(*[(status, {"error": error})] * 30)))
        assert caught.value.advice


def test_what_is_not_there() -> None:
    missing = (404, {"error": _error("index_not_found_exception")})
    assert Client(NODES, Nodes((404, {"found": False}))).get("/laws/_doc/1") is None
    assert Client(NODES, Nodes(missing)).get("/laws/_doc/1") is None
    assert not Client(NODES, Nodes(missing)).delete("/laws")
    assert not Client(NODES, Nodes((404, None))).exists("/laws")


def test_a_condition_that_does_not_hold() -> None:
    conflict = (409, {"error": _error("version_conflict_engine_exception")})
    lost = (500, {"error": _error("node_disconnected_exception")})
    assert not Client(NODES, Nodes(conflict)).put_if("/laws/_doc/1?if_seq_no=1", {})
    # It was written, but its answer was lost; whoever asks knows by what is there.
    assert not Client(NODES, Nodes(lost, conflict)).put_if("/laws/_doc/1?if_seq_no=1", {})


def test_slow_nodes_get_more_time() -> None:
    nodes = Nodes(*[TimeoutError()] * 3, (200, {}))
    assert Client(NODES, nodes).get("/") == {}
    assert nodes.seconds[0] < nodes.seconds[-1]


def _items(*statuses: int) -> tuple[int, object]:
    return 200, {"items": [{"index": {"status": status}} for status in statuses]}


def test_only_what_was_refused_is_sent_again() -> None:
    nodes = Nodes((429, {}), _items(201, 429, 409), _items(503), _items(201))
    actions = [({"index": {"_id": str(n)}}, b"{}\n") for n in range(3)]
    Client(NODES, nodes).bulk(actions)
    sent = [(body or b"").count(b"_id") for body in nodes.bodies]
    assert sent == [3, 3, 1, 1]
    assert b'"1"' in (nodes.bodies[-1] or b"")


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([_items(400)], "refuses a request"),
        ([_items(429)] * 30, "too much to do"),
    ],
)
def test_a_document_that_is_refused_for_good(answers: list[object], message: str) -> None:
    with pytest.raises(ClusterError, match=message):
        Client(NODES, Nodes(*answers)).bulk([({"index": {"_id": "1"}}, b"{}\n")])


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"version": {"distribution": "opensearch", "number": "1.3.2"}}, "too old"),
        ({"version": {"number": "8.11.0"}}, "no OpenSearch"),
        ({}, "no OpenSearch"),
    ],
)
def test_clusters_that_do_not_fit(said: object, message: str) -> None:
    with pytest.raises(ClusterError, match=message):
        major_version(Client(NODES, Nodes((200, said))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a:1/x", Address(secure=True, nodes=(("a", 1),), name="x")),
        ("http://a,b:2/x-1/", Address(secure=False, nodes=(("a", 9200), ("b", 2)), name="x-1")),
        ("https://[::1]:9/x", Address(secure=True, nodes=(("::1", 9),), name="x")),
    ],
)
def test_addresses(text: str, expected: Address) -> None:
    assert parse(text) == expected
    assert parse(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a/x",
        "ftp://a/x",
        "http://a",
        "http://a/x/y",
        "http://a/X",
        "http://a b/x",
        "http://a,/x",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(VnsearchError):
        parse(text)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(VnsearchError) as caught:
        parse("https://me:geheim@a/x")
    assert "geheim" not in f"{caught.value} {caught.value.advice}"


@pytest.fixture
def netrc(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("home") / "netrc"
    path.write_text("machine b login me password geheim\n")
    monkeypatch.setenv("NETRC", str(path))


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "Basic bWU6Z2VoZWlt"),
        ({"VNSEARCH_CLUSTER_TOKEN": "t"}, "Bearer t"),
        ({"VNSEARCH_CLUSTER_USER": "u", "VNSEARCH_CLUSTER_PASSWORD": "p"}, "Basic dTpw"),
    ],
)
def test_what_lets_one_in(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert authorization(NODES) == expected
    assert not environment or authorization(parse("http://x/y")) == expected


def test_the_embedded_engine_knows_nothing_of_clusters(run: Callable[..., str]) -> None:
    assert "opensearch" not in run(
        "import sys; from vnsearch.index.place import engine_of; from pathlib import Path;"
        "engine_of(Path('/nowhere')); print([m for m in sys.modules if 'vnsearch' in m])"
    )


@pytest.fixture
def run() -> Callable[..., str]:
    import subprocess
    import sys

    def run(code: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout

    return run

"""Requests: what is sent again, and to which node; what is told when nothing helps."""

import json
import ssl
from collections.abc import Callable
from http.client import RemoteDisconnected

import pytest

from vnsearch.engines.opensearch.address import Address, authorization, parse
from vnsearch.engines.opensearch.client import Answer, Client, ClusterError
from vnsearch.engines.opensearch.reader import major_version
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

    def __call__(
        self,
        node: int,
        method: str,  # noqa: ARG002
        path: str,  # noqa: ARG002
        body: bytes | None,
        seconds: float,  # noqa: ARG002
    ) -> Answer:
        self.asked.append(node)
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
        pytest.param([TimeoutError()] * 3, "no answer in time", "runs", id="all hang"),
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
        nodes = Nodes(*[(200, body)] * 7)
        with pytest.raises(ClusterError, match="part of the index is not there"):
            ask(Client(NODES, nodes))
        good = {"_shards": WHOLE}
        later = (200, good if body is answer else {"responses": [good]})
        ask(Client(NODES, Nodes((200, body), later)))


def _items(*statuses: int) -> tuple[int, object]:
    return 200, {"items": [{"index": {"status": status}} for status in statuses]}


def test_only_what_was_refused_is_sent_again() -> None:
    nodes = Nodes((429, {}), _items(201, 429, 409), _items(503), _items(201))
    actions = [({"index": {"_id": str(n)}}, b"{}\n") for n in range(3)]
    assert Client(NODES, nodes).bulk(actions) == 1  # was there already
    sent = [(body or b"").count(b"_id") for body in nodes.bodies]
    assert sent == [3, 3, 1, 1]
    assert b'"1"' in (nodes.bodies[-1] or b"")


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([_items(400)], "refuses a request"),
        ([_items(429)] * 8, "too much to do"),
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

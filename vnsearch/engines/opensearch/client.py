"""Requests to a cluster over HTTP: kept connections, all nodes tried, each error with advice.

Every request may be sent again, for what it writes has an id or a condition of its own: one that
arrived twice says so with a conflict, which the caller knows how to take.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from vnsearch.engines.opensearch.address import CA_FILE, Address, authorization, how_to_log_in
from vnsearch.errors import VnsearchError
from vnsearch.language import _

_CONNECT_SECONDS: Final = 2.0
SEARCH_SECONDS: Final = 10.0
WRITE_SECONDS: Final = 120.0
_ALONE_SECONDS: Final = 30.0  # for a search, where no other node can be asked
_ROUNDS: Final = 3  # over all nodes, of a request that no node answers
_PATIENCE: Final = 8  # times that a write is sent again when the cluster has too much to do
_PAUSE: Final = 0.25  # seconds, twice as long each time
_MOST_PAUSE: Final = 8.0

_TOO_BUSY: Final = {429, 503}
_NOT_NOW: Final = {502, 504}  # of a proxy: another node may answer

T = TypeVar("T")
Json = Any  # what a JSON document is in Python


class ClusterError(VnsearchError):
    """The cluster does not answer, is not whole, or does not let one in."""


class PartError(ClusterError):
    """A part of the index is not there, perhaps only until a copy of it takes its place."""


class ChangedError(ClusterError):
    """The index was changed while it was read."""

    def __init__(self) -> None:
        super().__init__(_("the index was changed during the search"), _("search again"))


class Answer(NamedTuple):
    """What a node answered."""

    status: int
    body: bytes

    def json(self) -> Json:
        """The body; raises ClusterError when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ClusterError(
                _("the cluster's answer is no JSON"),
                _("see what answers at this address: it may be a proxy"),
            ) from error


class Transport(Protocol):
    """Sends one request to one node."""

    def __call__(
        self, node: int, method: str, path: str, body: bytes | None, seconds: float
    ) -> Answer:
        """Return its answer; raises OSError or HTTPException when there is none."""


class HttpTransport:
    """A `Transport` that keeps one connection to each node."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if header := authorization(address):
            self._headers["Authorization"] = header
        self._open: dict[int, HTTPConnection] = {}
        self._tls: ssl.SSLContext | None = None

    def __call__(
        self, node: int, method: str, path: str, body: bytes | None, seconds: float
    ) -> Answer:
        """See `Transport`."""
        kept = node in self._open
        connection = self._open.pop(node, None) or self._connect(node)
        try:
            if connection.sock is not None:
                connection.sock.settimeout(seconds)
            connection.request(method, path, body, self._headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.read())
        except (ConnectionError, HTTPException):
            connection.close()
            if not kept:
                raise
            return self(node, method, path, body, seconds)  # it was closed since the last request
        except BaseException:
            connection.close()
            raise
        self._open[node] = connection
        return answer

    def _connect(self, node: int) -> HTTPConnection:
        host, port = self._address.nodes[node]
        if self._address.secure:
            self._tls = self._tls or _trusting()
            connection: HTTPConnection = HTTPSConnection(
                host, port, timeout=_CONNECT_SECONDS, context=self._tls
            )
        else:
            connection = HTTPConnection(host, port, timeout=_CONNECT_SECONDS)
        connection.connect()
        return connection

    def close(self) -> None:
        """Close all connections."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()


def _trusting() -> ssl.SSLContext:
    import os

    path = os.environ.get(CA_FILE)
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ClusterError(
            f"{path}: {error.strerror or error}",
            _("let {variable} name a file of certificates").format(variable=CA_FILE),
        ) from error


class Client:
    """Requests to any node of a cluster."""

    def __init__(self, address: Address, transport: Transport | None = None) -> None:
        self.address = address
        self._transport = transport or HttpTransport(address)
        self._node = 0  # the one that answered last

    def close(self) -> None:
        """Close all connections."""
        if isinstance(self._transport, HttpTransport):
            self._transport.close()

    def get(self, path: str) -> Json | None:
        """Return a document, or None when there is none."""
        answer = self.request("GET", path)
        return None if answer.status == 404 else _checked(answer).json()

    def search(self, path: str, body: Json) -> Json:
        """Return what a search finds; raises ClusterError when a part of the index is missing."""
        return _patiently(lambda: _whole(self.post(path, body)))

    def searches(self, bodies: Sequence[tuple[Json, Json]]) -> list[Json]:
        """Return what several searches find, each with its header."""
        return _patiently(lambda: self._searches(bodies)) if bodies else []

    def _searches(self, bodies: Sequence[tuple[Json, Json]]) -> list[Json]:
        lines = b"".join(_line(part) for both in bodies for part in both)
        answer = self.request("POST", "/_msearch", lines)
        found = _checked(answer).json()["responses"]
        for one in found:
            if "error" in one:
                raise _refused(one.get("status", 500), one)
        return [_whole(one) for one in found]

    def post(self, path: str, body: Json) -> Json:
        """Return the answer to a question."""
        return _checked(self.request("POST", path, _encoded(body))).json()

    def shard(self, index: str, routing: str) -> int:
        """Return the number of the shard that a value leads to."""

        def found() -> int:
            copies = self.post(f"/{index}/_search_shards?routing={routing}", None)["shards"][0]
            if not copies:
                raise _in_part()
            return int(copies[0]["shard"])

        return _patiently(found)

    def refresh(self, *indexes: str) -> None:
        """Let searches see what was written."""
        path = f"/{','.join(indexes)}/_refresh"

        def refreshed() -> None:
            found = _checked(self.request("POST", path, None, WRITE_SECONDS)).json()
            if found["_shards"]["failed"]:  # copies that are nowhere are not counted as such
                raise _in_part()

        _patiently(refreshed)

    def put(self, path: str, body: Json) -> Json:
        """Write; raises ClusterError."""
        return _checked(self.request("PUT", path, _encoded(body), WRITE_SECONDS)).json()

    def put_if(self, path: str, body: Json) -> bool:
        """Write if the condition in the path holds; whether it did."""
        answer = self.request("PUT", path, _encoded(body), WRITE_SECONDS)
        if answer.status == 409:
            return False
        _checked(answer)
        return True

    def delete(self, path: str) -> bool:
        """Delete; whether there was something."""
        answer = self.request("DELETE", path, None, WRITE_SECONDS)
        return answer.status != 404 and bool(_checked(answer))

    def bulk(self, actions: Iterable[tuple[Mapping[str, Json], bytes]]) -> int:
        """Carry out actions, each with its document as a line or b"", in one request; what the
        cluster had no room for is sent again. Returns of how many the document was there already.

        Raises ClusterError when one is refused for good.
        """
        left = [(_line(action), document) for action, document in actions]
        there, pause = 0, _PAUSE
        for attempt in range(_PATIENCE):
            if not left:
                return there
            if attempt:
                time.sleep(pause)
                pause = min(2 * pause, _MOST_PAUSE)
            body = b"".join(part for both in left for part in both)
            answer = self.request("POST", "/_bulk", body, WRITE_SECONDS)
            if answer.status in _TOO_BUSY:
                continue
            items = [next(iter(item.values())) for item in _checked(answer).json()["items"]]
            refused = []
            for one, item in zip(left, items, strict=True):
                status = item["status"]
                if status == 409:
                    there += 1
                elif status in _TOO_BUSY:
                    refused.append(one)
                elif status >= 400 and status != 404:
                    raise _refused(status, item)
            left = refused
        if left:
            raise ClusterError(
                _("the cluster refuses documents: it has too much to do"),
                _("try again later, or with fewer processes: --jobs 1"),
            )
        return there

    def request(
        self, method: str, path: str, body: bytes | None = None, seconds: float = SEARCH_SECONDS
    ) -> Answer:
        """Return the answer of the first node that gives one; raises ClusterError."""
        count, why, pause = len(self.address.nodes), "", _PAUSE
        if count == 1:
            seconds = max(seconds, _ALONE_SECONDS)
        for turn in range(_ROUNDS * count):
            if turn and turn % count == 0:
                time.sleep(pause)
                pause *= 2
            node = self._node
            try:
                answer = self._transport(node, method, path, body, seconds)
            except ssl.SSLCertVerificationError as error:
                raise _untrusted(self.address.nodes[node], error) from error
            except (OSError, HTTPException) as error:
                host, port = self.address.nodes[node]
                why = f"{host}:{port}: {_reason(error)}"
                self._node = (node + 1) % count
                if isinstance(error, TimeoutError) and turn >= count - 1:
                    break
                continue
            if answer.status in _NOT_NOW:
                why = f"{self.address.nodes[node][0]}: HTTP {answer.status}"
                self._node = (node + 1) % count
                continue
            return answer
        raise ClusterError(
            _("no node of the cluster answers: {why}").format(why=why),
            _(
                "see that it runs and can be reached from here, then try again; name more of its"
                " nodes if there are any"
            ),
        )


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return _("no answer in time")
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).lower() if isinstance(error, OSError) else str(text)


def _encoded(body: Json) -> bytes | None:
    return None if body is None else json.dumps(body, ensure_ascii=False).encode()


def _line(body: Json) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _patiently(ask: Callable[[], T]) -> T:
    """Return an answer; of a part that is not there, a copy may take the place in a few seconds."""
    pause = _PAUSE
    while True:
        try:
            return ask()
        except PartError:
            if pause > _MOST_PAUSE:
                raise
        time.sleep(pause)
        pause *= 2


def _whole(found: Json) -> Json:
    """What a search found; raises ClusterError when it is only a part."""
    shards = found.get("_shards", {})
    if (
        found.get("timed_out")
        or shards.get("failed")
        or shards.get("successful", 0) < shards.get("total", 0)
    ):
        raise _in_part()
    return found


def _in_part() -> PartError:
    return PartError(
        _("a part of the index is not there: too many nodes of the cluster are down"),
        _("start them, and search again when the cluster is yellow or green"),
    )


def _checked(answer: Answer) -> Answer:
    if answer.status >= 400:
        try:
            said = json.loads(answer.body)
        except ValueError:
            said = {}
        raise _refused(answer.status, said)
    return answer


def _refused(status: int, said: Json) -> ClusterError:
    """The error for what a cluster does not do."""
    error = said.get("error") if isinstance(said, dict) else None
    kind = error.get("type", "") if isinstance(error, dict) else ""
    causes = error.get("root_cause") or [error] if isinstance(error, dict) else []
    why = next((c["reason"] for c in causes if c.get("reason")), "") or str(error or "")
    if kind == "index_not_found_exception":
        return ChangedError()
    if status == 401:
        return ClusterError(_("the cluster does not know this user and password"), how_to_log_in())
    if status == 403 and "blocked" not in why:
        how = _("ask its administrator for the rights that docs/opensearch.md names")
        said_so = _("this user may not do that in the cluster: {why}").format(why=why)
        return ClusterError(said_so, how)
    if kind in {"search_phase_execution_exception", "no_shard_available_action_exception"} and (
        "shards failed" in why or status == 503
    ):
        return _in_part()
    if "blocked" in why:
        how = _("give its disks room, then lift the block: index.blocks.read_only_allow_delete")
        return ClusterError(_("the index may not be written: {why}").format(why=why), how)
    return ClusterError(
        _("the cluster refuses a request: {why}").format(why=why or kind or f"HTTP {status}"),
        _("see the log of the node, and docs/opensearch.md"),
    )


def _untrusted(node: tuple[str, int], error: ssl.SSLCertVerificationError) -> ClusterError:
    why = getattr(error, "verify_message", "") or str(error)
    return ClusterError(
        _("{node}: no safe connection: {why}").format(node=f"{node[0]}:{node[1]}", why=why),
        _(
            "let {variable} name the file with the certificate that signed the node's, or write"
            " http:// where the cluster has no TLS"
        ).format(variable=CA_FILE),
    )


def pages(client: Client, path: str, body: Json, name: str) -> Iterator[Json]:
    """Yield the buckets of a composite aggregation called `name`, all of them."""
    while True:
        found = client.search(path, body)["aggregations"][name]
        yield from found["buckets"]
        if not found["buckets"] or "after_key" not in found:
            return
        body["aggs"][name]["composite"]["after"] = found["after_key"]

"""Requests to a cluster: all nodes tried, what passes by itself asked again, errors with advice.

Every request may be sent again, for what it writes has an id or a condition of its own: one that
arrived twice says so with a conflict, which the caller knows how to take.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http.client import HTTPException
from typing import Final, TypeVar

from vnsearch.engines.opensearch.address import CA_FILE, Address
from vnsearch.engines.opensearch.refusals import (
    ClusterError,
    TransientError,
    in_part,
    refused,
)
from vnsearch.engines.opensearch.transport import Answer, HttpTransport, Json, Transport, line_of
from vnsearch.language import _

# Seconds for an answer of each node, then again if none gave one: it may hang, or be slow.
_SEARCH_SECONDS: Final = (10.0, 30.0)
_ALONE_SECONDS: Final = (60.0,)  # for a search, where no other node can be asked
_WRITE_SECONDS: Final = (120.0,)
_ROUNDS: Final = 3  # over all nodes, of a request for which none can be reached
# Seconds in which what passes by itself should: a new manager, a copy in the place of a part.
_SEARCH_PATIENCE: Final = 30.0
_WRITE_PATIENCE: Final = 120.0
_PAUSE: Final = 0.25  # seconds, twice as long each time
_MOST_PAUSE: Final = 8.0

_NOT_NOW: Final = {502, 504}  # of a proxy: another node may answer

T = TypeVar("T")


class Client:
    """Requests to any node of a cluster; raises ClusterError."""

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

        def got() -> Json | None:
            answer = self._request("GET", path)
            return answer.json() if _is_there(answer) else None

        return self._patiently(got)

    def exists(self, path: str) -> bool:
        """Whether there is an index or a document."""
        return self._patiently(lambda: _is_there(self._request("HEAD", path)))

    def search(self, path: str, body: Json) -> Json:
        """Return what a search finds in the whole index."""
        return self._patiently(lambda: _whole(self._post(path, body)))

    def searches(self, bodies: Sequence[tuple[Json, Json]]) -> list[Json]:
        """Return what several searches find, each with its header."""
        lines = b"".join(line_of(part) for both in bodies for part in both)

        def found() -> list[Json]:
            answer = self._request("POST", "/_msearch", lines)
            return [_whole(one) for one in _each(_checked(answer).json()["responses"])]

        return self._patiently(found) if bodies else []

    def documents(self, index: str, ids: Sequence[str], source: str = "true") -> list[Json]:
        """Return documents by their ids, also what is not there (without `found`); `source`: the
        fields of them, or false."""
        path = f"/{index}/_mget?_source={source}"
        return self._patiently(lambda: _each(self._post(path, {"ids": list(ids)})["docs"]))

    def terms(
        self, index: str, fields: Mapping[str, str], preference: str, routing: str | None = None
    ) -> dict[str, Json]:
        """Return what the cluster knows of some terms of some fields, by field; with `routing`,
        what one shard knows. Several in one request would have no preference."""
        path = f"/{index}/_termvectors?preference={preference}&realtime=false"
        path += f"&routing={routing}" if routing else ""
        body = {
            "doc": dict(fields),
            "fields": list(fields),
            "term_statistics": True,
            "field_statistics": True,
            "positions": False,
            "offsets": False,
            "payloads": False,
        }
        found: dict[str, Json] = self._patiently(lambda: self._post(path, body))["term_vectors"]
        return found

    def health(self, *indexes: str) -> Json:
        """Return the health of indexes."""
        return self._patiently(lambda: self._health(indexes))

    def _health(self, indexes: Sequence[str]) -> Json:
        path = f"/_cluster/health/{','.join(indexes)}?cluster_manager_timeout=5s"
        return _checked(self._request("GET", path)).json()

    def wait_until_whole(self, *indexes: str) -> None:
        """Return when all parts of indexes are there; raises TransientError when they are not for
        long."""

        def checked() -> None:
            if self._health(indexes)["status"] == "red":
                raise in_part()

        self._patiently(checked, _WRITE_PATIENCE)

    def shard(self, index: str, routing: str) -> int:
        """Return the number of the shard that a value leads to."""

        def found() -> int:
            copies = self._post(f"/{index}/_search_shards?routing={routing}", None)["shards"][0]
            if not copies:
                raise in_part()
            return int(copies[0]["shard"])

        return self._patiently(found, _WRITE_PATIENCE)

    def refresh(self, *indexes: str) -> None:
        """Let searches see what was written."""

        def refreshed() -> None:
            path = f"/{','.join(indexes)}/_refresh"
            found = _checked(self._request("POST", path, None, _WRITE_SECONDS)).json()
            if found["_shards"]["failed"]:  # copies that are nowhere are not counted as such
                raise in_part()

        self._patiently(refreshed, _WRITE_PATIENCE)

    def put(self, path: str, body: Json) -> Json:
        """Write."""
        return self._write("PUT", path, body, lambda answer: _checked(answer).json())

    def put_if(self, path: str, body: Json) -> bool:
        """Write if the condition in the path holds; whether it did. It may say that it did not when
        it was met only by what this very request had written before, without an answer."""
        return self._write("PUT", path, body, _is_new)

    def delete(self, path: str) -> bool:
        """Delete; whether there was something."""
        return self._write("DELETE", path, None, _is_there)

    def _write(self, method: str, path: str, body: Json, read: Callable[[Answer], T]) -> T:
        data = _encoded(body)
        return self._patiently(
            lambda: read(self._request(method, path, data, _WRITE_SECONDS)), _WRITE_PATIENCE
        )

    def bulk(self, actions: Iterable[tuple[Mapping[str, Json], bytes]]) -> None:
        """Carry out actions, each with its document as a line or b"", in one request; what the
        cluster could not take just then is sent again. What is to be created and is there, or to be
        deleted and is not, is well."""
        left = [(line_of(action), document) for action, document in actions]

        def sent() -> None:
            nonlocal left
            body = b"".join(part for both in left for part in both)
            answer = _checked(self._request("POST", "/_bulk", body, _WRITE_SECONDS))
            items = [next(iter(item.values())) for item in answer.json()["items"]]
            errors = list(map(_error_of, items))
            left = [one for one, error in zip(left, errors, strict=True) if error]
            found = [error for error in errors if error]
            if found:
                raise min(found, key=lambda error: isinstance(error, TransientError))

        if left:
            self._patiently(sent, _WRITE_PATIENCE)

    def _post(self, path: str, body: Json) -> Json:
        return _checked(self._request("POST", path, _encoded(body))).json()

    def _patiently(self, ask: Callable[[], T], seconds: float = _SEARCH_PATIENCE) -> T:
        """Return an answer; what passes by itself is asked again, of another node, ever later."""
        pause, waited = _PAUSE, 0.0
        while True:
            try:
                return ask()
            except TransientError:
                if waited >= seconds:
                    raise
            self._turn()
            time.sleep(pause)
            waited += pause
            pause = min(2 * pause, _MOST_PAUSE)

    def _turn(self) -> None:
        self._node = (self._node + 1) % len(self.address.nodes)

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        seconds: Sequence[float] = _SEARCH_SECONDS,
    ) -> Answer:
        """Return the answer of the first node that gives one."""
        count, why, timed_out = len(self.address.nodes), "", False
        if count == 1 and seconds is _SEARCH_SECONDS:
            seconds = _ALONE_SECONDS
        for number in range(_ROUNDS):
            if number:
                time.sleep(_PAUSE * 2**number)
            limit = seconds[min(number, len(seconds) - 1)]
            for _turn in range(count):
                node = self._node
                host, port = self.address.nodes[node]
                try:
                    answer = self._transport(node, method, path, body, limit)
                except ssl.SSLCertVerificationError as error:
                    raise _untrusted(f"{host}:{port}", error) from error
                except (OSError, HTTPException) as error:
                    why = f"{host}:{port}: {_reason(error)}"
                    timed_out = timed_out or isinstance(error, TimeoutError)
                else:
                    if answer.status not in _NOT_NOW:
                        return answer
                    why = f"{host}: HTTP {answer.status}"
                self._turn()
            if timed_out and number + 1 >= len(seconds):
                break
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


def _whole(found: Json) -> Json:
    """What a search found; raises TransientError when it is only a part."""
    shards = found.get("_shards", {})
    if (
        found.get("timed_out")
        or shards.get("failed")
        or shards.get("successful", 0) < shards.get("total", 0)
    ):
        raise in_part()
    return found


def _each(found: list[Json]) -> list[Json]:
    """Several answers in one; raises ClusterError when one of them is an error."""
    for one in found:
        if "error" in one:
            raise refused(one.get("status", 500), one)
    return found


def _checked(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise refused(answer.status, _said(answer))
    return answer


def _is_there(answer: Answer) -> bool:
    """Whether what was asked for is there; raises ClusterError when that is not known."""
    if answer.status != 404:
        return bool(_checked(answer))
    error = refused(answer.status, _said(answer))
    if isinstance(error, TransientError):
        raise error
    return False


def _is_new(answer: Answer) -> bool:
    return answer.status != 409 and bool(_checked(answer))


def _said(answer: Answer) -> Json:
    try:
        return json.loads(answer.body)
    except ValueError:
        return {}


def _error_of(item: Json) -> ClusterError | None:
    """The error of an action; None when all is as it was to be."""
    status: int = item["status"]
    if status < 400 or status == 409 or (status == 404 and "error" not in item):
        return None
    return refused(status, item)


def _untrusted(node: str, error: ssl.SSLCertVerificationError) -> ClusterError:
    why = getattr(error, "verify_message", "") or str(error)
    return ClusterError(
        _("{node}: no safe connection: {why}").format(node=node, why=why),
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

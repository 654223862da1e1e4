"""One request to one node of a cluster, over HTTP or HTTPS."""

import json
import os
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, NamedTuple, Protocol

from vnsearch.engines.opensearch.address import CA_FILE, Address, authorization
from vnsearch.engines.opensearch.refusals import ClusterError
from vnsearch.language import _

_CONNECT_SECONDS: Final = 2.0

Json = Any  # what a JSON document is in Python

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def line_of(body: Json) -> bytes:
    """Return JSON as a line."""
    return _ENCODER.encode(body).encode() + b"\n"


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
    path = os.environ.get(CA_FILE)
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ClusterError(
            f"{path}: {error.strerror or error}",
            _("let {variable} name a file of certificates").format(variable=CA_FILE),
        ) from error

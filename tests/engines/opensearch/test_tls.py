"""A cluster behind TLS that asks who one is, over the network: certificates, passwords, tokens.

The security plugin of OpenSearch is not there; a server with TLS before a cluster in memory is.
"""

import shutil
import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_files
from tests.engines.opensearch.fake import FakeCluster
from vnsearch.engines.opensearch import OpenSearchEngine
from vnsearch.engines.opensearch.address import CA_FILE, PASSWORD, TOKEN, USER, parse
from vnsearch.engines.opensearch.refusals import ClusterError
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

SECRET = "bí mật"

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes certificates")


def certificate(folder: Path, name: str, signer: str = "") -> None:
    """Make NAME.key and NAME.pem: of an authority, or of a node with one's signature."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = f"{name}.key"
    new = ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-subj", f"/CN={name}"]
    if not signer:
        openssl(*new, "-x509", "-days", "2", "-out", f"{name}.pem")
        return
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    openssl(*new, "-out", "node.csr")
    by = ["-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-CAcreateserial", "-days", "2"]
    openssl("x509", "-req", "-in", "node.csr", *by, "-extfile", "names", "-out", f"{name}.pem")


class Handler(BaseHTTPRequestHandler):
    """Lets those in who know the secret, and hands their requests to a cluster in memory."""

    protocol_version = "HTTP/1.1"
    cluster: FakeCluster
    lets_in: set[str]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") in self.lets_in:
            status, data = self.cluster(0, self.command, self.path, body, 1.0)
        else:
            status, data = 401, b"Unauthorized"
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    for name, signer in (("authority", ""), ("other", ""), ("node", "authority")):
        certificate(folder, name, signer)
    return folder


@pytest.fixture
def engine(certificates: Path) -> Iterator[OpenSearchEngine]:
    basic = b64encode(f"me:{SECRET}".encode()).decode()
    lets_in = {f"Basic {basic}", "Bearer a-token"}
    handler = type("Own", (Handler,), {"cluster": FakeCluster(), "lets_in": lets_in})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "node.pem", certificates / "node.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield OpenSearchEngine(parse(f"https://127.0.0.1:{server.server_port}/laws"))
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _knows_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in (USER, PASSWORD, TOKEN, CA_FILE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.parametrize("how", ["password", "token", "netrc"])
def test_who_is_let_in(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    certificates: Path,
    engine: OpenSearchEngine,
    how: str,
) -> None:
    monkeypatch.setenv(CA_FILE, str(certificates / "authority.pem"))
    if how == "password":
        monkeypatch.setenv(USER, "me")
        monkeypatch.setenv(PASSWORD, SECRET)
    elif how == "token":
        monkeypatch.setenv(TOKEN, "a-token")
    else:
        (tmp_path / "netrc").write_text(f'machine 127.0.0.1 login me password "{SECRET}"', "utf-8")
        (tmp_path / "netrc").chmod(0o600)
    docs = tmp_path / "docs"
    docs.mkdir()
    write_files(docs, {"a.txt": "Đảng bộ Hà Nội", "b.txt": "mưa nắng"})
    update(tmp_path / "index", [str(docs)], engine=engine)
    with closing(Searcher(tmp_path / "index", engine)) as searcher:
        assert [hit.id for hit in searcher.search("dang bo").hits] == ["docs/a.txt"]
    for path in (tmp_path / "index").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("authority", "password", "message", "advice"),
    [
        ("other.pem", SECRET, "no safe connection", CA_FILE),
        ("", SECRET, "no safe connection", CA_FILE),
        ("missing.pem", SECRET, "missing.pem", CA_FILE),
        ("node.key", SECRET, "node.key", CA_FILE),
        ("authority.pem", "wrong", "does not know this user and password", USER),
        ("authority.pem", "", "does not know this user and password", USER),
    ],
)
def test_who_is_not_let_in(
    monkeypatch: pytest.MonkeyPatch,
    certificates: Path,
    engine: OpenSearchEngine,
    authority: str,
    password: str,
    message: str,
    advice: str,
) -> None:
    if authority:
        monkeypatch.setenv(CA_FILE, str(certificates / authority))
    if password:
        monkeypatch.setenv(USER, "me")
        monkeypatch.setenv(PASSWORD, password)
    with closing(engine.connect()) as client, pytest.raises(ClusterError) as caught:
        client.get("/")
    assert message in caught.value.message
    assert advice in caught.value.advice
    assert SECRET not in f"{caught.value} {caught.value.advice}"


def test_plain_http_where_there_is_tls(engine: OpenSearchEngine) -> None:
    address = parse(str(engine.address).replace("https", "http"))
    with (
        closing(OpenSearchEngine(address).connect()) as client,
        pytest.raises(ClusterError, match="no node of the cluster answers"),
    ):
        client.get("/")

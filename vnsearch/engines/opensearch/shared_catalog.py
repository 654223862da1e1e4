"""The catalog in the cluster: the file as it is, in chunks that are named by what is in them, so
that a run sends only those that changed."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from vnsearch.engines.opensearch import state
from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.refusals import ClusterError
from vnsearch.errors import REPAIR
from vnsearch.language import _

FILE: Final = "catalog.db"
_CHUNK: Final = 1 << 18  # bytes
_TOGETHER: Final = 64


def upload(client: Client, path: Path) -> dict[str, Any]:
    """Send a catalog; returns what tells where it is. One that is not there has no chunks."""
    names = []
    if path.exists():
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                names.append(_name(chunk))
        there = {name for name, data in _get(client, set(names), data=False)}
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if (name := _name(chunk)) not in there:
                    there.add(name)
                    data = b64encode(zlib.compress(chunk, 1)).decode("ascii")
                    client.put(f"/{_index(client)}/_doc/{name}", {"data": data})
    return {"chunks": names}


def download(client: Client, catalog: dict[str, Any], generation: Path) -> None:
    """Write a catalog into the folder of a generation; raises ClusterError when a chunk is missing
    or damaged."""
    with (generation / FILE).open("wb") as file:
        names = catalog["chunks"]
        for begin in range(0, len(names), _TOGETHER):
            some = names[begin : begin + _TOGETHER]
            found = dict(_get(client, set(some), data=True))
            for name in some:
                chunk = zlib.decompress(b64decode(found.get(name, "eJwDAAAAAAE=")))
                if _name(chunk) != name:
                    raise ClusterError(_("the catalog in the cluster is damaged"), REPAIR)
                file.write(chunk)


def forget(client: Client, kept: Iterable[str]) -> None:
    """Delete the chunks that no commit document names."""
    client.refresh(_index(client))
    stay = set(kept)
    body: dict[str, Any] = {"size": 1_000, "_source": False, "sort": ["_doc"]}
    hits = client.search(f"/{_index(client)}/_search", body)["hits"]["hits"]
    gone = [hit["_id"] for hit in hits if hit["_id"].startswith("c:") and hit["_id"] not in stay]
    client.bulk([({"delete": {"_index": _index(client), "_id": name}}, b"") for name in gone])


def _index(client: Client) -> str:
    return state.state_index(client.address.name)


def _name(chunk: bytes) -> str:
    return f"c:{blake2b(chunk, digest_size=16).hexdigest()}"


def _get(client: Client, names: set[str], *, data: bool) -> Iterator[tuple[str, str]]:
    """Yield the chunks that are there, by their names."""
    ordered = sorted(names)
    size = _TOGETHER if data else 10_000
    for begin in range(0, len(ordered), size):
        ids = ordered[begin : begin + size]
        source = "true" if data else "false"
        for one in client.documents(_index(client), ids, source):
            if one.get("found"):
                yield one["_id"], one.get("_source", {}).get("data", "")

"""Which engine an index is of: a file in its folder names the cluster that has the passages; an
index without one is of the embedded engine."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from vnsearch.engines import Engine, embedded
from vnsearch.errors import NOT_THERE, IndexUnusableError, VnsearchError
from vnsearch.index.generations import CLUSTER, Generations
from vnsearch.language import _


def engine_of(index: Path, wait: float = 0.0) -> Engine:
    """The engine of the index in a folder; `wait`: seconds for another writer in a cluster."""
    try:
        data = (index / CLUSTER).read_bytes()
    except NOT_THERE:
        return embedded()
    from vnsearch.engines.opensearch import OpenSearchEngine
    from vnsearch.engines.opensearch.address import parse

    try:
        kept = json.loads(data)
        address, shards, replicas = kept["address"], kept["shards"], kept["replicas"]
    except (ValueError, KeyError, TypeError):
        raise IndexUnusableError(
            _("{path} does not name a cluster").format(path=index / CLUSTER),
            _("name it anew: vnsearch index --engine https://host:9200/name"),
        ) from None
    return OpenSearchEngine(parse(address), shards=shards, replicas=replicas, wait=wait)


def choose(index: Path, address: str, shards: int | None, replicas: int | None) -> bool:
    """Let an index be in a cluster; returns whether it was not yet. Raises VnsearchError for one
    that is elsewhere already."""
    from vnsearch.engines.opensearch.address import parse

    place: dict[str, Any] = {"address": str(parse(address)), "shards": shards, "replicas": replicas}
    path = index / CLUSTER
    try:
        kept = json.loads(path.read_bytes())
    except (*NOT_THERE, ValueError):
        kept = None
    if kept is None and Generations(index).exists():
        raise VnsearchError(
            _("the index at {path} is not in a cluster").format(path=index),
            _("name another folder with --index DIR; its files are read again there"),
        )
    if kept is not None:
        if parse(kept["address"]).name != parse(address).name:
            raise VnsearchError(
                _("the index at {path} is another one: {address}").format(
                    path=index, address=kept["address"]
                ),
                _("name another folder with --index DIR"),
            )
        place["shards"] = kept["shards"] if shards is None else shards
        place["replicas"] = kept["replicas"] if replicas is None else replicas
    place["shards"] = place["shards"] or 1
    index.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(place), "utf-8")
    os.replace(draft, path)
    return kept is None


def forget(index: Path) -> None:
    """Let an index that was never made be in no cluster."""
    (index / CLUSTER).unlink(missing_ok=True)
    with suppress(OSError):
        index.rmdir()  # unless there is something else in it

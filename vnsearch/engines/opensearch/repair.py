"""What surrounds a run: new indexes, what an interrupted run left, the commit.

Whatever a run had sent when it ended early is found by its number: its passages are deleted, and
each of its documents of counts gets another that takes it back, once. What a committed run
removed and did not come to delete is deleted.
"""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from vnsearch.engines.opensearch import counts, schema, shared_catalog, state
from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.refusals import ClusterError, TransientError
from vnsearch.engines.opensearch.state import State
from vnsearch.engines.opensearch.transport import Json
from vnsearch.errors import LockedError
from vnsearch.language import _

_PAGE: Final = 5_000
GRACE_SECONDS: Final = 600  # until an index that was replaced is deleted: searches end sooner


def make_state_index(client: Client, replicas: int | None) -> None:
    """Make the index of the commit document, if it is not there."""
    _create(client, state.state_index(client.address.name), schema.state_index(replicas))


def new_indexes(client: Client, shards: int, replicas: int | None) -> State:
    """Make empty indexes of passages and counts, which nothing names yet."""
    name = f"{client.address.name}-{uuid4().hex[:8]}"
    counted = f"{name}-counts"
    for index, body in (
        (name, schema.passages_index(shards, replicas)),
        (counted, schema.counts_index(replicas)),
    ):
        body["mappings"]["_meta"]["of"] = client.address.name
        _create(client, index, body)
    return State(name, counted, tuple(_routing(client, name, shards)))


def _create(client: Client, index: str, body: Json) -> None:
    if not client.exists(f"/{index}"):
        try:
            # With all copies there, a node may die while documents are sent; where one has no
            # node to be on, the wait is in vain.
            client.put(f"/{index}?wait_for_active_shards=all&timeout=10s", body)
        except ClusterError:
            if not client.exists(f"/{index}"):
                raise


def _routing(client: Client, index: str, shards: int) -> Iterator[str]:
    """Yield a value that leads to each shard."""
    found = dict[int, str]()
    for number in range(1_000 * shards):
        if len(found) == shards:
            break
        found.setdefault(client.shard(index, str(number)), str(number))
    return iter(found[shard] for shard in sorted(found))


def must_be_current(client: Client, current: State) -> None:
    """Raise LockedError when the cluster has a later state than the one to be changed."""
    found = state.committed(client)
    if found is not None and not found.names(current):
        raise _changed()


def _changed() -> LockedError:
    return LockedError(_("another process changed the index just now"), _("run the command again"))


def undo(client: Client, current: State) -> None:
    """Take back what runs left that came to nothing, and delete what is gone."""
    client.refresh(current.passages, current.counts)
    later: list[Json] = [{"range": {"born": {"gt": current.epoch}}}]
    later += state.terms("born", current.aborted)
    query = {"bool": {"should": later, "minimum_should_match": 1}}
    _delete(client, current.passages, query)
    if current.gone and (found := state.committed(client)) and found.names(current):
        delete_gone(client, current)
    _take_back_counts(client, current)


def _take_back_counts(client: Client, current: State) -> None:
    for name, counted in counts.left(client, current, "_primary"):
        client.put_if(f"/{current.counts}/_create/undo:{name}", counts.undoing(counted, name))


def delete_gone(client: Client, current: State) -> None:
    """Delete the documents that the last run removed; a reader sees that after the next one."""
    for condition in state.terms("d", current.gone):
        _delete(client, current.passages, condition)


def _delete(client: Client, index: str, query: Json) -> None:
    """Delete all that matches, of what a search sees now."""
    body: dict[str, Any] = {
        "size": _PAGE,
        "query": query,
        "_source": False,
        "sort": [{"d": "asc"}, {"i": {"order": "asc", "missing": "_first"}}],
        "track_total_hits": False,
    }
    while hits := client.search(f"/{index}/_search", body)["hits"]["hits"]:
        client.bulk([({"delete": {"_index": index, "_id": hit["_id"]}}, b"") for hit in hits])
        body["search_after"] = hits[-1]["sort"]


def publish(client: Client, current: State, folder: Path) -> None:
    """Make a state current for all machines, with the catalog beside it; raises LockedError when
    another process did so meanwhile."""
    old = state.committed(client)
    if old is not None and old.names(current):
        return
    _must_be_healthy(client, current)
    catalog = shared_catalog.upload(client, folder.parent / shared_catalog.FILE)
    body = {
        **current._asdict(),
        "version": schema.VERSION,
        "catalog": catalog,
        "retired": _retired(old, current),
    }
    if not state.commit(client, body, old):
        raise LockedError(
            _("another process changed the index meanwhile; nothing of this run was kept"),
            _("run the command again"),
        )
    with suppress(TransientError):  # what is left of it is done by the next run
        delete_gone(client, current)
        _drop_indexes(client, {one["passages"] for one in body["retired"]} | {current.passages})
        chunks = [*catalog["chunks"], *(old.body["catalog"]["chunks"] if old else ())]
        shared_catalog.forget(client, chunks)


def _retired(old: state.Commit | None, current: State) -> list[Json]:
    """The indexes that were replaced and stay for a while, for readers that have them open."""
    if old is None:
        return []
    kept = [one for one in old.body["retired"] if time.time() - one["at"] < GRACE_SECONDS]
    if old.body["passages"] != current.passages:
        kept.append({"passages": old.body["passages"], "at": time.time()})
    return kept


def _drop_indexes(client: Client, kept: Iterable[str]) -> None:
    """Delete indexes of passages and counts of ours that nothing names."""
    name = client.address.name
    ours = re.compile(rf"({re.escape(name)}-[0-9a-f]{{8}})(?:-counts)?")
    kept = set(kept)
    for index, body in (client.get(f"/{name}-*/_mapping") or {}).items():
        found = ours.fullmatch(index)
        made_by = body["mappings"].get("_meta", {})
        if found and found[1] not in kept and made_by.get("of") == name:
            client.delete(f"/{index}")


def _must_be_healthy(client: Client, current: State) -> None:
    """Raise ClusterError when a part of the index is not there and does not come."""
    try:
        client.wait_until_whole(current.passages, current.counts)
    except TransientError as error:
        raise ClusterError(
            _("a part of the new index is not there, so the old one stays: nodes are down"),
            _("start them, and run the command again"),
        ) from error

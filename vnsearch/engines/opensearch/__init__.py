"""The engine past one machine: passages in an OpenSearch cluster, over HTTP.

address, transport,     where the cluster is; requests, asked again while a node or a part is
client, refusals        gone; errors with advice
schema, documents,      what the cluster keeps of a document, and of counts
tokens, counts
writer, spelling,       documents -> cluster, in bulk
counting
lock, state, repair,    who may write; what is current; before and after a run; the catalog
shared_catalog
lookups, lexicon,       counts and words -> what a query asks of an index
frequencies
matching, qualifying    clauses -> conditions of the cluster; which documents qualify
bounds, candidates,     upper bounds in the cluster; exact scores here
scoring
reader                  the search
"""

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vnsearch.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from vnsearch.engines.opensearch.address import Address
    from vnsearch.engines.opensearch.client import Client
    from vnsearch.engines.opensearch.lock import Lock
    from vnsearch.engines.opensearch.reader import ClusterReader
    from vnsearch.engines.opensearch.transport import Transport
    from vnsearch.engines.opensearch.writer import Writer


class OpenSearchEngine:
    """The `Engine` on a cluster."""

    version = "opensearch-2"  # as in `schema`

    def __init__(
        self,
        address: "Address",
        *,
        shards: int = 1,
        replicas: int | None = None,
        wait: float = 0.0,
        transport: "Transport | None" = None,
    ) -> None:
        """`shards`, `replicas`: of an index that is made, without a number one copy if there are
        nodes for it; `wait`: seconds for another writer."""
        self.address, self._shards, self._replicas = address, shards, replicas
        self._wait, self._transport = wait, transport
        self._lock: Lock | None = None

    @property
    def connect(self) -> "Callable[[], Client]":
        """What makes a client of the cluster, in any process."""
        from vnsearch.engines.opensearch.client import Client

        return partial(Client, self.address, self._transport)

    def reader(self, folder: Path) -> "ClusterReader":
        """See `engines.Engine`."""
        from vnsearch.engines.opensearch import state
        from vnsearch.engines.opensearch.reader import ClusterReader
        from vnsearch.errors import DamagedError

        current = state.read(folder)
        if current is None:
            raise DamagedError(_("{file} is missing").format(file=state.FILE))
        return ClusterReader(self.connect(), current)

    def writer(self, folder: Path) -> "Writer":
        """See `engines.Engine`."""
        from vnsearch.engines.opensearch import repair, state
        from vnsearch.engines.opensearch.writer import Writer

        self._release()  # each writer has a number of its own
        lock = self._locked()
        old = state.read(folder)
        with closing(self.connect()) as client:
            if old is None:
                old = repair.new_indexes(client, self._shards, self._replicas)
            else:
                repair.must_be_current(client, old)
                repair.undo(client, old)
        return Writer(self.connect, folder, old, lock)

    def newer(self, folder: Path) -> "Callable[[Path], None] | None":
        """See `engines.Engine`."""
        from vnsearch.engines.opensearch import shared_catalog, state
        from vnsearch.errors import IndexUnusableError

        with closing(self.connect()) as client:
            found = state.committed(client)
        try:
            if found is None or (current := found.state) == state.read(folder):
                return None
        except IndexUnusableError:
            if folder.is_dir():
                return None  # which is made anew, or tells why it cannot be read
            raise

        def fill(generation: Path) -> None:
            (generation / folder.name).mkdir()
            state.write(generation / folder.name, current)
            with closing(self.connect()) as client:
                shared_catalog.download(client, found.body["catalog"], generation)

        return fill

    def fork(self, folder: Path) -> None:
        """See `engines.Engine`."""

    def publish(self, folder: Path) -> None:
        """See `engines.Engine`."""
        from vnsearch.engines.opensearch import repair, state

        current = state.read(folder)
        if current is not None:
            self._locked().check()
            with closing(self.connect()) as client:
                repair.publish(client, current, folder)
        self._release()

    def drop(self, folder: Path) -> None:  # noqa: ARG002 - what is in the cluster goes with the next commit
        """See `engines.Engine`."""
        self._release()

    def _locked(self) -> "Lock":
        from vnsearch.engines.opensearch import repair
        from vnsearch.engines.opensearch.lock import acquire

        if self._lock is None:
            client = self.connect()
            try:
                repair.make_state_index(client, self._replicas)
                self._lock = acquire(client, self.connect(), self._wait)
            except BaseException:
                client.close()
                raise
        return self._lock

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

"""A cluster for tests: the one that VNSEARCH_TEST_CLUSTER names, else one in memory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.engines.opensearch.fake import FakeCluster
from vnsearch.engines.opensearch import OpenSearchEngine
from vnsearch.engines.opensearch.address import parse

VARIABLE = "VNSEARCH_TEST_CLUSTER"  # its nodes: http://127.0.0.1:19201,127.0.0.1:19202


def engines() -> list[OpenSearchEngine]:
    """The engine on the cluster, or else on one in memory."""
    nodes = os.environ.get(VARIABLE)
    if not nodes:
        return [OpenSearchEngine(parse("http://memory/vnsearch-test"), transport=FakeCluster())]
    count = nodes.count(",") + 1
    address = parse(f"{nodes.rstrip('/')}/vnsearch-test")
    return [OpenSearchEngine(address, shards=count, replicas=int(count > 1))]


@contextmanager
def cleared(engine: object) -> Iterator[None]:
    """Delete all that a test leaves in the cluster."""
    yield
    if isinstance(engine, OpenSearchEngine):
        engine.drop(None)  # type: ignore[arg-type]
        client = engine.connect()
        name = client.address.name
        for index in client.get(f"/{name}-*/_settings") or {}:
            client.delete(f"/{index}")
        client.close()

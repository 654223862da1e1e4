"""The bridge to Whoosh: it opens an index of the engine and runs its own queries on it."""

from vnsearch.engines.whoosh.bridge.index import open_index

__all__ = ["open_index"]

"""The index as Whoosh's own API sees it."""

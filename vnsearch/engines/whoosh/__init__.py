"""The embedded engine: a Whoosh index of passages.

fields.py     what Whoosh is told of a passage
writing.py    documents -> passages -> Whoosh
postings.py   Whoosh -> where words occur
matching.py   query + occurrences -> matches
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vnsearch.engines.whoosh.matching import WhooshReader
    from vnsearch.engines.whoosh.writing import WhooshWriter


class WhooshEngine:
    """The `Engine` on Whoosh."""

    version = "whoosh-2"

    def reader(self, folder: Path) -> "WhooshReader":
        """See `engines.Engine`."""
        from vnsearch.engines.whoosh.matching import WhooshReader

        return WhooshReader(folder)

    def writer(self, folder: Path, jobs: int = 1, size: int = 0) -> "WhooshWriter":
        """See `engines.Engine`."""
        from vnsearch.engines.whoosh.writing import WhooshWriter

        return WhooshWriter(folder, jobs, size)

"""The embedded engine: a Whoosh index of passages.

writing.py      documents -> batches -> segments
  workers.py      a batch -> a segment, in several processes
  building.py     documents, or other segments -> a segment
  inverting.py    tokens -> the arrays of a segment
  pairing.py      tokens -> how often words stand side by side
  recording.py    what is kept of passages -> the arrays of a segment
manifest.py     which segments there are
  layout.py       the file of a segment, array by array

matching.py     query + rows -> which documents qualify, and a page of the best
  scoring.py      evidence + rows -> the best passages
  windows.py      words of a passage -> the densest window
  collection.py   all segments as one
  segments.py     a segment: its words and passages
  terms.py        its terms and where they occur
  lanes.py        arithmetic on sets of passages

codec.py        the same files as a Whoosh index
  fields.py       what Whoosh is told of a passage
  flat.py         files for any other Whoosh schema
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vnsearch.engines.whoosh.search.reader import WhooshReader
    from vnsearch.engines.whoosh.write.writer import WhooshWriter


class WhooshEngine:
    """The `Engine` on Whoosh."""

    version = "whoosh-7"

    def reader(self, folder: Path) -> "WhooshReader":
        """See `engines.Engine`."""
        from vnsearch.engines.whoosh.search.reader import WhooshReader

        return WhooshReader(folder)

    def writer(self, folder: Path, jobs: int = 1, size: int = 0) -> "WhooshWriter":
        """See `engines.Engine`."""
        from vnsearch.engines.whoosh.write.writer import WhooshWriter

        return WhooshWriter(folder, jobs, size)

"""The embedded engine: a Whoosh index of passages.

write/      documents -> batches -> segments: batches, writer, limits, segment_builder, inverter
            (posting lists), bigrams, token_strings, stored_fields
format/     the files: segment_file, stored_fields, compression, manifest; docs/index-format.md
            specifies them
read/       segment, segments (all as one), collection (posting lists in all of them), terms (term
            dictionary and posting lists), bigrams, phrases, bitset (sets of passages),
            length_classes, caches
search/     reader, matcher and min_should_match (which documents qualify), scorer and bounds (the
            best of them), proximity
bridge/     the same files as a Whoosh index: index (open_index), codec (read-only), schema,
            segment_view
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vnsearch.engines.whoosh.search.reader import WhooshReader
    from vnsearch.engines.whoosh.write.limits import Limits
    from vnsearch.engines.whoosh.write.writer import WhooshWriter


class WhooshEngine:
    """The `Engine` on Whoosh."""

    version = "whoosh-15"

    def __init__(self, limits: "Limits | None" = None) -> None:
        """`limits`: how large batches and segments become."""
        self._limits = limits

    def reader(self, folder: Path) -> "WhooshReader":
        """See `engines.Engine`."""
        from vnsearch.engines.whoosh.search.reader import WhooshReader

        return WhooshReader(folder)

    def writer(self, folder: Path) -> "WhooshWriter":
        """See `engines.Engine`."""
        from vnsearch.engines.whoosh.write.limits import Limits
        from vnsearch.engines.whoosh.write.writer import WhooshWriter

        return WhooshWriter(folder, self._limits or Limits())

    # All its data are files of the generation, which are linked, published and removed with it.

    def newer(self, folder: Path) -> None:
        """See `engines.Engine`."""

    def fork(self, folder: Path) -> None:
        """See `engines.Engine`."""

    def publish(self, folder: Path) -> None:
        """See `engines.Engine`."""

    def drop(self, folder: Path) -> None:
        """See `engines.Engine`."""

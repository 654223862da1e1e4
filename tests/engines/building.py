"""Indexes and segments for tests."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.engines import Engine
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.write.encoding import Array
from vnsearch.engines.whoosh.write.segment_builder import SegmentBuilder
from vnsearch.model import Document

Sources = Sequence[tuple[str, Document]]


def build(
    engine: Engine,
    folder: Path,
    documents: Sources,
    removed: Sequence[str] = (),
    builders: int = 1,
) -> Path:
    """Change the index in the folder, with the documents dealt out to some builders."""
    writer = engine.writer(folder)
    for source in removed:
        writer.remove(source)
    for number in range(builders):
        builder = writer.builder(number)
        for source, item in documents[number::builders]:
            builder.add(source, item)
        for batch in builder.finish():
            writer.add(batch)
    writer.commit()
    return folder


def joined(pieces: Iterable[tuple[str, Array]]) -> dict[str, Array]:
    """Arrays that come in pieces, one after another."""
    arrays: dict[str, Array] = {}
    for name, (kind, data) in pieces:
        arrays[name] = kind, arrays.get(name, (kind, b""))[1] + data
    return arrays


def build_segment(path: Path, documents: Sources) -> SegmentEntry:
    """A segment that belongs to no index."""
    builder = SegmentBuilder(Vocabulary())
    builder.add(documents)
    return builder.write(path)

"""What an index holds, and what has changed since (`vnsearch status`)."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from vnsearch.engines import Engine
from vnsearch.files.paths import FileNames
from vnsearch.index.catalog import versions
from vnsearch.index.file_state import FileState
from vnsearch.index.generations import Generations
from vnsearch.index.opening import as_index_error, open_index
from vnsearch.index.place import engine_of
from vnsearch.indexing.counts import by_format, by_reason
from vnsearch.indexing.plan import Known, make_plan
from vnsearch.indexing.roots import everything
from vnsearch.model import FileEncoding, IndexSummary, Skipped, Status


def status(index: Path, engine: Engine | None = None) -> Status:
    """What the index in the (absolute) folder `index` holds, and what changed since.

    Raises NoIndexError, IndexUnusableError.
    """
    generations, places = Generations(index), FileNames.of(index)
    engine = engine or engine_of(index)
    catalog, reader = open_index(generations, engine)
    with closing(catalog), closing(reader), as_index_error(generations):
        roots, files, facts = catalog.roots(), catalog.files(), catalog.facts()
        known = Known(roots, files, catalog.members())
        count, documents = catalog.counts()
        passages, cluster = reader.count_passages(), reader.cluster()
    plan = make_plan(places, known, roots, everything(places, roots), str(index))
    of_note = {*files.names(lambda state: bool(state.flaws or state.encoding))}
    noted = {name: files[name] for name in plan.kept if name in of_note}
    skipped = (*plan.skipped, *_flaws(places, noted))
    return Status(
        folder=str(index),
        roots=tuple(roots),
        missing_roots=tuple(plan.missing),
        files=count,
        documents=documents,
        passages=passages,
        skipped=skipped,
        bytes_on_disk=generations.bytes_on_disk(),
        updated=datetime.fromisoformat(facts["updated"]),
        new=len(plan.new),
        changed=len(plan.changed),
        removed=len(plan.gone),
        formats=by_format(files.names(lambda state: state.documents > 0)),
        reasons=by_reason(skipped, {s.path for s in skipped if _is_read(places, files, s)}),
        versions={name: facts[name] for name in ("vnsearch", *versions(engine.version))},
        encodings=tuple(encodings_in(places, noted, sorted(noted))),
        cluster=cluster,
    )


def summary(index: Path, engine: Engine | None = None) -> IndexSummary:
    """What an index holds, without looking at its files; raises NoIndexError,
    IndexUnusableError."""
    generations = Generations(index)
    catalog, reader = open_index(generations, engine or engine_of(index))
    with closing(catalog), closing(reader), as_index_error(generations):
        files, documents = catalog.counts()
        updated = datetime.fromisoformat(catalog.facts()["updated"])
        roots = tuple(FileNames.of(index).path(root.path) for root in catalog.roots())
    return IndexSummary(str(index), roots, files, documents, generations.bytes_on_disk(), updated)


def _flaws(places: FileNames, files: Mapping[str, FileState]) -> Iterator[Skipped]:
    for name, state in files.items():
        for flaw in state.flaws:
            yield Skipped(places.from_here(name), flaw)


def _is_read(places: FileNames, files: Mapping[str, FileState], item: Skipped) -> bool:
    """Whether documents are known of a file of which something is skipped."""
    state = files.get(places.name(os.path.abspath(item.path)))
    return state is not None and state.documents > 0


def encodings_in(
    places: FileNames, files: Mapping[str, FileState], names: Sequence[str]
) -> Iterator[FileEncoding]:
    """The encodings of those of the named files that have one."""
    for name in names:
        if encoding := files[name].encoding:
            yield FileEncoding(places.from_here(name), encoding, files[name].sure)

"""Is an index whole? Its bytes are those that were written, and catalog and engine agree."""

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from vnsearch.engines import Engine, IndexReader
from vnsearch.errors import VnsearchError
from vnsearch.index import checksums
from vnsearch.index.catalog import Catalog
from vnsearch.index.generations import CATALOG, ENGINE, Generations, Pointer
from vnsearch.index.opening import as_index_error
from vnsearch.index.place import engine_of
from vnsearch.language import N_, _, translated
from vnsearch.model import Check, Damage

_TOLD: Final = 10  # files of which catalog and engine disagree


class _DamagedError(Exception):
    """A generation is damaged."""

    def __init__(self, found: Check) -> None:
        super().__init__()
        self.found = found


def check(index: Path, engine: Engine | None = None) -> Check:
    """Look at every byte of the current generation, and compare its parts.

    Raises NoIndexError, OSError when a file cannot be read, and IndexUnusableError when it cannot
    be said what the index is or it is of other versions.
    """
    generations, used = Generations(index), engine or engine_of(index)
    generations.catch_up(used)

    def look(pointer: Pointer) -> Check:
        folder, names = pointer.folder, checksums.files(pointer.folder)
        size = sum(os.path.getsize(folder / name) for name in names)
        damages = checksums.damages(*pointer)
        if not damages:
            with as_index_error(generations):
                damages = list(_disagreements(folder, used))
        found = Check(str(index), len(names), size, tuple(damages))
        if damages:
            raise _DamagedError(found)  # unless this generation is no longer current
        return found

    try:
        return generations.reading(look)
    except _DamagedError as error:
        return error.found


def check_draft(draft: Path, engine: Engine) -> None:
    """Raise VnsearchError unless the catalog and the engine of a new generation agree: when
    something went wrong unnoticed, the old one stays current."""
    for damage in _disagreements(draft, engine):
        why = _("the new index would not be whole: {file}: {what}; the old one stays")
        raise VnsearchError(
            why.format(file=damage.file, what=translated(damage.what)),
            _("check the disk and its permissions, and try again"),
        )


def _disagreements(generation: Path, engine: Engine) -> Iterator[Damage]:
    """What is wrong with the parts of a generation or what they say of each other."""
    with closing(Catalog(generation / CATALOG)) as catalog:
        catalog.check_versions(engine.version)
        for fault in catalog.faults():
            yield Damage(f"{generation.name}/{CATALOG}", fault)
        try:
            with closing(engine.reader(generation / ENGINE)) as reader:
                for fault in islice(_files_that_differ(catalog, reader), _TOLD):
                    yield Damage(f"{generation.name}/{ENGINE}", fault)
                for fault in reader.faults():
                    yield Damage(f"{generation.name}/{ENGINE}", fault)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # of a wrong structure anything may come
            yield Damage(f"{generation.name}/{ENGINE}", str(error) or type(error).__name__)


def _files_that_differ(catalog: Catalog, reader: IndexReader) -> Iterator[str]:
    """The files of which the engine has not as many documents as the catalog says."""
    there = dict(reader.documents_by_source())
    for name, documents in catalog.documents_by_file():
        found = there.pop(name, 0)
        if found != documents:
            told = N_("{found} documents of {name}, not {documents}")
            yield told.format(found=found, name=name, documents=documents)
    for name, found in there.items():
        told = N_("{found} documents of {name}, which is not in the catalog")
        yield told.format(found=found, name=name)

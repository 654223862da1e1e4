"""Files -> readers -> engine: bringing an index up to date with its roots.

First the plan (see `plan`); an empty one ends the run. Then the files are read into a
new generation of the index, which becomes current when all of it is on disk.
"""

import os
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from vnsearch import __version__
from vnsearch.engines import Engine, embedded
from vnsearch.errors import RootError, VnsearchError, explain
from vnsearch.files.paths import FileNames, as_spelled
from vnsearch.index.catalog import Catalog, FileState, versions
from vnsearch.index.check import check_draft
from vnsearch.index.generations import CATALOG, ENGINE, Generations
from vnsearch.index.opening import as_index_error, open_index
from vnsearch.indexing.load import Load
from vnsearch.indexing.plan import Known, Plan, check_path, choose, everything, make_plan
from vnsearch.indexing.pool import read_all
from vnsearch.model import Changes, FileEncoding, Root, Skipped, Status
from vnsearch.readers import format_of

# For numpy, which only indexing uses: the threads of its linear algebra, which nothing here needs,
# would spin at the start, and huge pages take longer to clear than what is done with them. To be in
# the environment before it is imported.
NUMPY_SETTINGS: Final = {"OPENBLAS_NUM_THREADS": "1", "NUMPY_MADVISE_HUGEPAGE": "0"}

# What there must be to read for starting processes to pay: see `Load.cost`.
_WORTH_PROCESSES: Final = 4_000_000


class Progress(Protocol):
    """Shows how far indexing has come."""

    def start(self, total_bytes: int) -> None:
        """This much will be read."""

    def advance(self, read_bytes: int) -> None:
        """`read_bytes` more have been read."""

    def finishing(self) -> None:
        """All is read; the index is being completed."""


class Silence:
    """The `Progress` that shows nothing."""

    def start(self, total_bytes: int) -> None:
        """See `Progress`."""

    def advance(self, read_bytes: int) -> None:
        """See `Progress`."""

    def finishing(self) -> None:
        """See `Progress`."""


def update(
    index: Path,
    paths: Sequence[str] = (),
    *,
    excludes: Sequence[str] | None = None,
    encoding: str | None = None,
    forget: Sequence[str] = (),
    rebuild: bool = False,
    wait: float = 0.0,
    shared: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Changes:
    """Bring the index in the (absolute) folder `index` up to date with its roots.

    Only `paths` are looked at; without any, all known roots are. A path that lies in no root
    becomes one. `excludes` and `encoding`, when given, replace those of the paths. `forget`
    drops roots with their files. `rebuild` starts from nothing with all known roots, and does
    not need the old index to be readable. `shared` lets the group read and write it from now on.
    Waits `wait` seconds for another writer; uses `jobs` processes (default: the cores)
    when there is enough to read. A root that is missing keeps its documents, and is among the
    `missing_roots` of what is returned. Raises RootError, LockedError and
    IndexUnusableError; the index is as before then, as it is when interrupted.
    """
    started = time.monotonic()
    engine = engine or embedded()
    generations, places = Generations(index, engine), FileNames.of(index)
    names, forgotten = _names(places, paths), _names(places, forget)
    if not generations.exists():
        for path in paths:
            check_path(os.path.abspath(path))
        if not names:
            raise _nothing_named()
    with generations.writing(wait, shared=shared), as_index_error(generations):
        known = _known(generations, engine, rebuild)
        roots, scopes = choose(places, known.roots, names, excludes, encoding, forgotten)
        if not roots and not forget:
            raise _nothing_named()
        if rebuild:
            scopes = everything(places, roots)
        plan = make_plan(places, known, roots, scopes, str(index))
        if rebuild and (plan.missing or plan.kept):  # which would have to be read to be kept
            raise _cannot_be_rebuilt(places, plan)
        work = _Update(places, known, plan, progress or Silence())
        if not plan.is_empty() or roots != known.roots or rebuild:
            draft = generations.draft(fresh=rebuild)
            try:
                work.write(draft, engine, roots, jobs or _cores())
                check_draft(draft, engine)
            except BaseException:
                generations.discard(draft)
                raise
            generations.publish(draft)
        return _summary(generations, work, started)


def _names(places: FileNames, paths: Sequence[str]) -> list[str]:
    return [places.name(as_spelled(os.path.abspath(path))) for path in paths]


def _summary(generations: Generations, work: "_Update", started: float) -> Changes:
    """What was done; errors say that it is done."""
    try:
        with closing(Catalog(generations.current() / CATALOG)) as catalog:
            return work.summary(catalog, time.monotonic() - started)
    except OSError as error:
        message, advice = explain(error)
        raise VnsearchError(f"the index is up to date, but {message}", advice) from error
    except VnsearchError as error:
        raise VnsearchError(f"the index is up to date, but {error}", error.advice) from error


def status(index: Path, engine: Engine | None = None) -> Status:
    """What the index in the (absolute) folder `index` holds, and what changed since.

    Raises NoIndexError, IndexUnusableError.
    """
    generations, places = Generations(index), FileNames.of(index)
    engine = engine or embedded()
    catalog, reader = open_index(generations, engine)
    with closing(catalog), closing(reader), as_index_error(generations):
        roots, files, facts = catalog.roots(), catalog.files(), catalog.facts()
        count, documents = catalog.counts()
        passages = reader.count_passages()
    plan = make_plan(places, Known(roots, files), roots, everything(places, roots), str(index))
    return Status(
        folder=str(index),
        roots=tuple(roots),
        missing_roots=tuple(plan.missing),
        files=count,
        documents=documents,
        passages=passages,
        skipped=(*plan.skipped, *_flaws(places, files, plan.kept)),
        bytes_on_disk=generations.bytes_on_disk(),
        updated=datetime.fromisoformat(facts["updated"]),
        new=len(plan.new),
        changed=len(plan.changed),
        removed=len(plan.gone),
        versions={name: facts[name] for name in ("vnsearch", *versions(engine.version))},
        encodings=tuple(_encodings(places, files, sorted(plan.kept))),
    )


def _cores() -> int:
    """Those this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _nothing_named() -> RootError:
    return RootError("nothing to index", "name a file or folder: vnsearch index FOLDER")


def forget_advice(root: str) -> str:
    """What to do about a root that is missing."""
    return f"if it is gone for good: vnsearch index --forget {shlex.quote(root)}"


def _cannot_be_rebuilt(places: FileNames, plan: Plan) -> RootError:
    for root, reason in plan.missing.items():
        why = f"{root}: {reason}; a rebuild would lose its documents"
        return RootError(why, f"nothing was changed; {forget_advice(root)}")
    return _would_be_lost(places.from_here(plan.kept[0]), "its folder cannot be read")


def _would_be_lost(path: str, reason: str) -> RootError:
    """What keeps an index from being made anew: a file that it has and that cannot be read."""
    why = f"{path}: {reason}; a rebuild would lose its documents"
    return RootError(why, "nothing was changed; make it readable, or leave it out with --exclude")


def _known(generations: Generations, engine: Engine, rebuild: bool) -> Known:
    """What the current generation knows."""
    if rebuild:
        return _left(generations)
    if not generations.exists():
        return Known()
    with closing(Catalog(generations.current() / CATALOG)) as catalog:
        catalog.check_versions(engine.version)
        return Known(catalog.roots(), catalog.files())


def _left(generations: Generations) -> Known:
    """What can still be read of an index that may be damaged."""
    folder = generations.salvageable()
    roots: list[Root] = []
    with suppress(Exception):  # of a damaged database anything may come
        if folder is not None:
            with closing(Catalog(folder / CATALOG)) as catalog:
                roots = catalog.roots()
                return Known(roots, had=[*catalog.read_files()])
    return Known(roots)


class _Update:
    """A plan being carried out, and the count of what it did."""

    def __init__(self, places: FileNames, known: Known, plan: Plan, progress: Progress) -> None:
        self._places, self._plan, self._progress = places, plan, progress
        self._known, self._had = known.files, known.had
        self._skipped = list(plan.skipped)
        self._bytes_read = 0
        self._as_before: set[str] = set()  # new times but the old bytes, or not to be read

    def write(self, draft: Path, engine: Engine, roots: Sequence[Root], jobs: int) -> None:
        """Fill the folder of the next generation."""
        plan, progress = self._plan, self._progress
        progress.start(
            sum(
                stat.st_size
                for name, stat in (*plan.new.items(), *plan.changed.items())
                if format_of(name) is not None
            )
        )
        writer = engine.writer(draft / ENGINE)
        try:
            with closing(Catalog(draft / CATALOG, writable=True)) as catalog:
                for name in plan.gone:
                    writer.remove(name)
                    catalog.remove(name)
                load = Load(self._places, plan, catalog, writer, progress.advance)
                jobs = jobs if load.cost() >= _WORTH_PROCESSES else 1
                with closing(read_all(load.parts(), writer.builder, jobs)) as results:
                    for result in results:
                        load.take(result)
                for name in load.refused.keys() & {*self._had}:
                    raise _would_be_lost(self._places.from_here(name), load.refused[name])
                progress.finishing()
                load.finish()
                catalog.set_roots(roots)
                catalog.set_facts(vnsearch=__version__, **versions(engine.version))
                writer.commit()
                catalog.commit()
        except BaseException:
            with suppress(Exception):
                writer.cancel()
            raise
        self._skipped += load.skipped
        self._as_before, self._bytes_read = load.as_before, load.bytes_read

    def summary(self, catalog: Catalog, seconds: float) -> Changes:
        """What was done, given the catalog as it is now. A file without a document counts
        as skipped only."""
        plan, known = self._plan, self._known
        todo = plan.new.keys() | plan.changed.keys() | plan.refused.keys()
        states = {name: state for name in todo if (state := catalog.file(name))}
        had = {name for name in (*todo, *plan.gone) if name in known and known[name].documents}
        has = {name for name, state in states.items() if state.documents}
        read = has - (plan.changed.keys() & self._as_before)
        kept = [name for name in plan.kept if name in known]
        # Of most files there is nothing to say.
        states |= {name: known[name] for name in kept if known[name].flaws or known[name].encoding}
        return Changes(
            added=len(read - had),
            changed=len(read & had),
            removed=len(had - has),
            unchanged=len(has - read) + sum(known[name].documents > 0 for name in kept),
            skipped=(*self._skipped, *_flaws(self._places, states, sorted(states))),
            documents=catalog.counts()[1],
            bytes_read=self._bytes_read,
            seconds=seconds,
            encodings=tuple(_encodings(self._places, states, sorted(states))),
            missing_roots=tuple(
                Skipped(self._places.from_here(root), reason)
                for root, reason in plan.missing.items()
            ),
        )


def _flaws(
    places: FileNames, files: dict[str, FileState], names: Sequence[str]
) -> Iterator[Skipped]:
    for name in names:
        for flaw in files[name].flaws:
            yield Skipped(places.from_here(name), flaw)


def _encodings(
    places: FileNames, files: dict[str, FileState], names: Sequence[str]
) -> Iterator[FileEncoding]:
    for name in names:
        if encoding := files[name].encoding:
            yield FileEncoding(places.from_here(name), encoding, files[name].sure)

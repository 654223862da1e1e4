"""Files -> readers -> engine: bringing an index up to date with its roots.

First the plan (see `plan`); an empty one ends the run. Then the files are read into a
new generation of the index, which becomes current when all of it is on disk.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from vnsearch.engines import Engine
from vnsearch.errors import IndexUnusableError, VnsearchError, explain
from vnsearch.files.paths import FileNames, as_spelled, is_below
from vnsearch.index.catalog import Catalog
from vnsearch.index.check import check_draft
from vnsearch.index.generations import CATALOG, RECOGNIZED, Generations
from vnsearch.index.opening import as_index_error
from vnsearch.index.place import engine_of
from vnsearch.indexing.plan import Known, check_path, make_plan
from vnsearch.indexing.progress import Progress, Silence
from vnsearch.indexing.refusals import cannot_be_rebuilt, no_roots, nothing_named
from vnsearch.indexing.roots import NO_OPTIONS, RootOptions, Scope, choose, everything, governor
from vnsearch.indexing.run import Run
from vnsearch.language import _
from vnsearch.model import Changes, Root

# For numpy, which only indexing uses: the threads of its linear algebra, which nothing here needs,
# would spin at the start, and huge pages take longer to clear than what is done with them. To be in
# the environment before it is imported.
NUMPY_SETTINGS: Final = {"OPENBLAS_NUM_THREADS": "1", "NUMPY_MADVISE_HUGEPAGE": "0"}


def update(
    index: Path,
    paths: Sequence[str] = (),
    *,
    options: RootOptions = NO_OPTIONS,
    forget: Sequence[str] = (),
    rebuild: bool = False,
    wait: float = 0.0,
    shared: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Changes:
    """Bring the index in the (absolute) folder `index` up to date with its roots.

    Only `paths` are looked at; without any, all known roots are, unless some are to `forget`, with
    their files and the roots inside of them. A path that lies in no root becomes one. `options`
    replace those of the paths, and of roots inside of them (see `roots.choose`). `rebuild`
    starts from nothing with all known roots, and does not need the old index to be readable.
    `shared` lets the group read and write it from now on. Waits `wait` seconds for another writer;
    uses `jobs` processes (default: the cores) when there is enough to read. Roots that are missing
    keep their documents, and are told as `missing_roots`; so do unreadable files, as `unread`.
    Raises RootError, LockedError and IndexUnusableError; the index is then as before.
    """
    started = time.monotonic()
    engine = engine or engine_of(index, wait)
    index = Path(as_spelled(str(index)))
    generations, places = Generations(index, engine), FileNames.of(index)
    names, forgotten = _names(places, paths), _names(places, forget)
    _check_beginning(generations, engine, paths, rebuild=rebuild)
    with generations.writing(wait, shared=shared), as_index_error(generations):
        known = _known(generations, engine, rebuild)
        roots, scopes = choose(places, known.roots, names, options, forgotten)
        if not roots and not forget:
            raise no_roots() if rebuild and generations.exists() else nothing_named()
        if rebuild:
            scopes = everything(places, roots)
        plan = make_plan(places, known, roots, scopes, str(index))
        if rebuild and (plan.missing or plan.kept):  # which would have to be read to be kept
            raise cannot_be_rebuilt(places, roots, plan)
        skipped = _skipped_elsewhere(places, known, roots, scopes)
        work = Run(places, known, plan, progress or Silence(), skipped)
        if not plan.is_empty() or roots != known.roots or rebuild or work.skips_anew():
            work.recognize(index / RECOGNIZED, jobs or _cores())
            _make_generation(generations, work, engine, roots, jobs or _cores(), fresh=rebuild)
        also = _forgotten_too(places, known, roots, forgotten)
        return _summary(generations, work, started)._replace(forgotten=also)


def _check_beginning(
    generations: Generations, engine: Engine, paths: Sequence[str], *, rebuild: bool
) -> None:
    """Raise what keeps a run from beginning, before anything is made for it."""
    try:
        generations.catch_up(engine)
    except IndexUnusableError:
        if not rebuild:
            raise
    if not generations.exists():
        for path in paths:
            check_path(os.path.abspath(path))
        if not paths:
            raise nothing_named()


def _skipped_elsewhere(
    places: FileNames, known: Known, roots: Sequence[Root], scopes: Sequence[Scope]
) -> dict[str, str]:
    """What is known to be skipped in roots, unless all of these are looked at."""
    paths = {places.path(root.path) for root in roots}
    if {scope.path for scope in scopes} == paths:
        return {}
    return {
        name: reason
        for name, reason in known.skipped.items()
        if governor(places.path(name), paths) is not None
    }


def _forgotten_too(
    places: FileNames, known: Known, roots: Sequence[Root], forgotten: Sequence[str]
) -> tuple[str, ...]:
    """The roots inside of those to be forgotten, by their paths from here."""
    gone = {root.path for root in known.roots} - {root.path for root in roots} - {*forgotten}
    folders = [places.path(name) for name in forgotten]
    return tuple(
        places.from_here(name)
        for name in sorted(gone)
        if any(is_below(places.path(name), folder) for folder in folders)
    )


def _make_generation(
    generations: Generations,
    work: Run,
    engine: Engine,
    roots: Sequence[Root],
    jobs: int,
    *,
    fresh: bool,
) -> None:
    """Write the next generation and make it current; when that fails, nothing of it stays."""
    draft = generations.draft(fresh=fresh)
    try:
        work.write(draft, engine, roots, jobs)
        check_draft(draft, engine)
    except BaseException:
        generations.discard(draft)
        raise
    generations.publish(draft)
    with _up_to_date(generations):
        _forget_recognized(generations)


def _forget_recognized(generations: Generations) -> None:
    """Drop the recognized pages of files that the index has no more."""
    folder = generations.folder / RECOGNIZED
    if folder.is_dir():
        from vnsearch.index.recognized import Recognized

        with closing(Catalog(generations.current() / CATALOG)) as catalog:
            Recognized(folder).keep(catalog.digests())


def _names(places: FileNames, paths: Sequence[str]) -> list[str]:
    return [places.named(path) for path in paths]


def _summary(generations: Generations, work: Run, started: float) -> Changes:
    """What was done."""
    with (
        _up_to_date(generations),
        closing(Catalog(generations.current() / CATALOG)) as catalog,
    ):
        return work.summary(catalog, time.monotonic() - started)


@contextmanager
def _up_to_date(generations: Generations) -> Iterator[None]:
    """Let errors say that the new generation is current."""
    try:
        with as_index_error(generations):
            yield
    except OSError as error:
        message, advice = explain(error)
        what = _("the index is up to date, but {error}").format(error=message)
        raise VnsearchError(what, advice) from error
    except VnsearchError as error:
        what = _("the index is up to date, but {error}").format(error=error.message)
        raise VnsearchError(what, error.advice) from error


def _cores() -> int:
    """Those this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _known(generations: Generations, engine: Engine, rebuild: bool) -> Known:
    """What the current generation knows."""
    if rebuild:
        return _left(generations)
    if not generations.exists():
        return Known()
    with closing(Catalog(generations.current() / CATALOG)) as catalog:
        catalog.check_versions(engine.version)
        return Known(catalog.roots(), catalog.files(), catalog.members(), skipped=catalog.skipped())


def _left(generations: Generations) -> Known:
    """What can still be read of an index that may be damaged."""
    folder = generations.salvageable()
    roots: list[Root] = []
    with suppress(Exception):  # of a damaged database anything may come
        if folder is not None:
            with closing(Catalog(folder / CATALOG)) as catalog:
                roots = catalog.roots()
                return Known(roots, had=catalog.had())
    return Known(roots)

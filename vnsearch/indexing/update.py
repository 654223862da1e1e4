"""Files -> readers -> engine: bringing an index up to date with its roots.

First the plan (see `plan`); an empty one ends the run. Then the files are read into a
new generation of the index, which becomes current when all of it is on disk.
"""

import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from vnsearch import __version__
from vnsearch.engines import Engine
from vnsearch.errors import IndexUnusableError, RootError, VnsearchError, explain
from vnsearch.files.paths import FileNames, as_spelled, is_below, relative_to
from vnsearch.index.catalog import Catalog, versions
from vnsearch.index.check import check_draft
from vnsearch.index.file_state import FileState
from vnsearch.index.generations import CATALOG, ENGINE, RECOGNIZED, Generations
from vnsearch.index.opening import as_index_error
from vnsearch.index.place import engine_of
from vnsearch.indexing.load import Load
from vnsearch.indexing.plan import STAYING, Known, Plan, check_path, choose, everything, make_plan
from vnsearch.indexing.pool import read_all
from vnsearch.indexing.progress import Progress, Silence
from vnsearch.indexing.status import encodings_in
from vnsearch.language import _, translated
from vnsearch.model import Changes, Root, Skipped
from vnsearch.platform import quoted
from vnsearch.readers import format_of

# For numpy, which only indexing uses: the threads of its linear algebra, which nothing here needs,
# would spin at the start, and huge pages take longer to clear than what is done with them. To be in
# the environment before it is imported.
NUMPY_SETTINGS: Final = {"OPENBLAS_NUM_THREADS": "1", "NUMPY_MADVISE_HUGEPAGE": "0"}

# What there must be to read for starting processes to pay: see `Load.cost`.
_WORTH_PROCESSES: Final = 4_000_000


def update(
    index: Path,
    paths: Sequence[str] = (),
    *,
    excludes: Sequence[str] | None = None,
    encoding: str | None = None,
    gitignore: bool | None = None,
    ocr: bool | None = None,
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
    becomes one. `excludes`, `encoding`, `gitignore` (whether .gitignore files are heeded) and `ocr`
    (whether text in pictures is recognized), when given, replace those of the paths, and of roots
    inside of them. `forget` drops roots with their files, and the roots inside of them. `rebuild`
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
    try:
        generations.catch_up(engine)
    except IndexUnusableError:
        if not rebuild:
            raise
    if not generations.exists():
        for path in paths:
            check_path(os.path.abspath(path))
        if not names:
            raise _nothing_named()
    with generations.writing(wait, shared=shared), as_index_error(generations):
        known = _known(generations, engine, rebuild)
        roots, scopes = choose(
            places, known.roots, names, excludes, encoding, forgotten, gitignore, ocr
        )
        if not roots and not forget:
            raise _no_roots() if rebuild and generations.exists() else _nothing_named()
        if rebuild:
            scopes = everything(places, roots)
        plan = make_plan(places, known, roots, scopes, str(index))
        if rebuild and (plan.missing or plan.kept):  # which would have to be read to be kept
            raise _cannot_be_rebuilt(places, roots, plan)
        whole = {scope.path for scope in scopes} == {places.path(root.path) for root in roots}
        work = _Update(places, known, plan, progress or Silence(), is_whole=whole)
        if not plan.is_empty() or roots != known.roots or rebuild or work.skips_anew():
            work.recognize(index / RECOGNIZED, jobs or _cores())
            _make_generation(generations, work, engine, roots, jobs or _cores(), fresh=rebuild)
        also = _forgotten_too(places, known, roots, forgotten)
        return _summary(generations, work, started)._replace(forgotten=also)


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
    work: "_Update",
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
    _forget_recognized(generations)


def _has_tesseract() -> bool:
    from vnsearch.readers import ocr

    return ocr.is_installed()


def _forget_recognized(generations: Generations) -> None:
    """Drop the recognized pages of files that the index has no more."""
    folder = generations.folder / RECOGNIZED
    if folder.is_dir():
        from vnsearch.index.recognized import Recognized

        with closing(Catalog(generations.current() / CATALOG)) as catalog:
            Recognized(folder).keep(catalog.digests())


def _names(places: FileNames, paths: Sequence[str]) -> list[str]:
    return [places.named(path) for path in paths]


def _summary(generations: Generations, work: "_Update", started: float) -> Changes:
    """What was done; errors say that it is done."""
    try:
        with (
            as_index_error(generations),
            closing(Catalog(generations.current() / CATALOG)) as catalog,
        ):
            return work.summary(catalog, time.monotonic() - started)
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


def _nothing_named() -> RootError:
    return RootError(_("nothing to index"), _("name a file or folder: vnsearch index FOLDER"))


def _no_roots() -> RootError:
    return RootError(
        _("the index has no roots, or they cannot be read"),
        _("name its files and folders: vnsearch index --rebuild FOLDER"),
    )


def forget_advice(root: str) -> str:
    """What to do about a root that is missing."""
    command = f"vnsearch index --forget {quoted(root)}"
    return _("if it is gone for good: {command}").format(command=command)


def _cannot_be_rebuilt(places: FileNames, roots: Sequence[Root], plan: Plan) -> RootError:
    for root, reason in plan.missing.items():
        return _would_be_lost(places, roots, root, reason)
    hidden = plan.unread[0]
    name = places.name(os.path.abspath(hidden.path))
    return _would_be_lost(
        places, roots, name, hidden.reason.removesuffix(STAYING.format(reason=""))
    )


def _would_be_lost(places: FileNames, roots: Sequence[Root], name: str, reason: str) -> RootError:
    """What keeps an index from being made anew: what it has and cannot be read."""
    path = places.path(name)
    above = [root for root in roots if is_below(path, places.path(root.path))]
    root = max(above, key=lambda root: len(places.path(root.path)))
    folder = places.path(root.path)
    if path == folder:
        command = f"--forget {quoted(places.from_here(name))}"
    else:
        left_out = re.sub(r"[*?[\\]| $", r"\\\g<0>", relative_to(folder, path))
        globs = (f" --exclude {quoted(glob)}" for glob in (*root.excludes, f"/{left_out}"))
        command = f"{quoted(places.from_here(root.path))}{''.join(globs)}"
    return RootError(
        _("{path}: {reason}; a rebuild would lose its documents").format(
            path=places.from_here(name), reason=translated(reason)
        ),
        _("nothing was changed; make it readable, or if its documents may go: {command}").format(
            command=f"vnsearch index --rebuild {command}"
        ),
    )


def _known(generations: Generations, engine: Engine, rebuild: bool) -> Known:
    """What the current generation knows."""
    if rebuild:
        return _left(generations)
    if not generations.exists():
        return Known()
    with closing(Catalog(generations.current() / CATALOG)) as catalog:
        catalog.check_versions(engine.version)
        return Known(catalog.roots(), catalog.files(), skipped=catalog.skipped())


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


class _Update:
    """A plan being carried out, and the count of what it did."""

    def __init__(
        self, places: FileNames, known: Known, plan: Plan, progress: Progress, *, is_whole: bool
    ) -> None:
        """`is_whole`: all of the roots is looked at."""
        self._is_whole, self._known_skipped = is_whole, known.skipped
        self._places, self._plan, self._progress = places, plan, progress
        self._known, self._had = known.files, known.had
        self._skipped, self._unread = list(plan.skipped), list(plan.unread)
        self._bytes_read, self._read_until = 0, 0.0  # a time, see `Load`
        self._as_before: set[str] = set()  # new times but the old bytes, or not to be read
        self._recognized = ""  # the folder of recognized pages
        self._members: set[str] = set()  # files in those that are new and changed

    def recognize(self, folder: Path, jobs: int) -> None:
        """Recognize the text in pictures, which is kept in a folder."""
        plan, self._recognized = self._plan, str(folder)
        sizes = {
            name: stat.st_size
            for name, stat in (*plan.new.items(), *plan.changed.items())
            if format_of(name, ocr=name in plan.ocr) is not None
        }
        if not plan.ocr or not _has_tesseract():
            self._progress.start(sum(sizes.values()))
            return
        from vnsearch.index.recognized import Recognized  # seldom needed, as is the next
        from vnsearch.indexing.recognition import Picture, recognize

        def advance(read_bytes: int) -> None:
            self._progress.advance(read_bytes)
            self._progress.built(read_bytes)

        names = self._places
        pictures = [Picture(names.path(name), sizes[name]) for name in sorted(plan.ocr)]
        total = sum(sizes.values()) + sum(picture.size for picture in pictures)
        self._progress.start(total)
        recognize(pictures, Recognized(folder), jobs, advance)

    def skips_anew(self) -> bool:
        """Whether other files are skipped than before."""
        return self._all_skipped() != self._known_skipped

    def _all_skipped(self) -> dict[str, str]:
        """The files that are skipped without a state, by name, and why."""
        before = {} if self._is_whole else self._known_skipped
        return {**before, **{self._name(item): item.reason for item in self._skipped}}

    def _name(self, item: Skipped) -> str:
        return self._places.name(os.path.abspath(item.path))

    def write(self, draft: Path, engine: Engine, roots: Sequence[Root], jobs: int) -> None:
        """Fill the folder of the next generation."""
        plan, progress = self._plan, self._progress
        writer = engine.writer(draft / ENGINE)
        try:
            with closing(Catalog(draft / CATALOG, writable=True)) as catalog:
                for name in plan.gone:
                    writer.remove(name)
                    catalog.remove(name)
                load = Load(self._places, plan, catalog, writer, progress, self._recognized)
                jobs = jobs if load.cost() >= _WORTH_PROCESSES else 1
                with closing(read_all(load.parts(), writer.builder, jobs)) as results:
                    for result in results:
                        load.take(result)
                self._skipped += load.skipped
                self._unread += load.unread
                for name in load.refused.keys() & {*self._had}:
                    raise _would_be_lost(self._places, roots, name, load.refused[name])
                progress.finishing()
                load.finish()
                catalog.set_roots(roots)
                catalog.set_skipped(self._all_skipped())
                catalog.set_facts(vnsearch=__version__, **versions(engine.version))
                writer.commit()
                catalog.commit()
        except BaseException:
            with suppress(Exception):
                writer.cancel()
            raise
        self._as_before, self._bytes_read = load.as_before, load.bytes_read
        self._read_until = load.read_until
        self._members = load.members

    def summary(self, catalog: Catalog, seconds: float) -> Changes:
        """What was done, given the catalog as it is now. A file without a document counts
        as skipped only."""
        plan, known = self._plan, self._known
        todo = plan.new.keys() | plan.changed.keys() | plan.refused.keys() | self._members
        states = {name: state for name in todo if (state := catalog.file(name))}
        had = {name for name in (*todo, *plan.gone) if name in known and known[name].documents}
        has = {name for name, state in states.items() if state.documents}
        read = has - self._as_before
        kept = [name for name in plan.kept if name in known]
        skipped, todo_states = self._new_skipped(states), dict(states)
        # Of most files there is nothing to say.
        states |= {name: known[name] for name in kept if known[name].flaws or known[name].encoding}
        return Changes(
            added=len(read - had),
            changed=len(read & had),
            removed=len(had - has),
            unchanged=len(has - read) + sum(known[name].documents > 0 for name in kept),
            skipped=skipped,
            skipped_before=len(self._all_skipped()) + self._count_flaws(todo_states) - len(skipped),
            documents=catalog.counts()[1],
            bytes_read=self._bytes_read,
            seconds=seconds,
            seconds_writing=max(0.0, time.monotonic() - self._read_until)
            if self._bytes_read
            else 0,
            encodings=tuple(encodings_in(self._places, states, sorted(states))),
            missing_roots=tuple(
                Skipped(self._places.from_here(root), reason)
                for root, reason in plan.missing.items()
            ),
            unread=tuple(self._unread),
        )

    def _count_flaws(self, todo: Mapping[str, FileState]) -> int:
        """How many flaws the files of the index have, given those that were to be read."""
        gone = {*self._plan.gone}
        kept = (s for name, s in self._known.items() if name not in todo and name not in gone)
        return sum(len(state.flaws) for state in (*todo.values(), *kept))

    def _new_skipped(self, states: Mapping[str, FileState]) -> tuple[Skipped, ...]:
        """What is skipped now, and was not before for the same reason."""
        known = self._known_skipped
        files = (i for i in self._skipped if known.get(self._name(i)) != i.reason)
        flaws = (
            Skipped(self._places.from_here(name), flaw)
            for name in sorted(states)
            for flaw in states[name].flaws
            if name not in self._known or flaw not in self._known[name].flaws
        )
        return (*files, *flaws)

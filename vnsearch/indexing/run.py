"""A plan being carried out: recognized, read and written into the next generation; and the count of
what was done."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from vnsearch import __version__
from vnsearch.engines import Engine
from vnsearch.files.paths import FileNames
from vnsearch.index.catalog import Catalog, versions
from vnsearch.index.file_state import FileState
from vnsearch.index.generations import CATALOG, ENGINE
from vnsearch.indexing.load import Load
from vnsearch.indexing.plan import Known, Nesting, Plan
from vnsearch.indexing.pool import read_all
from vnsearch.indexing.progress import Progress
from vnsearch.indexing.reading import Inside
from vnsearch.indexing.refusals import would_be_lost
from vnsearch.indexing.status import encodings_in
from vnsearch.model import Changes, Root, Skipped
from vnsearch.readers import format_of

# What there must be to read for starting processes to pay: see `Load.cost`.
_WORTH_PROCESSES: Final = 4_000_000


class Run:
    """A plan being carried out, and the count of what it did."""

    def __init__(
        self,
        places: FileNames,
        known: Known,
        plan: Plan,
        progress: Progress,
        skipped_elsewhere: Mapping[str, str],
    ) -> None:
        """`skipped_elsewhere`: what is known to be skipped where the run does not look."""
        self._skipped_elsewhere, self._known_skipped = skipped_elsewhere, known.skipped
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
        pictures = [
            Picture(names.path(name), sizes[name], _inside(plan.nests.get(name)))
            for name in sorted(plan.ocr)
        ]
        total = sum(sizes.values()) + sum(picture.size for picture in pictures)
        self._progress.start(total)
        recognize(pictures, Recognized(folder), jobs, advance)

    def skips_anew(self) -> bool:
        """Whether other files are skipped than before."""
        return self._all_skipped() != self._known_skipped

    def _all_skipped(self) -> dict[str, str]:
        """The files that are skipped without a state, by name, and why."""
        return {
            **self._skipped_elsewhere,
            **{self._name(item): item.reason for item in self._skipped},
        }

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
                    raise would_be_lost(self._places, roots, name, load.refused[name])
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
        skipped, all_skipped = self._new_skipped(states), len(self._all_skipped())
        flaws, not_read, with_flaws = catalog.count_flaws()
        kept = (known.get(name) for name in plan.kept)
        unchanged = sum(state is not None and state.documents > 0 for state in kept)
        decoded = sorted(states.keys() - self._as_before)
        return Changes(
            added=len(read - had),
            changed=len(read & had),
            removed=len(had - has),
            unchanged=len(has - read) + unchanged,
            skipped=skipped,
            skipped_before=all_skipped + flaws - len(skipped),
            not_read=all_skipped + not_read,
            with_flaws=with_flaws,
            documents=catalog.counts()[1],
            bytes_read=self._bytes_read,
            seconds=seconds,
            seconds_writing=max(0.0, time.monotonic() - self._read_until)
            if self._bytes_read
            else 0,
            encodings=tuple(encodings_in(self._places, states, decoded)),
            missing_roots=tuple(
                Skipped(self._places.from_here(root), reason)
                for root, reason in plan.missing.items()
            ),
            unread=tuple(self._unread),
        )

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


def _inside(nesting: Nesting | None) -> Inside | None:
    return nesting and Inside(nesting.base, nesting.excludes, {})


def _has_tesseract() -> bool:
    from vnsearch.readers import ocr

    return ocr.is_installed()

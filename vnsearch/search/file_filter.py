"""Which files a search may find, as a user says it -> filters of the engine."""

import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from vnsearch.engines import Filters
from vnsearch.errors import VnsearchError
from vnsearch.files.paths import FileNames, is_below
from vnsearch.files.types import suffixes_of, type_of
from vnsearch.index.catalog import Catalog
from vnsearch.language import _, ngettext
from vnsearch.model import Facets
from vnsearch.platform import slashed
from vnsearch.search.dates import period

SORTS: Final = ("score", "modified", "path")

_GLOB: Final = re.compile(r"[*?\[]")


class FileFilter(NamedTuple):
    """Which files a search may find: those that pass each test there is."""

    within: tuple[str, ...] = ()  # globs as in .gitignore, or paths from here, one of which fits
    types: str = ""  # see `files.types`, separated by commas
    since: str = ""  # modified then or later: a date, see `search.dates`
    until: str = ""  # modified then or before

    def filters(self, names: FileNames, catalog: Catalog) -> Filters:
        """The same for the engine; raises VnsearchError for what is no type, date or glob."""
        globs, folders = list[str](), list[str]()
        for typed in map(slashed, self.within):
            found = _real_path(names, typed)
            folders += found
            if not found or not (_is_path(typed) or "/" in typed.rstrip("/")):
                globs.append(_as_glob(names, typed))
        return Filters(
            tuple(globs), tuple(folders), suffixes_of(self.types), self._of_the_time(catalog)
        )

    def unmet(self, names: FileNames, catalog: Catalog) -> Iterator[str]:
        """Which of the tests no file in the index passes, for a user to read."""
        told = _("nothing that is indexed is in {path}")
        tests = {
            told.format(path=typed.removeprefix("**/")): FileFilter((typed,))
            for typed in self.within
        }
        told = _("nothing that is indexed is of type {names}")
        tests[told.format(names=self.types)] = FileFilter(types=self.types)
        when = _("nothing that is indexed was modified then")
        tests[when] = FileFilter(since=self.since, until=self.until)
        files = [name for name, _time in catalog.modified()]
        for what, part in tests.items():
            accepts = part.filters(names, catalog).accepts()
            if accepts is not None and not any(map(accepts, files)):
                yield what

    def weaker(self) -> "Iterator[tuple[str, FileFilter]]":
        """The filter without one of its tests, then without any; each with what it is without, as
        for `kept_out`."""
        parts = (
            ("--in", self._replace(within=())),
            ("--type", self._replace(types="")),
            ("--since", self._replace(since="", until="")),
            ("", FileFilter()),
        )
        yield from ((test, rest) for test, rest in parts if rest != self)

    def _of_the_time(self, catalog: Catalog) -> frozenset[str] | None:
        """The files that were modified in time; None when any time is right."""
        if not (self.since or self.until):
            return None
        begin = period(self.since)[0].timestamp() * 1e9 if self.since else -float("inf")
        end = period(self.until)[1].timestamp() * 1e9 if self.until else float("inf")
        return frozenset(name for name, mtime_ns in catalog.modified() if begin <= mtime_ns < end)


def kept_out(test: str, count: int) -> str:
    """How many documents a test of files keeps out, or all of them together ("")."""
    match test:
        case "--in":
            told = ngettext(
                "{count} document elsewhere matches, but not in what --in names",
                "{count} documents elsewhere match, but not in what --in names",
                count,
            )
        case "--type":
            told = ngettext(
                "{count} document matches, but is not of the type that --type names",
                "{count} documents match, but are not of the type that --type names",
                count,
            )
        case "--since":
            told = ngettext(
                "{count} document matches, but was not modified then",
                "{count} documents match, but were not modified then",
                count,
            )
        case _:
            told = ngettext(
                "{count} document matches, but is kept out by what is asked of its file",
                "{count} documents match, but are kept out by what is asked of their files",
                count,
            )
    return told.format(count=count)


def in_order(sort: str, catalog: Catalog) -> list[str] | None:
    """All files in an order: by path, or the last modified first; None for the best first."""
    if sort == "path":
        return sorted(name for name, _ in catalog.modified())
    if sort == "modified":
        files = sorted(catalog.modified(), key=lambda item: (-item[1], item[0]))
        return [name for name, _ in files]
    return None


def facets_of(counts: Mapping[str, int], modified: Mapping[str, int], names: FileNames) -> Facets:
    """What documents may be narrowed to, by how many there are of each file."""
    types, folders, years = Counter[str](), Counter[str](), Counter[str]()
    for name, count in counts.items():
        types[type_of(name)] += count
        years[str(time.localtime(modified.get(name, 0) / 1e9).tm_year)] += count
        folder = os.path.dirname(names.from_here(name))
        while (outer := os.path.dirname(folder)) != folder:  # neither "" nor a root
            folders[folder] += count
            folder = outer
    return Facets(*(dict(found.most_common()) for found in (types, folders, years)))


def _real_path(names: FileNames, typed: str) -> tuple[str, ...]:
    """The names of the files that a path leads to, from here; none where it leads nowhere."""
    if not typed:
        raise VnsearchError(
            _("{option} is empty").format(option="--in"),
            _("name a folder, a file or a glob, as in .gitignore"),
        )
    path = _absolute(typed)
    if not os.path.lexists(path):
        is_gone = _is_path(typed) and is_below(path, names.base) and not _GLOB.search(typed)
        return (names.name(path),) if is_gone else ()
    name = names.named(path)
    if is_below(names.base, names.path(name)):  # what lies below the base has names of its own
        return os.curdir, name
    return (name,)


def _as_glob(names: FileNames, typed: str) -> str:
    """A glob for the names of files: from here if it begins as a path does, else at any depth."""
    if _is_path(typed) and os.path.isdir(_absolute(typed[: _glob_at(typed)])):
        return f"/{names.name(_absolute(typed)).removeprefix('/')}"
    return typed if typed.startswith(("/", "**/")) else f"**/{typed.removeprefix('./')}"


def _is_path(typed: str) -> bool:
    return (
        typed in (".", "..")
        or typed.startswith(("/", "./", "../", "~/"))
        or os.path.isabs(typed)  # it may begin with a drive
    )


def _absolute(typed: str) -> str:
    return os.path.abspath(os.path.expanduser(typed) if typed.startswith("~/") else typed)


def _glob_at(typed: str) -> int:
    """Where the first part of a path with a sign of a glob begins."""
    found = _GLOB.search(typed)
    return typed.rfind("/", 0, found.start()) + 1 if found else len(typed)

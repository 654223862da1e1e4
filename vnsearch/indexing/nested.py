"""Files in files: what is known of those in a file that is read again, and which are gone."""

from collections.abc import Collection, Iterable, Iterator

from vnsearch import readers
from vnsearch.index.catalog import Catalog
from vnsearch.indexing.plan import Nesting
from vnsearch.indexing.reading import Inside, PartReport, folders_inside


def inside(
    nesting: Nesting, encoding: str, catalog: Catalog, container: str, outer: str, *, ocr: bool
) -> tuple[Inside, bool]:
    """What is known of the files in a file, and whether all of them would be read as they were.

    A file is known by its version only if it, and all that is in it, would be.
    """
    versions: dict[str, str] = {}
    outdated: set[str] = set()
    for name in nesting.members:
        state = catalog.file(name)
        if state is None:
            continue
        versions[name] = state.digest.decode("ascii", "replace")
        now = (
            readers.reader_of(name, encoding, nesting.excludes, ocr=ocr),
            folders_inside(name, container, outer),
        )
        if (state.reader, state.folders) != now:
            outdated.update((name, *_around(name, state.container)))
    same = {name: version for name, version in versions.items() if name not in outdated}
    return Inside(nesting.base, nesting.excludes, same), not outdated


def gone(members: Iterable[str], report: PartReport, met: Collection[str]) -> Iterator[str]:
    """The known files in a file that are not in it any more, by the report on it and those files in
    it that were read."""
    if report.unchanged or report.refused or report.given_up:
        return
    for name in members:
        around = (name, *_around(name, report.source))
        if name not in met and report.same.isdisjoint(around):
            yield name


def _around(name: str, container: str) -> Iterator[str]:
    """What may be a file that the file `name` is in, inside of the file of the disk."""
    while len(name := name.rpartition("/")[0]) > len(container):
        yield name

"""Catalog and engine of the current generation of an index, opened together."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from vnsearch.engines import Engine, IndexReader
from vnsearch.errors import CHECK_DISK, DamagedError, VnsearchError, WriteError
from vnsearch.index import checksums
from vnsearch.index.catalog import Catalog
from vnsearch.index.generations import CATALOG, ENGINE, Generations, Pointer
from vnsearch.language import N_, _, translated


def open_index(generations: Generations, engine: Engine) -> tuple[Catalog, IndexReader]:
    """Both of one generation, for reading. Raises NoIndexError, IndexUnusableError, OSError."""

    def opened(pointer: Pointer) -> tuple[Catalog, IndexReader]:
        checksums.verify_small(*pointer)
        with ExitStack() as stack, as_index_error(generations):
            catalog = Catalog(pointer.folder / CATALOG)
            stack.callback(catalog.close)
            catalog.check_versions(engine.version)
            reader = engine.reader(pointer.folder / ENGINE)
            stack.pop_all()
            return catalog, reader

    generations.catch_up(engine)
    return generations.reading(opened)


@contextmanager
def as_index_error(generations: Generations) -> Iterator[None]:
    """Turn any error that comes of damaged bytes into DamagedError, and no other: large files are
    not verified each time they are opened, and of bytes that are wrong anything may come, as it may
    when a disk fails to give them. An OSError without a path gets that of the index.
    """
    try:
        yield
    except WriteError as error:
        raise WriteError(_named(error.error, generations)) from error
    except OSError as error:
        if error.filename is None:
            raise _named(error, generations) from error
        raise
    except DamagedError as error:
        _raise_damage(generations, error)
        why = _("cannot read the index: {why}").format(why=translated(error.what))
        raise VnsearchError(why, CHECK_DISK) from error
    except VnsearchError:
        raise
    except Exception as error:
        _raise_damage(generations, error)
        raise


def _raise_damage(generations: Generations, cause: Exception) -> None:
    """Raise DamagedError if any byte is not as it was written."""
    # Before the first run has ended there is nothing that could be damaged.
    if generations.exists():
        for damage in generations.reading(lambda pointer: checksums.damages(*pointer)):
            what = N_("{place}: {what}").format(place=damage.file, what=damage.what)
            raise DamagedError(what) from cause


def _named(error: OSError, generations: Generations) -> OSError:
    if error.filename is not None:
        return error
    return OSError(error.errno, error.strerror or str(error), str(generations.folder))

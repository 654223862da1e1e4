"""Catalog and engine of the current generation of an index, opened together."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from vnsearch.engines import Engine, IndexReader
from vnsearch.errors import REPAIR, IndexUnusableError, VnsearchError, WriteError
from vnsearch.index import checksums
from vnsearch.index.catalog import Catalog
from vnsearch.index.generations import CATALOG, ENGINE, Generations, Pointer


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

    return generations.reading(opened)


@contextmanager
def as_index_error(generations: Generations) -> Iterator[None]:
    """Turn any error that comes of damaged bytes into IndexUnusableError: large files are not
    verified each time they are opened, and of bytes that are wrong anything may come. An OSError
    without a path gets that of the index.
    """
    try:
        yield
    except WriteError as error:
        raise WriteError(_named(error.error, generations)) from error
    except OSError as error:
        if error.filename is None:
            raise _named(error, generations) from error
        raise
    except VnsearchError:
        raise
    except Exception as error:
        # Before the first run has ended there is nothing that could be damaged.
        if generations.exists():
            damages = generations.reading(lambda pointer: checksums.damages(*pointer))
        else:
            damages = []
        for damage in damages:
            why = f"the index is damaged: {damage.file}: {damage.what}"
            raise IndexUnusableError(why, REPAIR) from error
        raise


def _named(error: OSError, generations: Generations) -> OSError:
    if error.filename is not None:
        return error
    return OSError(error.errno, error.strerror or str(error), str(generations.folder))

"""Catalog and engine of the current generation of an index, opened together."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from vnsearch.engines import Engine, IndexReader
from vnsearch.errors import REPAIR, IndexUnusableError, VnsearchError
from vnsearch.index.catalog import Catalog
from vnsearch.index.generations import CATALOG, ENGINE, Generations


def open_index(generations: Generations, engine: Engine) -> tuple[Catalog, IndexReader]:
    """Both of one generation, for reading; again when a writer replaced it meanwhile.

    Raises NoIndexError, IndexUnusableError.
    """
    while True:
        current = generations.current()
        with ExitStack() as opened:
            try:
                catalog = Catalog(current / CATALOG)
                opened.callback(catalog.close)
                catalog.check_versions(engine.version)
                with as_index_error(generations):
                    reader = engine.reader(current / ENGINE)
                opened.pop_all()
                return catalog, reader
            except IndexUnusableError:
                if generations.current() == current:
                    raise


@contextmanager
def as_index_error(generations: Generations) -> Iterator[None]:
    """Turn any error that comes of damaged bytes into IndexUnusableError: large files are not
    verified each time they are opened, and of bytes that are wrong anything may come.
    """
    try:
        yield
    except (VnsearchError, OSError):
        raise
    except Exception as error:
        # Before the first run has ended there is nothing that could be damaged.
        damages = generations.check().damages if generations.exists() else ()
        for damage in damages:
            why = f"the index is damaged: {damage.file}: {damage.what}"
            raise IndexUnusableError(why, REPAIR) from error
        raise

"""Catalog and engine of the current generation of an index, opened together."""

from contextlib import ExitStack

from vnsearch.catalog import Catalog
from vnsearch.engines import Engine, Reader
from vnsearch.errors import IndexUnusableError
from vnsearch.generations import CATALOG, ENGINE, Generations


def open_index(generations: Generations, engine: Engine) -> tuple[Catalog, Reader]:
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
                reader = engine.reader(current / ENGINE)
                opened.pop_all()
                return catalog, reader
            except IndexUnusableError:
                if generations.current() == current:
                    raise

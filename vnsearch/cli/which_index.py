"""The index a command is about: the one named, else the nearest, else one that the user has."""

import os
from pathlib import Path

from vnsearch.cli import config
from vnsearch.errors import NoIndexError
from vnsearch.index import location, state
from vnsearch.language import _
from vnsearch.render import streams


def existing(option: str | None, *, quiet: bool = False) -> Path:
    """The index named, else the nearest here or above, else that of the configuration, else the
    only one of the user, which is told. Raises NoIndexError when there is none, or several."""
    found = location.index_folder(option) or _configured()
    return found if found is not None else _only_one(quiet=quiet)


def to_write(option: str | None, *, is_refresh: bool, quiet: bool = False) -> Path:
    """The same for an index to be written: to refresh what it has, or else to add to it, for which
    a new one in the current folder comes before those elsewhere."""
    if is_refresh:
        try:
            return existing(option, quiet=quiet)
        except NoIndexError:
            pass
    return location.index_to_write(option)


def _configured() -> Path | None:
    named = config.text("index")
    return Path(os.path.abspath(os.path.expanduser(named))) if named else None


def _only_one(*, quiet: bool) -> Path:
    known = state.indexes()
    if not known:
        raise location.no_index()
    if len(known) > 1:
        what = _("no index here or in a folder above, and you have {count} elsewhere")
        raise NoIndexError(
            what.format(count=len(known)),
            _("name one with --index DIR, or in the configuration; see: vnsearch status --all"),
        )
    if not quiet:
        streams.say(_("no index here: using your only one, {path}").format(path=known[0]))
    return known[0]

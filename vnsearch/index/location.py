"""Which folder holds the index: the one named, else the nearest here or above."""

import os
from pathlib import Path
from typing import Final

from vnsearch.errors import NoIndexError
from vnsearch.language import _

FOLDER: Final = ".vnsearch"
VARIABLE: Final = "VNSEARCH_INDEX"


def index_folder(option: str | None) -> Path | None:
    """The index asked for by option or environment, else the nearest one in the current
    folder or above, else None.
    """
    named = option or os.environ.get(VARIABLE)
    if named:
        return Path(os.path.abspath(named))
    here = Path.cwd()
    return next((p / FOLDER for p in (here, *here.parents) if (p / FOLDER).is_dir()), None)


def existing_index(option: str | None) -> Path:
    """Like `index_folder`; raises NoIndexError when there is none."""
    folder = index_folder(option)
    if folder is None:
        raise no_index()
    return folder


def no_index() -> NoIndexError:
    """The error that there is none."""
    return NoIndexError(
        _("no index here or in a folder above"),
        _("make one first: vnsearch index FOLDER"),
    )


def index_to_write(option: str | None) -> Path:
    """Like `index_folder`, but a new one in the current folder when there is none."""
    return index_folder(option) or Path.cwd() / FOLDER

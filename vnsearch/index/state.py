"""The state folder of a user (see `platform`): which indexes there are, and what the
last search on each terminal found.

Nothing there is needed: what cannot be read or written is as if it were not there.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from vnsearch.platform import replace, state_home

_INDEXES: Final = "indexes.json"
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


def folder() -> str:
    """Where the state of the user is kept."""
    return os.path.join(state_home(), "vnsearch")


def read(name: str) -> Any:
    """What was written under a name; None when there is nothing."""
    try:
        with open(os.path.join(folder(), name), "rb") as file:
            return json.loads(file.read())
    except (OSError, ValueError):
        return None


def write(name: str, value: Any) -> None:
    """Keep a JSON value, for the user only, in one step."""
    path = os.path.join(folder(), name)
    draft = f"{path}.{os.getpid()}"
    with suppress(OSError):
        os.makedirs(folder(), _PRIVATE_FOLDER, exist_ok=True)
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
        with open(number, "wb") as file:
            file.write(json.dumps(value).encode("ascii"))
        replace(draft, path)


def indexes() -> list[Path]:
    """The indexes of the user that are still there, in the order in which they were made."""
    known = read(_INDEXES)
    paths = [item for item in known if isinstance(item, str)] if isinstance(known, list) else []
    return [Path(path) for path in paths if os.path.exists(os.path.join(path, "current"))]


def remember_index(index: Path) -> None:
    """Note an index of the user."""
    known = indexes()
    if index not in known:
        write(_INDEXES, [str(path) for path in (*known, index)])

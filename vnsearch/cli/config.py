"""The configuration of a user: `$XDG_CONFIG_HOME/vnsearch/config.toml`.

Options of all commands stand at the top, those of one command in a table of its name, by their long
names:

    color = "never"

    [search]
    limit = 5
    in = ["van-ban/"]
"""

import os
import sys
from importlib import import_module
from typing import Any

from vnsearch.errors import VnsearchError, reason_of
from vnsearch.language import _
from vnsearch.platform import config_home


def path() -> str:
    """Where the configuration is, if there is one."""
    return os.path.join(config_home(), "vnsearch", "config.toml")


def load() -> dict[str, Any]:
    """Read the configuration; nothing when there is none. Raises VnsearchError."""
    try:
        with open(path(), "rb") as file:
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        why = _("cannot read {path}: {why}").format(path=path(), why=reason_of(error))
        raise VnsearchError(why, _("make it readable, or move it away")) from error
    try:
        found: dict[str, Any] = _toml().loads(data.decode())
    except ValueError as error:
        why = _("{place}: {what}").format(place=path(), what=error)
        raise VnsearchError(why, _("write it as TOML: limit = 5")) from error
    return found


def _toml() -> Any:
    """What reads TOML; its import takes long, and is seldom needed."""
    return import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


def text(name: str) -> str:
    """A value of all commands, if it is there and a text; else "". Never fails."""
    try:
        value = load().get(name, "")
    except VnsearchError:
        return ""
    return value if isinstance(value, str) else ""

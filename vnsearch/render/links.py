"""A hit -> the address that a terminal opens at a click (a hyperlink, OSC 8)."""

import os
import socket
from typing import Final
from urllib.parse import quote

from vnsearch.language import _
from vnsearch.model import Locator
from vnsearch.platform import slashed

# By name; terminals and editors do not agree on how an address names a line.
FORMATS: Final = {
    "none": "",
    "file": "file://{path}",
    "kitty": "file://{host}{path}#{line}",
    "vscode": "vscode://file{path}:{line}",
    "idea": "idea://open?file={path}&line={line}",
    "textmate": "txmt://open?url=file://{path}&line={line}",
}
DEFAULT: Final = "file"


def problem(link_format: str) -> str:
    """Check a link format: a name in `FORMATS`, or a template with {path}.

    Returns what is wrong with it, "" if nothing is.
    """
    if link_format in FORMATS:
        return ""
    try:
        link_format.format(path="", host="", line=1, page=1)
    except (LookupError, ValueError, AttributeError) as error:
        known = "{path}, {host}, {line}, {page}"
        return _("a link has {known}, not: {error}").format(known=known, error=error)
    if "{path}" in link_format:
        return ""
    told = _("a link is one of {names}, or has {path} in it")
    return told.format(names=", ".join(FORMATS), path="{path}")


def _quoted(path: str) -> str:
    """An absolute path as in an address, where that of a drive begins with `/`, too."""
    path = slashed(path)
    drive, rest = os.path.splitdrive(path)
    return (f"/{drive}" if drive[1:] == ":" else drive) + quote(os.fsencode(rest))


def _on_disk(path: str) -> tuple[str, bool]:
    """The archive or message that a file is in, if it is in one; and whether it is."""
    at = path
    while at != os.path.dirname(at) and not os.path.lexists(at):
        at = os.path.dirname(at)
    return (at, True) if at != path and os.path.isfile(at) else (path, False)


def link(link_format: str, path: str, locator: Locator | None) -> str:
    """The address of a place in a file, by a link format that `problem` finds right.

    Where the locator is no line (or no page), {line} (or {page}) is 1. The default format gets
    `#page=` for a page (RFC 8118), at which browsers open a PDF file. Of a file in an archive or
    message, that is opened.
    """
    path, is_inside = _on_disk(os.path.abspath(path))
    number = {} if locator is None or is_inside else {locator.unit: locator.number}
    address = FORMATS.get(link_format, link_format).format(
        path=_quoted(path),
        host=socket.gethostname(),
        line=number.get("line", 1),
        page=number.get("page", 1),
    )
    return (
        f"{address}#page={number['page']}"
        if link_format == DEFAULT and "page" in number
        else address
    )

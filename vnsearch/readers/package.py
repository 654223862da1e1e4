"""Zip archives of XML files, of which office files and books consist, and the text of XML."""

import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Final, TypeAlias

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.readers.base import MAX_FILE_BYTES, MAX_TEXT_BYTES, Source, bytes_of

if TYPE_CHECKING:
    from lxml.etree import _Element

Element: TypeAlias = "_Element"  # of XML

# The signature of OLE files: those of older Office, and newer ones with a password.
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MANIFEST: Final = "META-INF/manifest.xml"


class Package:
    """The archive of a file; raises UnusableFileError, as do its methods."""

    def __init__(self, source: Source, limit: int = MAX_TEXT_BYTES) -> None:
        """`limit`: the bytes that may be decompressed."""
        data = bytes_of(source.stream)
        if data.startswith(_OLE):
            raise UnusableFileError(N_("encrypted, or of an older format than its name says"))
        if not data:
            raise UnusableFileError(N_("empty file"))
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UnusableFileError(
                N_("damaged, or not what its name says (no zip file)")
            ) from error
        self._left = limit

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def sizes(self) -> list[tuple[str, int]]:
        """The names of the files of the archive, sorted, with their sizes in bytes."""
        return sorted((info.filename, info.file_size) for info in self._zip.infolist())

    def check_size(self) -> None:
        """Raise UnusableFileError if the archive is too large decompressed."""
        if sum(info.file_size for info in self._zip.infolist()) > MAX_FILE_BYTES:
            raise UnusableFileError(
                N_("too large (over {limit} MB of data)").format(limit=MAX_FILE_BYTES // 1_000_000)
            )

    def data(self, name: str) -> bytes:
        """Decompress a file of the archive. All that are read have a limit together."""
        info = self._zip.NameToInfo.get(name)
        if info is None:
            raise UnusableFileError(N_("damaged (no {name})").format(name=name))
        self._left -= info.file_size
        if self._left < 0:
            raise UnusableFileError(
                N_("too large (over {limit} MB of text)").format(limit=MAX_TEXT_BYTES // 1_000_000)
            )
        if info.flag_bits & 1:
            raise UnusableFileError(N_("encrypted"))
        try:
            return self._zip.read(info)
        except Exception as error:  # zlib, zipfile and others have errors of their own
            raise UnusableFileError(N_("damaged ({what})").format(what=name)) from error

    def xml(self, name: str) -> Element:
        """Parse a file of the archive; returns the root of its tree."""
        return parsed(self.data(name), name)

    def part(self, name: str) -> "Element | None":
        """Parse a file of the archive that has no text of its own; None if it is not there, or
        damaged."""
        with suppress(UnusableFileError):
            return self.xml(name)
        return None

    def title(self, name: str = "docProps/core.xml") -> str:
        """The title in the properties, by default those of Office Open XML; "" if none."""
        properties = self.part(name)
        return "" if properties is None else title_in(properties)

    def targets(self, name: str) -> dict[str, str]:
        """The files of the archive that one of them refers to, by relationship id."""
        folder, _, base = name.rpartition("/")
        relations = f"{folder}/_rels/{base}.rels"
        if relations not in self:
            return {}
        targets = {}
        for item in self.xml(relations):
            identity, target = item.get("Id"), item.get("Target")
            if identity and target and item.get("TargetMode") != "External":
                targets[str(identity)] = resolved(folder, str(target))
        return targets


def open_document(source: Source) -> Package:
    """The archive of a file of OpenDocument; raises UnusableFileError, also if it is encrypted."""
    package = Package(source)
    if _MANIFEST in package and b"encryption-data" in package.data(_MANIFEST):
        raise UnusableFileError(N_("encrypted"))
    return package


def resolved(folder: str, target: str) -> str:
    """The name in the archive of the file that a file in `folder` refers to as `target`."""
    steps: list[str] = []
    for step in target.split("/") if target.startswith("/") else f"{folder}/{target}".split("/"):
        if step == ".." and steps:
            steps.pop()
        elif step not in ("", ".", ".."):
            steps.append(step)
    return "/".join(steps)


def parsed(data: bytes, name: str) -> Element:
    """Parse XML; returns the root of its tree.

    Entities are not expanded and nothing is fetched; libxml2 limits depth and size. `name` is
    for errors. Raises UnusableFileError.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        what = f"{name}: {str(error).partition(',')[0]}"
        told = N_("nested too deeply ({what})") if "depth" in str(error) else N_("damaged ({what})")
        raise UnusableFileError(told.format(what=what)) from error


def title_in(root: Element) -> str:
    """The text of the first element `title`, in any namespace; "" if none."""
    return next(("".join(item.itertext()) for item in root.iter("{*}title")), "").strip()


def local_name(element: Element) -> str:
    """The name of an element without its namespace; "" of a comment or instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(
    root: Element,
    marks: Mapping[str, str],
    *,
    skip: Collection[str],
    only: Collection[str] | None = None,
    before: Callable[[Element, str, str], str] = lambda _element, _name, _text: "",
) -> str:
    """The text of a tree, its lines stripped and blank ones left out; a line for each row of a
    table.

    All names are local names of elements. `marks`: what to put at the end of some, such as a
    newline; `skip`: those to leave out; `only`: those whose text is wanted, if not all; `before`:
    what to put before an element, of its name and the text just before it.
    """
    from lxml import etree

    parts: list[str] = []  # of the innermost cell, or of the whole
    outer: list[list[str]] = []  # of the cells and rows around it
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = local_name(element)
        if event == "start":
            if name in skip or not name:
                walk.skip_subtree()
                continue
            if name in _ROWS or name in _CELLS:
                outer.append(parts)
                parts = []
            text = before(element, name, parts[-1] if parts else "")
            if only is None or name in only:
                text += element.text or ""
            parts += [text] if text else []
            continue
        if name in skip:
            continue
        parts += [marks[name]] if name in marks else []
        if name in _CELLS:
            cell = _lines(parts)
            parts = outer.pop()
            parts += [cell] if cell else []
        elif name in _ROWS:
            row = row_of(filter(None, map(str.strip, parts)))
            parts = outer.pop()
            parts += ["\n", row, "\n"]
        if only is None and element is not root and element.tail:
            parts.append(element.tail)
    return _lines(parts)


_ROWS: Final = frozenset(("tr", "table-row"))
_CELLS: Final = frozenset(("tc", "table-cell", "covered-table-cell"))


def row_of(cells: Iterable[str]) -> str:
    """A row of a table as a line; as several, if a cell has several, as in tables for layout."""
    cells = list(cells)
    return ("\n" if any("\n" in cell for cell in cells) else " | ").join(cells)


def _lines(parts: Iterable[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)

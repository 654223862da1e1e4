"""What office files are made of: a zip archive of XML files."""

import zipfile
from collections.abc import Collection, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Final

from vnsearch.errors import UnusableFileError
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of

if TYPE_CHECKING:
    from lxml.etree import _Element

# The container of older office files, and of newer ones with a password.
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Package:
    """The archive of an office file; raises UnusableFileError, as do its methods."""

    def __init__(self, source: Source) -> None:
        data = bytes_of(source.stream)
        if data.startswith(_OLE):
            raise UnusableFileError("encrypted, or of an older format than its name says")
        if not data:
            raise UnusableFileError("empty file")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UnusableFileError("damaged, or not what its name says (no zip file)") from error
        self._left = MAX_TEXT_BYTES

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def data(self, name: str) -> bytes:
        """A file of the archive. All that are read together may have as much as a text."""
        info = self._zip.NameToInfo.get(name)
        if info is None:
            raise UnusableFileError(f"damaged (no {name})")
        self._left -= info.file_size
        if self._left < 0:
            raise UnusableFileError(f"too large (over {MAX_TEXT_BYTES // 1_000_000} MB of text)")
        if info.flag_bits & 1:
            raise UnusableFileError("encrypted")
        try:
            return self._zip.read(info)
        except Exception as error:  # zlib, zipfile and others have errors of their own
            raise UnusableFileError(f"damaged ({name})") from error

    def xml(self, name: str) -> "_Element":
        """A file of the archive as the root of its tree."""
        return parsed(self.data(name), name)

    def title(self) -> str:
        """The title in the properties that all formats of Microsoft have; "" if none."""
        return title_in(self.xml(_PROPERTIES)) if _PROPERTIES in self else ""

    def targets(self, name: str) -> dict[str, str]:
        """The files that a file of the archive refers to, by its names for them."""
        folder, _, base = name.rpartition("/")
        relations = f"{folder}/_rels/{base}.rels"
        if relations not in self:
            return {}
        found = {}
        for item in self.xml(relations):
            identity, target = item.get("Id"), item.get("Target")
            if identity and target and item.get("TargetMode") != "External":
                found[str(identity)] = resolved(folder, str(target))
        return found


_PROPERTIES: Final = "docProps/core.xml"


def resolved(folder: str, target: str) -> str:
    """The name of a file in the archive that another one in `folder` refers to."""
    steps: list[str] = []
    for step in target.split("/") if target.startswith("/") else f"{folder}/{target}".split("/"):
        if step == ".." and steps:
            steps.pop()
        elif step not in ("", ".", ".."):
            steps.append(step)
    return "/".join(steps)


def parsed(data: bytes, name: str) -> "_Element":
    """XML as the root of its tree; entities and files outside are left alone, and depth and
    size are limited by libxml2. Raises UnusableFileError."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        deep = "nested too deeply" if "depth" in str(error) else "damaged"
        raise UnusableFileError(f"{deep} ({name}: {str(error).partition(',')[0]})") from error


def title_in(root: "_Element") -> str:
    """The text of the first `title`; "" if none."""
    return next(("".join(item.itertext()) for item in root.iter("{*}title")), "").strip()


def text_of(
    root: "_Element",
    marks: Mapping[str, str],
    *,
    skip: Collection[str],
    only: Collection[str] | None = None,
) -> str:
    """The text of a tree, by local names of its elements: what comes at the end of some
    (`marks`), what is left out, and in which alone there is text, else in all."""
    from lxml import etree

    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if event == "start":
            if name in skip or not name:
                walk.skip_subtree()
            elif only is None or name in only:
                pieces.append(element.text or "")
            continue
        pieces.append(marks.get(name, "") if name not in skip else "")
        if only is None and element is not root:
            pieces.append(element.tail or "")
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)

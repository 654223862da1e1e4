"""OLE containers, the files of Office until 2003 and of Outlook: their streams and properties.

The format is [MS-CFB]; olefile reads it.
"""

import struct
from io import BytesIO
from struct import iter_unpack, unpack_from
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.readers.content import OLE
from vnsearch.vietnamese import encodings

_SUMMARY: Final = "\x05SummaryInformation"
_FIRST_SET: Final = 44  # where a stream of properties has the offset of its first set
_TITLE, _CODE_PAGE = 2, 1  # properties of the summary
_NARROW, _WIDE = 0x1E, 0x1F  # types of text
_MOST_PROPERTIES: Final = 1000
_ENCRYPTED: Final = ("EncryptedPackage", "EncryptionInfo")


class Container:
    """A container; raises UnusableFileError when it is none."""

    def __init__(self, data: bytes) -> None:
        from olefile import OleFileIO

        if not data:
            raise UnusableFileError(N_("empty file"))
        if not data.startswith(OLE):
            raise UnusableFileError(N_("damaged, or not what its name says (no OLE file)"))
        try:
            self._ole = OleFileIO(BytesIO(data))
        except Exception as error:  # of many kinds, besides its own
            reason = N_("damaged (its table of sectors or streams is wrong)")
            raise UnusableFileError(reason) from error
        if any(name in self for name in _ENCRYPTED):
            raise UnusableFileError(N_("encrypted"))

    def __contains__(self, name: str) -> bool:
        return bool(self._ole.exists(name))

    def stream(self, name: str) -> bytes:
        """The bytes of a stream, whose storages are before it with a slash; empty if it is not
        there or damaged."""
        try:
            return bytes(self._ole.openstream(name).read())
        except Exception:  # of the same kinds
            return b""

    def needed(self, name: str) -> bytes:
        """The bytes of a stream; raises UnusableFileError if it is not there or damaged."""
        data = self.stream(name)
        if not data:
            raise UnusableFileError(
                N_("damaged, or not what its name says (no {name})").format(name=name)
            )
        return data

    def names(self) -> list[str]:
        """The streams, each with its storages before it."""
        return ["/".join(path) for path in self._ole.listdir()]

    def title(self) -> str:
        """The title in the summary; "" if there is none."""
        try:
            return _title_in(self.stream(_SUMMARY))
        except struct.error:  # it ends early
            return ""


def _title_in(summary: bytes) -> str:
    """The title in a set of properties ([MS-OLEPS]); olefile would read all of them, in whatever
    numbers a damaged one states."""
    if not summary:
        return ""
    (begin,) = unpack_from("<I", summary, _FIRST_SET)
    (count,) = unpack_from("<I", summary, begin + 4)
    table = summary[begin + 8 : begin + 8 + 8 * min(count, _MOST_PROPERTIES)]
    places = dict(iter_unpack("<2I", table[: len(table) // 8 * 8]))
    if _TITLE not in places:
        return ""
    kind, size = unpack_from("<2I", summary, begin + places[_TITLE])
    value = summary[begin + places[_TITLE] + 8 :]
    if kind & 0xFFFF == _WIDE:
        return value[: 2 * size].decode("utf-16-le", "replace").partition("\0")[0]
    page = 0
    if _CODE_PAGE in places:
        (page,) = unpack_from("<H", summary, begin + places[_CODE_PAGE] + 4)
    if kind & 0xFFFF != _NARROW:
        return ""
    return in_code_page(value[:size], page).partition("\0")[0]


def in_code_page(data: bytes, page: int) -> str:
    """Decode bytes in a code page of Windows; in windows-1252 those that it lacks are kept, too,
    since old fonts have letters there."""
    name = {1200: "utf-16-le", 65001: "utf-8"}.get(page & 0xFFFF, f"cp{page & 0xFFFF}")
    if name not in ("cp1252", "cp0", "cp1258"):
        try:
            return data.decode(name, "replace").replace("\0", "")
        except LookupError:
            pass
    if name == "cp1258":
        return encodings.decode_as(data, encodings.WINDOWS_1258)
    return windows_1252(data)


def windows_1252(data: bytes) -> str:
    """Decode windows-1252, with the character of the same number for bytes that it lacks."""
    return data.decode("latin-1").translate(encodings.WINDOWS_1252_SIGNS)

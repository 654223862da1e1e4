"""What a folder of files was when it was written: a file `checksums` in it.

It has a line for each of the other files, sorted: CRC-32 in hex, bytes, the name as JSON. A
CRC-32 finds every change of up to four neighbouring bytes, and misses one in four billion others;
it is no protection against someone who changes a file and its checksum on purpose.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from vnsearch.errors import NOT_THERE, DamagedError
from vnsearch.language import N_
from vnsearch.model import Damage
from vnsearch.platform import slashed

NAME: Final = "checksums"

_BLOCK: Final = 1 << 20  # bytes
_SMALL: Final = 1 << 20  # bytes of a file that is verified each time the folder is opened


class Entry(NamedTuple):
    """A file as it was written."""

    crc: str
    bytes: int
    name: str  # relative to the folder


def write(folder: Path, before: Path | None = None) -> str:
    """Write the checksums of all files in a folder; returns that of the checksums. Files that
    are hard links to those in the folder `before` are as they were there, and are not read."""
    known = {entry.name: entry for entry in entries(before)} if before else {}
    lines = []
    for name in files(folder):
        old = known.get(name)
        if old is None or before is None or not os.path.samefile(folder / name, before / name):
            old = Entry(_crc(folder / name), os.path.getsize(folder / name), name)
        lines.append(f"{old.crc} {old.bytes} {json.dumps(name)}\n")
    data = "".join(lines).encode("ascii")
    (folder / NAME).write_bytes(data)
    return f"{crc32(data):08x}"


def verify_small(folder: Path, checksum: str) -> None:
    """Raise DamagedError when the checksums of a folder are not those that were written,
    a file has another size, or a small one other bytes; OSError when one cannot be read."""
    for damage in _damages(folder, checksum, _SMALL):
        raise DamagedError(f"{damage.file}: {damage.what}")


def damages(folder: Path, checksum: str) -> list[Damage]:
    """What is not as it was written; reads every byte. Raises OSError when it cannot."""
    found = list(_damages(folder, checksum))
    if not found:
        written = {entry.name for entry in entries(folder)}
        strange = (name for name in files(folder) if name not in written)
        what = N_("does not belong here")
        found = [Damage(f"{folder.name}/{name}", what) for name in strange]
    return found


def _damages(folder: Path, checksum: str, most: int | None = None) -> Iterator[Damage]:
    """Damage of files, only their sizes compared of those with more bytes than `most`."""
    try:
        if _crc(folder / NAME) != checksum:
            yield Damage(f"{folder.name}/{NAME}", N_("other bytes than were written"))
            return
    except NOT_THERE as error:
        yield Damage(f"{folder.name}/{NAME}", str(error.strerror))
        return
    for entry in entries(folder):
        path, what = folder / entry.name, None
        try:
            size = os.path.getsize(path)
            if size != entry.bytes:
                what = N_("{size} bytes, not {written}").format(size=size, written=entry.bytes)
            elif (most is None or size <= most) and _crc(path) != entry.crc:
                what = N_("other bytes than were written")
        except NOT_THERE as error:
            what = str(error.strerror)
        if what is not None:
            yield Damage(f"{folder.name}/{entry.name}", what)


def entries(folder: Path) -> Iterator[Entry]:
    """The files of a folder as they were written. Raises DamagedError when the checksums
    are missing or no such list, and OSError when they cannot be read."""
    try:
        for line in (folder / NAME).read_text("ascii").splitlines():
            crc, size, name = line.split(" ", 2)
            entry = Entry(crc, int(size), json.loads(name))
            if entry.name.startswith("/") or ".." in entry.name.split("/"):
                raise ValueError(N_("{name} is outside of the index").format(name=name))
            yield entry
    except (*NOT_THERE, ValueError, AttributeError, RecursionError) as error:
        raise DamagedError(f"{NAME}: {error}") from error


def files(folder: Path) -> list[str]:
    """The names of the files in a folder, at any depth, but the checksums. Raises OSError when
    a folder cannot be listed: what is in it must not be taken for missing."""
    found = []
    for inner, _, names in os.walk(folder, onerror=_raise):
        found += [slashed(os.path.relpath(os.path.join(inner, name), folder)) for name in names]
    return sorted(name for name in found if name != NAME)


def _raise(error: OSError) -> None:
    raise error


def _crc(path: Path) -> str:
    crc = 0
    with open(path, "rb") as file:
        try:
            while block := file.read(_BLOCK):
                crc = crc32(block, crc)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
    return f"{crc:08x}"

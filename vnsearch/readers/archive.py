"""Archives (.zip, .tar, also compressed): the files in them, each to be read as one of a folder.

Those of other kinds (.7z, .rar) are read where the system has a program for them.
"""

import io
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Final, cast

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.readers import unpacking
from vnsearch.readers.base import MAX_FILE_BYTES, Flaw, Held, Member, Source, bytes_of, damaged
from vnsearch.readers.compression import decompressed
from vnsearch.vietnamese import legacy

_OTHERS: Final = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR"}
_COMPRESSED: Final = {
    b"\x1f\x8b": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ\0": ".xz",
    b"(\xb5/\xfd": ".zst",
}
_MAX_TAR: Final = 4_000_000_000  # bytes, decompressed
_EARLIEST: Final = 1980  # the year of files in a zip archive that have no date
_IS_UTF8: Final = 0x800
_IS_ENCRYPTED: Final = 0x1


def read(source: Source) -> Iterator[Held | Flaw]:
    """Yield the files of an archive; raises UnusableFileError."""
    head, ocr = source.stream.peek(8)[:8], source.recognized is not None
    if not head:
        raise UnusableFileError(N_("empty file"))
    kind = next((kind for signature, kind in _OTHERS.items() if head.startswith(signature)), "")
    suffix = next((s for signature, s in _COMPRESSED.items() if head.startswith(signature)), "")
    if kind:
        yield from _by_program(source.stream, kind, ocr=ocr)
    elif head.startswith(b"PK"):
        yield from _zip(source.stream)
    else:
        opened = decompressed(f"a{suffix}", source.stream)
        yield from _tar(io.BufferedReader(_Limited(opened)), ocr=ocr)


def _zip(stream: IO[bytes]) -> Iterator[Held]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError) as error:
        raise UnusableFileError(damaged(error)) from error
    with archive:
        files = [info for info in archive.infolist() if not info.filename.endswith("/")]
        for info, name in zip(files, _names(files), strict=True):
            version = f"{info.CRC:08x}{info.file_size:x}"
            member = Member(name, info.file_size, _modified(info), version)
            yield Held(member, _unpacking(archive, info))


def _unpacking(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def data() -> bytes:
        if info.flag_bits & _IS_ENCRYPTED:
            raise UnusableFileError(N_("encrypted"))
        if info.file_size > MAX_FILE_BYTES:
            raise UnusableFileError(
                N_("too large (over {limit} MB of data)").format(limit=MAX_FILE_BYTES // 1_000_000)
            )
        try:
            with archive.open(info) as file:
                return bytes_of(cast("io.BufferedReader", file))
        except (UnusableFileError, MemoryError):
            raise
        except Exception as error:  # zipfile, zlib, lzma and bz2 have errors of their own
            raise UnusableFileError(damaged(error)) from error

    return data


def _names(files: list[zipfile.ZipInfo]) -> list[str]:
    """The names of files, which older programs wrote in the encoding of their system.

    They are told from one another: a name alone is too short to tell its encoding.
    """
    raw = [
        b"" if info.flag_bits & _IS_UTF8 else info.orig_filename.encode("cp437") for info in files
    ]
    decoded = _decoded(b"\n".join(name.partition(b"\0")[0].replace(b"\n", b" ") for name in raw))
    if len(decoded) != len(files):
        return [info.filename for info in files]
    return [own or info.filename for own, info in zip(decoded, files, strict=True)]


def _decoded(data: bytes) -> list[str]:
    with suppress(UnicodeDecodeError):
        return data.decode().split("\n")
    lines = data.split(b"\n")
    for number, line in enumerate(lines):
        with suppress(UnicodeDecodeError):
            line.decode()
            lines[number] = b""  # needs no telling
    found = legacy.decode(b"\n".join(lines))
    text = found.text if found is not None else b"\n".join(lines).decode("cp437")
    told = text.split("\n")
    if len(told) != len(lines):
        return []
    plain = data.decode("utf-8", "replace").split("\n")
    return [own if line else other for own, line, other in zip(told, lines, plain, strict=True)]


def _modified(info: zipfile.ZipInfo) -> float:
    """When a file was changed, in seconds since 1970; 0 if it does not say."""
    with suppress(ValueError, OverflowError):
        if info.date_time[:3] > (_EARLIEST, 1, 1):
            return time.mktime((*info.date_time, 0, 0, -1))
    return 0.0


def _tar(stream: io.BufferedReader, *, ocr: bool) -> Iterator[Held | Flaw]:
    from vnsearch.readers import format_of

    found = False
    try:
        # As a stream, since a compressed one cannot go back.
        with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
            for info in archive:
                found = True
                if not info.isreg():
                    continue
                name = _decoded(info.name.encode("utf-8", "surrogateescape"))[:1] or [info.name]
                file = archive.extractfile(info)
                has_reader = format_of(name[0], ocr=ocr) is not None
                if file is None or info.size > MAX_FILE_BYTES or not has_reader:
                    yield Held(Member(name[0], info.size, info.mtime, ""), _too_large)
                    continue
                yield Held.of(name[0], file.read(), info.mtime)
    except UnusableFileError as error:
        yield Flaw(N_("{reason}; the rest was not read").format(reason=error))
    except MemoryError:
        raise
    except Exception as error:  # of tarfile and of what decompresses
        if not found:
            raise UnusableFileError(damaged(error)) from error
        yield Flaw(N_("{reason}; the rest was not read").format(reason=damaged(error)))


def _by_program(stream: io.BufferedReader, kind: str, *, ocr: bool) -> Iterator[Held | Flaw]:
    with unpacking.as_tar(stream, kind) as process:
        assert process.stdout is not None
        yield from _tar(io.BufferedReader(_Limited(process.stdout)), ocr=ocr)
        if process.wait():
            yield Flaw(N_("damaged, encrypted, or of a kind that bsdtar cannot read"))


def _too_large() -> bytes:
    raise UnusableFileError(
        N_("too large (over {limit} MB of data)").format(limit=MAX_FILE_BYTES // 1_000_000)
    )


class _Limited(io.RawIOBase):
    """A stream that may be decompressed only so far."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, _MAX_TAR

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise UnusableFileError(
                N_("too large (over {limit} MB of data)").format(limit=_MAX_TAR // 1_000_000)
            )
        buffer[: len(data)] = data
        return len(data)

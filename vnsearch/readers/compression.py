"""Compressed files: by the suffix behind that of the format (`a.txt.gz`)."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from os.path import splitext
from typing import Any, Final, cast

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_

_KINDS: Final = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
# Suffixes that stand for two.
_SHORT: Final = {".tgz": ".tar.gz", ".tbz2": ".tar.bz2", ".txz": ".tar.xz", ".tzst": ".tar.zst"}


def split_suffixes(path: str) -> tuple[str, str]:
    """The suffix of the format, in lower case, and that of the compression or ""."""
    stem, suffix = splitext(path.lower())
    if suffix in _SHORT:
        stem, suffix = splitext(f"a{_SHORT[suffix]}")
    return (splitext(stem)[1], suffix) if suffix in _KINDS else (suffix, "")


def decompressed(path: str, stream: BufferedReader) -> BufferedReader:
    """The bytes of a file, decompressed if its name says that it is compressed."""
    _, suffix = split_suffixes(path)
    opened: Any = stream  # not wrapped in a buffered reader, which would lose what is before damage
    if suffix == ".gz":
        opened = gzip.GzipFile(fileobj=stream)
    elif suffix == ".bz2":
        import bz2

        opened = bz2.BZ2File(stream)
    elif suffix == ".xz":
        import lzma

        opened = lzma.LZMAFile(stream)  # noqa: SIM115 - closed with the file
    elif suffix == ".zst":
        if sys.version_info >= (3, 14):
            from compression.zstd import ZstdFile
        else:
            from backports.zstd import ZstdFile

        opened = ZstdFile(stream)
    return cast("BufferedReader", opened)


@contextmanager
def told(path: str) -> Iterator[None]:
    """Raise UnusableFileError for what a library raises of damaged compressed data."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if error.errno is not None:  # of the system; the others are of bz2
            raise
        raise _damaged(path, error) from error
    except Exception as error:  # of modules that are imported only where they are needed
        if type(error).__name__ not in ("LZMAError", "ZstdError"):
            raise
        raise _damaged(path, error) from error


def _damaged(path: str, error: Exception) -> UnusableFileError:
    kind = _KINDS.get(split_suffixes(path)[1], "gzip")
    return UnusableFileError(N_("damaged {kind} file ({what})").format(kind=kind, what=error))

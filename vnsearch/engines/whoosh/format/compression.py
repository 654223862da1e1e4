"""Zstandard frames, each of which can be decompressed alone."""

import sys
from typing import Final

from vnsearch.errors import DamagedError
from vnsearch.language import N_

if sys.version_info >= (3, 14):
    from compression.zstd import (
        CompressionParameter,
        ZstdCompressor,
        ZstdDecompressor,
        ZstdDict,
        ZstdError,
    )
else:
    from backports.zstd import (
        CompressionParameter,
        ZstdCompressor,
        ZstdDecompressor,
        ZstdDict,
        ZstdError,
    )

Dictionary = ZstdDict  # bytes that data may repeat, which are needed to decompress it

_FAST: Final = 1  # zstd's level
_DENSE: Final = 3  # with a dictionary it takes hardly longer
_LEAST: Final = 8  # bytes of a dictionary


class Compressor:
    """Compresses data to frames."""

    def __init__(self, level: int = _DENSE, dictionary: Dictionary | None = None) -> None:
        # With the checksum, damaged data is an error.
        self._compressor = ZstdCompressor(
            options={
                CompressionParameter.compression_level: level,
                CompressionParameter.checksum_flag: 1,
            },
            zstd_dict=dictionary,
        )

    def compress(self, data: bytes) -> bytes:
        """Compress data to one frame."""
        frame: bytes = self._compressor.compress(data, ZstdCompressor.FLUSH_FRAME)
        return frame


compress: Final = Compressor(_FAST).compress


def dictionary_of(data: bytes) -> Dictionary | None:
    """Return data as a dictionary; None if it is too little for one."""
    return Dictionary(data, is_raw=True) if len(data) >= _LEAST else None


def decompress(frame: "memoryview[int] | bytes", dictionary: Dictionary | None = None) -> bytes:
    """Decompress a frame; raises DamagedError when it is damaged."""
    decompressor = ZstdDecompressor(zstd_dict=dictionary)
    try:
        data: bytes = decompressor.decompress(frame)
        if not decompressor.eof or decompressor.unused_data:
            raise ZstdError(N_("not one whole frame"))
    except ZstdError as error:
        raise DamagedError(str(error)) from error
    return data

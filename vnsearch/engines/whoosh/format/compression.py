"""Zstandard frames, each of which can be decompressed alone."""

import sys
from typing import Final

from vnsearch.errors import DamagedError
from vnsearch.language import N_

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor, ZstdDecompressor, ZstdError
else:
    from backports.zstd import CompressionParameter, ZstdCompressor, ZstdDecompressor, ZstdError

# With the checksum, damaged data is an error.
_COMPRESSOR: Final = ZstdCompressor(
    options={
        CompressionParameter.compression_level: 1,
        CompressionParameter.checksum_flag: 1,
    }
)


def compress(data: bytes) -> bytes:
    """Compress data to one frame."""
    frame: bytes = _COMPRESSOR.compress(data, ZstdCompressor.FLUSH_FRAME)
    return frame


def decompress(frame: "memoryview[int] | bytes") -> bytes:
    """Decompress a frame; raises DamagedError when it is damaged."""
    decompressor = ZstdDecompressor()
    try:
        data: bytes = decompressor.decompress(frame)
        if not decompressor.eof or decompressor.unused_data:
            raise ZstdError(N_("not one whole frame"))
    except ZstdError as error:
        raise DamagedError(str(error)) from error
    return data

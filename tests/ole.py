"""OLE containers made by hand, as Outlook and old versions of Word write them ([MS-CFB])."""

from collections.abc import Mapping, Sequence
from struct import pack
from typing import Final

_SECTOR, _SMALL, _LIMIT = 512, 64, 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_NONE: Final = 0xFFFFFFFF


def container(streams: dict[str, bytes]) -> bytes:
    """A container with streams, whose names may have storages before them with slashes."""
    paths = {tuple(name.split("/")) for name in streams}
    paths |= {path[:depth] for path in paths for depth in range(1, len(path))}
    order = sorted(paths, key=lambda path: (len(path), path))
    sectors, fat = list[bytes](), list[int]()
    small, small_fat = bytearray(), list[int]()
    starts = {}
    for path in order:
        data = streams.get("/".join(path), b"")
        if len(data) >= _LIMIT:
            starts[path] = _add(data, _SECTOR, sectors, fat)
        elif data:
            starts[path] = len(small_fat)
            count = -(-len(data) // _SMALL)
            small_fat += [*range(len(small_fat) + 1, len(small_fat) + count), _END]
            small += data.ljust(count * _SMALL, b"\0")
    root = _add(bytes(small), _SECTOR, sectors, fat) if small else _END
    table = _add(pack(f"<{len(small_fat)}I", *small_fat), _SECTOR, sectors, fat, b"\xff")
    entries = [_entry("Root Entry", _ROOT, root, len(small), order, ())]
    for path in order:
        name = "/".join(path)
        kind = _STREAM if name in streams else _STORAGE
        start = starts.get(path, _END if name in streams else 0)
        entries.append(_entry(path[-1], kind, start, len(streams.get(name, b"")), order, path))
    folder = _add(b"".join(entries), _SECTOR, sectors, fat)
    first_fat = len(sectors)
    count = 1
    while (len(fat) + count) * 4 > count * _SECTOR:
        count += 1
    fat += [_FAT] * count
    data = pack(f"<{len(fat)}I", *fat).ljust(count * _SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    head += b"\0" * 6 + pack("<9I", 0, count, folder, 0, _LIMIT, table, 1, _END, 0)
    head += pack("<109I", *range(first_fat, first_fat + count), *[_FREE] * (109 - count))
    return head + b"".join(sectors) + data


def _add(data: bytes, size: int, sectors: list[bytes], fat: list[int], fill: bytes = b"\0") -> int:
    """Add sectors with data; returns the first one's number."""
    first, count = len(sectors), max(1, -(-len(data) // size))
    data = data.ljust(count * size, fill)
    sectors += [data[at : at + size] for at in range(0, len(data), size)]
    fat += [*range(first + 1, first + count), _END]
    return first


def _entry(
    name: str, kind: int, start: int, size: int, order: list[tuple[str, ...]], path: tuple[str, ...]
) -> bytes:
    """An entry of the folder; those of one storage are a chain to the right."""
    inside = [n for n, other in enumerate(order, 1) if other[:-1] == path]
    beside = [n for n, other in enumerate(order, 1) if path and other[:-1] == path[:-1]]
    me = order.index(path) + 1 if path else 0
    right = next((n for n in beside if n > me), _NONE)
    child = inside[0] if inside and kind != _STREAM else _NONE
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0") + pack("<HBB3I", len(encoded), kind, 1, _NONE, right, child)
        + b"\0" * 36 + pack("<IQ", start, size)
    )  # fmt: skip


def message(
    properties: Mapping[int, str | bytes], files: Mapping[str, bytes] | Sequence[str] = ()
) -> bytes:
    """A message of Outlook with properties by number, a date, and attachments, perhaps without
    their bytes."""
    sent = 133_000_000_000_000_000  # 17 June 2022, in ticks of 100 ns since 1601
    small = b"\0" * 32 + pack("<IIQ", 0x0039 << 16 | 0x0040, 0, sent)
    streams = {"__properties_version1.0": small}
    for number, value in properties.items():
        is_text = isinstance(value, str)
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"__substg1.0_{number:04X}{0x001F if is_text else 0x0102:04X}"] = data
    for nth, name in enumerate(files):
        path = f"__attach_version1.0_#{nth:08X}/__substg1.0_3707001F"
        streams[path] = name.encode("utf-16-le")
        if isinstance(files, Mapping):
            streams[path.replace("3707001F", "37010102")] = files[name]
    return container(streams)


def word_95(text: bytes) -> bytes:
    """A file of Word 95 with text in one byte a character."""
    head = pack("<HH", 0xA5DC, 104).ljust(0x18, b"\0") + pack("<2I", 0x300, 0x300 + len(text))
    head = head.ljust(0x34, b"\0") + pack("<I", len(text))
    return container({"WordDocument": head.ljust(0x300, b"\0") + text})

"""Batches -> an index: segments, and the numbers of their deleted passages.

Small segments are merged, so that there are never many.
"""

import os
from bisect import bisect_right
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import compress, count
from pathlib import Path

from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.format.stored_fields import StoredBlocks
from vnsearch.engines.whoosh.read.bitset import members
from vnsearch.engines.whoosh.read.terms import PostingLists, TermDictionary
from vnsearch.engines.whoosh.write.batches import Batch, BatchBuilder
from vnsearch.engines.whoosh.write.limits import Limits
from vnsearch.platform import remove


class WhooshWriter:
    """The `engines.Writer` of the Whoosh engine."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._limits = folder, limits
        entries = manifest.read(folder) if manifest.NAME in os.listdir(folder) else []
        self._next = 1 + max(map(_number, entries), default=0)
        self._old = [_ChangingSegment(folder, entry) for entry in entries]
        self._new: list[_ChangingSegment] = []

    def builder(self, number: int) -> BatchBuilder:
        """See `engines.Writer`."""
        return BatchBuilder(self._folder, number, self._limits)

    def add(self, batch: Batch, without: Collection[int] = ()) -> None:
        """See `engines.Writer`."""
        path = self._path()
        os.rename(self._folder / batch.segment.file, path)
        segment = _ChangingSegment(self._folder, batch.segment._replace(file=path.name))
        for number in without:
            segment.remove_document(number)
        self._new.append(segment)

    def remove(self, source: str, kept: Container[str] = ()) -> None:
        """See `engines.Writer`."""
        for segment in self._old:
            segment.remove(source, kept)

    def commit(self) -> None:
        """See `engines.Writer`."""
        changed = [segment.entry() for segment in (*self._old, *self._new)]
        segments = [entry for entry in changed if entry.live]
        # What cannot be merged, for want of memory or room, is still an index.
        with suppress(OSError, MemoryError):
            while chosen := to_merge(segments, self._limits):
                merged = self._merged(chosen)
                segments = [*(entry for entry in segments if entry not in chosen), merged]
        manifest.write(self._folder, sorted(segments, key=_number))
        self.cancel()
        kept = {entry.file for entry in segments}
        for name in os.listdir(self._folder):
            if name.endswith(".segment") and name not in kept:
                remove(self._folder / name)

    def cancel(self) -> None:
        """See `engines.Writer`."""
        for segment in (*self._old, *self._new):
            segment.close()

    def _path(self) -> Path:
        path = self._folder / f"{self._next}.segment"
        self._next += 1
        return path

    def _merged(self, entries: Sequence[SegmentEntry]) -> SegmentEntry:
        from vnsearch.engines.whoosh.write.segment_builder import merge

        path = self._path()
        parts = [(Arrays(self._folder / entry.file), entry.deleted) for entry in entries]
        try:
            return merge(path, parts)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            for arrays, _ in parts:
                arrays.close()


class _ChangingSegment:
    """A segment while passages of it are deleted."""

    def __init__(self, folder: Path, entry: SegmentEntry) -> None:
        self._entry, self._deleted = entry, set(entry.deleted)
        self._path = folder / entry.file

    def remove(self, source: str, kept: Container[str]) -> None:
        """Delete the passages of a file, without those of documents whose keys are `kept`."""
        number = self._names.find(os.fsencode(source))
        if number is not None:
            passages = members(self._passages.presence([number]))
            if kept:
                self._deleted.update(n for n, key in self._keys(passages) if key not in kept)
            else:
                self._deleted.update(passages)

    def _keys(self, passages: Iterable[int]) -> Iterator[tuple[int, str]]:
        """The keys of the documents of some passages, which ascend."""
        starts, blocks = self._arrays["stored.first"], StoredBlocks(self._arrays)
        number, begin, keys = -1, 0, list[str]()
        for passage in passages:
            if passage >= begin + len(keys):
                number = bisect_right(starts, passage, number + 1) - 1
                begin, keys = starts[number], blocks[number].keys()
            yield passage, keys[passage - begin]

    def remove_document(self, number: int) -> None:
        """Delete the passages of a document, by its number in the segment, from 0."""
        begin, end = self._ends[number - 1] if number else 0, self._ends[number]
        self._deleted.update(range(begin, end))

    def entry(self) -> SegmentEntry:
        """The segment as it is now."""
        return self._entry._replace(deleted=frozenset(self._deleted))

    def close(self) -> None:
        """Close the file."""
        if "_arrays" in self.__dict__:
            self._arrays.close()

    @cached_property
    def _arrays(self) -> Arrays:
        return Arrays(self._path)

    @cached_property
    def _names(self) -> TermDictionary:
        return TermDictionary(self._arrays, "source")

    @cached_property
    def _passages(self) -> PostingLists:
        return PostingLists(self._arrays, "source", range(len(self._names) + 1))

    @cached_property
    def _ends(self) -> list[int]:
        """Where each document ends."""
        return list(compress(count(1), self._arrays["last"]))


def _number(segment: SegmentEntry) -> int:
    return int(segment.file.partition(".")[0])


def to_merge(segments: Iterable[SegmentEntry], limits: Limits) -> list[SegmentEntry]:
    """Return the segments that should become one; none when there are few enough.

    Dozens of small ones make every search a little slower, and deleted passages take room.
    """
    by_size = sorted(segments, key=lambda entry: (entry.live, entry.file))
    for entry in by_size:
        if len(entry.deleted) > limits.deleted_share * entry.passages:
            return [entry]
    small = [entry for entry in by_size if entry.live < limits.full // 2]
    if len(small) <= limits.segments:
        return []
    # The smallest ones may have too many terms together, while larger ones have few enough.
    choices = (_smallest(small[begin:], limits) for begin in range(len(small) - 1))
    return next((chosen for chosen in choices if len(chosen) > 1), [])


def _smallest(by_size: Sequence[SegmentEntry], limits: Limits) -> list[SegmentEntry]:
    """Return the first segment and those after it that can be merged with it."""
    chosen, passages, terms = list[SegmentEntry](), 0, 0
    for entry in by_size:
        if passages + entry.live > limits.full or len(chosen) == limits.merged_at_once:
            break
        if terms + entry.terms <= limits.terms:
            chosen.append(entry)
            passages, terms = passages + entry.live, terms + entry.terms
    return chosen

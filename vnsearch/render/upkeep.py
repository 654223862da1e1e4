"""What an index holds, and what was done to it, as plain lines of text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from vnsearch.language import _, ngettext, translated
from vnsearch.language.writing import megabytes, minute, number, second
from vnsearch.model import (
    Changes,
    Check,
    Cluster,
    FileEncoding,
    IndexSummary,
    Root,
    Skipped,
    Status,
)
from vnsearch.render.plain import documents_of, files_of
from vnsearch.render.safety import safe

_MAX_LISTED: Final = 10  # files, or reasons, that are listed singly


def check(found: Check) -> Iterator[str]:
    """One line about an index without damage."""
    told = _("the index is whole: {files}, {size} MB")
    yield told.format(files=files_of(found.files), size=megabytes(found.bytes))


def changes(done: Changes, index: str) -> Iterator[str]:
    """What `index` did, in up to three lines; `index` is the path of the index."""
    counts = (
        (_("{count} added"), done.added),
        (_("{count} changed"), done.changed),
        (_("{count} removed"), done.removed),
        (_("{count} unchanged"), done.unchanged),
    )
    told = [text.format(count=number(count)) for text, count in counts if count] or [_("none")]
    flawed = ((_("{count} not read"), done.not_read), (_("{count} with flaws"), done.with_flaws))
    told += [text.format(count=number(count)) for text, count in flawed if count]
    files = ", ".join(told)
    if done.skipped_before:  # else all are told now
        files = _("{files} (all are listed by: status --skipped)").format(files=files)
    total = _("files: {files}; {index} now has {documents}")
    yield safe(total.format(files=files, documents=documents_of(done.documents), index=index))
    if done.bytes_read:
        yield _reading(done)
    if done.encodings:
        yield _("decoded {files}").format(files=_encodings(done.encodings))


def _reading(done: Changes) -> str:
    """How much was read, and how long it took."""
    size, seconds = megabytes(done.bytes_read), number(done.seconds, 1)
    told = _("read {size} MB in {seconds} s").format(size=size, seconds=seconds)
    if done.seconds >= 0.01:
        told += f" ({number(done.bytes_read / 1e6 / done.seconds, 1)} MB/s)"
    if done.seconds_writing < 0.05:
        return told
    writing = _("{seconds} s of them to write the index")
    return f"{told}, {writing.format(seconds=number(done.seconds_writing, 1))}"


def doubts(encodings: Sequence[FileEncoding]) -> Iterator[str]:
    """The files whose detected encoding is in doubt."""
    doubtful = [item for item in encodings if not item.sure]
    for item in doubtful[:_MAX_LISTED]:
        told = _("in doubt about {path}: read as {encoding}")
        yield safe(told.format(path=item.path, encoding=item.encoding))
    if (more := len(doubtful) - _MAX_LISTED) > 0:
        yield _("in doubt about {count} more").format(count=number(more))


def _encodings(items: Sequence[FileEncoding]) -> str:
    counts = Counter(item.encoding for item in items).most_common()
    told = _("{files} from {encoding}")
    return ", ".join(told.format(files=files_of(count), encoding=name) for name, count in counts)


def missing(root: Skipped) -> str:
    """What is said of a root that is missing."""
    told = _("{path}: {reason}; its documents are kept")
    return told.format(path=root.path, reason=translated(root.reason))


def skipped(items: Sequence[Skipped]) -> Iterator[str]:
    """What was skipped, or not read as it should be: the first files singly, then the first of each
    reason with the number of others."""
    for item in items[:_MAX_LISTED]:
        yield safe(f"{item.path}: {translated(item.reason)}")
    rest = items[_MAX_LISTED:]
    first = {item.reason: item.path for item in reversed(rest)}
    reasons = Counter(item.reason for item in rest).most_common()
    for reason, count in reasons[:_MAX_LISTED]:
        path = first[reason]
        if count > 1:
            path = _("{path} and {count} more").format(path=path, count=number(count - 1))
        yield safe(f"{path}: {translated(reason)}")
    if left := sum(count for _reason, count in reasons[_MAX_LISTED:]):
        told = _("{count} more for other reasons: vnsearch status --skipped lists them")
        yield told.format(count=number(left))


def all_skipped(items: Sequence[Skipped]) -> Iterator[str]:
    """All skipped files, by reason, the most frequent first."""
    by_reason: dict[str, list[str]] = {}
    for item in items:
        by_reason.setdefault(item.reason, []).append(item.path)
    for reason, paths in sorted(by_reason.items(), key=lambda group: (-len(group[1]), group[0])):
        yield f"{safe(translated(reason))} ({number(len(paths))})"
        for path in sorted(paths):
            yield f"  {safe(path)}"
    if not items:
        yield _("nothing is skipped")


def indexes(found: Iterable[IndexSummary]) -> Iterator[str]:
    """The indexes of a user, each with its roots."""
    told = _("{index}: {documents}, {size} MB, updated {time}")
    for item in found:
        yield told.format(
            index=safe(item.folder),
            documents=documents_of(item.documents),
            size=megabytes(item.bytes_on_disk),
            time=minute(item.updated),
        )
        yield from (f"  {safe(root)}" for root in item.roots)


def status(found: Status) -> Iterator[str]:
    """What the index holds, and what has changed since."""
    rows = [*_status(found)]
    width = max(len(name) for name, _text in rows) + 2
    for name, text in rows:
        yield f"{name:{width}}{text}"


def _in_cluster(found: Cluster) -> str:
    told = _("{address}: {health}, {nodes}, {copies} of {parts}, {size} MB").format(
        address=safe(found.address),
        health=found.health,
        nodes=ngettext("{count} node", "{count} nodes", found.nodes).format(
            count=number(found.nodes)
        ),
        copies=ngettext("{count} copy", "{count} copies", found.copies).format(
            count=number(found.copies)
        ),
        parts=ngettext("{count} part", "{count} parts", found.parts).format(
            count=number(found.parts)
        ),
        size=megabytes(found.bytes),
    )
    if found.health == "yellow":
        return _("{status}; copies are missing, one more dead node may lose documents").format(
            status=told
        )
    return told


def _status(found: Status) -> Iterator[tuple[str, str]]:
    """The rows of the status: each its name and text."""
    yield _("index"), safe(found.folder)
    for root in found.roots:
        yield _("root"), _root(root, is_missing=root.path in found.missing_roots)
    documents = _("{count} in {files}")
    yield (
        _("documents"),
        documents.format(count=number(found.documents), files=files_of(found.files)),
    )
    yield _("passages"), number(found.passages)
    if found.formats:
        named = {name or _("no suffix"): count for name, count in found.formats.items()}
        yield _("formats"), safe(_listed(named))
    yield _("size"), _("{size} MB on disk").format(size=megabytes(found.bytes_on_disk))
    if found.cluster is not None:
        yield _("cluster"), _in_cluster(found.cluster)
    yield _("updated"), second(found.updated)
    versions = dict(found.versions)
    own = versions.pop("vnsearch", "")
    yield _("made by"), f"vnsearch {own} ({', '.join(f'{k} {v}' for k, v in versions.items())})"
    yield _("changes"), _since(found)
    if found.encodings:
        yield _("decoded"), _encodings(found.encodings)
    yield from _flaws(found)


def _flaws(found: Status) -> Iterator[tuple[str, str]]:
    """The rows on files that are not read, by the reason, and on those with flaws."""
    listed = _("{files} (status --skipped lists them)")
    not_read = sum(found.reasons.values())
    if not_read:
        yield _("not read"), listed.format(files=files_of(not_read))
    for reason, count in islice(found.reasons.items(), _MAX_LISTED):
        yield "", safe(f"{number(count)}: {translated(reason)}")
    if with_flaws := len({item.path for item in found.skipped}) - not_read:
        yield _("with flaws"), listed.format(files=files_of(with_flaws))


def _root(root: Root, *, is_missing: bool) -> str:
    """A root with its options."""
    options = (
        _("excluding {globs}").format(globs=safe(", ".join(root.excludes))) * bool(root.excludes),
        _("without what git ignores") * root.gitignore,
        _("with text in pictures") * root.ocr,
        _("in {encoding}").format(encoding=root.encoding) * bool(root.encoding),
        _("(missing)") * is_missing,
    )
    return "  ".join((safe(root.path), *filter(None, options)))


def _since(found: Status) -> str:
    """What has changed since the index was made."""
    counts = (
        (_("{count} new"), found.new),
        (_("{count} changed"), found.changed),
        (_("{count} removed"), found.removed),
    )
    told = ", ".join(text.format(count=number(count)) for text, count in counts if count)
    if not told:
        return _("none since")
    return _("{changes} since (run: vnsearch index)").format(changes=told)


def _listed(counts: Mapping[str, int]) -> str:
    """Counts in one line, the rest of many in one."""
    shown = [f"{number(count)} {name}" for name, count in islice(counts.items(), _MAX_LISTED)]
    if rest := sum(islice(counts.values(), _MAX_LISTED, None)):
        shown.append(_("{count} others").format(count=number(rest)))
    return ", ".join(shown)

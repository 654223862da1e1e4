"""Results as plain lines of text, without colours and wrapping.

Text from documents, and paths, may contain anything; `safety` escapes them.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from vnsearch.analysis.unmarked import has_unknown_marks
from vnsearch.model import (
    DOUBTFUL,
    Changes,
    Check,
    FileEncoding,
    Hit,
    IndexSummary,
    Interpretation,
    Results,
    Skipped,
    Snippet,
    Status,
    Token,
)
from vnsearch.render.safety import safe, visible

_MAX_LISTED: Final = 10  # files, or reasons, that are listed singly


def results(found: Results) -> Iterator[str]:
    """Hits, each as title, place and snippet, followed by an empty line."""
    for line in found.reading:
        yield visible(f"read as: {line}")
    if found.reading:
        yield ""
    for hit in found.hits:
        yield f"{hit.rank}. {visible(hit.title)}"
        yield f"   {place(hit)}"
        yield f"   {by_name(hit) or visible(hit.snippet.text)}"
        for other in hit.others:
            yield f"   {position(other.snippet).strip(':, ')}: {visible(other.snippet.text)}"
        if line := more_places(hit):
            yield f"   {line}"
        for line in explanation(hit):
            yield f"   {line}"
        yield ""
    if len(found.hits) < found.total:
        yield summary(found)


def document(text: str) -> Iterator[str]:
    """The lines of a text; a form feed, between pages, is an empty line."""
    for number, page in enumerate(text.split("\f")):
        if number:
            yield ""
        for line in page.strip("\n").split("\n"):
            yield safe(line.replace("\t", "    "))


def places(found: Results) -> Iterator[str]:
    """Each place on a line, as grep and vim know it: path, line (or page), text."""
    for hit in found.hits:
        for snippet in (hit.snippet, *(other.snippet for other in hit.others)):
            number = 1 if snippet.match is None else snippet.match.number
            line = hit.title if hit.by_name else _line_of_match(snippet, hit.title)
            yield f"{safe(hit.path)}:{number}:{visible(line)}"


def _line_of_match(snippet: Snippet, title: str) -> str:
    """The line of a snippet with the match, or the title before it; all of it in formats without
    lines."""
    begin, match = snippet.locator, snippet.match
    if begin is None or match is None or begin.unit != "line" or not begin.step:
        return snippet.text
    if match.number < begin.number:
        return title
    lines = snippet.text.split("\n")
    return lines[min(match.number - begin.number, len(lines) - 1)]


def place(hit: Hit) -> str:
    """Where a hit is: path, position in the file, copies, and whether it is out of date."""
    stale = "  (changed or gone since it was indexed)" if hit.stale else ""
    return f"{safe(hit.path)}{position(hit.snippet)}{copies(hit)}{stale}"


def copies(hit: Hit) -> str:
    """How many other documents have the same text, behind a path; "" if none has."""
    return f"  +{_count(hit.copies, 'copy', 'copies')}" if hit.copies else ""


def by_name(hit: Hit) -> str:
    """What is said in place of a text where a file is found by its name alone; "" if it has one."""
    if not hit.by_name:
        return ""
    return f"found by its name; not read: {safe(hit.unread)}" if hit.unread else "found by its name"


def more_places(hit: Hit) -> str:
    """How many places of a document are not shown; "" if none is left."""
    left = hit.places - 1 - len(hit.others)
    return f"{_count(left, 'more place')}" if left else ""


def day(moment: datetime) -> str:
    """A date, in local time."""
    return f"{moment.astimezone():%Y-%m-%d}"


def position(snippet: Snippet) -> str:
    """Where a match is in its file, as a suffix of the path; "" if that is not known."""
    locator = snippet.match
    if locator is None:
        return ""
    if locator.unit == "line":
        return f":{locator.number}"
    name = f" ({visible(locator.name)})" if locator.name else ""
    return f", {locator.unit} {locator.number}{name}{_doubt(snippet.confidence)}"


def _doubt(confidence: float | None) -> str:
    """What is to be told of text that was recognized in a picture and may be wrong."""
    if confidence is None or confidence >= DOUBTFUL:
        return ""
    return f" (text in doubt: {confidence:.0%} sure)"


def check(found: Check) -> Iterator[str]:
    """One line about an index without damage."""
    yield f"the index is whole: {_count(found.files, 'file')}, {found.bytes / 1e6:.1f} MB"


def explanation(hit: Hit) -> Iterator[str]:
    """The parts of a score, a line each, and the score; nothing if the hit has no parts."""
    for part in hit.parts:
        words = f": {visible(part.words)}" if part.words else ""
        yield f"{part.score:9.3f}  {part.evidence}{words}"
    if hit.parts:
        yield f"{hit.score:9.3f}  score"


def summary(found: Results) -> str:
    """One line: which documents of how many these hits are."""
    documents = _count(found.total, "document")
    if not found.total:
        return "nothing found"
    if not found.hits:
        if not found.limit:
            return documents
        last = (found.total - 1) // found.limit * found.limit
        return f"{documents}, none on this page; the last page begins at --offset {last}"
    last = found.offset + len(found.hits)
    copied = sum(hit.copies for hit in found.hits)
    hints = ("; each copy: --copies" if copied else "") + _how_to_see_places(found)
    if len(found.hits) + copied == found.total:
        return documents + hints
    is_last = last == found.total or (copied > 0 and len(found.hits) < found.limit)
    more = "" if is_last else f"; more: --offset {last}"
    return f"{found.offset + 1}–{last} of {documents}{more}{hints}"


def _how_to_see_places(found: Results) -> str:
    hidden = any(hit.places > 1 + len(hit.others) for hit in found.hits)
    return "; all places: --passages all" if hidden else ""


def changes(done: Changes, index: str) -> Iterator[str]:
    """What `index` did, in up to three lines; `index` is the path of the index."""
    counts = ", ".join(
        f"{number:,} {name}"
        for name in ("added", "changed", "removed", "unchanged")
        if (number := getattr(done, name))
    )
    skipped = f", {len(done.skipped):,} newly skipped" if done.skipped else ""
    if done.skipped_before:
        skipped += f", {done.skipped_before:,} skipped as before (status --skipped)"
    documents = _count(done.documents, "document")
    yield f"{counts or 'no files'}{skipped}; {documents} in {safe(index)}"
    if done.bytes_read:
        megabytes, writing = done.bytes_read / 1e6, done.seconds_writing
        rate = f" ({megabytes / done.seconds:.1f} MB/s)" if done.seconds >= 0.01 else ""
        wrote = f", {writing:.1f} s of them to write the index" if writing >= 0.05 else ""
        yield f"read {megabytes:.1f} MB in {done.seconds:.1f} s{rate}{wrote}"
    if done.encodings:
        yield f"decoded {_encodings(done.encodings)}"


def doubts(encodings: Sequence[FileEncoding]) -> Iterator[str]:
    """The files whose detected encoding is in doubt."""
    doubtful = [item for item in encodings if not item.sure]
    for item in doubtful[:_MAX_LISTED]:
        yield safe(f"in doubt about {item.path}: read as {item.encoding}")
    if len(doubtful) > _MAX_LISTED:
        yield f"in doubt about {len(doubtful) - _MAX_LISTED:,} more"


def _encodings(items: Sequence[FileEncoding]) -> str:
    counts = Counter(item.encoding for item in items).most_common()
    return ", ".join(f"{_count(number, 'file')} from {name}" for name, number in counts)


def skipped(items: Sequence[Skipped]) -> Iterator[str]:
    """What was skipped, or not read as it should be: the first files singly, then the first of each
    reason with the number of others."""
    for item in items[:_MAX_LISTED]:
        yield safe(f"{item.path}: {item.reason}")
    rest = items[_MAX_LISTED:]
    first = {item.reason: item.path for item in reversed(rest)}
    reasons = Counter(item.reason for item in rest).most_common()
    for reason, count in reasons[:_MAX_LISTED]:
        others = f" and {count - 1:,} more" if count > 1 else ""
        yield safe(f"{first[reason]}{others}: {reason}")
    if left := sum(count for _, count in reasons[_MAX_LISTED:]):
        yield f"{left:,} more for other reasons: vnsearch status --skipped lists them"


def all_skipped(items: Sequence[Skipped]) -> Iterator[str]:
    """All skipped files, by reason, the most frequent first."""
    by_reason: dict[str, list[str]] = {}
    for item in items:
        by_reason.setdefault(item.reason, []).append(item.path)
    for reason, paths in sorted(by_reason.items(), key=lambda group: (-len(group[1]), group[0])):
        yield f"{safe(reason)} ({len(paths):,})"
        for path in sorted(paths):
            yield f"  {safe(path)}"
    if not items:
        yield "nothing is skipped"


def indexes(found: Iterable[IndexSummary]) -> Iterator[str]:
    """The indexes of a user, each with its roots."""
    for item in found:
        size = f"{item.bytes_on_disk / 1e6:,.1f} MB"
        updated = f"{item.updated.astimezone():%Y-%m-%d %H:%M}"
        documents = _count(item.documents, "document")
        yield f"{safe(item.folder)}: {documents}, {size}, updated {updated}"
        yield from (f"  {safe(root)}" for root in item.roots)


def status(found: Status) -> Iterator[str]:
    """What the index holds, and what has changed since."""
    yield f"index      {safe(found.folder)}"
    for root in found.roots:
        excludes = f"  excluding {safe(', '.join(root.excludes))}" if root.excludes else ""
        missing = "  (missing)" if root.path in found.missing_roots else ""
        encoding = f"  in {root.encoding}" if root.encoding else ""
        ignored = "  without what git ignores" if root.gitignore else ""
        ignored += "  with text in pictures" * root.ocr
        yield f"root       {safe(root.path)}{excludes}{ignored}{encoding}{missing}"
    yield f"documents  {found.documents:,} in {_count(found.files, 'file')}"
    yield f"passages   {found.passages:,}"
    if found.formats:
        named = {suffix or "no suffix": number for suffix, number in found.formats.items()}
        yield f"formats    {safe(_listed(named))}"
    yield f"size       {found.bytes_on_disk / 1e6:,.1f} MB on disk"
    yield f"updated    {found.updated.astimezone():%Y-%m-%d %H:%M:%S}"
    versions = dict(found.versions)
    own = versions.pop("vnsearch", "")
    yield f"made by    vnsearch {own} ({', '.join(f'{k} {v}' for k, v in versions.items())})"
    counts = {"new": found.new, "changed": found.changed, "removed": found.removed}
    since = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    yield f"changes    {f'{since} since (run: vnsearch index)' if since else 'none since'}"
    if found.encodings:
        yield f"decoded    {_encodings(found.encodings)}"
    if found.skipped:
        skipped = _count(len(found.skipped), "file or record", "files or records")
        yield f"skipped    {skipped} (status --skipped lists them)"
    for reason, number in islice(found.reasons.items(), _MAX_LISTED):
        yield safe(f"           {number:,} not read: {reason}")


def _listed(counts: Mapping[str, int]) -> str:
    """Counts in one line, the rest of many in one."""
    shown = [f"{number:,} {name}" for name, number in islice(counts.items(), _MAX_LISTED)]
    rest = sum(islice(counts.values(), _MAX_LISTED, None))
    return ", ".join([*shown, *[f"{rest:,} others"] * bool(rest)])


_TYPINGS: Final = 8  # shown of one thing


def tokens(found: Sequence[Token], readings: Sequence[Interpretation] = ()) -> Iterator[str]:
    """A table of tokens; `readings` are those of the tokens by an index, if there is one."""
    rows = [["position", "offsets", "token", "folded", "exact"]]
    rows += [[str(t.position), f"{t.start}–{t.end}", t.text, t.folded, t.exact] for t in found]
    if readings:
        rows[0] += "read as", "in the index (passages)"
        for row, reading in zip(rows[1:], readings, strict=True):
            row += reading.exact, _variants(reading)
    rows = [list(map(visible, row)) for row in rows]
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{c}{' ' * (width - _columns(c))}" for c, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
    if any(map(has_unknown_marks, (form for reading in readings for form in reading.variants))):
        yield "a form with ? is of texts that were typed without marks: it may have any"


def other_typings(
    pieces: Iterable[tuple[str, Sequence[str]]], typings: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[str]:
    """What a text is found by besides its tokens, and what a query finds besides them."""
    for compound, words in pieces:
        yield visible(f"in a text, {compound} is also found by its pieces: {' '.join(words)}")
    for typed, others in typings:
        shown = ", ".join(others[:_TYPINGS]) + (", …" if len(others) > _TYPINGS else "")
        yield visible(f"in a query, {typed} also finds: {shown}")


def _variants(reading: Interpretation) -> str:
    by_count = sorted(reading.variants.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{form} {count:,}" for form, count in by_count) or "–"


def _columns(text: str) -> int:
    """The columns of a terminal that a text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"

"""Results as plain lines of text, without colours and wrapping.

Text from documents, and paths, may contain anything; `safety` escapes them.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from vnsearch.analysis.tails import has_mark
from vnsearch.analysis.unmarked import has_unknown_marks
from vnsearch.language import N_, _, ngettext, translated
from vnsearch.language.writing import number
from vnsearch.model import (
    DOUBTFUL,
    Hit,
    Interpretation,
    Results,
    Snippet,
    Token,
)
from vnsearch.render.safety import safe, visible


def results(found: Results) -> Iterator[str]:
    """Hits, each as title, place and snippet, followed by an empty line."""
    for line in found.reading:
        yield visible(_("read as: {text}").format(text=line))
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
    for nth, page in enumerate(text.split("\f")):
        if nth:
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
    told = f"  ({stale(hit)})" if hit.stale else ""
    return f"{safe(hit.path)}{position(hit.snippet)}{copies(hit)}{told}"


def stale(hit: Hit) -> str:
    """What is said of a hit whose file is not as it was; "" if it is."""
    return _("changed or gone since it was indexed") if hit.stale else ""


def copies(hit: Hit) -> str:
    """How many other documents have the same text, behind a path; "" if none has."""
    if not hit.copies:
        return ""
    told = ngettext("+{count} copy", "+{count} copies", hit.copies)
    return f"  {told.format(count=number(hit.copies))}"


def by_name(hit: Hit) -> str:
    """What is said in place of a text where a file is found by its name alone; "" if it has one."""
    if not hit.by_name:
        return ""
    if not hit.unread:
        return _("found by its name")
    reason = safe(translated(hit.unread))
    return _("found by its name; not read: {reason}").format(reason=reason)


def more_places(hit: Hit) -> str:
    """How many places of a document are not shown; "" if none is left."""
    left = hit.places - 1 - len(hit.others)
    if not left:
        return ""
    told = ngettext("{count} more place", "{count} more places", left)
    return told.format(count=number(left))


def position(snippet: Snippet) -> str:
    """Where a match is in its file, as a suffix of the path; "" if that is not known."""
    locator = snippet.match
    if locator is None:
        return ""
    if locator.unit == "line":
        return f":{locator.number}"
    name = f" ({visible(locator.name)})" if locator.name else ""
    return f", {translated(locator.unit)} {locator.number}{name}{_doubt(snippet.confidence)}"


# The units of places, see `model.Locator`.
_UNITS: Final = (
    N_("line"), N_("page"), N_("sheet"), N_("slide"), N_("chapter"), N_("message"),
)  # fmt: skip


def _doubt(confidence: float | None) -> str:
    """What is to be told of text that was recognized in a picture and may be wrong."""
    if confidence is None or confidence >= DOUBTFUL:
        return ""
    return _(" (text in doubt: {percent} sure)").format(percent=f"{confidence:.0%}")


def explanation(hit: Hit) -> Iterator[str]:
    """The parts of a score, a line each, and the score; nothing if the hit has no parts."""
    for part in hit.parts:
        words = f": {visible(part.words)}" if part.words else ""
        yield f"{number(part.score, 3):>9}  {translated(part.evidence)}{words}"
    if hit.parts:
        name = _("score")
        yield f"{number(hit.score, 3):>9}  {name}"


def summary(found: Results) -> str:
    """One line: which documents of how many these hits are."""
    documents = documents_of(found.total)
    if not found.total:
        return _("nothing found")
    if not found.hits:
        if not found.limit:
            return documents
        last = (found.total - 1) // found.limit * found.limit
        told = _("{documents}, none on this page; the last page begins at --offset {offset}")
        return told.format(documents=documents, offset=last)
    last = found.offset + len(found.hits)
    copied = sum(hit.copies for hit in found.hits)
    hints = [_("each copy: {option}").format(option="--copies")] * bool(copied)
    if any(hit.places > 1 + len(hit.others) for hit in found.hits):
        hints.append(_("all places: {option}").format(option="--passages all"))
    if len(found.hits) + copied == found.total:
        return "; ".join((documents, *hints))
    is_last = last == found.total or (copied > 0 and len(found.hits) < found.limit)
    if not is_last:
        hints.insert(0, _("more: {option}").format(option=f"--offset {last}"))
    shown = f"{found.offset + 1}–{last}"
    return "; ".join((_("{shown} of {documents}").format(shown=shown, documents=documents), *hints))


_TYPINGS: Final = 8  # shown of one thing


def tokens(found: Sequence[Token], readings: Sequence[Interpretation] = ()) -> Iterator[str]:
    """A table of tokens; `readings` are those of the tokens by an index, if there is one."""
    rows = [[_("position"), _("offsets"), _("token"), _("folded"), _("exact")]]
    rows += [[str(t.position), f"{t.start}–{t.end}", t.text, t.folded, t.exact] for t in found]
    if readings:
        rows[0] += _("read as"), _("in the index (passages)")
        for row, reading in zip(rows[1:], readings, strict=True):
            row += reading.exact, _variants(reading)
    rows = [list(map(visible, row)) for row in rows]
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{c}{' ' * (width - _columns(c))}" for c, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
    if any(map(has_unknown_marks, (form for reading in readings for form in reading.variants))):
        yield _("a form with ? is of texts that were typed without marks: it may have any")
    if any(has_mark(token.exact) for token in found):
        yield _("a form that begins with a comma is the tail of a number: of 1,75 the 75")


def other_typings(
    pieces: Iterable[tuple[str, Sequence[str]]], typings: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[str]:
    """What a text is found by besides its tokens, and what a query finds besides them."""
    for compound, words in pieces:
        told = _("in a text, {text} is also found by its pieces: {pieces}")
        yield visible(told.format(text=compound, pieces=" ".join(words)))
    for typed, others in typings:
        shown = ", ".join(others[:_TYPINGS]) + (", …" if len(others) > _TYPINGS else "")
        yield visible(
            _("in a query, {text} also finds: {typings}").format(text=typed, typings=shown)
        )


def _variants(reading: Interpretation) -> str:
    by_count = sorted(reading.variants.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{form} {number(count)}" for form, count in by_count) or "–"


def _columns(text: str) -> int:
    """The columns of a terminal that a text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def documents_of(count: int) -> str:
    """A number of documents."""
    return ngettext("{count} document", "{count} documents", count).format(count=number(count))


def files_of(count: int) -> str:
    """A number of files."""
    return ngettext("{count} file", "{count} files", count).format(count=number(count))

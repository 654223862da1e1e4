"""`vnsearch show` and `vnsearch open`: what is meant -> its text, or the program that opens it."""

import os
import re
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vnsearch.cli import session, which_index
from vnsearch.errors import EXIT_FOUND, EXIT_NOTHING, UnknownIdError, VnsearchError
from vnsearch.files.types import type_of
from vnsearch.language import _, ngettext, translated
from vnsearch.language.writing import number
from vnsearch.platform import quoted
from vnsearch.render import streams
from vnsearch.search.cutting import lines_around
from vnsearch.search.searcher import Searcher

if TYPE_CHECKING:
    from vnsearch.search.documents import DocumentText, PassageText


class Target(NamedTuple):
    """What a user named."""

    document: "DocumentText"
    passage: "PassageText | None"  # if one was named
    query: str  # of the search that found it, if it was named by its rank


@streams.holding()
def show(
    target: str,
    *,
    context: int | None,
    page: int | None,
    lines: str | None,
    as_json: bool,
    no_pager: bool,
    folder: str | None,
    color: str,
    quiet: bool,
) -> int:
    """Print the text of a document, or a part of it; the options are those of the command."""
    if sum(part is not None for part in (context, page, lines)) > 1:
        what = _("{options} exclude each other").format(options="--context, --page, --lines")
        raise VnsearchError(what, _("see: {command}").format(command="vnsearch show --help"))
    index = which_index.existing(folder, quiet=quiet)
    with closing(Searcher(index)) as searcher:
        found = _find(searcher, index, target)
        marks, weak = searcher.marks(found.document, found.query)
    start, end = _part(found, marks, context, page, lines)
    inside = tuple((a - start, b - start) for a, b in marks if start <= a and b <= end)
    faint = tuple((a - start, b - start) for a, b in weak if start <= a and b <= end)
    if not found.document.text:
        raise _no_text(found.document)
    if quiet:
        return EXIT_FOUND
    if found.document.stale:
        streams.say(_("the file has changed or is gone; this is its text as it was indexed"))
    if as_json:
        from vnsearch.render import jsonform

        kind = type_of(found.document.path)
        text = jsonform.text(found.document, kind, found.passage, start, end, inside)
        streams.write([jsonform.dump(text)])
    elif color == "always" or sys.stdout.isatty():
        from vnsearch.render import pager, terminal

        at = _match(found, marks) - start
        output, line = terminal.document(found.document, (start, end), inside, faint, color, at)
        pager.show(output, wanted=not no_pager, line=line)
    else:
        from vnsearch.render import plain

        streams.write(plain.document(found.document.text[start:end]))
    return EXIT_FOUND


def open_target(target: str, *, folder: str | None, color: str, quiet: bool) -> int:  # noqa: ARG001
    """Open a file at the place of a hit; the options are those of the command."""
    from vnsearch.cli.opener import open_file

    index = which_index.existing(folder, quiet=quiet)
    with closing(Searcher(index)) as searcher:
        found = _find(searcher, index, target)
        marks, _weak = searcher.marks(found.document, found.query)
    document = found.document
    place = document.locator(_match(found, marks))
    path = on_disk(Path(document.path))
    if path is None:
        raise VnsearchError(
            _("{path} is gone").format(path=document.path),
            _("its text is in the index: {command}").format(command=f"vnsearch show {target}"),
        )
    if document.stale and not quiet:
        streams.say(_("the file has changed since it was indexed: the place may be another one"))
    if str(path) != document.path:
        streams.say(
            _("opening {path}, which holds {name}").format(
                path=path, name=Path(document.path).relative_to(path)
            )
        )
        place = None
    code = open_file(str(path), type_of(str(path)), place, document.path)
    return EXIT_NOTHING if code else EXIT_FOUND


def on_disk(path: Path) -> Path | None:
    """The file at a path, or the archive or message that holds it; None if there is neither."""
    if path.exists():
        return path
    return next((holder for holder in path.parents if holder.is_file()), None)


def _find(searcher: Searcher, index: Path, target: str) -> Target:
    """What is meant by the rank of a hit, an id, or a path from here."""
    if target.isdecimal() and (hit := session.recall(index, target)):
        document, passage = searcher.passage(hit.passage)
        return Target(document, passage, hit.query)
    for name in dict.fromkeys((target, searcher.name_of(target))):
        try:
            return Target(searcher.document(name), None, "")
        except UnknownIdError:
            pass
        try:
            return Target(*searcher.passage(name), "")
        except UnknownIdError:
            pass
    if target.isdecimal():
        what = _("no hit {rank}: there was no search on this terminal in this index")
        raise VnsearchError(what.format(rank=target), _("search first: vnsearch WORDS"))
    if wrong := _nothing_there(target):
        raise wrong
    return Target(searcher.document(target), None, "")  # which says that there is none


def _nothing_there(target: str) -> VnsearchError | None:
    """What is wrong with a target that is the path of something, or can only be one."""
    if os.path.isdir(target):
        what = _("{path} is a folder; only files are shown").format(path=target)
        search = _("search in it: vnsearch WORDS --in {path}").format(path=quoted(target))
        return UnknownIdError(what, search)
    if os.path.exists(target):
        add = _("add it: {command}").format(command=f"vnsearch index {quoted(target)}")
        return UnknownIdError(_("{path} is not in the index").format(path=target), add)
    if "#" in target:
        return None
    why = _("nothing in the index has the id {id}, and there is no such file").format(id=target)
    return UnknownIdError(why, _("name a file by its path from here, or by an id of search --json"))


def _no_text(document: "DocumentText") -> VnsearchError:
    """What is said of a document of a name alone."""
    path = quoted(document.path)
    if document.records:
        why = ngettext(
            "{path} has no text of its own: it has {count} record",
            "{path} has no text of its own: it has {count} records",
            document.records,
        ).format(path=document.path, count=number(document.records))
        advice = _(
            "show one by its id, PATH#KEY; to find it: vnsearch search --json WORDS --in {path}"
        )
        return VnsearchError(why, advice.format(path=path))
    if type_of(document.path) == "archive":
        why = _("{path} has no text of its own: it has files").format(path=document.path)
        advice = _("show one by its path; to find it: vnsearch WORDS --in {path}")
        return VnsearchError(why, advice.format(path=path))
    why = _("{id} is found by its name alone: the index has no text of it").format(id=document.id)
    advice = _("open the file itself: {command}")
    return VnsearchError(why, advice.format(command=f"vnsearch open {path}"))


def _match(found: Target, marks: tuple[tuple[int, int], ...]) -> int:
    """Where in the text the hit is: its first match in the passage, if that was named."""
    if found.passage is None:
        return 0
    begin, end = found.passage.start, found.passage.end
    return next((a for a, b in marks if begin <= a and b <= end), begin)


def _part(
    found: Target,
    marks: tuple[tuple[int, int], ...],
    context: int | None,
    page: int | None,
    lines: str | None,
) -> tuple[int, int]:
    """Where the part of the text that is asked for begins and ends."""
    document, passage = found.document, found.passage
    if page is not None:
        return _unit(document, page)
    if lines is not None:
        return _lines(document, lines)
    if context is not None:
        at = _match(found, marks)
        return lines_around(document.text, at, at + 1, context)
    if passage is not None and not found.query:
        return passage.start, passage.end
    return 0, len(document.text)


def _unit(document: "DocumentText", number: int) -> tuple[int, int]:
    """A page, sheet, slide, … of a document."""
    begin = document.locator()
    if begin is None or begin.unit == "line":
        raise VnsearchError(_("the document has no pages"), _("name lines: --lines 10-20"))
    starts = [0, *(match.end() for match in re.finditer("\f", document.text)), len(document.text)]
    numbers = [begin.number + begin.step * nth for nth in range(len(starts) - 1)]
    if number not in numbers:
        what = _("the document has no {unit} {number}")
        advice = _("it has {first} to {last}").format(first=numbers[0], last=numbers[-1])
        raise VnsearchError(what.format(unit=translated(begin.unit), number=number), advice)
    nth = numbers.index(number)
    return _stripped(document.text, starts[nth], starts[nth + 1])


def _lines(document: "DocumentText", typed: str) -> tuple[int, int]:
    """Lines of a document, of its file where that has lines: `10` or `10-20`."""
    found = re.fullmatch(r"(\d+)(?:[-:](\d+))?", typed)
    if found is None or int(found[1]) > int(found[2] or found[1]):
        raise VnsearchError(
            _("not lines: {typed}").format(typed=typed), _("write them as 10 or 10-20")
        )
    begin = document.locator()
    first = begin.number if begin and begin.unit == "line" and begin.step else 1
    starts = [0, *(match.end() for match in re.finditer("\n", document.text))]
    last = first + len(starts) - 1
    wanted = int(found[1]), min(int(found[2] or found[1]), last)
    if not first <= wanted[0] <= last:
        what = _("the document has no {unit} {number}")
        advice = _("it has {first} to {last}").format(first=first, last=last)
        raise VnsearchError(what.format(unit=translated("line"), number=wanted[0]), advice)
    ends = [*starts[1:], len(document.text)]
    return _stripped(document.text, starts[wanted[0] - first], ends[wanted[1] - first])


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """A part of a text without the line ends behind it."""
    return start, start + len(text[start:end].rstrip("\n\f"))

"""How a search went, on one line."""

from collections.abc import Iterator

from vnsearch.language import _
from vnsearch.language.writing import number
from vnsearch.model import Results
from vnsearch.query.unfinished import closed


def total(results: Results) -> str:
    """How many documents there are, and which of them are the best ones."""
    if not results.total:
        return _("nothing found")
    if results.complete in (0, results.total):
        return number(results.total)
    of = _("{complete} of {total}")
    return of.format(complete=number(results.complete), total=number(results.total))


def told(results: Results) -> Iterator[str]:
    """What the user should know of how the search went."""
    understood = results.understood
    missing = ", ".join(understood.missing)
    typed = " ".join(closed(results.query).split())
    if understood.corrected:
        what = _("no document has {words}; searched {other} instead")
        yield what.format(words=missing or _("the words typed"), other=understood.text)
    elif understood.text not in (typed, typed.replace('*"', '"')):
        yield _("understood as: {text}").format(text=understood.text)
    for item in understood.abbreviations:
        yield _("{short} stands for: {long}").format(short=item.short, long=item.long)
    if understood.relaxed:
        what = _("no document has {words}; these have some of the words")
        yield what.format(words=missing or _("all the words"))
    elif results.total and not results.complete and missing:
        yield _("no document has {words}").format(words=missing)
    elif results.total and not results.complete and " " in typed:
        yield _("no document has all the words; these have most of them")
    if not results.total and missing:
        yield _("no document has {words}").format(words=missing)
    if understood.suggestion not in (None, understood.text):
        yield _("did you mean: {text}").format(text=understood.suggestion)
    yield from results.notices

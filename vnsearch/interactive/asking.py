"""What the screen asks of an index, and the answers; see `worker` for who carries them."""

from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.model import Facets, Hit, Results
from vnsearch.search.file_filter import FileFilter
from vnsearch.search.searcher import Excerpts, Searcher
from vnsearch.vietnamese.letters import fold

if TYPE_CHECKING:
    from vnsearch.search.documents import DocumentText, PassageText

_WHOLE: Final = 100_000  # code points: no passage is longer, so that snippets are whole passages
_MOST_PLACES: Final = 200  # of a document that are gone through
_MOST_TEXT: Final = 2_000_000  # code points of a document that are shown
_TOGETHER: Final = 16  # passages that are marked before something newer may be asked

Ranges = tuple[tuple[int, int], ...]


class Sought(NamedTuple):
    """What is looked for, and where."""

    text: str
    files: FileFilter = FileFilter()
    exact: bool = False


class Search(NamedTuple):
    """Which documents match, from `offset` on."""

    sought: Sought
    offset: int
    limit: int

    def answers(self, searcher: Searcher) -> Generator["Found", None, None]:
        """See `worker.Question`."""
        sought = self.sought
        yield Found(
            self,
            searcher.search(
                sought.text,
                limit=self.limit,
                offset=self.offset,
                exact=sought.exact,
                files=sought.files,
                excerpts=Excerpts(1, _WHOLE),
                unfinished=True,
            ),
        )


class Found(NamedTuple):
    """The answer to a `Search`."""

    question: Search
    results: Results


class Count(NamedTuple):
    """What the answer may be narrowed to."""

    sought: Sought

    def answers(self, searcher: Searcher) -> Generator["Counted", None, None]:
        """See `worker.Question`."""
        text, files, exact = self.sought
        yield Counted(self, searcher.facets(text, exact=exact, files=files, unfinished=True))


class Counted(NamedTuple):
    """The answer to a `Count`."""

    question: Count
    facets: Facets


class Read(NamedTuple):
    """The text of a hit, with its places."""

    sought: Sought
    hit: Hit
    searched: str  # the words that were searched, if these are not those typed

    def answers(self, searcher: Searcher) -> Generator["Shown | None", None, None]:
        """See `worker.Question`: with the marks of the places first, then with all."""
        if (document := _of_one_passage(self.hit)) is not None:
            snippet = self.hit.snippet
            own = _starts(document, document.passages, snippet.highlights, snippet.weak, self.hit)
            yield Shown(self, document, *own, snippet.highlights, snippet.weak)
            return
        document = _shortened(searcher.document(self.hit.id), self.hit)
        places = {self.hit.passage, *self._other_places(searcher)}
        chosen = [part for part in document.passages if part.id in places]
        marks = _Marked(searcher, document, self)
        marks.add(chosen)
        starts, at = _starts(document, chosen, marks.sure, marks.weak, self.hit)
        yield Shown(self, document, starts, at, marks.sure, marks.weak)
        rest = [part for part in document.passages if part.id not in places]
        for begin in range(0, len(rest), _TOGETHER):
            marks.add(rest[begin : begin + _TOGETHER])
            yield None
        if rest:
            yield Shown(self, document, starts, at, marks.sure, marks.weak)

    def _other_places(self, searcher: Searcher) -> Iterator[str]:
        """The ids of the other passages that show the match."""
        if self.hit.places > 1:
            found = searcher.search(
                self.sought.text,
                limit=1,
                offset=self.hit.rank - 1,
                exact=self.sought.exact,
                files=self.sought.files,
                excerpts=Excerpts(min(self.hit.places, _MOST_PLACES), 1),
                unfinished=True,
            )
            for hit in found.hits:
                if hit.id == self.hit.id:
                    yield from (other.passage for other in hit.others)


class Shown(NamedTuple):
    """The answer to a `Read`."""

    question: Read
    document: "DocumentText"
    places: tuple[int, ...]  # where in the text each begins
    at: int  # the number of the best one
    marks: Ranges
    weak: Ranges


class _Marked:
    """The marks of a document, of some passages after others."""

    def __init__(self, searcher: Searcher, document: "DocumentText", question: Read) -> None:
        self._searcher, self._document = searcher, document
        sought = question.sought
        self._text, self._exact = question.searched or sought.text, sought.exact
        self.sure: Ranges = ()
        self.weak: Ranges = ()

    def add(self, passages: Sequence["PassageText"]) -> None:
        part = self._document._replace(passages=tuple(passages))
        sure, weak = self._searcher.marks(part, self._text, exact=self._exact, unfinished=True)
        self.sure = tuple(sorted((*self.sure, *sure)))
        self.weak = tuple(sorted((*self.weak, *weak)))


def _starts(
    document: "DocumentText",
    passages: Sequence["PassageText"],
    marks: Ranges,
    weak: Ranges,
    hit: Hit,
) -> tuple[tuple[int, ...], int]:
    """Where the places begin: in each line of some passages that has at least half as many of the
    words as that with the most, its first match. And which of them is the best of the passage
    found."""
    text, faint = document.text, set(weak)
    words, starts = defaultdict[int, set[str]](set), dict[int, int]()
    for begin, end in marks:
        if any(part.start <= begin < part.end for part in passages):
            line = text.rfind("\n", 0, begin)
            starts.setdefault(line, begin)
            if (begin, end) not in faint:
                words[line].update(fold(text[begin:end].lower()).split())
    most = max(map(len, words.values()), default=0)
    found = [(at, len(words[line])) for line, at in starts.items() if 2 * len(words[line]) >= most]
    own = next((part for part in passages if part.id == hit.passage), passages[0])
    if not found:
        return (own.start,), 0
    best = max(range(len(found)), key=lambda n: (own.start <= found[n][0] < own.end, found[n][1]))
    return tuple(at for at, _ in found), best


def _of_one_passage(hit: Hit) -> "DocumentText | None":
    """The document of a hit, if its snippet is all of it: nothing needs to be read for that."""
    from vnsearch.search.documents import DocumentText, PassageText

    text, locator = hit.snippet.text, hit.snippet.locator
    if text.startswith("… ") or text.endswith(" …"):
        return None
    passage = PassageText(hit.passage, 1, text, 0, len(text), locator)
    return DocumentText(
        hit.id, hit.path, hit.title, text, hit.modified, hit.stale, passages=(passage,)
    )


def _shortened(document: "DocumentText", hit: Hit) -> "DocumentText":
    """A document with the passages around a hit only, if it is very long."""
    if len(document.text) <= _MOST_TEXT:
        return document
    middle = next((part.start for part in document.passages if part.id == hit.passage), 0)
    kept = [part for part in document.passages if abs(part.start - middle) < _MOST_TEXT // 2]
    begin, end = kept[0].start, kept[-1].end
    parts = (part._replace(start=part.start - begin, end=part.end - begin) for part in kept)
    return document._replace(text=document.text[begin:end], passages=tuple(parts))

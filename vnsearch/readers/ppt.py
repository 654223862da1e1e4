"""PowerPoint until 2003 (.ppt): the slides in order, each with its tables and its notes."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from struct import unpack_from

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import ppt_format, titles
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of
from vnsearch.readers.fonts import FontDecoder
from vnsearch.readers.ole import Container
from vnsearch.readers.package import row_of
from vnsearch.readers.ppt_format import Record, Text

_STREAM, _USER = "PowerPoint Document", "Current User"
_OF_1995 = "PP40"  # the stream of that version
_ENCRYPTED = 0xF3D1C4DF  # where the stream of the user says what follows
_OF_SLIDES, _OF_MASTERS, _OF_NOTES = range(3)  # instances of lists of slides


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its slides separated by form feeds; raises UnusableFileError."""
    container = Container(bytes_of(source.stream))
    user = container.stream(_USER)
    if user[12:16] == _ENCRYPTED.to_bytes(4, "little") or "EncryptedSummary" in container:
        raise UnusableFileError(N_("encrypted"))
    if _OF_1995 in container and _STREAM not in container:
        raise UnusableFileError(N_("of PowerPoint 95: save it again with a newer program"))
    deck = _Deck(container.needed(_STREAM), int.from_bytes(user[16:20], "little"))
    text = "\n\f".join(deck.slides())
    if not text.strip():
        raise UnusableFileError(N_("damaged (its slides are lost)") if deck.lost else N_("no text"))
    stated = (deck.decoder.title(container.title()), deck.title)
    title = titles.first_title(stated)
    yield Document("", title, text, Locator(1, "slide"), deck.decoder.encoding)


class _Listed(list[Text]):
    """The texts of a slide that stand in the list of slides."""

    place = 0  # of the slide in the directory
    name = 0  # by which others refer to it


class _Deck:
    """A presentation."""

    def __init__(self, data: bytes, edit: int) -> None:
        """`edit`: the offset of the last edit."""
        self.decoder = FontDecoder()
        self.title = ""  # of the first slide that has one
        self.lost = 0  # slides that are not where the file says
        self._data = data
        self._places, document = ppt_format.persistent(data, edit)
        found = self._object(document, ppt_format.DOCUMENT)
        if found is None:
            top = ppt_format.records(data, 0, len(data))
            found = next((item for item in top if item.kind == ppt_format.DOCUMENT), None)
        if found is None:
            raise UnusableFileError(N_("damaged (no document in it)"))
        self._lists = {
            child.instance: list(_listed(child))
            for child in found.children()
            if child.kind == ppt_format.SLIDE_LIST
        }
        environment = [c for c in found.children() if c.kind == ppt_format.ENVIRONMENT]
        self._fonts = [name for item in environment for name in ppt_format.font_names(item)]
        self._defaults: dict[int, int | None] = {}  # fonts, by kind of text
        masters = (self._object(s.place, ppt_format.MASTER) for s in self._list(_OF_MASTERS))
        for item in (*masters, *environment):
            for look in item.all(ppt_format.MASTER_LOOK) if item is not None else ():
                self._defaults.setdefault(look.instance, ppt_format.master_font(look))

    def slides(self) -> Iterator[str]:
        """Yield the texts of the slides; raises UnusableFileError if they are too long."""
        notes = {item.name: item for item in self._list(_OF_NOTES)}
        left = MAX_TEXT_BYTES
        for listed in self._list(_OF_SLIDES):
            slide = self._object(listed.place, ppt_format.SLIDE)
            self.lost += slide is None
            shown = [*self._shown(slide, listed)]
            atoms = slide.children() if slide is not None else iter(())
            name = next((a.number(16) for a in atoms if a.kind == ppt_format.SLIDE_ATOM), 0)
            if name in notes:
                note = self._object(notes[name].place, ppt_format.NOTES)
                shown += self._shown(note, notes[name])
            text = "\n".join(filter(None, shown))
            left -= len(text)
            if left < 0:
                size = MAX_TEXT_BYTES // 1_000_000
                raise UnusableFileError(
                    N_("too large (over {limit} MB of text)").format(limit=size)
                )
            yield text

    def _list(self, instance: int) -> "list[_Listed]":
        return self._lists.get(instance, [])

    def _object(self, number: int, kind: int) -> Record | None:
        """An object that persists; None if there is none of this kind."""
        place = self._places.get(number, len(self._data))
        record = next(ppt_format.records(self._data, place, len(self._data)), None)
        return record if record is not None and record.kind == kind else None

    def _shown(self, slide: Record | None, listed: _Listed) -> Iterator[str]:
        """Yield the texts of a slide as its shapes show them, then those that none shows."""
        unseen = dict(enumerate(listed))
        for drawing in slide.all(ppt_format.DRAWING) if slide is not None else ():
            for shape in drawing.children():
                yield from self._of_shapes(shape, listed, unseen)
        for text in unseen.values():
            yield self._decoded(text)

    def _of_shapes(
        self, record: Record, listed: Sequence[Text], unseen: dict[int, Text]
    ) -> Iterator[str]:
        if record.kind == ppt_format.GROUP and ppt_format.is_table(record):
            yield from self._rows(record, listed, unseen)
        elif record.kind == ppt_format.SHAPE:
            for box in record.all(ppt_format.TEXT_BOX):
                yield from self._of_box(box, listed, unseen)
        else:
            for child in record.children():
                yield from self._of_shapes(child, listed, unseen)

    def _of_box(
        self, box: Record, listed: Sequence[Text], unseen: dict[int, Text]
    ) -> Iterator[str]:
        for atom in box.children():
            if atom.kind == ppt_format.OUTLINE_TEXT and atom.number() < len(listed):
                unseen.pop(atom.number(), None)
                yield self._decoded(listed[atom.number()])
        for text in ppt_format.texts(box.children()):
            yield self._decoded(text)

    def _rows(
        self, table: Record, listed: Sequence[Text], unseen: dict[int, Text]
    ) -> Iterator[str]:
        """The rows of a table: its cells are shapes at one height."""
        cells = list[tuple[int, int, str]]()
        for shape in table.children():
            anchor = next((c for c in shape.children() if c.kind == ppt_format.CHILD_ANCHOR), None)
            text = "\n".join(self._of_shapes(shape, listed, unseen))
            if anchor is not None and len(anchor.content) >= 8:
                left, top = unpack_from("<2i", anchor.content, 0)
                cells.append((top, left, text))
        for _, row in groupby(sorted(cells), lambda cell: cell[0]):
            yield row_of(text for _, _, text in row if text)

    def _decoded(self, text: Text) -> str:
        lines = text.decoded(self.decoder, self._fonts, self._defaults.get(text.kind))
        if text.kind in ppt_format.TITLE_TYPES:
            self.title = self.title or lines
        return lines


def _listed(slides: Record) -> Iterator[_Listed]:
    """Yield the slides of a list, with their texts."""
    atoms = list(slides.children())
    starts = [n for n, atom in enumerate(atoms) if atom.kind == ppt_format.SLIDE_PERSIST]
    for begin, end in zip(starts, [*starts[1:], len(atoms)], strict=False):
        slide = _Listed(ppt_format.texts(iter(atoms[begin + 1 : end])))
        slide.place, slide.name = atoms[begin].number(), atoms[begin].number(12)
        yield slide

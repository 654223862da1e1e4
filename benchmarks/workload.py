"""What the engines are given: documents in files, changes to them, and queries by kind.

All of it follows from the documents alone, so every run has the same.
"""

import json
import lzma
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, NamedTuple

NOTES: Final = "notes"  # the folder of the documents with a file of their own
EDITED: Final = 10  # documents that are added, changed, deleted

_A_FILE: Final = 100  # documents of a .jsonl file
_FOLDERS: Final = 10
_WITHIN: Final = f"{_FOLDERS // 2}/"  # a tenth of the documents
_PREFIX: Final = 3  # letters
_SAMPLE: Final = 2_000  # documents that tell which words are common
_DRAWS: Final = 5  # queries that may come from one document
_WORD: Final = re.compile(r"[^\W\d_]+")


class Document(NamedTuple):
    """A document as it is in the file of the benchmark."""

    title: str
    text: str

    @property
    def size(self) -> int:
        """Bytes of UTF-8."""
        return len(self.title.encode()) + len(self.text.encode())


class Query(NamedTuple):
    """What is asked, for an engine to put into its language."""

    shape: str  # any, phrase, prefix, fuzzy, boolean (two words AND, one NOT) or title
    words: tuple[str, ...]


class Kind(NamedTuple):
    """Queries of one kind."""

    name: str
    queries: Sequence[Query]
    options: tuple[str, ...]  # of vnsearch
    shared: bool  # whether the peers can ask it, too


def read(path: Path, limit: int | None) -> list[Document]:
    """The first `limit` documents, or all, of a .jsonl or .jsonl.xz file."""
    opener: Callable[..., Iterable[str]] = lzma.open if path.suffix == ".xz" else open
    lines = opener(path, "rt", encoding="utf-8")
    rows = map(json.loads, islice(lines, limit))
    return [Document(row.get("title") or "", row["text"]) for row in rows]


def lay_out(documents: Sequence[Document], folder: Path) -> None:
    """Write the documents into files below a new folder.

    Those that will be changed or deleted get a text file each, named by their number; the
    others lie in files of JSON lines in several folders.
    """
    notes = folder / NOTES
    notes.mkdir(parents=True)
    alone = 2 * EDITED
    for number, document in enumerate(documents[:alone]):
        _note(notes, number, document)
    for begin in range(alone, len(documents), _A_FILE):
        part = begin // _A_FILE
        inside = folder / str(part % _FOLDERS)
        inside.mkdir(exist_ok=True)
        lines = [
            json.dumps({"id": str(number), **document._asdict()}, ensure_ascii=False)
            for number, document in enumerate(documents[begin : begin + _A_FILE], begin)
        ]
        (inside / f"{part}.jsonl").write_text("\n".join([*lines, ""]), "utf-8")


def edits(documents: Sequence[Document], folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Edit laid-out documents, some at a time; yields what is done by now, and to which
    files."""
    notes, count = folder / NOTES, len(documents)
    fresh = range(count, count + EDITED)
    yield "add", [_note(notes, number, documents[number - EDITED]) for number in fresh]
    longer = [Document(d.title, f"{d.text}\n{d.title}") for d in documents[:EDITED]]
    yield "change", [_note(notes, number, document) for number, document in enumerate(longer)]
    gone = [notes / f"{number}.txt" for number in range(EDITED, 2 * EDITED)]
    for path in gone:
        path.unlink()
    yield "delete", gone


def _note(folder: Path, number: int, document: Document) -> Path:
    path = folder / f"{number}.txt"
    path.write_text(f"{document.title}\n{document.text}", "utf-8")
    return path


def kinds(documents: Sequence[Document], count: int) -> list[Kind]:
    """Up to `count` queries of each kind, each query once."""

    def some(make: Callable[[random.Random, Document], Query | None]) -> list[Query]:
        chance = random.Random(1)
        drawn = chance.sample(documents, len(documents)) * _DRAWS
        made = filter(None, (make(chance, document) for document in drawn))
        return list(islice(_once(made), count))

    words, long, single = some(_of_title), some(_of_text), some(_prefix)
    phrases = [Query("phrase", query.words) for query in words]
    every, any_ = (), ("--any",)
    return [
        Kind("words", words, every, shared=False),
        Kind("words, bare", _bare(words), every, shared=False),
        Kind("words, --any", words, any_, shared=True),
        Kind("words, bare, --any", _bare(words), any_, shared=True),
        Kind("words, --in", words, ("--in", _WITHIN), shared=False),
        Kind("question", long, every, shared=False),
        Kind("question, --any", long, any_, shared=True),
        Kind("phrase", phrases, every, shared=True),
        Kind("phrase, bare", _bare(phrases), every, shared=True),
        Kind("phrase, --exact", phrases, ("--exact",), shared=False),
        Kind("phrase of common words", _common(documents, count), every, shared=True),
        Kind("words, deep page", words, ("--any", "--offset", "500"), shared=False),
        Kind("prefix", single, every, shared=True),
        Kind("prefix of a letter", _cut(single, 1), every, shared=True),
        Kind("fuzzy", [Query("fuzzy", query.words[:1]) for query in words], every, shared=False),
        Kind("boolean", some(_boolean), every, shared=True),
        Kind("title", some(_title), every, shared=True),
    ]


def _common(documents: Sequence[Document], count: int) -> list[Query]:
    """Neighbours that are among the commonest in some documents, as phrases."""
    pairs = Counter(
        pair for document in documents[:_SAMPLE] for pair in pairwise(_words(document.text))
    )
    return [Query("phrase", pair) for pair, _ in pairs.most_common(count)]


def _cut(queries: Iterable[Query], letters: int) -> list[Query]:
    return list(_once(query._replace(words=(query.words[0][:letters],)) for query in queries))


def bare(text: str) -> str:
    """The text without its marks."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _bare(queries: Iterable[Query]) -> list[Query]:
    return list(_once(Query(q.shape, tuple(map(bare, q.words))) for q in queries))


def _once(queries: Iterable[Query]) -> Iterator[Query]:
    seen = set()
    for query in queries:
        if query not in seen:
            seen.add(query)
            yield query


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def _run(chance: random.Random, text: str, least: int, most: int) -> tuple[str, ...]:
    """Neighbouring words of a text; none when it has too few."""
    words = _words(text)
    size = chance.randint(least, most)
    if len(words) < size:
        return ()
    at = chance.randrange(len(words) - size + 1)
    return tuple(words[at : at + size])


def _of_title(chance: random.Random, document: Document) -> Query | None:
    words = _run(chance, document.title, 2, 4)
    return Query("any", words) if words else None


def _of_text(chance: random.Random, document: Document) -> Query | None:
    words = _run(chance, document.text, 10, 14)
    return Query("any", words) if words else None


def _prefix(chance: random.Random, document: Document) -> Query | None:
    words = [word for word in map(bare, _words(document.text)) if len(word) > _PREFIX]
    return Query("prefix", (chance.choice(words)[:_PREFIX],)) if words else None


def _boolean(chance: random.Random, document: Document) -> Query | None:
    words = _run(chance, document.text, 3, 3)
    return Query("boolean", words) if len(set(words)) == len(words) > 0 else None


def _title(chance: random.Random, document: Document) -> Query | None:
    words = _words(document.title)
    return Query("title", (chance.choice(words),)) if words else None

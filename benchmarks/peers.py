"""What one would write today instead of vnsearch, on SQLite's FTS5 and on tantivy.

    python peers.py ENGINE version
    python peers.py ENGINE index INDEX FOLDER
    python peers.py ENGINE update INDEX FILE...    files that are gone are dropped
    python peers.py ENGINE search INDEX QUERY
    python peers.py ENGINE converse INDEX          a query a line, answered at once

Queries are arrays in JSON: a shape and words (see `workload.Query`). An answer is an array
of the ten best documents by BM25, each with a number, its title and a snippet. Only what
the chosen engine needs is imported, so that the start is its own.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol

Row = tuple[int, str, str]  # number, title, text
Hit = tuple[int, str, str]  # number, title, snippet


class Peer(Protocol):
    """An engine with one index."""

    def index(self, rows: Iterable[Row]) -> None:
        """Make the index."""

    def update(self, gone: Sequence[int], rows: Iterable[Row]) -> None:
        """Drop documents by number, then add some."""

    def search(self, shape: str, words: Sequence[str]) -> list[Hit]:
        """The best documents."""


class Fts5:
    """SQLite's full-text index; marks fold, but for that of đ."""

    def __init__(self, folder: str) -> None:
        self._db: Any = import_module("sqlite3").connect(os.path.join(folder, "fts5.db"))

    def index(self, rows: Iterable[Row]) -> None:
        """See `Peer`."""
        self._db.execute(
            "CREATE VIRTUAL TABLE docs "
            "USING fts5(title, body, tokenize='unicode61 remove_diacritics 2')"
        )
        self.update((), rows)

    def update(self, gone: Sequence[int], rows: Iterable[Row]) -> None:
        """See `Peer`."""
        with self._db:
            self._db.executemany("DELETE FROM docs WHERE rowid = ?", [(n,) for n in gone])
            self._db.executemany("INSERT INTO docs(rowid, title, body) VALUES (?, ?, ?)", rows)

    def search(self, shape: str, words: Sequence[str]) -> list[Hit]:
        """See `Peer`."""
        found = self._db.execute(
            "SELECT rowid, title, snippet(docs, 1, '[', ']', '…', 32) FROM docs "
            "WHERE docs MATCH ? ORDER BY rank LIMIT 10",
            (self._expression(shape, words),),
        )
        return list(found)

    @staticmethod
    def _expression(shape: str, words: Sequence[str]) -> str:
        quoted = [f'"{word}"' for word in words]
        match shape:
            case "any":
                return " OR ".join(quoted)
            case "phrase":
                return f'"{" ".join(words)}"'
            case "prefix":
                return f"{quoted[0]} *"
            case "boolean":
                return f"{quoted[0]} AND {quoted[1]} NOT {quoted[2]}"
            case _:
                return f"title : {quoted[0]}"


class Tantivy:
    """Tantivy with its simple tokenizer; letters fold to ASCII."""

    def __init__(self, folder: str) -> None:
        tantivy: Any = import_module("tantivy")
        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("number", stored=True, indexed=True)
        schema.add_text_field("title", stored=True, tokenizer_name="folding")
        schema.add_text_field("body", stored=True, tokenizer_name="folding")
        folding = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        folding = folding.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
        self._tantivy, self._schema = tantivy, schema.build()
        self._index = tantivy.Index(self._schema, path=folder)
        self._index.register_tokenizer("folding", folding.build())
        self._searcher = self._index.searcher()

    def index(self, rows: Iterable[Row]) -> None:
        """See `Peer`."""
        self.update((), rows)

    def update(self, gone: Sequence[int], rows: Iterable[Row]) -> None:
        """See `Peer`."""
        writer = self._index.writer()
        for number in gone:
            writer.delete_documents("number", number)
        for number, title, body in rows:
            writer.add_document(self._tantivy.Document(number=number, title=title, body=body))
        writer.commit()
        writer.wait_merging_threads()

    def search(self, shape: str, words: Sequence[str]) -> list[Hit]:
        """See `Peer`."""
        query = self._index.parse_query(
            self._expression(shape, words), ["title", "body"], allow_regexes=True
        )
        snippets = self._tantivy.SnippetGenerator.create(
            self._searcher, query, self._schema, "body"
        )
        found = []
        for _, address in self._searcher.search(query, 10).hits:
            row = self._searcher.doc(address)
            snippet = snippets.snippet_from_doc(row).to_html()
            found.append((row["number"][0], row["title"][0], snippet))
        return found

    @staticmethod
    def _expression(shape: str, words: Sequence[str]) -> str:
        quoted = [f'"{word}"' for word in words]
        match shape:
            case "any":
                return " OR ".join(quoted)
            case "phrase":
                return f'"{" ".join(words)}"'
            case "prefix":
                return f"title:/{words[0]}.*/ OR body:/{words[0]}.*/"
            case "boolean":
                return f"+{quoted[0]} +{quoted[1]} -{quoted[2]}"
            case _:
                return f"title:{quoted[0]}"


def rows_of(path: str) -> Iterator[Row]:
    """The documents of a file that `workload.lay_out` wrote."""
    with open(path, encoding="utf-8") as file:
        if path.endswith(".jsonl"):
            for row in map(json.loads, file):
                yield int(row["id"]), row["title"], row["text"]
        else:
            yield number_of(path), file.readline().rstrip("\n"), file.read()


def number_of(path: str) -> int:
    """The number of the document that a text file is."""
    return int(os.path.splitext(os.path.basename(path))[0])


def version(engine: str) -> str:
    """That of the engine. Raises ImportError or sqlite3.OperationalError when it cannot be
    used."""
    if engine == "tantivy":
        import_module("tantivy")
        return str(import_module("importlib.metadata").version("tantivy"))
    sqlite3: Any = import_module("sqlite3")
    sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE docs USING fts5(text)")
    return str(sqlite3.sqlite_version)


def _files(folder: str) -> Iterator[str]:
    for base, _, names in os.walk(folder):
        yield from (os.path.join(base, name) for name in names)


def _answer(peer: Peer, question: str) -> str:
    shape, words = json.loads(question)
    return json.dumps(peer.search(shape, words), ensure_ascii=False) + "\n"


def main() -> None:
    """Carry out one command."""
    engine, command, *rest = sys.argv[1:]
    if command == "version":
        sys.stdout.write(version(engine))
        return
    folder, *rest = rest
    os.makedirs(folder, exist_ok=True)
    peer: Peer = Fts5(folder) if engine == "fts5" else Tantivy(folder)
    if command == "index":
        peer.index(row for path in _files(rest[0]) for row in rows_of(path))
    elif command == "update":
        there = [path for path in rest if os.path.exists(path)]
        peer.update([*map(number_of, rest)], [row for path in there for row in rows_of(path)])
    elif command == "search":
        sys.stdout.write(_answer(peer, rest[0]))
    else:
        for line in sys.stdin:
            sys.stdout.write(_answer(peer, line))
            sys.stdout.flush()


if __name__ == "__main__":
    main()

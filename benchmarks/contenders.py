"""The engines that are compared, as commands."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol

from processes import Command, output
from workload import Query

_PEERS: Final = str(Path(__file__).with_name("peers.py"))


class Engine(Protocol):
    """An engine as the commands that make it work on an index, in the folder of all."""

    name: str
    versions: dict[str, str]

    def build(self, documents: str, index: str) -> Command:
        """Make the index of a folder of documents."""

    def update(self, documents: str, index: str, edited: Iterable[Path]) -> Command:
        """Bring the index up to date; some files were edited, added or deleted."""

    def search(self, index: str, query: Query, options: Sequence[str]) -> Command:
        """Search once."""

    def converse(self, index: str, options: Sequence[str]) -> Command:
        """Answer a question a line."""

    def question(self, query: Query) -> str:
        """A query in the language of the engine."""

    def found(self, answer: bytes) -> bool:
        """Whether an answer has a document."""


class Vnsearch:
    """The vnsearch that is installed beside this interpreter."""

    name = "vnsearch"

    def __init__(self) -> None:
        script = Path(sys.executable).with_name("vnsearch")
        self._command = [str(script)] if script.exists() else [sys.executable, "-m", "vnsearch"]
        self.versions = {name: version(name) for name in ("vnsearch", "numpy", "whoosh3")}

    def build(self, documents: str, index: str) -> Command:
        """See `Engine`."""
        return [*self._command, "index", "--quiet", "--index", index, documents]

    def update(self, documents: str, index: str, _edited: Iterable[Path]) -> Command:
        """See `Engine`; it finds by itself what was edited."""
        return self.build(documents, index)

    def search(self, index: str, query: Query, options: Sequence[str]) -> Command:
        """See `Engine`."""
        asked = ["--json", *options, "--", self.question(query)]
        return [*self._command, "search", "--quiet", "--index", index, *asked]

    def converse(self, index: str, options: Sequence[str]) -> Command:
        """See `Engine`."""
        return [*self._command, "search", "--quiet", "--index", index, *options, "--batch", "-"]

    def question(self, query: Query) -> str:
        """See `Engine`."""
        words = query.words
        match query.shape:
            case "any":
                return " ".join(words)
            case "phrase":
                return f'"{" ".join(words)}"'
            case "prefix":
                return f"{words[0]}*"
            case "fuzzy":
                return f"{words[0]}~"
            case "boolean":
                return f"{words[0]} AND {words[1]} -{words[2]}"
            case _:
                return f"title:{words[0]}"

    def found(self, answer: bytes) -> bool:
        """See `Engine`."""
        hits: list[Any] = json.loads(answer)["hits"]
        return bool(hits)


class Peer:
    """An engine of `peers.py`."""

    def __init__(self, name: str, python: str, installed: str) -> None:
        self.name, self.versions = name, {name: installed}
        self._command = [python, _PEERS, name]

    def build(self, documents: str, index: str) -> Command:
        """See `Engine`."""
        return [*self._command, "index", index, documents]

    def update(self, _documents: str, index: str, edited: Iterable[Path]) -> Command:
        """See `Engine`; it must be told what was edited."""
        return [*self._command, "update", index, *map(os.fspath, edited)]

    def search(self, index: str, query: Query, _options: Sequence[str]) -> Command:
        """See `Engine`."""
        return [*self._command, "search", index, self.question(query)]

    def converse(self, index: str, _options: Sequence[str]) -> Command:
        """See `Engine`."""
        return [*self._command, "converse", index]

    def question(self, query: Query) -> str:
        """See `Engine`."""
        return json.dumps(query, ensure_ascii=False)

    def found(self, answer: bytes) -> bool:
        """See `Engine`."""
        return bool(json.loads(answer))


def present(python: str) -> tuple[list[Engine], list[str]]:
    """The engines that can be used, the peers by the interpreter `python`; and the names of
    those that cannot."""
    engines: list[Engine] = [Vnsearch()]
    missing = []
    for name in ("fts5", "tantivy"):
        installed = output([python, _PEERS, name, "version"])
        if installed:
            engines.append(Peer(name, python, installed))
        else:
            missing.append(name)
    return engines, missing

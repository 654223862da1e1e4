"""Documents -> a cluster: builders send passages and counts, in any process; the writer removes,
settles, and says what is current."""

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.engines.opensearch import counts, state
from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.counting import Counting
from vnsearch.engines.opensearch.documents import Made, as_text, indexed, name_of, tokens_of
from vnsearch.engines.opensearch.lock import Lock
from vnsearch.engines.opensearch.lookups import counted_documents
from vnsearch.engines.opensearch.spelling import Name, Spelling, names_of, passages_of
from vnsearch.engines.opensearch.state import State
from vnsearch.engines.opensearch.transport import Json
from vnsearch.engines.tokens.streams import TokenStream, token_stream
from vnsearch.model import Document, StoredPassage

_CHUNK: Final = 1 << 18  # code points tokenized together
_REQUEST: Final = 5_000_000  # bytes
_COUNTS: Final = 200_000  # terms of a document of counts
_TERMS_KEPT: Final = 400_000  # of a vocabulary
_FILES: Final = 500  # removed by one search
_PAGE: Final = 1_000

Connect = Callable[[], Client]
Actions = list[tuple[dict[str, Json], bytes]]


class Batch(NamedTuple):
    """Documents that a builder sent."""

    documents: int
    builder: int
    first: int  # number of the first of them
    passages: tuple[int, ...]  # of each


class Builder:
    """The `engines.Builder` of this engine."""

    def __init__(self, connect: Connect, current: State, run: int, number: int) -> None:
        """`number` tells apart the builders of a run."""
        self._connect, self._state, self._run, self._number = connect, current, run, number
        self._client: Client | None = None  # both made in the process that needs them
        self._spelling: Spelling | None = None
        self._vocabulary: Vocabulary | None = None
        self._counting: Counting | None = None
        self._chunk: list[tuple[str, Document]] = []
        self._chunk_size = 0
        self._made = 0  # documents
        self._passages: list[int] = []  # of each since the last batch
        self._actions: Actions = []
        self._bytes = 0
        self._sent = 0  # documents of counts
        self._words: set[str] = set()  # that the cluster has

    def add(self, source: str, document: Document) -> None:
        """See `engines.Builder`."""
        self._chunk.append((source, document))
        self._chunk_size += len(document.text) + len(document.title)
        if self._chunk_size > _CHUNK:
            self._tokenize()

    def batches(self) -> list[Batch]:
        """See `engines.Builder`."""
        if not self._passages:
            return []
        batch = Batch(
            len(self._passages),
            self._number,
            self._made - len(self._passages),
            tuple(self._passages),
        )
        self._passages = []
        return [batch]

    def finish(self) -> list[Batch]:
        """See `engines.Builder`."""
        self._tokenize()
        self._send()
        self._send_counts()
        if self._client is not None:
            self._client.close()
        return self.batches()

    def _tokenize(self) -> None:
        chunk, self._chunk, self._chunk_size = self._chunk, [], 0
        if not chunk:
            return
        if self._vocabulary is None or len(self._vocabulary.terms) > _TERMS_KEPT:
            self._send_counts()
            self._vocabulary = Vocabulary()
            self._spelling = Spelling(self._vocabulary)
            self._counting = Counting(self._spelling)
        assert self._spelling is not None
        assert self._counting is not None
        stored: list[StoredPassage] = []
        stream = token_stream(chunk, self._vocabulary, stored.extend)
        self._spelling.grow()
        self._counting.add(stream)
        made = list(self._documents(stream, stored))
        self._counting.add_documents((list(each.passages), each.words) for each in made)
        for document in made:
            self._passages.append(len(document.passages))
            for one in indexed(document, self._run, self._spelling):
                action = {"_index": self._state.passages, "_id": one.id}
                self._actions.append(({"index": action}, one.line))
                self._bytes += len(one.line)
                if self._bytes > _REQUEST:
                    self._send()
        if self._counting.size > _COUNTS:
            self._send_counts()

    def _documents(self, stream: TokenStream, stored: Sequence[StoredPassage]) -> Iterator[Made]:
        """The documents of a token stream, each with a name in the cluster."""
        passages, names = list(passages_of(stream)), names_of(stream.names)
        first = 0
        for end in np.flatnonzero(stream.last).tolist():
            name = document_name(self._run, self._number, self._made)
            words, own = names.get(end, Name((), ())), slice(first, end + 1)
            yield Made(name, stored[own], passages[own], words, int(stream.hashes[end]))
            self._made += 1
            first = end + 1

    def _send(self) -> None:
        if self._actions:
            self._client = self._client or self._connect()
            self._client.bulk(self._actions)
        self._actions, self._bytes = [], 0

    def _send_counts(self) -> None:
        found = self._counting.finish() if self._counting is not None else None
        if found:
            self._client = self._client or self._connect()
            self._sent += 1
            name = f"{self._run}.{self._number}.{self._sent}"
            send_counts(self._client, self._state, name, self._run, found, {}, self._words)


def document_name(run: int, builder: int, number: int) -> str:
    """The name of a document in the cluster."""
    return f"{run}.{builder}.{number}"


def send_counts(
    client: Client,
    current: State,
    name: str,
    run: int,
    plus: Counter[str],
    minus: Counter[str] | dict[str, int],
    known: set[str],
) -> None:
    """Send counts, and the words in them that are not `known`, which grows."""
    words = {i: body for i, body in counts.words_of(plus).items() if i not in known}
    known.update(words)
    index = current.counts
    actions: Actions = [({"create": {"_index": index, "_id": i}}, b) for i, b in words.items()]
    actions.append(
        ({"create": {"_index": index, "_id": name}}, counts.line(name, run, plus, minus))
    )
    for part in _parts(actions):
        client.bulk(part)


def _parts(actions: Actions) -> Iterator[Actions]:
    part, size = Actions(), 0
    for action in actions:
        part.append(action)
        size += len(action[1])
        if size > _REQUEST:
            yield part
            part, size = [], 0
    if part:
        yield part


class Writer:
    """The `engines.Writer` of this engine."""

    def __init__(self, connect: Connect, folder: Path, old: State, lock: Lock) -> None:
        folder.mkdir(exist_ok=True)
        self._connect, self._client = connect, connect()
        self._folder, self._old, self._lock = folder, old, lock
        self._state = old.before(lock.run)
        self._removed: dict[str, Container[str]] = {}  # sources, and the keys that stay
        self._rejected: list[tuple[str, int]] = []  # documents, and how many passages each has
        self._minus: Counter[str] = Counter()

    def builder(self, number: int) -> Builder:
        """See `engines.Writer`."""
        return Builder(self._connect, self._state, self._lock.run, number)

    def add(self, batch: Batch, without: Collection[int] = ()) -> None:
        """See `engines.Writer`."""
        for number in without:
            name = document_name(self._lock.run, batch.builder, batch.first + number)
            self._rejected.append((name, batch.passages[number]))

    def remove(self, source: str, kept: Container[str] = ()) -> None:
        """See `engines.Writer`."""
        self._removed[source] = kept

    def commit(self) -> None:
        """See `engines.Writer`."""
        client, run = self._client, self._lock.run
        self._take_back_rejected()
        gone = tuple(self._gone())
        if self._minus:
            name = f"{run}.minus"
            send_counts(client, self._state, name, run, Counter(), self._minus, set())
        client.refresh(self._state.passages, self._state.counts)
        # What the run before removed was deleted when it was published, which is seen from now on.
        pending = self._old.gone if not is_published(client, self._old) else ()
        counted = counted_documents(client, self._state)
        self._state = self._state._replace(gone=(*pending, *gone), counted=counted)
        state.write(self._folder, self._state)
        client.close()

    def cancel(self) -> None:
        """See `engines.Writer`."""
        self._client.close()

    def _take_back_rejected(self) -> None:
        """Delete documents that were not to be sent, and take back what was counted of them."""
        if not self._rejected:
            return
        index = self._state.passages
        for begin in range(0, len(self._rejected), _PAGE):
            some = self._rejected[begin : begin + _PAGE]
            ids = [f"{name}.{n}" for name, passages in some for n in range(passages)]
            found = self._client.documents(index, ids)
            by_name: dict[str, list[Json]] = {}
            for one in found:
                by_name.setdefault(one["_source"]["d"], []).append(one["_source"])
            for sources in by_name.values():
                counts.add_up(list(map(tokens_of, sources)), name_of(sources[0]), self._minus)
            every = [*ids, *(name for name, passages in some if passages > 1)]
            self._client.bulk([({"delete": {"_index": index, "_id": i}}, b"") for i in every])

    def _gone(self) -> Iterator[str]:
        """Yield the documents of removed files, and count what goes with them."""
        sources = list(self._removed)
        for begin in range(0, len(sources), _FILES):
            some = {as_text(source): source for source in sources[begin : begin + _FILES]}
            condition = [*state.terms("src", some), {"term": {"kind": "part"}}]
            query = {"bool": {"filter": [*condition, self._old.visible()]}}
            path = f"/{self._state.passages}/_search?preference=_primary"
            found = scan(self._client, path, query, _COUNTED)
            for document, passages in groupby(found, lambda hit: str(hit["_source"]["d"])):
                sources_of = [hit["_source"] for hit in passages]
                first = sources_of[0]
                if first["key"] not in self._removed[some[first["src"]]]:
                    yield document
                    words = list(map(tokens_of, sources_of))
                    counts.add_up(words, name_of(first), self._minus)


_COUNTED: Final = ["d", "i", "key", "src", "stored.words", "stored.name", "stored.folders"]


def scan(client: Client, path: str, query: Json, fields: Sequence[str]) -> Iterator[Any]:
    """Yield all documents of the cluster that match, by document and number of the passage."""
    body: dict[str, Any] = {
        "size": _PAGE,
        "query": query,
        "sort": [{"d": "asc"}, {"i": {"order": "asc", "missing": "_first"}}],
        "_source": list(fields),
        "track_total_hits": False,
    }
    while True:
        hits = client.search(path, body)["hits"]["hits"]
        yield from hits
        if len(hits) < _PAGE:
            return
        body["search_after"] = hits[-1]["sort"]


def is_published(client: Client, current: State) -> bool:
    """Whether a state is the current one for all machines."""
    found = state.committed(client)
    return found is not None and found.names(current)

"""An index in an OpenSearch cluster beside the embedded one: are the answers the same, and what do
they cost?

    python benchmarks/cluster.py DOCS.jsonl[.xz] --cluster http://127.0.0.1:9200
                                 [--documents N] [--queries N] [--shards N] [--replicas N]

Builds both in a temporary folder, asks both the same, and prints a table: queries of titles and
sentences of the documents, with marks, bare and half of each, phrases, exclusions, prefixes, fuzzy
words, and in a part of the files. The index in the cluster is named `benchmark`; it is replaced.
"""

import argparse
import json
import os
import random
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from workload import Document, read

from vnsearch.engines import embedded
from vnsearch.engines.opensearch import OpenSearchEngine
from vnsearch.engines.opensearch.address import parse
from vnsearch.indexing.update import update
from vnsearch.search.file_filter import FileFilter
from vnsearch.search.searcher import Searcher
from vnsearch.vietnamese.letters import fold

_A_FILE: Final = 1_000  # documents
_MEGABYTE: Final = 1e6
_NEARLY: Final = 1e-9  # the difference of scores that are the same
_WORD: Final = re.compile(r"\w+")

Query = tuple[str, dict[str, Any]]


def main() -> int:
    """Build, ask, compare."""
    args = _arguments()
    documents = read(args.documents, args.limit)
    with TemporaryDirectory(prefix="cluster-") as folder:
        home = Path(folder)
        _lay_out(documents, home / "docs")
        address = parse(f"{args.cluster.rstrip('/')}/benchmark")
        cluster = OpenSearchEngine(address, shards=args.shards, replicas=args.replicas)
        engines = {"embedded": embedded(), "cluster": cluster}
        rows: dict[str, dict[str, Any]] = {}
        size = sum(document.size for document in documents)
        for name, engine in engines.items():
            rows[name] = _build(home / name, home / "docs", engine, size)
        requests = _counting(cluster)
        asked = list(_queries(documents, args.queries))
        answers = {}
        for name, engine in engines.items():
            with closing(Searcher(home / name, engine)) as searcher:
                answers[name], rows[name]["search ms p50 / p99"] = _ask(searcher, asked, requests)
        rows["cluster"]["requests p50 / most"] = (
            f"{statistics.median(requests.by_query):.0f} / {max(requests.by_query)}"
        )
        rows["cluster"]["MB on disk"] = _disk(cluster)
    _say(f"{len(documents):,} documents, {size / _MEGABYTE:.1f} MB of text; {_load()}")
    for name, row in rows.items():
        _say(f"  {name}: {json.dumps(row)}")
    return _compare(asked, answers["embedded"], answers["cluster"])


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("documents", type=Path)
    parser.add_argument("--cluster", required=True)
    parser.add_argument("--documents", dest="limit", type=int)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--replicas", type=int)
    return parser.parse_args()


def _lay_out(documents: Sequence[Document], folder: Path) -> None:
    folder.mkdir()
    for begin in range(0, len(documents), _A_FILE):
        with (folder / f"{begin // _A_FILE}.jsonl").open("w", encoding="utf-8") as file:
            for number, document in enumerate(documents[begin : begin + _A_FILE], begin):
                row = {"id": str(number), "title": document.title, "text": document.text}
                file.write(f"{json.dumps(row, ensure_ascii=False)}\n")


def _build(index: Path, docs: Path, engine: Any, size: int) -> dict[str, Any]:
    began, used = time.monotonic(), _cpu()
    update(index, [str(docs)], rebuild=True, engine=engine)
    seconds = time.monotonic() - began
    on_disk = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return {
        "build s": round(seconds, 1),
        "client CPU s": round(_cpu() - used, 1),
        "MB/s": round(size / _MEGABYTE / seconds, 2),
        "MB on disk": round(on_disk / _MEGABYTE, 1),
    }


def _cpu() -> float:
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


class _Requests:
    """Counts requests."""

    def __init__(self, send: Callable[..., Any]) -> None:
        self._send, self.count, self.by_query = send, 0, list[int]()

    def __call__(self, *request: Any) -> Any:
        self.count += 1
        return self._send(*request)


def _counting(engine: OpenSearchEngine) -> _Requests:
    from vnsearch.engines.opensearch.transport import HttpTransport

    engine._transport = found = _Requests(HttpTransport(engine.address))
    return found


def _queries(documents: Sequence[Document], count: int) -> Iterator[Query]:
    """The queries, each with options: as many of each kind."""
    chance = random.Random(7)
    for number in range(count):
        document = chance.choice(documents)
        sentences = re.split(r"[.!?\n]", document.text)
        words = _WORD.findall(document.title if number % 2 else chance.choice(sentences))
        words = words[:24] or ["nước"]
        text = " ".join(words)
        match number % 8:
            case 0 | 1:
                yield text, {}
            case 2 | 3:
                yield fold(text), {}
            case 4:
                yield " ".join(w if chance.random() < 0.5 else fold(w) for w in words), {}
            case 5:
                yield f'"{" ".join(words[:3])}" {words[-1]}', {}
            case 6:
                yield f"{' '.join(words[:4])} -{words[-1]} {words[0][:3]}*", {}
            case _:
                files = FileFilter(within=("*1*.jsonl",))
                yield f"{' '.join(words[:5])} {words[-1]}~", {"files": files}


def _ask(searcher: Searcher, asked: Sequence[Query], requests: _Requests) -> tuple[list[Any], str]:
    found, seconds = [], []
    requests.by_query = []
    for text, options in asked:
        before, began = requests.count, time.perf_counter()
        found.append(searcher.search(text, **options))
        seconds.append(1_000 * (time.perf_counter() - began))
        requests.by_query.append(requests.count - before)
    ranked = sorted(seconds)
    return found, f"{statistics.median(ranked):.1f} / {ranked[int(0.99 * len(ranked))]:.1f}"


def _compare(asked: Sequence[Query], ours: Sequence[Any], theirs: Sequence[Any]) -> int:
    """Print how many answers are the same; returns how many are not."""
    differ = 0
    for (text, _), one, other in zip(asked, ours, theirs, strict=True):
        told = [
            (r.total, r.complete, r.understood, [(h.id, h.passage, h.copies) for h in r.hits])
            for r in (one, other)
        ]
        scores = [[hit.score for hit in r.hits] for r in (one, other)]
        same = told[0] == told[1] and all(
            abs(a - b) <= _NEARLY * max(a, 1) for a, b in zip(*scores, strict=True)
        )
        if not same:
            differ += 1
            _say(f"differs: {text}\n  {told[0]}\n  {told[1]}\n  {scores}")
    _say(f"{len(asked) - differ} of {len(asked)} answers are the same")
    return differ


def _disk(engine: OpenSearchEngine) -> float:
    with closing(engine.connect()) as client:
        found = client.get("/benchmark-*/_stats/store") or {}
    return round(found["_all"]["primaries"]["store"]["size_in_bytes"] / _MEGABYTE, 1)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    sys.exit(1 if main() else 0)

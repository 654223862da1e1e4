"""Speed, size and memory of vnsearch, beside SQLite's FTS5 and tantivy where present.

    python benchmarks/speed.py [DOCS.jsonl[.xz]] [--sizes 20000,150000,465000]
                               [--passages FILE.jsonl[.xz]] [--peers PYTHON] [--out FILE.json]

Without documents, articles as long as those of a newspaper are made: see `articles.py`; 465,000 of
them are a million passages.
Measures the vnsearch that is installed beside the interpreter it runs with. Results go to
benchmarks/results, tables to stdout; what is measured is told in benchmarks/README.md.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from articles import articles, passages
from contenders import Engine, present
from processes import CommandError, Conversation, measure, output, time_ms
from report import markdown
from workload import Document, Kind, edits, kinds, lay_out, read

HERE: Final = Path(__file__).resolve().parent

_DOCUMENTS: Final = "docs"  # their folder in that of a run
_TYPICAL: Final = "words, --any"  # the kind that is searched cold, and by which memory is told
_FIRST: Final = 5  # warm queries that do not count: they find nothing in the caches
_PATIENCE: Final = 120.0  # seconds for a kind of query

Figures = dict[str, Any]


def main() -> int:
    """Run the benchmark and keep what it finds."""
    args = _arguments()
    sizes = sorted({int(size) for size in args.sizes.split(",")})
    engines, missing = present(args.peers)
    for name in missing:
        _say(f"{name} is left out: {args.peers} cannot use it")
    if args.documents is None:
        texts = passages(args.passages)
        documents = [Document(*article) for article in articles(sizes[-1], texts)]
    else:
        documents = read(args.documents, sizes[-1])
    if len(documents) < sizes[-1]:
        _say(f"there are {len(documents):,} documents only")
        sizes = [*(size for size in sizes if size < len(documents)), len(documents)]
    asked = kinds(documents[: sizes[0]], args.queries + _FIRST)
    out = args.out or HERE / "results" / f"speed-{date.today().isoformat()}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    texts_of = args.documents.name if args.documents else "articles"
    results = {**_circumstances(engines), "texts": texts_of, "runs": []}
    for size in sizes:
        _say(f"{size:,} documents")
        try:
            with TemporaryDirectory(prefix="speed-") as folder:
                run = _Run(engines, documents[:size], asked, Path(folder))
                results["runs"].append(run.figures(args.cold))
        except CommandError as error:
            _say(str(error))
            return 1
        out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(markdown(results))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument(
        "documents", type=Path, nargs="?", help="a title and a text a line, in JSON"
    )
    parser.add_argument("--passages", type=Path, help="what articles are made of, as documents")
    parser.add_argument("--sizes", default="20000,150000,465000", help="numbers of documents")
    parser.add_argument("--out", type=Path, help="where the results go")
    parser.add_argument("--peers", default=sys.executable, help="an interpreter with tantivy")
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--cold", type=int, default=15, help="processes for each engine")
    return parser.parse_args()


class _Run:
    """All measurements with one number of documents."""

    def __init__(
        self,
        engines: Sequence[Engine],
        documents: Sequence[Document],
        asked: Sequence[Kind],
        folder: Path,
    ) -> None:
        self._engines, self._documents, self._asked = engines, documents, asked
        self._folder = folder
        self._text = sum(document.size for document in documents)
        self._typical = next(kind for kind in asked if kind.name == _TYPICAL)

    def figures(self, cold_rounds: int) -> Figures:
        """Measure everything."""
        lay_out(self._documents, self._folder / _DOCUMENTS)
        found: dict[str, Figures] = {engine.name: {} for engine in self._engines}
        for engine in self._engines:
            _say(f"  building: {engine.name}")
            found[engine.name] |= self._build(engine)
        start_ms = self._cold(found, cold_rounds)
        for figures in found.values():
            figures["warm"] = {}
        for kind in self._asked:
            self._warm(found, kind)
        _say("  updating")
        self._update(found)
        return {
            "documents": len(self._documents),
            "text_mb": round(self._text / 1e6, 3),
            "python_start_ms": start_ms,
            "engines": found,
        }

    def _build(self, engine: Engine) -> Figures:
        usage = measure(engine.build(_DOCUMENTS, engine.name), self._folder)
        build = {key: round(value, 3) for key, value in usage._asdict().items()}
        build["mb_per_cpu_s"] = round(self._text / 1e6 / usage.cpu_s, 3)
        build["mb_per_wall_s"] = round(self._text / 1e6 / usage.wall_s, 3)
        files = (self._folder / engine.name).rglob("*")
        size = sum(path.stat().st_size for path in files if path.is_file())
        return {"build": build, "index_to_text": round(size / self._text, 3)}

    def _cold(self, found: Mapping[str, Figures], rounds: int) -> float:
        """Searches in a new process each, the engines by turns; returns the time in which
        Python starts."""
        _say("  cold searches")
        options, queries = self._typical.options, self._typical.queries
        taken: dict[str, list[float]] = {engine.name: [] for engine in self._engines}
        starts = []
        for query in queries[:rounds]:
            starts.append(time_ms([sys.executable, "-c", ""], self._folder))
            for engine in self._engines:
                command = engine.search(engine.name, query, options)
                taken[engine.name].append(time_ms(command, self._folder))
        for engine in self._engines:
            usage = measure(engine.search(engine.name, queries[0], options), self._folder)
            peak = round(usage.peak_mb, 1)
            found[engine.name]["cold"] = {**_spread(taken[engine.name]), "peak_mb": peak}
        return round(statistics.median(starts), 1)

    def _warm(self, found: Mapping[str, Figures], kind: Kind) -> None:
        """Queries of one kind to one process for each engine, by turns."""
        _say(f"  warm searches: {kind.name}")
        engines = [e for e in self._engines if kind.shared or e.name == "vnsearch"]
        taken: dict[str, list[float]] = {engine.name: [] for engine in engines}
        answered = dict.fromkeys(taken, 0)
        with ExitStack() as stack:
            talks = {
                engine.name: stack.enter_context(
                    Conversation(
                        engine.converse(engine.name, kind.options), self._folder, engine.name
                    )
                )
                for engine in engines
            }
            until = time.monotonic() + _PATIENCE
            for number, query in enumerate(kind.queries):
                for engine in engines:
                    ms, answer = talks[engine.name].ask(engine.question(query))
                    if number >= _FIRST:
                        taken[engine.name].append(ms)
                        answered[engine.name] += engine.found(answer)
                if time.monotonic() > until and number >= 2 * _FIRST:
                    break
        for name, times in taken.items():
            found[name]["warm"][kind.name] = {**_spread(times), "answered": answered[name]}
            if kind is self._typical:
                found[name]["batch_peak_mb"] = round(talks[name].peak_mb, 1)

    def _update(self, found: Mapping[str, Figures]) -> None:
        for engine in self._engines:
            found[engine.name]["update"] = {}
        for done, files in edits(self._documents, self._folder / _DOCUMENTS):
            for engine in self._engines:
                usage = measure(engine.update(_DOCUMENTS, engine.name, files), self._folder)
                found[engine.name]["update"][f"{done}_s"] = round(usage.wall_s, 3)


def _spread(times: Sequence[float]) -> Figures:
    """Of milliseconds: how many, the median and the 99th percentile."""
    ordered = sorted(times)
    return {
        "count": len(ordered),
        "p50_ms": round(statistics.median(ordered), 3),
        "p99_ms": round(ordered[ceil(0.99 * len(ordered)) - 1], 3),
    }


def _circumstances(engines: Sequence[Engine]) -> Figures:
    """When, of what and on what it is measured."""
    versions = {"Python": platform.python_version()}
    for engine in engines:
        versions |= engine.versions
    return {
        "date": date.today().isoformat(),
        "commit": _commit(),
        "machine": _machine(),
        "versions": versions,
    }


def _commit() -> str:
    git = ["git", "-C", str(HERE.parent)]
    commit = output([*git, "rev-parse", "--short", "HEAD"])
    if commit is None:
        return "unknown"
    changed = output([*git, "status", "--porcelain", "vnsearch"])
    return f"{commit} with changes" if changed else commit


def _machine() -> str:
    """The machine in words, without what would tell it from others of its kind."""
    system = "macOS" if sys.platform == "darwin" else platform.system()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, {system}"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())

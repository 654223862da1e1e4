"""Results of `speed.py` as tables in Markdown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

LABELS: Final = {"vnsearch": "vnsearch", "fts5": "SQLite FTS5", "tantivy": "tantivy"}

_Figures = Mapping[str, Any]  # of one engine

_ROWS: Final[Sequence[tuple[str, Callable[[_Figures], str]]]] = (
    ("build, MB of text per CPU second", lambda e: f"{e['build']['mb_per_cpu_s']:.2f}"),
    ("build, MB of text per second", lambda e: f"{e['build']['mb_per_wall_s']:.2f}"),
    ("build, peak memory in MB", lambda e: f"{e['build']['peak_mb']:.0f}"),
    ("index / text", lambda e: f"{e['index_to_text']:.2f}"),
    ("cold search, ms", lambda e: f"{e['cold']['p50_ms']:.0f}"),
    ("cold search, peak memory in MB", lambda e: f"{e['cold']['peak_mb']:.0f}"),
    ("batch of searches, peak memory in MB", lambda e: f"{e['batch_peak_mb']:.0f}"),
    ("add 10 documents, s", lambda e: f"{e['update']['add_s']:.2f}"),
    ("change 10 documents, s", lambda e: f"{e['update']['change_s']:.2f}"),
    ("delete 10 documents, s", lambda e: f"{e['update']['delete_s']:.2f}"),
)


def markdown(results: Mapping[str, Any]) -> str:
    """All the results."""
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    yield f"{results['date']}, commit {results['commit']}, {results['machine']}; {versions}"
    for run in results["runs"]:
        yield from _run(run)


def _run(run: Mapping[str, Any]) -> Iterator[str]:
    engines: Mapping[str, _Figures] = run["engines"]
    bare = f"Python alone starts in {run['python_start_ms']:.0f} ms"
    yield ""
    yield f"**{run['documents']:,} documents, {run['text_mb']:.1f} MB of text.** {bare}."
    yield ""
    yield _row("", [LABELS[name] for name in engines])
    yield "|---|" + "---:|" * len(engines)
    for title, figure in _ROWS:
        yield _row(title, map(figure, engines.values()))
    kinds = dict.fromkeys(kind for figures in engines.values() for kind in figures["warm"])
    for kind in kinds:
        yield _row(f"warm, p50 / p99 in ms: {kind}", [_warm(e, kind) for e in engines.values()])


def _row(title: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([title, *cells])} |"


def _warm(figures: _Figures, kind: str) -> str:
    warm = figures["warm"].get(kind)
    return f"{warm['p50_ms']:.2f} / {warm['p99_ms']:.2f}" if warm else ""

"""How well vnsearch ranks, on judged collections, by how the queries are typed.

    python benchmarks/quality.py FOLDER... [--queries N] [--json OUT] [--against SAVED]

A collection is a folder with docs.jsonl (`id`, `title`, `text` a line), queries.jsonl (`id`,
`text` a line) and qrels.tsv (query id and document id a line). Every query is asked in the
typings of `typings`. All goes through the command line, so the figures are what a user gets:
nDCG@10, MRR@10 and recall@10 (Manning, Raghavan and Schütze, "Introduction to Information
Retrieval", 2008, chapter 8), and `restored`, the share of words that `understood` has just as
they were written.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from typings import TYPINGS

from vnsearch.analysis.tokenizer import tokenize
from vnsearch.vietnamese.letters import nfc

_HITS: Final = 10
_VNSEARCH: Final = (sys.executable, "-m", "vnsearch")
_MEASURES: Final = ("ndcg", "mrr", "recall", "restored")

Figures = dict[str, float]


def main() -> None:
    """Measure, print a table, and write JSON where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--queries", type=int, default=700, help="at most so many (700)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--against", type=Path, help="figures written before, to compare with")
    arguments = parser.parse_args()
    saved = json.loads(arguments.against.read_text("utf-8")) if arguments.against else {}
    found: dict[str, dict[str, Figures]] = {}
    _tell(f"{'':28}" + "".join(f"{name:>16}" for name in _MEASURES))
    for folder in arguments.folders:
        found[folder.name] = of_folder = {}
        for typing, figures in _measured(folder, arguments.queries):
            of_folder[typing] = figures
            before = saved.get(folder.name, {}).get(typing, {})
            _tell(f"{folder.name:20} {typing:7}" + "".join(_cells(figures, before)))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _cells(figures: Figures, before: Figures) -> Iterator[str]:
    for name in _MEASURES:
        change = f" {figures[name] - before[name]:+.4f}" if name in before else ""
        yield f"{figures[name]:.4f}{change}".rjust(16)


def _measured(folder: Path, most: int) -> Iterator[tuple[str, Figures]]:
    relevant = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query, document = line.split("\t")[:2]
        relevant[query].add(document)
    lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    queries = [query for query in map(json.loads, lines) if relevant[str(query["id"])]]
    if len(queries) > most:
        queries = random.Random(1).sample(queries, most)
    judged = [(" ".join(nfc(q["text"]).split()), relevant[str(q["id"])]) for q in queries]
    with tempfile.TemporaryDirectory() as index:
        command = [*_VNSEARCH, "index", "-q", folder / "docs.jsonl", "--index", index]
        subprocess.run(command, check=True)
        for typing, typed in TYPINGS.items():
            asked = [typed(text, number) for number, (text, _) in enumerate(judged)]
            yield typing, _figures(judged, _answers(asked, index))


def _answers(queries: Sequence[str], index: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*_VNSEARCH, "search", "-q", "--batch", "-", "-n", str(_HITS), "--index", index],
        input="\n".join(queries),
        capture_output=True,
        encoding="utf-8",
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(queries):
        sys.exit(f"{len(answers)} answers to {len(queries)} queries\n{done.stderr}")
    return answers


def _figures(
    judged: Sequence[tuple[str, set[str]]], answers: Sequence[Mapping[str, Any]]
) -> Figures:
    rows = []
    for (text, relevant), answer in zip(judged, answers, strict=True):
        hits = [hit["id"].partition("#")[2] in relevant for hit in answer["hits"]]
        written = [token.exact for token in tokenize(text)]
        understood = [token.exact for token in tokenize(nfc(answer["understood"]["text"]))]
        right = sum(map(str.__eq__, written, understood))
        rows.append((*_scores(hits, len(relevant)), right / max(len(written), 1)))
    means = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    return {name: round(mean, 4) for name, mean in zip(_MEASURES, means, strict=True)}


def _scores(hits: Sequence[bool], relevant: int) -> tuple[float, float, float]:
    """nDCG, reciprocal rank and recall of the first hits, each relevant or not."""
    places = [place for place, is_relevant in enumerate(hits, 1) if is_relevant]
    most = min(_HITS, relevant)
    gain, ideal = (sum(1 / math.log2(p + 1) for p in ps) for ps in (places, range(1, most + 1)))
    return gain / ideal, 1 / places[0] if places else 0.0, len(places) / most


if __name__ == "__main__":
    main()

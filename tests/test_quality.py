"""The quality gate: nDCG@10 of judged queries, with floors that only rise.

A floor stands a little below what was measured; whoever makes a figure better raises it.
"""

import json
import math
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CORPUS
from vnsearch.indexing import update
from vnsearch.searching import Searcher

# By the typing of the queries of corpus/queries.json.
FLOORS = {"full": 0.978, "bare": 0.981, "half": 0.980, "nfd": 0.999}

# By the typing, for the collections beside the project.
SHARED_FLOORS = {
    "xquad_vi": {"full": 0.964, "bare": 0.962, "half": 0.963, "telex": 0.963},
    "viquad1_dev": {"full": 0.865, "bare": 0.858, "half": 0.861, "telex": 0.856},
    "alqac_law": {"full": 0.907, "bare": 0.907, "half": 0.906, "telex": 0.907},
}


def ndcg(found: list[str], relevant: set[str]) -> float:
    gain = sum(1 / math.log2(i + 2) for i, name in enumerate(found[:10]) if name in relevant)
    return gain / sum(1 / math.log2(i + 2) for i in range(min(10, len(relevant))))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    index = tmp_path_factory.mktemp("quality") / "index"
    update(index, [str(CORPUS)], excludes=["queries.json"])
    with closing(Searcher(index)) as searcher:
        yield searcher


@pytest.fixture(scope="module")
def queries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((CORPUS / "queries.json").read_text("utf-8"))[
        "queries"
    ]
    return found


def test_there_are_enough_queries_of_every_typing(queries: list[dict[str, Any]]) -> None:
    assert len(queries) >= 80
    assert {query["typing"] for query in queries} == set(FLOORS)


@pytest.mark.parametrize("typing", FLOORS)
def test_the_corpus_is_searched_well(
    corpus: Searcher, queries: list[dict[str, Any]], typing: str
) -> None:
    values = []
    for query in queries:
        if query["typing"] == typing:
            hits = corpus.search(query["text"], limit=10).hits
            names = [os.path.relpath(hit.id, CORPUS) for hit in hits]
            values.append(ndcg(names, set(query["relevant"])))
    assert sum(values) / len(values) >= FLOORS[typing]


@pytest.mark.parametrize("collection", SHARED_FLOORS)
def test_shared_collections_are_searched_well(
    shared: Path, tmp_path: Path, collection: str
) -> None:
    floors: dict[str, float] = defaultdict(float, SHARED_FLOORS[collection])
    report = tmp_path / "report.json"
    command: list[str | Path] = [
        *(sys.executable, shared / "tools/quality.py"),
        *("--cli", f"{sys.executable} -m vnsearch", "--json", report, "--queries", "700"),
        shared / "data/collections" / collection,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    figures = json.loads(report.read_text())[collection]
    for typing, floor in floors.items():
        assert figures[typing]["ndcg"] >= floor, typing
    assert figures["nfd"]["ndcg"] == figures["full"]["ndcg"]

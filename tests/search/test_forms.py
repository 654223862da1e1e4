"""Other typings of the same thing, through the real command: one index of all texts of a table."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.cases import rows

ROWS = rows("forms.tsv")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """For each row the texts of that row that its query finds, best first."""
    folder = tmp_path_factory.mktemp("forms")
    documents = [
        {"id": f"{number}-{text}", "title": "", "text": text}
        for number, (_, _, *texts, _) in enumerate(ROWS)
        for text in "|".join(filter(None, texts)).split("|")
    ]
    lines = (json.dumps(document) for document in documents)
    (folder / "texts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    run(folder, "index", "--quiet", "texts.jsonl")
    by_options = defaultdict[str, list[int]](list)
    for number, (_, options, *_) in enumerate(ROWS):
        by_options[options].append(number)
    hits: list[list[str]] = [[] for _ in ROWS]
    for options, numbers in by_options.items():
        queries = "\n".join(ROWS[number][0] for number in numbers)
        (folder / "queries").write_text(queries, encoding="utf-8")
        flags = [f"--{option}" for option in options.split()]
        output = run(folder, "search", "--copies", *flags, "--limit", "1000", "--batch", "queries")
        for number, line in zip(numbers, output.splitlines(), strict=True):
            result = json.loads(line)
            if not result["understood"]["relaxed"]:
                ids = (hit["id"].partition("#")[2].partition("-") for hit in result["hits"])
                hits[number] = [text for of, _, text in ids if of == str(number)]
    return hits


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "vnsearch", *arguments]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{row[0]}: {row[-1]}" for row in ROWS])
def test_texts_with_other_typings(found: list[list[str]], number: int) -> None:
    """Those typed alike come first, then those in other typings, in any order each."""
    _, _, first, then, absent, _ = ROWS[number]
    alike, others = first.split("|"), list(filter(None, then.split("|")))
    assert sorted(found[number]) == sorted(alike + others)
    assert sorted(found[number][: len(alike)]) == sorted(alike)
    assert not {*alike, *others} & {*absent.split("|")}

"""What queries mean: a table of texts and queries, asked of the real command in one index.

A row has one text, or several with ‖ between them, each a file. Verdicts: `in set`, `not in set`:
of the set of documents that have all the words as typed, as `-l` lists it; `hit`, `no hit`: of the
ranked list; `order`: hits, in this order.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases import rows, table
from tests.conftest import write_files
from vnsearch.indexing.update import update

ROWS = rows("meaning.tsv")
TEXTS = dict.fromkeys(text for row in ROWS for text in row[0].split(" ‖ "))
FILES = {text: f"{number}.txt" for number, text in enumerate(TEXTS)}

Answers = dict[str, list[str]]


def search(folder: Path, *arguments: str) -> list[str]:
    command = [sys.executable, "-m", "vnsearch", "search", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of all texts."""
    folder = tmp_path_factory.mktemp("meaning")
    write_files(folder, {f"docs/{name}": text for text, name in FILES.items()})
    update(folder / ".vnsearch", [str(folder / "docs")])
    return folder


@pytest.fixture(scope="module")
def answers(folder: Path) -> tuple[Answers, Answers]:
    """The files found for each query: as a set, and ranked."""
    queries = list(dict.fromkeys(row[1] for row in ROWS))
    (folder / "queries").write_text("\n".join(queries), "utf-8")

    def found(*options: str) -> Answers:
        lines = search(folder, "--batch", "queries", "-n", "1000", *options)
        results = map(json.loads, lines)
        paths = [[Path(hit["path"]).name for hit in result["hits"]] for result in results]
        return dict(zip(queries, paths, strict=True))

    return found("--all", "--no-correct", "--no-relax"), found()


@table("meaning.tsv")
def test_meaning(answers: tuple[Answers, Answers], text: str, query: str, verdict: str) -> None:
    files = [FILES[each] for each in text.split(" ‖ ")]
    found = answers[0 if verdict.endswith("set") else 1][query]
    match verdict:
        case "in set" | "hit":
            assert {*files} <= {*found}
        case "not in set" | "no hit":
            assert not {*files} & {*found}
        case "order":
            assert [name for name in found if name in files] == files
        case _:
            pytest.fail(f"no such verdict: {verdict}")


@pytest.mark.parametrize("query", ["15/2020/NĐ-CP", "biển NOT bão", "NOT bão", "huế lạnhx"])
def test_the_set_is_that_of_the_options(
    folder: Path, answers: tuple[Answers, Answers], query: str
) -> None:
    listed = [Path(path).name for path in search(folder, "-l", query)]
    assert listed == answers[0][query]
    assert search(folder, "-c", query) == [str(len(listed))]

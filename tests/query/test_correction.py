"""Words that an index lacks, and those that were likely meant."""

import json
from pathlib import Path

import pytest

from tests.conftest import Command, write_files
from tests.query.test_restoration import LEXICON, Texts
from vnsearch.query.correction import corrected
from vnsearch.query.parser import parse
from vnsearch.query.restoration import text_of

NEIGHBOURS = Texts(*["trời mưa to", "trói tay người", "chơi cờ vua"] * 9, *["trói chặt"] * 9)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("đảng bộ ngoại giao", None, id="all known"),
        pytest.param("đảng bộ ngoại giaoo", "đảng bộ ngoại giao", id="a letter too many"),
        pytest.param("nghị quyếc", "nghị quyết", id="a coda that sounds the same"),
        pytest.param("Nghành", None, id="nothing like it"),
        pytest.param("Kỷ thuật", "Kỹ thuật", id="hỏi for ngã"),
        pytest.param("qqqqqq zzzzzz", None, id="no words"),
        pytest.param("-quyếc", None, id="what is left out"),
        pytest.param("quyếc*", None, id="a prefix"),
        pytest.param('"nghị quyếc" OR dáng', '"nghị quyết" OR dáng', id="in a phrase"),
    ],
)
def test_corrections(typed: str, expected: str | None) -> None:
    query = parse(typed)
    found = corrected(query, LEXICON)
    assert (found and text_of(query, found)) == expected


def test_neighbours_decide_between_words() -> None:
    query = parse("tròi mưa")
    found = corrected(query, NEIGHBOURS)
    assert found is not None
    assert text_of(query, found) == "trời mưa"


def test_an_exact_query_is_not_corrected() -> None:
    assert corrected(parse("quyếc", exact=True), LEXICON) is None


def answer(run: Command, *arguments: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(run("search", "--json", *arguments).stdout)
    return found


def test_only_when_nothing_is_found_the_correction_is_searched(
    run: Command, tmp_path: Path
) -> None:
    write_files(tmp_path, {"docs/a.txt": "Nghị quyết về polyme.", "docs/b.txt": "Hội nghị khác."})
    run("index", "docs")
    found = answer(run, "polime")
    assert found["total"] == 1
    assert found["understood"] == {"text": "polyme", "suggestion": "polyme", "relaxed": False}
    found = answer(run, "nghị", "polime")
    assert found["understood"] == {
        "text": "nghị polime",
        "suggestion": "nghị polyme",
        "relaxed": True,
    }
    done = run("search", "nghị", "polime")
    assert "did you mean: nghị polyme" in done.stderr
    done = run("search", "polime")
    assert "understood as: polyme" in done.stderr
    assert "did you mean" not in done.stderr
    assert run("search", "--exact", "polime").returncode == 1


def test_a_slip_is_counted_by_parts_of_the_syllable(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "Trời xanh.", "docs/b.txt": "Nói chuyện."})
    run("index", "docs")
    assert answer(run, "chời~")["total"] == 1  # ch for tr: two letters, one slip
    assert answer(run, "truyện~")["total"] == 1
    assert answer(run, "xoai~")["total"] == 0

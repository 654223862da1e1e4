"""Small files of every kind that is made to take much time and memory."""

import json
from contextlib import closing
from pathlib import Path

from tests.bombs import bombs
from tests.conftest import Command
from vnsearch.index.catalog import Catalog

SIZE = 15_000  # bytes of each


def test_bombs_are_read_or_skipped_with_a_reason(tmp_path: Path, run: Command) -> None:
    kinds = {f"docs/{n}{bomb.suffix}": bomb for n, bomb in enumerate(bombs())}
    assert len(kinds) > 300
    (tmp_path / "docs").mkdir()
    for name, bomb in kinds.items():
        (tmp_path / name).write_bytes(bomb.make(SIZE))
    done = run("index", "docs", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = {item["path"] for item in json.loads(done.stdout)["skipped"]}
    with closing(Catalog(next(tmp_path.glob(".vnsearch/generation-*")) / "catalog.db")) as catalog:
        files = catalog.files()
    inside = {state.container for state in files.values()}
    silent = [
        bomb.name
        for name, bomb in kinds.items()
        if not (files[name].documents or name in told or name in inside)
    ]
    assert not silent
    assert run("check", cwd=tmp_path).returncode == 0
    again = run("index", cwd=tmp_path).stdout
    assert "unchanged" in again
    assert " changed" not in again

"""What an index knows of files."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from vnsearch.errors import IndexUnusableError, VnsearchError
from vnsearch.index.catalog import Catalog, versions
from vnsearch.index.file_state import FileState
from vnsearch.model import Root

STATE = FileState(
    3, 5, b"digest", documents=2, flaws=("line 2: not JSON",), ctime_ns=-(1 << 63), inode=7
)


def test_keeps_what_is_committed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(Catalog(path, writable=True)) as catalog:
        catalog.put("a.txt", STATE)
        catalog.put("\udcff\n.txt", STATE)
        catalog.put("gone.txt", STATE)
        catalog.remove("gone.txt")
        catalog.set_roots([Root("docs", ("*.md",)), Root("\udcff")])
        catalog.set_facts(**versions("engine-1"))
        catalog.commit()
        catalog.put("lost.txt", STATE)
    with closing(Catalog(path)) as catalog:
        light = STATE._replace(digest=b"")
        assert catalog.files() == {"a.txt": light, "\udcff\n.txt": light}
        assert catalog.file("a.txt") == STATE
        assert catalog.file("lost.txt") is None
        assert catalog.roots() == [Root("docs", ("*.md",)), Root("\udcff")]
        assert catalog.counts() == (2, 4)
        catalog.check_versions("engine-1")
        with pytest.raises(IndexUnusableError, match="engine engine-1, now engine-2"):
            catalog.check_versions("engine-2")
        with pytest.raises(IndexUnusableError, match="made by a newer vnsearch"):
            catalog.check_versions("engine-0")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with closing(Catalog(tmp_path / "c", writable=True)) as catalog:
        catalog._db.execute("pragma max_page_count = 1")
        state = STATE._replace(flaws=("x" * 100_000,))
        with pytest.raises(VnsearchError, match=r"cannot write the index: .* full"):
            catalog.put("a.txt", state)


@pytest.mark.parametrize("content", [None, b"", b"garbage" * 1000])
def test_missing_and_damaged_catalogs_are_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "catalog.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IndexUnusableError):
        Catalog(path)


def test_a_catalog_holds_any_numbers_of_the_system(tmp_path: Path) -> None:
    values = [0] * 10
    values[1], values[6] = (1 << 64) - 1, 3
    stat = os.stat_result(values, {"st_mtime_ns": 1 << 70, "st_ctime_ns": -(1 << 70)})
    state = FileState(3, 0, b"", 1).seen_as(stat)
    with closing(Catalog(tmp_path / "catalog.db", writable=True)) as catalog:
        catalog.put("a.txt", state)
        assert catalog.file("a.txt") == state
    assert state.looks_like(stat)


def test_states_of_many_files_are_those_that_were_put(tmp_path: Path) -> None:
    states = {
        f"{n}.txt": FileState(
            n, -n, b"", n % 3, ("flaw",) * (n % 2), "text 3", "TCVN3" * (n % 5 == 0),
            sure=bool(n % 7), ctime_ns=n * 10**15, inode=n, container="a.zip" * (n % 4 == 0),
            by_name=bool(n % 3), folders=f"thư mục {n % 10}",
        )
        for n in range(50)
    }  # fmt: skip
    with closing(Catalog(tmp_path / "catalog.db", writable=True)) as catalog:
        for name, state in states.items():
            catalog.put(name, state)
        files = catalog.files()
        assert dict(files) == states
        assert len(files) == len(states)
        assert "a.txt" not in files
        for test in (lambda s: s.documents > 1, lambda s: bool(s.flaws or s.encoding)):
            assert {*files.names(test)} == {name for name, s in states.items() if test(s)}
        ((container, members),) = catalog.members().items()
        assert container == "a.zip"
        assert {*members} == {f"{n}.txt" for n in range(0, 50, 4)}
        flawed = [s.documents > 0 for s in states.values() if s.flaws]
        assert catalog.count_flaws() == (25, flawed.count(False), flawed.count(True))

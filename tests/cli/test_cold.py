"""A search from cold: what it imports, for most of its time goes into that."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_files
from vnsearch.engines.whoosh.format import manifest
from vnsearch.indexing.update import update

# What searching has no use for; most of it takes longer to import than a search takes.
HEAVY = (
    "numpy rich whoosh unidecode multiprocessing concurrent selectolax yaml markdown_it pathspec "
    "dataclasses asyncio logging subprocess shutil tempfile hashlib random gzip pickle email http "
    "socket ssl xml unittest argparse decimal fractions statistics csv pygments mdurl "
    "click inspect "
    "vnsearch.analysis.bulk vnsearch.analysis.passages vnsearch.indexing vnsearch.readers "
    "vnsearch.engines.whoosh.write vnsearch.engines.whoosh.bridge "
    ""
).split()

TEXT = "Đảng bộ Bộ Ngoại giao họp tại Hà Nội. Số 12-KL/TW, kĩ thuật nuôi cá.\n"

Imported = Callable[..., set[str]]


def imported_by(*command: str, cwd: Path) -> set[str]:
    """The modules that Python says it imports for a command; it must find something."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines[1:]}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """What is imported, beyond what an empty program imports, in a folder with an index that
    was made, added to and deleted from."""
    folder = tmp_path_factory.mktemp("cold")
    files = {f"docs/{n}.txt": TEXT * (1 + n) for n in range(9)}
    write_files(folder, {**files, "docs/long.md": f"# Tên\n\n{TEXT * 80}"})
    update(folder / ".vnsearch", [str(folder / "docs")])
    (folder / "docs/0.txt").unlink()
    write_files(folder, {"docs/new.txt": TEXT})
    update(folder / ".vnsearch")
    (engine,) = folder.glob(".vnsearch/generation-*/engine")
    assert len(manifest.read(engine)) == 2
    assert manifest.read(engine)[0].deleted
    bare = imported_by("-c", "", cwd=folder)

    def imported(*arguments: str) -> set[str]:
        return imported_by("-m", "vnsearch", *arguments, cwd=folder) - bare

    return imported


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--json", "đảng bộ"], id="json"),
        pytest.param(["đảng bộ"], id="text"),
        pytest.param(["-c", "ngoai giao"], id="count"),
        pytest.param(["--explain", "ki thuat nuoi ca"], id="explained"),
        pytest.param(["--json", '"ha noi" -xyz ngo* giap~ 12-KL/TW'], id="every kind of clause"),
        pytest.param(["--json", "--exact", "Đảng OR bộ"], id="exact"),
        pytest.param(["--json", "hà nội chỗ khác"], id="relaxed"),
    ],
)
def test_a_search_imports_nothing_heavy(imported: Imported, arguments: list[str]) -> None:
    found = imported("search", *arguments)
    assert "vnsearch.engines.whoosh.search.scorer" in found
    heavy = {name for name in found if name.startswith(tuple(f"{h}." for h in HEAVY))}
    heavy |= found & set(HEAVY)
    assert not heavy, f"a search imports {', '.join(sorted(heavy))}: import where it is used"


def test_the_version_is_told_without_the_engine(imported: Imported) -> None:
    found = imported("--version")
    assert not {name for name in found if name.startswith("vnsearch.engines")}

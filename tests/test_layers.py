"""The house: which module may import which, and who knows which library."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "vnsearch"

# From the bottom up; a room may import itself and those below it, and rooms of one line not one
# another.
LAYERS = [
    {"language"},
    {"platform"},
    {"errors", "model", "__init__"},
    {"vietnamese"},
    {"analysis"},
    {"query", "ranking"},
    {"readers"},
    {"files"},
    {"engines"},
    {"index"},
    {"indexing", "search"},
    {"render", "answers"},
    {"api", "whoosh"},
    {"mcp", "interactive"},
    {"cli"},
    {"__main__"},
]

# Libraries that only one part of the house knows.
ONLY: dict[str, str | tuple[str, ...]] = {
    "numpy": ("analysis/bulk", "engines/opensearch", "engines/tokens", "engines/whoosh/write"),
    "whoosh": ("engines/whoosh/bridge", "whoosh"),
    "backports": ("engines/whoosh", "readers/compression"),
    "compression": ("engines/whoosh", "readers/compression"),
    "click": (
        "cli/commands",
        "cli/help",
        "cli/misuse",
        "cli/options",
        "cli/powershell",
        "cli/programs",
        "cli/reading_commands",
        "cli/upkeep_commands",
    ),
    "rich": ("render/terminal", "render/marking", "interactive"),
    "textual": "interactive",
    "watchfiles": "files/watch",
    "unidecode": "vietnamese",
    "charset_normalizer": "readers/decoding",
    "selectolax": "readers/html",
    "pypdfium2": ("readers/pdf", "readers/ocr"),
    "lxml": "readers/package",
    "olefile": "readers/ole",
    "python_calamine": "readers/sheets",
    "markdown_it": "readers/markdown",
    "yaml": "readers/markdown",
    "sqlite3": "index/catalog",
    "pathspec": "files/globs",
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def layer(module: str) -> int:
    return next(i for i, names in enumerate(LAYERS) if module in names)


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            assert node.module is not None
            if node.module == "vnsearch":
                found += [f"vnsearch.{alias.name}" for alias in node.names]
            else:
                found.append(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=part)
def test_imports_go_down_only(path: Path) -> None:
    # The package gives its version to all, and hands on, but does not use, what is in `api`.
    own = layer("api") if part(path) == "__init__" else layer(part(path).split("/")[0])
    for name in imports(path):
        package, _, rest = name.partition(".")
        if package == "vnsearch":
            top = rest.split(".")[0]
            target = "__init__" if top.startswith("__") or not top else top
            assert layer(target) <= own, f"{part(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=part)
def test_libraries_are_known_in_one_place(path: Path) -> None:
    for name in imports(path):
        home = ONLY.get(name.split(".")[0])
        assert home is None or part(path).startswith(home), f"{part(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=part)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))) or not path.read_text().strip()

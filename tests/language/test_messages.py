"""Every message that the code has is translated, rightly, and nothing else is in the catalog."""

import ast
import io
import re
import string
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from distribution import messages
from tests.conftest import REPOSITORY
from vnsearch import language
from vnsearch.cli.quick import COMMANDS

PACKAGE: Final = REPOSITORY / "vnsearch"
MODULES: Final = sorted(PACKAGE.rglob("*.py"))
CATALOG: Final = read_po(io.BytesIO(messages.CATALOG.read_bytes()), locale="vi")
TRANSLATED: Final = [message for message in CATALOG if message.id]
OWN: Final = {text for text, comments in messages.messages() if "click" not in comments}
MARKS: Final = ("_", "N_", "ngettext")

# What is the same in both languages: names, values alone, and examples without words.
SAME: Final = re.compile(
    r"ID\|N|N\|all|N|A-B|URL|token|Choice\(.*|[^a-z]*(\{[a-z]+\}[^a-z]*)+|(\n?  vnsearch .*)+",
    re.DOTALL,
)


def source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def translation(message: Message) -> str:
    return message.string if isinstance(message.string, str) else message.string[0]


def placeholders(text: str) -> set[str]:
    """The names of the values in a message."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # braces of an example
        return set()


def is_of_click(message: Message) -> bool:
    return "click" in message.auto_comments


def test_every_message_has_a_translation() -> None:
    known = {source(message) for message in TRANSLATED if translation(message)}
    missing = {text if isinstance(text, str) else text[0] for text in OWN} - known
    assert not missing, "run: make messages, and translate what it names"


LOCK: Final = (REPOSITORY / "requirements-dev.lock").read_text("utf-8")
with_its_click = pytest.mark.skipif(
    f"click=={version('click')} " not in LOCK,
    reason="not the click of the lock file, whose messages the catalog has",
)


@with_its_click
def test_every_message_of_click_has_a_translation() -> None:
    known = {source(message) for message in TRANSLATED if translation(message)}
    found = (text for text, comments in messages.messages() if "click" in comments)
    assert {text if isinstance(text, str) else text[0] for text in found} <= known


def test_no_translation_is_obsolete_or_in_doubt() -> None:
    assert not CATALOG.obsolete
    assert [source(message) for message in TRANSLATED if message.fuzzy] == []
    used = {text if isinstance(text, str) else text[0] for text in OWN}
    own = {source(message) for message in TRANSLATED if not is_of_click(message)}
    assert own - used == set(), "run: make messages"


def test_a_translation_has_the_values_of_its_message() -> None:
    for message in TRANSLATED:
        # A singular may leave its number out.
        text = message.id if isinstance(message.id, str) else message.id[1]
        assert placeholders(translation(message)) == placeholders(text), text


def test_vietnamese_has_one_form_for_all_numbers() -> None:
    plurals = [message for message in TRANSLATED if not isinstance(message.id, str)]
    assert plurals
    assert all(len(message.string) == 1 for message in plurals)


def test_a_translation_is_one_and_names_the_same() -> None:
    for message in TRANSLATED:
        text, shown = source(message), translation(message)
        assert shown != text or SAME.fullmatch(text), f"{text} is not translated"
        for same in (spaces_around, last_sign, count_lines, names):
            assert same(text) == same(shown), f"{same.__name__} of {text} → {shown}"


def spaces_around(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def last_sign(text: str) -> bool:
    return text.endswith((".", "…"))


def count_lines(text: str) -> int:
    return text.count("\n")


def names(text: str) -> set[str]:
    """The options, variables, files and programs that a text names."""
    commands = "|".join(COMMANDS)
    found = rf"(?<![\w-])--[a-z][a-z-]*|\$[A-Z_]+|\w+\.\w+|(?<![.\w])vnsearch (?:{commands})\b"
    return {*re.findall(found, text)}


@with_its_click
def test_the_catalog_is_as_it_would_be_written() -> None:
    assert messages.CATALOG.read_text("utf-8") == messages.written(messages.updated(CATALOG))


def test_the_catalog_is_read_as_babel_reads_it() -> None:
    read = language.read(messages.CATALOG.read_text("utf-8"))
    assert read.all == {source(message): translation(message) for message in TRANSLATED}
    kept = {source(message) for message in TRANSLATED if messages.KEPT in message.auto_comments}
    assert read.kept.keys() == kept
    assert "binary file" in kept


# How messages are written


def calls(path: Path) -> Iterator[tuple[ast.Call, ast.AST | None, bool]]:
    """The calls that mark a message, each with what its result is used in and whether that is done
    when the module is imported. None is in an f-string, from which Babel does not extract."""
    tree = ast.parse(path.read_text("utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            above: ast.AST | None = node
            while above is not None and not isinstance(above, ast.FunctionDef | ast.Lambda):
                assert not isinstance(above, ast.JoinedStr), f"{name(path)}, line {node.lineno}"
                above = parents.get(above)
            yield node, parents.get(node), above is None


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_messages_can_be_extracted(path: Path) -> None:
    if path.parent == PACKAGE / "language":
        return
    for call, use, at_import in calls(path):
        assert isinstance(call.func, ast.Name)
        mark, texts = call.func.id, call.args[:2] if call.func.id == "ngettext" else call.args
        where = f"{name(path)}, line {call.lineno}"
        for text in texts:
            assert isinstance(text, ast.Constant), (
                f"{where}: no plain text, but {ast.unparse(text)}"
            )
        assert mark == "N_" or not at_import, f"{where}: mark it with N_, translate it when shown"
        last = texts[-1]
        if mark != "N_" and isinstance(last, ast.Constant) and placeholders(str(last.value)):
            as_it_is = isinstance(use, ast.Call | ast.Return | ast.Yield)
            assert not as_it_is, f"{where}: .format(…) is missing"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_function_takes_the_sign_of_messages_for_a_variable(path: Path) -> None:
    text = path.read_text("utf-8")
    if not re.search(r"^from vnsearch\.language import .*\b_\b", text, re.MULTILINE):
        return
    tree = ast.parse(text)
    ours = {
        node for scope in ast.walk(tree) if isinstance(scope, SCOPES) for node in ast.walk(scope)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "_" and node not in ours:
            assert isinstance(node.ctx, ast.Load), f"{name(path)}, line {node.lineno}: name it"


# Of which a variable is their own.
SCOPES: Final = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda


# What a person gets to read of these must be marked; the others are for programmers.
TOLD: Final = re.compile(
    r"(?!Assertion|Value|Type|Lookup|Attribute|Key|OS)\w*Error|say|fail|Flaw|Skipped"
)
# `ClusterError("…")` and the like: what reads as words.
WORDS: Final = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_is_told_is_marked(path: Path) -> None:
    if path.is_relative_to(PACKAGE / "mcp"):  # agents get English
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        for text in node.args if TOLD.fullmatch(called) else ():
            plain = isinstance(text, ast.Constant | ast.JoinedStr) and WORDS.search(
                re.sub(r"\{.*?\}", "", ast.unparse(text))
            )
            assert not plain, f"{name(path)}, line {text.lineno}: mark it with _ or N_"

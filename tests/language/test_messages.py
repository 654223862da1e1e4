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

PACKAGE: Final = REPOSITORY / "vnsearch"
MODULES: Final = sorted(PACKAGE.rglob("*.py"))
CATALOG: Final = read_po(io.BytesIO(messages.CATALOG.read_bytes()), locale="vi")
TRANSLATED: Final = [message for message in CATALOG if message.id]
OWN: Final = {text for text, comment in messages.messages() if not comment}
MARKS: Final = ("_", "N_", "ngettext")

# What is the same in both languages: names, and examples without words.
SAME: Final = re.compile(r"ID\|N|N\|all|N|A-B|Choice\(.*", re.DOTALL)


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


def test_every_message_of_click_has_a_translation() -> None:
    lock = (REPOSITORY / "requirements-dev.lock").read_text("utf-8")
    if f"click=={version('click')} " not in lock:
        pytest.skip("not the click of the lock file, whose messages the catalog has")
    known = {source(message) for message in TRANSLATED if translation(message)}
    found = (text for text, comment in messages.messages() if comment)
    assert {text if isinstance(text, str) else text[0] for text in found} <= known


def test_no_translation_is_obsolete_or_in_doubt() -> None:
    assert not CATALOG.obsolete
    assert [source(message) for message in TRANSLATED if message.fuzzy] == []
    used = {text if isinstance(text, str) else text[0] for text in OWN}
    own = {source(message) for message in TRANSLATED if not is_of_click(message)}
    assert own - used == set(), "run: make messages"


@pytest.mark.parametrize("message", TRANSLATED, ids=source)
def test_a_translation_has_the_values_of_its_message(message: Message) -> None:
    if isinstance(message.id, str):
        assert placeholders(translation(message)) == placeholders(message.id)
    else:  # the singular may leave a number out
        assert placeholders(translation(message)) == placeholders(message.id[1])
        assert len(message.string) == 1, "Vietnamese has one form for all numbers"


@pytest.mark.parametrize("message", TRANSLATED, ids=source)
def test_a_translation_is_one(message: Message) -> None:
    text, shown = source(message), translation(message)
    assert shown != text or SAME.fullmatch(text) or "\n  vnsearch " in text
    assert text[:1].isspace() == shown[:1].isspace()
    assert text[-1:].isspace() == shown[-1:].isspace()
    assert text.endswith((".", "…")) == shown.endswith((".", "…"))
    assert text.count("\n") == shown.count("\n")
    options = r"(?<![\w-])--[a-z][a-z-]*|\$[A-Z_]+"
    assert sorted({*re.findall(options, text)}) == sorted({*re.findall(options, shown)})


def test_the_catalog_is_as_it_would_be_written() -> None:
    assert messages.CATALOG.read_text("utf-8") == messages.written(messages.updated(CATALOG))


def test_the_catalog_is_read_as_babel_reads_it() -> None:
    read = language.read(messages.CATALOG.read_text("utf-8"))
    assert read.pop("")
    assert read == {source(message): translation(message) for message in TRANSLATED}


# How messages are written


def calls(path: Path) -> Iterator[tuple[ast.Call, ast.AST | None, bool]]:
    """The calls that mark a message, each with what its result is used in and whether that is done
    when the module is imported."""
    tree = ast.parse(path.read_text("utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            above: ast.AST | None = node
            while above is not None and not isinstance(above, ast.FunctionDef | ast.Lambda):
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
            formatted = isinstance(use, ast.Attribute) and use.attr == "format"
            assert formatted, f"{where}: .format(…) is missing"

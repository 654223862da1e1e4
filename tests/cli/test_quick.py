"""The quick way past click: the same options, or none."""

import inspect
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.cli import commands, search
from vnsearch.cli.quick import search_options

DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(search.answer).parameters.items()
}

WORDS = (
    *"--json --jsonl -l -0 -c --exact --all --any --explain -q --quiet -n --limit --offset".split(),
    *"--batch --in --index --color --files-with-matches -h --help --version".split(),
    *"--hyperlink-format --lim --limit=3 -n3 -lq - -- -1 1 10 0 007 1_0 +1 ١ 9999999999".split(),
    *("đảng", "-bộ", "search", "", " ", "always", "đảng bộ", "*.txt", "\udcff"),
)


def options_of_click(arguments: list[str]) -> dict[str, Any]:
    """What the command hands on when click reads the arguments."""
    handed: list[dict[str, Any]] = []

    def answer(**options: Any) -> int:
        handed.append(options)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "answer", answer)
        commands.commands.main(arguments, standalone_mode=False)
    (options,) = handed
    return options


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_options_are_those_of_click(words: list[str]) -> None:
    arguments = ["search", *words]
    options = search_options(arguments)
    assert options is None or {**DEFAULTS, **options} == options_of_click(arguments)


def test_every_default_is_that_of_click() -> None:
    assert options_of_click(["search"]) == {**DEFAULTS, "query": ()}


@pytest.mark.parametrize(
    "line",
    [
        "search đảng bộ",
        "search --json -n 5 --offset 10 --any đảng bộ",
        "search --batch - --limit 10 --all --index .vnsearch",
        "search -l --in van-ban/ 12-KL/TW -q",
        "search -0 --exact đảng --explain",
        "search --json -- -bộ đảng",
    ],
)
def test_plain_searches_take_it(line: str) -> None:
    assert search_options(line.split()) is not None


@pytest.mark.parametrize(
    "line",
    ["", "index", "--version", "search --help", "search -bộ", "search -n", "search -n -1 đảng"],
)
def test_all_else_is_left_to_click(line: str) -> None:
    assert search_options(line.split()) is None


@pytest.mark.parametrize("name", ["VNSEARCH_HYPERLINK_FORMAT", "_VNSEARCH_COMPLETE"])
def test_variables_of_click_are_left_to_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    assert search_options(["search", "đảng"]) is None

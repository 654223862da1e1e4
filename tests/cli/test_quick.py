"""The quick way past click: the same options, or none."""

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.cli import commands, config, search
from vnsearch.cli.quick import COMMANDS, search_options

DEFAULTS = search.Options._field_defaults

COMMON = ("-q", "--quiet", "--color never", "--index x")
WORDS = (
    *"--json --jsonl -l -0 -c --exact --all --any --explain -q --quiet -n --limit --offset".split(),
    *"--batch --in --index --color --files-with-matches -h --help --version".split(),
    *"--type --since --until --sort --reverse --passages -C --context --lines pdf all path".split(),
    *"--snippet-length --no-pager --hyperlink-format --lim --limit=3 -n3 -lq - -- -1 1 10".split(),
    *"0 007 1_0 +1 ١ 9999999999".split(),
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


@settings(max_examples=300, deadline=None)
@given(
    before=st.lists(st.sampled_from(["-q", "--color=never", "--index=x", *COMMON]), max_size=3),
    words=st.lists(st.sampled_from(["đảng", "bộ", *COMMON, "-q", "--json", "-n 3"]), max_size=3),
)
def test_common_options_stand_before_the_query_too(before: list[str], words: list[str]) -> None:
    arguments = " ".join([*before, "đảng", *words]).split()
    options = search_options(arguments)
    assert options is None or {**DEFAULTS, **options} == options_of_click(arguments)


CONFIGURATIONS = st.dictionaries(
    st.sampled_from("limit offset type sort in json exact passages context explain".split()),
    st.sampled_from([3, True, False, "pdf", "path", "all", ["docs/", "x"]]),
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(CONFIGURATIONS, st.lists(st.sampled_from(WORDS), max_size=2))
def test_configured_options_are_those_of_click(values: dict[str, Any], words: list[str]) -> None:
    arguments = ["search", *words]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load", lambda: {"color": "never", "search": values})
        options = search_options(arguments)
        if options is not None:  # else click may have something to say against them
            assert {**DEFAULTS, **options} == options_of_click(arguments)


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ({"limit": 3}, {"limit": 3}),
        ({"in": ["a", "b"], "exact": True}, {"within": ("a", "b"), "exact": True}),
        ({"json": False, "passages": "all"}, {"passages": sys.maxsize}),
    ],
)
def test_plain_configurations_are_read(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, Any], options: dict[str, Any]
) -> None:
    monkeypatch.setattr(config, "load", lambda: {"index": "x", "search": values})
    assert search_options(["đảng"]) == {"query": ("đảng",), **options}


def test_commands_are_those_of_click() -> None:
    assert set(commands.commands.commands) == COMMANDS


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
        "đảng bộ",
        "--index x -q --color never đảng bộ -n 3",
        "--index search search đảng",
        "--json đảng",
        "đảng --in a --in b --type pdf --since 2020 --sort path --reverse --passages all -C 2",
    ],
)
def test_plain_searches_take_it(line: str) -> None:
    assert search_options(line.split()) is not None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "index",
        "--version",
        "search --help",
        "search -bộ",
        "search -n",
        "search -n -1 đảng",
        "-q index",
        "--index",
        "--index search",
        "-h",
        "đảng --passages 0",
        "--sort x đảng",
    ],
)
def test_all_else_is_left_to_click(line: str) -> None:
    assert search_options(line.split()) is None


@pytest.mark.parametrize(
    "name",
    ["VNSEARCH_HYPERLINK_FORMAT", "_VNSEARCH_COMPLETE", "VNSEARCH_SEARCH_LIMIT", "VNSEARCH_COLOR"],
)
def test_variables_of_click_are_left_to_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    assert search_options(["search", "đảng"]) is None

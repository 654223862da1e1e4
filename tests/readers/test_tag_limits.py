"""Tags that are left out of HTML before it is parsed."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.readers.test_readers import document
from vnsearch.readers import tag_limits
from vnsearch.readers.tag_limits import within_limits

SIZE = 2_000_000


def bounded(page: str) -> str:
    return within_limits(page, "|")


def test_elements_of_drawings_are_of_any_name() -> None:
    for name in ("textarea", "html", "plaintext", "title"):
        page = bounded(f"<svg>{f'<{name}>' * 3_000}")
        assert page.count(name) == 500
        assert depth(page) < 600


@pytest.mark.parametrize(
    ("tag", "is_whole"),
    [
        ("<a b>", True), ("<a b=c d='>'>", True), ('<a b = ">" c>', True), ("<a\nb/>", True),
        ('<a b">', True), ('<a ="b>', True), ("<a b=c'd>", True), ("</a b='>'>", True),
        ('<a b=">', False), ('<a = = ">', False), ("<a b='", False), ("<a b=\"'>", False),
    ],
)  # fmt: skip
def test_where_a_tag_ends(tag: str, is_whole: bool) -> None:
    found = tag_limits._TAG.match(f"{tag}<i>")
    assert found is not None
    assert (found[0] == tag) is is_whole
    shown = LexborHTMLParser(f"<p>{tag}x").body
    assert shown is not None
    assert (shown.text() == "x") is is_whole  # as the parser sees it


def depth(page: str) -> int:
    depths: dict[int, int] = {}
    for node in LexborHTMLParser(page).root.traverse():  # type: ignore[union-attr]
        depths[node.mem_id] = depths.get(node.parent.mem_id if node.parent else 0, 0) + 1
    return max(depths.values())


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>a < b & c > d <",
        "<div><p>a<p>b</div>" * 1_000,
        "<ul>" + "<li>a" * 3_000 + "</ul>",
        "<table>" + "<tr><td>a<td>b" * 3_000 + "</table>",
        "<p>" * 3_000 + "<br><img src=a>" * 3_000,
        "<div>" * 400 + "a" + "</div>" * 400,
        "<div><b><i>a</b></i></div>" * 1_000,
        "<div><span>a</div>" * 1_000,
        '<img src="data:image/png;base64,' + "ab0" * 100_000 + '">',
        "<script>if (a<b || a<div) f('<div>')</script><p>a" * 1_000,
        "<!-- <div> <div -->" * 1_000,
        "<STYLE>a<b</style>" * 1_000,
        "<style><div>" * 1_000,
    ],
)
def test_ordinary_pages_stay_as_they_are(page: str) -> None:
    assert bounded(page) == page


@pytest.mark.parametrize(
    "part",
    [
        "<div>a ", "<DIV>a ", "<span>a ", "<b>a ", "<font color=a>a ", "<x-y>a ", "<div/>a ",
        "<table><tr><td>a ", "<ul><li>a ", "<dl><dd><div>a ", "<sup>a ",
        "<blockquote><h1>a ", "<svg><g>a ", "<div></p></x>a ", "<div><b>a </div><i>",
        '<div b=">">a ', "<div b='>' c=\">\">a ", '<div b = ">" c">a ',
    ],
)  # fmt: skip
def test_elements_are_not_nested_without_end(part: str) -> None:
    page = part * 3_000
    limited = bounded(page)
    assert depth(limited) < 2_600 < depth(page) or limited.count("<") < page.count("<") / 2
    assert limited.count("a ") == 3_000


def test_what_is_left_out_is_a_line_break_or_nothing() -> None:
    page = bounded("<div>" * 500 + "a<div>b</div>c<span>d</span>e<script><div></script>")
    assert page == "<div>" * 500 + "a|bcde<script><div></script>"


def test_behind_what_is_nested_too_deep_the_page_goes_on() -> None:
    deep = "<div>" * 600 + "a" + "</div>" * 600 + "<div><p>b</p></div>"
    assert bounded(deep).endswith("a" + "</div>" * 500 + "<div><p>b</p></div>")


def test_elements_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_limits, "_MAX_ELEMENTS", 2)
    page = bounded("<p>a</p><p>b</p><p>c<b>d</b></p><style>e</style>")
    assert page == "<p>a</p><p>b</p>|cd<style>e</style>"


@pytest.mark.parametrize("part", [" a%d", " a%d=1", ' a%d=""', "/a%d", "\na%d"])
def test_attributes_are_limited(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    many = "".join(part % number for number in range(1_001))
    assert bounded(f"<p{many}>a<p{many}") == "<p>a<p>"
    monkeypatch.setattr(tag_limits, "_MAX_ATTRIBUTES", 5)
    assert bounded("<p a b>c<p a b>d<p a b>e</p>") == "<p a b>c<p a b>d<p>e</p>"


@pytest.mark.parametrize(
    "page",
    [
        "<div>x " * (SIZE // 7),
        "<table><tr><td><div><p>x " * (SIZE // 25),
        "<div><a href=x>y</a> x " * (SIZE // 25),
        "<div " + " ".join(f"a{number}" for number in range(SIZE // 7)) + ">x",
        "x" + "<table><tr>" + "<td>" * (SIZE // 4) + "x",
        "<div>" * 400 + "<i>x </i>" * (SIZE // 9),
        f"<p>{'x ' * (SIZE // 4)}</p>" + "<ul><li><a>y</a><a>y</a><a>y</a></ul>" * (SIZE // 80),
        "<h2>x</h2>"
        + "<i></i>" * (SIZE // 14)
        + "<ul><a>y</a><a>y</a><a>y</a></ul>" * (SIZE // 70),
    ],
    ids=["div", "cells", "links", "attributes", "no text", "within deep", "lists", "headings"],
)
def test_pages_are_read_in_linear_time(page: str) -> None:
    # With what they take when it grows with the square, most of them are given up.
    assert "x" in document("a.html", "<p>đảng bộ</p>" + page).text

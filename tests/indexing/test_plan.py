"""Which roots an index has, and what of them is looked at."""

import pytest

from vnsearch.errors import RootError
from vnsearch.files.paths import FileNames
from vnsearch.indexing.roots import RootOptions, choose
from vnsearch.model import Root

PLACES = FileNames("/base")
DOCS, NOTES = Root("docs", ("old/",)), Root("notes")


@pytest.mark.parametrize(
    ("named", "roots", "looked_at"),
    [
        pytest.param([], [DOCS, NOTES], ["docs", "notes"], id="all without a name"),
        pytest.param(["notes"], [DOCS, NOTES], ["notes"], id="a root"),
        pytest.param(["docs/a"], [DOCS, NOTES], ["docs/a"], id="a part of a root"),
        pytest.param(
            ["docs/old"],
            [DOCS, NOTES, Root("docs/old")],
            ["docs/old"],
            id="what a root leaves out",
        ),
        pytest.param(["docs/.x"], [DOCS, NOTES, Root("docs/.x")], ["docs/.x"], id="what is hidden"),
        pytest.param(["new"], [DOCS, NOTES, Root("new")], ["new"], id="a new root"),
        pytest.param(["."], [DOCS, Root(".")], ["."], id="a root around others"),
        pytest.param(["docs", "docs/a"], [DOCS, NOTES], ["docs"], id="a root and a part of it"),
        pytest.param(["/else"], [DOCS, NOTES, Root("/else")], ["/else"], id="outside the base"),
    ],
)
def test_choice(named: list[str], roots: list[Root], looked_at: list[str]) -> None:
    found, scopes = choose(PLACES, [DOCS, NOTES], named)
    assert found == roots
    assert [PLACES.name(scope.path) for scope in scopes] == looked_at


def test_excludes_make_a_root_of_a_part_and_replace_those_of_a_root() -> None:
    found, _ = choose(PLACES, [DOCS], ["docs/a"], RootOptions(["*.md"]))
    assert found == [DOCS, Root("docs/a", ("*.md",))]
    found, _ = choose(PLACES, [DOCS], ["docs"], RootOptions(["*.md"]))
    assert found == [Root("docs", ("*.md",))]
    found, _ = choose(PLACES, [DOCS], ["docs"], RootOptions([]))
    assert found == [Root("docs")]


def test_the_innermost_root_is_the_deepest_not_the_longest_name() -> None:
    outer, inner = Root("/a"), Root("d", ("*.md",))
    _, scopes = choose(FileNames("/a/b"), [outer, inner], ["d/x"])
    assert [(scope.root, scope.path) for scope in scopes] == [(inner, "/a/b/d/x")]


@pytest.mark.parametrize("base", ["/", "/a/b"])
def test_the_root_of_the_file_system_is_a_root(base: str) -> None:
    places = FileNames(base)
    for known in ([], [Root(places.name("/"))], [Root(places.name("/a/b"))]):
        roots, scopes = choose(places, known, [places.name("/")])
        assert [(places.path(root.path), root[1:]) for root in roots] == [("/", Root("")[1:])]
        assert [scope.path for scope in scopes] == ["/"]


def test_a_root_is_forgotten_by_its_name() -> None:
    found, scopes = choose(PLACES, [DOCS, NOTES], [], forgotten=["docs"])
    assert found == [NOTES]
    assert scopes == []  # the others are not looked at
    with pytest.raises(RootError, match="docs/a is no root"):
        choose(PLACES, [DOCS], [], forgotten=["docs/a"])


@pytest.mark.parametrize(
    ("inner", "excludes", "encoding", "left"),
    [
        (Root("docs/old", encoding="VNI-Windows"), None, "", None),
        (Root("docs/old", encoding="VNI-Windows"), None, "TCVN3", None),
        (Root("docs/old", ("x/",)), [], None, Root("docs/old", ("x/",))),
        (Root("docs/old", ("x/",)), ["y/"], None, Root("docs/old", ("x/",))),
        (Root("docs/old"), ["y/"], None, None),
        (Root("docs/old", ("x/",)), None, "TCVN3", Root("docs/old", ("x/",), "TCVN3")),
        (Root("docs/old", ocr=True), ["y/"], None, Root("docs/old", ("y/",), ocr=True)),
        (Root("docs/.old", ("x/",)), [], None, Root("docs/.old", ("x/",))),
        (Root("docs/.old"), ["y/"], None, Root("docs/.old", ("y/",))),
        (Root("docs2", ("x/",)), [], None, Root("docs2", ("x/",))),
    ],
)
def test_options_of_a_folder_are_for_the_roots_inside_of_it(
    inner: Root, excludes: list[str] | None, encoding: str | None, left: Root | None
) -> None:
    places, known = FileNames("/base"), [Root("docs"), inner]
    (outer, *others), _ = choose(places, known, ["docs"], RootOptions(excludes, encoding))
    assert outer == Root("docs", tuple(excludes or ()), encoding or "")
    assert others == ([left] if left else [])
    if inner.path != "docs2":
        forgotten, _ = choose(places, known, [], forgotten=["docs"])
        assert forgotten == []


def test_a_root_in_another_keeps_its_encoding() -> None:
    inner = Root("docs/old", encoding="TCVN3")
    known = [Root("docs"), inner]
    roots, _ = choose(FileNames("/base"), known, ["docs"])
    assert inner in roots
    same = [Root("docs", encoding="TCVN3"), inner]
    assert choose(FileNames("/base"), same, ["docs"])[0] == same[:1]

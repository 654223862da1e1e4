"""Which roots an index will have, and what of them a run looks at."""

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vnsearch.errors import RootError
from vnsearch.files.globs import matcher
from vnsearch.files.paths import FileNames, is_below, relative_to
from vnsearch.language import _
from vnsearch.model import Root


class RootOptions(NamedTuple):
    """What a run sets of the roots that it names; None leaves it as it is."""

    excludes: Sequence[str] | None = None  # patterns
    encoding: str | None = None  # of text: a name from `encodings.lookup`; "" to detect it
    gitignore: bool | None = None  # whether .gitignore files are heeded
    ocr: bool | None = None  # whether text in pictures is recognized

    def given(self) -> dict[str, Any]:
        """Those that are set, as fields of a `Root`."""
        fields = self._replace(excludes=None if self.excludes is None else (*self.excludes,))
        return {name: value for name, value in fields._asdict().items() if value is not None}


NO_OPTIONS = RootOptions()


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a root is looked at: all of it, or a file or folder inside."""

    root: Root
    path: str  # absolute


def choose(
    places: FileNames,
    known: Iterable[Root],
    named: Sequence[str],
    options: RootOptions = NO_OPTIONS,
    forgotten: Sequence[str] = (),
) -> tuple[list[Root], list[Scope]]:
    """All the roots an index will have, and what of them is looked at.

    `named` and `forgotten` are names of files and folders (see `FileNames`). What is named and
    lies inside a root is looked at as a part of it; else it becomes a root, as it does when it has
    `options`, which the roots inside of it take, too. Without names, all is looked at, but where
    roots are forgotten only what is then of a root around them. Roots inside of those to be
    forgotten are forgotten, too. Raises RootError for one that is none.
    """
    paths = _without(places, known, forgotten)
    own, scopes, before = options.given(), dict[str, Scope](), dict[str, Root]()
    for name in dict.fromkeys(named):
        path = places.path(name)
        outer = None if own else _covering(paths, path, path)
        if path in paths or outer is None:
            before[path] = paths.get(path, Root(name))
            outer = paths[path] = before[path]._replace(**own)
        scopes[path] = Scope(outer, path)
    if own:
        _give(paths, own, before)
    for path, root in list(paths.items()):
        outer = _covering(paths, path, os.path.dirname(path))
        if outer is not None and outer != root and root[1:] == ((), *outer[2:]):
            del paths[path]  # it is a part of another one now
    if not named:
        gone = [places.path(name) for name in forgotten]
        return [*paths.values()], _around(paths, gone) if gone else everything(
            places, paths.values()
        )
    chosen = set(paths.values())
    parts = [
        scope
        for scope in scopes.values()
        if not any(
            scope.root == scopes[outer].root or scope.root not in chosen
            for outer in ancestors(scope.path)
            if outer in scopes
        )
    ]
    return [*paths.values()], parts or everything(places, paths.values())


def _around(roots: Mapping[str, Root], forgotten: Iterable[str]) -> list[Scope]:
    """What lay in roots that are forgotten, and now is a part of others."""
    covered = ((path, _covering(roots, path, path)) for path in forgotten)
    return [Scope(root, path) for path, root in covered if root and os.path.lexists(path)]


def _without(places: FileNames, known: Iterable[Root], forgotten: Sequence[str]) -> dict[str, Root]:
    """The known roots that are not forgotten, nor inside of those that are, by their paths."""
    paths = {places.path(root.path): root for root in known}
    gone = [places.path(name) for name in forgotten]
    for name, path in zip(forgotten, gone, strict=True):
        if path not in paths:
            raise RootError(
                _("{path} is no root of the index").format(path=name),
                _("see: {command}").format(command="vnsearch status"),
            )
    return {
        path: root
        for path, root in paths.items()
        if not any(is_below(path, folder) for folder in gone)
    }


def _give(roots: dict[str, Root], own: Mapping[str, Any], before: Mapping[str, Root]) -> None:
    """Give the options of the named roots, which are by their paths what they were `before`, to
    the roots inside of these. One that leaves out other files than the outer one did keeps that.
    One that has no other options then becomes a part of the outer one."""
    for path, root in list(roots.items()):
        outer = None if path in before else governor(path, before)
        if outer is None:
            continue
        taken = dict(own)
        if root.excludes not in ((), before[outer].excludes):
            taken["excludes"] = root.excludes
        roots[path] = root._replace(**taken)
        is_covered = _covering(roots, path, os.path.dirname(path)) is not None
        if is_covered and roots[path][1:] == roots[outer][1:]:
            del roots[path]


def everything(places: FileNames, roots: Iterable[Root]) -> list[Scope]:
    """The whole of some roots."""
    return [Scope(root, places.path(root.path)) for root in roots]


def _covering(roots: Mapping[str, Root], path: str, start: str) -> Root | None:
    """The innermost root, of those by their paths, that `start` is inside of, unless it leaves
    `path` out."""
    outer = governor(start, roots)
    if outer is None or outer == path:
        return None if outer is None else roots[outer]
    relative = relative_to(outer, path)
    if any(part.startswith(".") for part in relative.split("/")):
        return None
    excludes = roots[outer].excludes
    excluded = matcher(excludes) if excludes else None
    left_out = excluded is not None and (excluded(relative) or excluded(f"{relative}/"))
    return None if left_out else roots[outer]


def governor(path: str, roots: Container[str]) -> str | None:
    """The innermost root that a file is, or lies below."""
    return next((outer for outer in (path, *ancestors(path)) if outer in roots), None)


def ancestors(path: str) -> Iterator[str]:
    """The folders above an absolute path, the innermost first."""
    while (outer := os.path.dirname(path)) != path:
        yield outer
        path = outer

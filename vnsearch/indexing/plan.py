"""What has to be done to bring an index up to date: which files are new, changed, gone.

Nothing is written here, and no file is opened: files are compared by size and time.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vnsearch.errors import RootError
from vnsearch.files.globs import matcher
from vnsearch.files.paths import FileNames, is_below
from vnsearch.files.scan import Seen, Unseen, scan
from vnsearch.index.catalog import FileState
from vnsearch.model import Root, Skipped
from vnsearch.readers import reader_of


@dataclass(slots=True)
class Plan:
    """The work, by names of files (see `FileNames`)."""

    new: dict[str, os.stat_result] = field(default_factory=dict)
    changed: dict[str, os.stat_result] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)  # of files, where one was set

    def there(self) -> list[str]:
        """The files that are there."""
        return [*self.new, *self.changed, *self.kept]

    def is_empty(self) -> bool:
        """Whether the files are all as the index has them."""
        return not (self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a root is looked at: all of it, or a file or folder inside."""

    root: Root
    path: str  # absolute


def choose(
    places: FileNames,
    known: Iterable[Root],
    named: Sequence[str],
    excludes: Sequence[str] | None,
    encoding: str | None,
    forgotten: Sequence[str],
) -> tuple[list[Root], list[Scope]]:
    """All the roots an index will have, and what of them is looked at.

    `named` and `forgotten` are names of files and folders (see `FileNames`). What is named and
    lies inside a root is looked at as a part of it; else it becomes a root, as it does when
    it has `excludes` or an `encoding` of its own. Without names, all is looked at. Raises
    RootError for a root to be forgotten that is none.
    """
    roots = {root.path: root for root in known}
    for name in forgotten:
        if name not in roots:
            raise RootError(f"{name} is no root of the index", "see: vnsearch status")
        del roots[name]
    scopes = []
    for name in dict.fromkeys(named):
        path = places.path(name)
        own = excludes is not None or encoding is not None
        outer = None if own else _covering(places, roots.values(), path)
        if name in roots or outer is None:
            root = roots.get(name, Root(name))
            if excludes is not None:
                root = root._replace(excludes=tuple(excludes))
            if encoding is not None:
                root = root._replace(encoding=encoding)
            roots[name] = root
            outer = roots[name]
        scopes.append(Scope(outer, path))
    for root in list(roots.values()):
        others = [other for other in roots.values() if other != root]
        outer = _covering(places, others, places.path(root.path))
        if outer is not None and not root.excludes and root.encoding == outer.encoding:
            del roots[root.path]  # it is a part of another one now
    chosen = list(roots.values())
    parts = [
        scope
        for scope in scopes
        if not any(
            other.path != scope.path
            and is_below(scope.path, other.path)
            and (scope.root == other.root or scope.root not in chosen)
            for other in scopes
        )
    ]
    return chosen, parts or everything(places, chosen)


def everything(places: FileNames, roots: Iterable[Root]) -> list[Scope]:
    """The whole of some roots."""
    return [Scope(root, places.path(root.path)) for root in roots]


def _covering(places: FileNames, roots: Iterable[Root], path: str) -> Root | None:
    """The innermost root that `path` is inside of and that does not leave it out."""
    outer = [root for root in roots if is_below(path, places.path(root.path))]
    if not outer:
        return None
    root = max(outer, key=lambda root: len(places.path(root.path)))
    relative = os.path.relpath(path, places.path(root.path))
    if any(part.startswith(".") and part != "." for part in relative.split(os.sep)):
        return None
    excluded = matcher(root.excludes) if root.excludes else None
    left_out = excluded is not None and (excluded(relative) or excluded(f"{relative}/"))
    return None if left_out else root


def make_plan(
    places: FileNames,
    files: dict[str, FileState],
    roots: Sequence[Root],
    scopes: Sequence[Scope],
    index: str,
) -> Plan:
    """Compare what is in the scopes with what the index knows of `files`.

    A root inside another governs the files below itself, by its own excludes; looking at
    the outer one looks at it too. What may not be read stays as the index has it; files of
    no root are gone. Raises RootError when something to look at is missing: its files are
    not taken for deleted.
    """
    paths = {places.path(root.path): root for root in roots}
    inner = [
        Scope(root, path)
        for path, root in paths.items()
        if any(is_below(path, scope.path) and path != scope.path for scope in scopes)
    ]
    looked_at = [*scopes, *inner]
    for scope in looked_at:
        check_path(scope.path)
    plan = Plan()
    unseen: list[str] = []
    for scope in looked_at:
        avoid = frozenset({*paths, index} - {scope.path})
        base = places.path(scope.root.path)
        for item in scan(scope.path, scope.root.excludes, base=base, avoid=avoid):
            if isinstance(item, Seen):
                _compare(plan, files, places.name(item.path), item.stat, scope.root.encoding)
                continue
            if isinstance(item, Unseen):
                unseen.append(item.path)
            plan.skipped.append(Skipped(places.from_here(places.name(item.path)), item.reason))
    met = set(plan.there())
    for name in files.keys() - met:
        path = places.path(name)
        governor = _governor(path, paths)
        if governor is None or any(is_below(path, scope.path) for scope in looked_at):
            hidden = any(is_below(path, folder) for folder in unseen)
            (plan.kept if hidden else plan.gone).append(name)
    return plan


def check_path(path: str) -> None:
    """Raise RootError unless there is something at `path` that can be read."""
    try:
        os.stat(path)
        if os.path.isdir(path):
            os.scandir(path).close()
    except FileNotFoundError:
        raise RootError(f"no such file or folder: {path}", _WHEN_MISSING) from None
    except OSError as error:
        raise RootError(f"cannot read {path}: {error.strerror}", _WHEN_MISSING) from error


_WHEN_MISSING = "nothing was changed; a root that is gone for good: vnsearch index --forget PATH"


def _compare(
    plan: Plan, files: dict[str, FileState], name: str, stat: os.stat_result, encoding: str
) -> None:
    state = files.get(name)
    if encoding:
        plan.encodings[name] = encoding
    if state is None:
        plan.new[name] = stat
    elif state.looks_like(stat) and state.reader == reader_of(name, encoding):
        plan.kept.append(name)
    else:
        plan.changed[name] = stat


def _governor(path: str, roots: Iterable[str]) -> str | None:
    """The innermost root that a file lies below."""
    return max((root for root in roots if is_below(path, root)), key=len, default=None)

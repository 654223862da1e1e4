"""What has to be done to bring an index up to date: which files are new, changed, gone.

Nothing is written here, and no file is opened: files are compared by size and time.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vnsearch.catalog import FileState
from vnsearch.errors import RootError
from vnsearch.model import Root, Skipped
from vnsearch.places import Places, is_below
from vnsearch.scan import Seen, Unseen, scan


@dataclass(slots=True)
class Plan:
    """The work, by names of files (see `Places`)."""

    new: dict[str, os.stat_result] = field(default_factory=dict)
    changed: dict[str, os.stat_result] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def there(self) -> list[str]:
        """The files that are there."""
        return [*self.new, *self.changed, *self.kept]

    def is_empty(self) -> bool:
        """Whether the files are all as the index has them."""
        return not (self.new or self.changed or self.gone)


def choose_roots(
    known: Iterable[Root], named: Iterable[str], excludes: Sequence[str], *, every: bool
) -> tuple[list[Root], list[Root]]:
    """All the roots an index will have, and those among them to be looked at.

    `named` roots are added to the `known` ones; without any, and with `every`, all are
    looked at. `excludes`, when there are any, replace those of the roots named.
    """
    roots = {root.path: root for root in known}
    chosen = list(dict.fromkeys(named)) or list(roots)
    for name in chosen:
        old = roots.get(name, Root(name))
        roots[name] = Root(name, tuple(excludes)) if excludes else old
    return list(roots.values()), [roots[name] for name in (roots if every else chosen)]


def make_plan(
    places: Places,
    files: dict[str, FileState],
    roots: Sequence[Root],
    looked_at: Sequence[Root],
    index: str,
) -> Plan:
    """Compare what is at the roots looked at with what the index knows of `files`.

    A root inside another governs the files below itself, by its own excludes; looking at
    the outer one looks at it too. What may not be read stays as the index has it.
    Raises RootError when a root is missing: its files are not taken for deleted.
    """
    paths = {places.path(root.path): root for root in roots}
    named = [places.path(root.path) for root in looked_at]
    looked = [path for path in paths if any(is_below(path, outer) for outer in named)]
    for path in looked:
        check_root(path)
    plan = Plan()
    unseen: list[str] = []
    for path in looked:
        avoid = frozenset({*paths, index} - {path})
        for item in scan(path, paths[path].excludes, avoid=avoid):
            if isinstance(item, Seen):
                _compare(plan, files, places.name(item.path), item.stat)
                continue
            if isinstance(item, Unseen):
                unseen.append(item.path)
            plan.skipped.append(Skipped(places.from_here(places.name(item.path)), item.reason))
    met = set(plan.there())
    for name in files:
        path = places.path(name)
        if name not in met and _governor(path, paths) in looked:
            hidden = any(is_below(path, folder) for folder in unseen)
            (plan.kept if hidden else plan.gone).append(name)
    return plan


def check_root(path: str) -> None:
    """Raise RootError unless there is something at `path` that can be read."""
    try:
        os.stat(path)
        if os.path.isdir(path):
            os.scandir(path).close()
    except FileNotFoundError:
        raise RootError(f"no such file or folder: {path}", _WHEN_MISSING) from None
    except OSError as error:
        raise RootError(f"cannot read {path}: {error.strerror}", _WHEN_MISSING) from error


_WHEN_MISSING = "nothing was changed; name the files and folders to look at, to leave it out"


def _compare(plan: Plan, files: dict[str, FileState], name: str, stat: os.stat_result) -> None:
    state = files.get(name)
    if state is None:
        plan.new[name] = stat
    elif state.looks_like(stat):
        plan.kept.append(name)
    else:
        plan.changed[name] = stat


def _governor(path: str, roots: Iterable[str]) -> str | None:
    """The innermost root that a file lies below."""
    return max((root for root in roots if is_below(path, root)), key=len, default=None)

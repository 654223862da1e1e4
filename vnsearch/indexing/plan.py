"""What has to be done to bring an index up to date: which files are new, changed, gone.

Nothing is written here, and no file is opened: files are compared by what the system says of them.
"""

import os
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vnsearch.errors import RootError
from vnsearch.files.paths import FileNames, is_below, relative_to
from vnsearch.files.scan import Seen, Unseen, scan
from vnsearch.index.file_state import FileState
from vnsearch.indexing.roots import Scope, ancestors, governor
from vnsearch.language import N_, _, translated
from vnsearch.model import Root, Skipped
from vnsearch.platform import quoted
from vnsearch.readers import has_pictures, may_nest, reader_of

MAY_NOT: Final = N_("cannot be read: permission denied")
STAYING: Final = N_("{reason}; what was indexed of it stays")


@dataclass(frozen=True, slots=True)
class Known:
    """What an index knows."""

    roots: Sequence[Root] = ()
    files: Mapping[str, FileState] = field(default_factory=dict)
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of files, by containers
    # Names of files that it had, when it is to be made anew and knows no states.
    had: Collection[str] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)  # without a state; the reasons


@dataclass(slots=True)
class Plan:
    """The work, by names of files (see `FileNames`)."""

    new: dict[str, os.stat_result] = field(default_factory=dict)
    changed: dict[str, os.stat_result] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # files of the index that are none of these
    skipped: list[Skipped] = field(default_factory=list)
    unread: list[Skipped] = field(default_factory=list)  # those of them whose files are kept
    # Roots of which nothing can be said, with the reasons: their files are among the kept.
    missing: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)  # of files, where one was set
    refused: dict[str, os.stat_result] = field(default_factory=dict)  # new, but not to be read
    # Of new, changed and refused files, where in its root each is: a relative path, or "".
    folders: dict[str, str] = field(default_factory=dict)
    # New and changed files that may be, have, or hold pictures to be recognized.
    ocr: set[str] = field(default_factory=set)
    # Of new and changed files that others may be in, or are known to be in.
    nests: dict[str, "Nesting"] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Whether the files are all as the index has them."""
        return not (self.new or self.changed or self.gone or self.refused)


class Nesting(NamedTuple):
    """What is left out of the files in a file, and which of them are known."""

    base: str  # absolute: what paths of `excludes` are relative to
    excludes: tuple[str, ...]
    members: Sequence[str]  # names


def make_plan(
    places: FileNames, known: Known, roots: Sequence[Root], scopes: Sequence[Scope], index: str
) -> Plan:
    """Compare what is in the scopes with the files that an index knows.

    A root inside another governs the files below itself, by its own excludes; looking at
    the outer one looks at it too. What cannot be read stays as the index has it; so does all of
    a known root that is missing, or lost every file it had, as when a disk is not mounted.
    Files of no root are gone. Raises RootError when anything else to look at is missing.
    """
    paths = {places.path(root.path): root for root in roots}
    known_paths = {places.path(root.path) for root in known.roots}
    looked_at = {scope.path: scope for scope in scopes}
    for path, root in paths.items():  # those inside of others
        if any(outer in looked_at for outer in ancestors(path)):
            looked_at.setdefault(path, Scope(root, path))
    avoid = frozenset({*paths, index})
    plan, unmet = Plan(), {*known.files, *known.had}
    unseen, empty = dict[str, str](), set[str]()  # paths; with reasons, unless told as missing
    for scope in looked_at.values():
        try:
            anything = _look(plan, places, known, scope, avoid, unmet, unseen)
        except OSError as error:
            if scope.path not in paths or scope.path not in known_paths:
                had = any(is_below(places.path(name), scope.path) for name in known.files)
                raise _not_there(scope.path, error, had=had) from error
            plan.missing[scope.root.path] = _reason(error)
            unseen[scope.path] = ""
            continue
        if not anything and scope.path in paths:
            empty.add(scope.path)
    outside, kept = _drop(plan, places, known, paths, looked_at, unmet, unseen, empty)
    for path, reason in unseen.items():
        if reason:
            if path in kept:
                reason = STAYING.format(reason=reason)
            item = Skipped(places.from_here(places.name(path)), reason)
            plan.skipped.append(item)
            plan.unread += [item] * (path in kept)
    nested = (name for nesting in plan.nests.values() for name in nesting.members)
    others = {*plan.changed, *plan.gone, *outside, *nested, *plan.new}
    plan.kept = [name for name in (*known.files, *known.had) if name not in others]
    return plan


def _look(
    plan: Plan,
    places: FileNames,
    known: Known,
    scope: Scope,
    avoid: frozenset[str],
    unmet: set[str],
    unseen: dict[str, str],
) -> bool:
    """Compare the files in a scope; return whether there are any. They leave `unmet`; what cannot
    be read goes to `unseen`. Raises OSError when that is all of it."""
    base, anything = places.path(scope.root.path), False
    root, folder, prefix, folders = scope.root, "", "", ""
    found = scan(scope.path, root.excludes, base=base, avoid=avoid, gitignore=root.gitignore)
    for item in found:
        # Empty ones may lie in the folder where a disk should be mounted.
        empty = isinstance(item, Seen) and not item.stat.st_size
        anything = anything or not (empty or isinstance(item, Skipped))
        if isinstance(item, Seen):
            above, own = os.path.split(item.path)
            if above != folder:  # most files lie in the folder of the one before
                folder, prefix = above, places.prefix(above)
                folders = os.path.dirname(relative_to(base, item.path))
            name = prefix + own
            inside = known.members.get(name, ())
            if _compare(plan, known, name, item, root, base, folders, inside):
                unmet.discard(name)
                unmet.difference_update(inside)
                continue
            item = Unseen(item.path, MAY_NOT)
        if isinstance(item, Unseen):
            unseen[item.path] = item.reason
        elif isinstance(item, Skipped):
            plan.skipped.append(Skipped(places.from_here(places.name(item.path)), item.reason))
    return anything


def _compare(
    plan: Plan,
    known: Known,
    name: str,
    seen: Seen,
    root: Root,
    base: str,
    folders: str,
    inside: Sequence[str],
) -> bool:
    """Plan what is to be done about a file; return False for a known one that cannot be read."""
    if root.encoding:
        plan.encodings[name] = root.encoding
    state = known.files.get(name)
    if state is not None and _is_known(known, name, state, seen.stat, inside, root, folders):
        return True
    plan.folders[name] = folders
    if os.access(seen.path, os.R_OK):
        (plan.new if state is None else plan.changed)[name] = seen.stat
        if root.ocr and (has_pictures(name) or may_nest(name)):
            plan.ocr.add(name)
        if may_nest(name) or inside:
            plan.nests[name] = Nesting(base, root.excludes, inside)
        return True
    if state is None and name not in known.had:
        plan.refused[name] = seen.stat  # it is found by its name
    return name in plan.refused or (state is not None and not _has_documents(state, inside))


def _has_documents(state: FileState | None, inside: Sequence[str]) -> bool:
    return bool(inside) or (state is not None and state.documents > 0)


def _drop(
    plan: Plan,
    places: FileNames,
    known: Known,
    roots: Mapping[str, Root],
    looked_at: Container[str],
    unmet: Iterable[str],
    unseen: Container[str],
    empty: Container[str],
) -> tuple[list[str], set[str]]:
    """Drop the known files that were not met, unless nothing can be said of them; return those
    that were not looked at, and of the unseen paths those that had documents."""
    outside, kept = list[str](), set[str]()
    left: dict[str, list[str]] = {}  # known files of roots without a file, by those
    for name in unmet:
        path = places.path(name)
        root = governor(path, roots)
        above = [path, *ancestors(path)]
        if root is not None and root in empty:
            left.setdefault(root, []).append(name)
        elif root is not None and not any(outer in looked_at for outer in above):
            outside.append(name)
        elif (hidden := next((outer for outer in above if outer in unseen), None)) is None:
            plan.gone.append(name)
        elif name in known.had or known.files[name].documents:
            kept.add(hidden)
    for folder, names in left.items():
        lost = any(name in known.had or known.files[name].documents for name in names)
        if lost and not any(os.path.lexists(places.path(name)) for name in names):
            plan.missing[roots[folder].path] = N_("all its files are gone")
        else:  # left out, not lost
            plan.gone += names
    return outside, kept


def _not_there(path: str, error: OSError, *, had: bool = False) -> RootError:
    """`had`: whether the index has anything that was there."""
    advice = _("nothing was changed; make it readable, or leave it out")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        advice = _("nothing was changed; is its name right?")
        if had:
            around = next(folder for folder in ancestors(path) if os.path.isdir(folder))
            folder = quoted(relative_to(os.getcwd(), around))
            advice = _("nothing was changed; to drop what is gone: {command}")
            advice = advice.format(command=f"vnsearch index {folder}")
    told = _("{reason}: {path}").format(reason=translated(_reason(error)), path=path)
    return RootError(told, advice)


def _reason(error: OSError) -> str:
    """Why a root cannot be looked at, in English."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return N_("no such file or folder")
    return N_("cannot be read ({why})").format(why=error.strerror)


def check_path(path: str) -> None:
    """Raise RootError unless there is something at `path` that can be read."""
    try:
        os.stat(path)
        if os.path.isdir(path):
            os.scandir(path).close()
    except OSError as error:
        raise _not_there(path, error) from error


def _is_known(
    known: Known,
    name: str,
    state: FileState,
    stat: os.stat_result,
    inside: Sequence[str],
    root: Root,
    folders: str,
) -> bool:
    """Whether a file, and those inside of it, are as the index has them."""
    return (
        state.looks_like(stat)
        and state.folders == folders
        and is_read_alike(name, state, root)
        and all(is_read_alike(each, known.files[each], root) for each in inside)
    )


def is_read_alike(name: str, state: FileState, root: Root) -> bool:
    """Whether a file of a root would be read as it was."""
    return state.reader == reader_of(name, root.encoding, root.excludes, ocr=root.ocr)

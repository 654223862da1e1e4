"""What keeps a run from being done, with advice."""

import os
import re
from collections.abc import Sequence

from vnsearch.errors import RootError
from vnsearch.files.paths import FileNames, is_below, relative_to
from vnsearch.indexing.plan import STAYING, Plan
from vnsearch.language import _, translated
from vnsearch.model import Root
from vnsearch.platform import quoted


def nothing_named() -> RootError:
    return RootError(_("nothing to index"), _("name a file or folder: vnsearch index FOLDER"))


def no_roots() -> RootError:
    return RootError(
        _("the index has no roots, or they cannot be read"),
        _("name its files and folders: vnsearch index --rebuild FOLDER"),
    )


def forget_advice(root: str) -> str:
    """What to do about a root that is missing."""
    command = f"vnsearch index --forget {quoted(root)}"
    return _("if it is gone for good: {command}").format(command=command)


def cannot_be_rebuilt(places: FileNames, roots: Sequence[Root], plan: Plan) -> RootError:
    for root, reason in plan.missing.items():
        return would_be_lost(places, roots, root, reason)
    hidden = plan.unread[0]
    name = places.name(os.path.abspath(hidden.path))
    return would_be_lost(places, roots, name, hidden.reason.removesuffix(STAYING.format(reason="")))


def would_be_lost(places: FileNames, roots: Sequence[Root], name: str, reason: str) -> RootError:
    """What keeps an index from being made anew: what it has and cannot be read."""
    path = places.path(name)
    above = [root for root in roots if is_below(path, places.path(root.path))]
    root = max(above, key=lambda root: len(places.path(root.path)))
    folder = places.path(root.path)
    if path == folder:
        command = f"--forget {quoted(places.from_here(name))}"
    else:
        left_out = re.sub(r"[*?[\\]| $", r"\\\g<0>", relative_to(folder, path))
        globs = (f" --exclude {quoted(glob)}" for glob in (*root.excludes, f"/{left_out}"))
        command = f"{quoted(places.from_here(root.path))}{''.join(globs)}"
    return RootError(
        _("{path}: {reason}; a rebuild would lose its documents").format(
            path=places.from_here(name), reason=translated(reason)
        ),
        _("nothing was changed; make it readable, or if its documents may go: {command}").format(
            command=f"vnsearch index --rebuild {command}"
        ),
    )

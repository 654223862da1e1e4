"""Folders -> a sign each time that something in them has changed, by what the system tells."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from vnsearch.errors import VnsearchError
from vnsearch.files.paths import relative_to
from vnsearch.language import _

_TICK: Final = 2_000  # ms
_SETTLED: Final = 300  # ms without an event
_LONGEST: Final = 3_000  # ms that are waited for that


def changes(folders: Sequence[str], matters: Callable[[str], bool]) -> Iterator[bool]:
    """Yield True when files have changed, after a moment without more changes, and False every two
    seconds otherwise. What happens between two yields is told by the next one.

    `matters` says of an absolute path whether it counts. The paths of the folders are UTF-8.
    Raises VnsearchError when the system cannot watch so many.
    """
    while True:
        yield from _until_one_is_lost(folders, matters)
        yield True


def _until_one_is_lost(folders: Sequence[str], matters: Callable[[str], bool]) -> Iterator[bool]:
    """The same, until the watcher fails to tell a change, such as that of a file whose name is not
    UTF-8: then it has to begin anew."""
    from watchfiles import watch
    from watchfiles._rust_notify import WatchfilesRustInternalError

    try:
        for batch in watch(
            *folders,
            watch_filter=lambda _, path: matters(path),
            debounce=_LONGEST,
            step=_SETTLED,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            yield bool(batch)
    except WatchfilesRustInternalError:
        return
    except OSError as error:
        raise VnsearchError(
            _("cannot watch the folders: {error}").format(error=error),
            _(
                "raise the limit: sysctl fs.inotify.max_user_watches=524288, "
                "or look at them in turns: WATCHFILES_FORCE_POLLING=1"
            ),
        ) from error


def is_seen_in(folder: str, path: str) -> bool:
    """Whether nothing on the way from a folder to a path is hidden."""
    return not any(part.startswith(".") for part in relative_to(folder, path).split("/"))


def identity(path: str) -> tuple[int, ...] | None:
    """What is another one when another file or folder is at a path, or the file has changed; None
    when there is none."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    if os.path.isdir(path):
        return stat.st_dev, stat.st_ino
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns

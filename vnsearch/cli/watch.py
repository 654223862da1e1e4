"""`vnsearch watch`: follow the files of an index, and tell what was done."""

import os
import time

from vnsearch.cli import which_index
from vnsearch.cli.exits import end_as_interrupted, fail
from vnsearch.errors import VnsearchError
from vnsearch.files.paths import from_here
from vnsearch.language import _
from vnsearch.model import Changes
from vnsearch.render import streams


def follow(*, folder: str | None, color: str, quiet: bool) -> int:  # noqa: ARG001
    """Follow the files until interrupted; the options are those of the command."""
    from vnsearch.indexing.following import Follower
    from vnsearch.indexing.update import NUMPY_SETTINGS
    from vnsearch.render import upkeep

    for name, value in NUMPY_SETTINGS.items():
        os.environ.setdefault(name, value)
    index = which_index.existing(folder, quiet=quiet)
    end_as_interrupted()
    missing: set[str] = set()

    def changed(done: Changes) -> None:
        for root in done.missing_roots:
            if root.path not in missing:
                streams.say(upkeep.missing(root))
        missing.clear()
        missing.update(root.path for root in done.missing_roots)
        if quiet:
            return
        for line in upkeep.skipped(done.skipped):
            streams.say(line)
        if done.added or done.changed or done.removed:
            summary = next(upkeep.changes(done, from_here(index)))
            streams.write_now(f"{time.strftime('%H:%M:%S')}  {summary}")

    def failed(error: VnsearchError) -> None:
        fail(error.message, error.advice)

    if not quiet:
        what = _("watching the files of {index}; Ctrl-C ends it")
        streams.say(what.format(index=from_here(index)))
    Follower(index, changed, failed).run()
    raise AssertionError("it follows for ever")

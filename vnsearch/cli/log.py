"""The log of a command: one JSON object a line for each event, appended to a file."""

import os
import sys
import time
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from vnsearch.errors import VnsearchError, reason_of
from vnsearch.language import _
from vnsearch.render import jsonform, streams


def begin(path: str, command: str) -> None:
    """Log what the command does from now on, which begins with its arguments.

    Raises VnsearchError when the file cannot be written; later that is no reason to fail. It is
    opened for each event, so it may be moved away meanwhile, as logs are when they are rotated.
    """
    started = time.monotonic()

    def write(event: str, values: dict[str, Any]) -> None:
        line = jsonform.dump(
            {
                "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
                "pid": os.getpid(),
                "command": command,
                "event": event,
                "seconds": round(time.monotonic() - started, 3),
                **values,
            }
        )
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def note(event: str, values: dict[str, Any]) -> None:
        with suppress(OSError):
            write(event, values)

    try:
        write("start", {"arguments": sys.argv[1:]})
    except OSError as error:
        why = _("cannot write the log {path}: {why}").format(path=path, why=reason_of(error))
        raise VnsearchError(why, _("name a file that you may write: --log FILE")) from error
    streams.listen(note)

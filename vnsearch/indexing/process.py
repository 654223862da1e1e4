"""`update` in a process of its own, so that the process that asks keeps its umask, signals, threads
and memory as they are.

On its stdin, the process gets what to do, on its stdout it tells how it gets on: pickled tuples,
`("start", bytes)`, `("advance", bytes)`, `("finishing",)`, then `("done", Changes)` or
`("failed", exception)`. It ends with the process that began it.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from vnsearch.errors import VnsearchError, reason_of
from vnsearch.indexing.progress import Progress, Silence
from vnsearch.indexing.update import NUMPY_SETTINGS, update
from vnsearch.language import _
from vnsearch.model import Changes
from vnsearch.platform import broken_pipe_ignored, processes

_SECONDS_TO_END: Final = 10  # after which what does not is killed

# Isolated (-I), so that nothing is imported from the current folder, and with this process's path.
_START: Final = """\
import sys
sys.path[:] = sys.argv[2:]
from vnsearch.indexing.process import serve
serve(int(sys.argv[1]))
"""


def update_apart(index: Path, progress: Progress | None = None, **options: Any) -> Changes:
    """Like `update`, whose options these are.

    An exception, of `progress` too, ends the update, and the index is as before.
    """
    progress = progress or Silence()
    with _process() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with broken_pipe_ignored():
            pickle.dump((index, options), process.stdin)
            process.stdin.close()
        while True:
            try:
                kind, *values = pickle.load(process.stdout)
            except (EOFError, pickle.UnpicklingError) as error:
                raise VnsearchError(
                    _("the process that was writing the index died; the index is as before"),
                    _("try again"),
                ) from error
            if kind == "done":
                done: Changes = values[0]
                return done
            if kind == "failed":
                raise values[0]
            getattr(progress, kind)(*values)


@contextmanager
def _process() -> Iterator[processes.Child]:
    path = [os.path.abspath(folder) for folder in sys.path]
    try:
        process = processes.Child(
            [sys.executable, "-I", "-c", _START, str(os.getpid()), *path],
            env={**NUMPY_SETTINGS, **os.environ},
        )
    except OSError as error:
        raise VnsearchError(
            _("cannot start a process to write the index: {why}").format(why=reason_of(error)),
            _("close other programs, or raise the limits of processes and files: ulimit -a"),
        ) from error
    with process:  # waits for it in the end
        try:
            yield process
        except BaseException:
            process.terminate()
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def serve(parent: int) -> None:
    """Be the process, which ends with the process `parent`."""
    import signal

    processes.end_with_parent(parent)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    class Telling:
        def __getattr__(self, kind: str) -> Any:
            return lambda *values: tell(kind, *values)

    def tell(*answer: Any) -> None:
        pickle.dump(answer, answers)
        answers.flush()

    with suppress(KeyboardInterrupt), broken_pipe_ignored():
        index, options = pickle.load(sys.stdin.buffer)
        try:
            tell("done", update(index, progress=Telling(), **options))
        except Exception as error:
            tell("failed", error)

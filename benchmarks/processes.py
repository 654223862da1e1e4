"""Commands in processes of their own: what they take, and conversations with them."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

_LAUNCH: Final = (sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py")))
_ERROR_TOLD: Final = 2000  # the last characters of what a failed command said

Command = Sequence[str]


class CommandError(Exception):
    """A command failed; the message has what it said."""


class Usage(NamedTuple):
    """What a command took, its child processes included."""

    wall_s: float
    cpu_s: float
    peak_mb: float  # resident memory of the largest process


def measure(command: Command, cwd: Path) -> Usage:
    """Run a command to its end in the folder `cwd`. Raises CommandError."""
    usage = cwd / "usage.json"
    done = subprocess.run([*_LAUNCH, str(usage), *command], cwd=cwd, capture_output=True)
    _check(command, done.returncode, _tail(done.stderr))
    return Usage(**json.loads(usage.read_text("utf-8")))


def time_ms(command: Command, cwd: Path) -> float:
    """Milliseconds from starting a command to its end. Raises CommandError."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True)
    taken = time.perf_counter() - started
    _check(command, done.returncode, _tail(done.stderr))
    return 1000 * taken


class Conversation:
    """A process that answers each line it reads by one line.

    A context manager; when it is left, `peak_mb` is the largest memory the process had.
    """

    peak_mb: float

    def __init__(self, command: Command, cwd: Path, name: str) -> None:
        """Start the command in the folder `cwd`; `name` tells its files from others'."""
        self._command = command
        self._usage, self._errors = cwd / f"{name}.usage.json", cwd / f"{name}.stderr"
        with open(self._errors, "wb") as errors:
            self._process = subprocess.Popen(
                [*_LAUNCH, str(self._usage), *command],
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout

    def ask(self, line: str) -> tuple[float, bytes]:
        """Milliseconds from writing the line to having read the answer, and the answer.
        Raises CommandError."""
        question = f"{line}\n".encode()
        started = time.perf_counter()
        with suppress(BrokenPipeError):  # there is no answer, then
            self._to.write(question)
            self._to.flush()
        answer = self._from.readline()
        taken = time.perf_counter() - started
        if not answer:
            raise CommandError(f"{' '.join(self._command)}: no answer to {line!r}\n{self._end()}")
        return 1000 * taken, answer

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        said = self._end()
        if failure is None:
            _check(self._command, self._process.returncode, said)
            self.peak_mb = Usage(**json.loads(self._usage.read_text("utf-8"))).peak_mb

    def _end(self) -> str:
        """Let the process end, and return what it said on stderr."""
        self._process.communicate()
        return _tail(self._errors.read_bytes())


def _check(command: Command, code: int, said: str) -> None:
    nothing_found = code == 1 and not said  # an error has a message
    if code and not nothing_found:
        raise CommandError(f"{' '.join(command)}: exit code {code}\n{said}")


def _tail(said: bytes) -> str:
    return said.decode("utf-8", "replace")[-_ERROR_TOLD:]


def output(command: Command) -> str | None:
    """What a command writes, or None when it cannot be run or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()

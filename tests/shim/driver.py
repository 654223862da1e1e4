"""Commands of vnsearch with one call of libc failing, stopping halfway or killing its process.

    python -m tests.shim.driver --faults 200     a sample, as many of each command
    python -m tests.shim.driver                  every call, with every error that it can give

Needs a C compiler, and a system that preloads libraries (LD_PRELOAD). Each fault is in a process of
its own, forked from this one, which runs the real command line with two reading processes. After
it: no traceback, exit code 0 or 2, the index answers as before or as after, is whole and called so,
nothing is lost, and the next run makes everything as it should be. What is not so is printed.
"""

import argparse
import ctypes
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple
from unittest import mock

from tests.conftest import write_files
from vnsearch.engines import embedded
from vnsearch.errors import EXIT_ERROR, EXIT_FOUND, EXIT_NOTHING
from vnsearch.index.check import check
from vnsearch.index.generations import Generations
from vnsearch.index.opening import open_index
from vnsearch.indexing import pool, run
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

SOURCE: Final = Path(__file__).with_name("shim.c")

# The classes of calls in shim.c, in its order, and the errors that calls of each can give.
CALLS: Final = {
    "OPEN": "EIO EACCES ESTALE EMFILE ENOSPC ENOMEM",
    "READ": "EIO ESTALE",
    "WRITE": "ENOSPC EIO EDQUOT",
    "SYNC": "EIO ENOSPC",
    "NAME": "ENOSPC EIO EACCES ESTALE EDQUOT",
    "LIST": "EIO EACCES ESTALE EMFILE ENOMEM",
    "MAP": "ENOMEM EACCES",
    "SIZE": "EIO ENOSPC",
    "STAT": "EIO ESTALE EACCES ENOMEM",
    "LOCK": "ENOLCK EIO",
    "MODE": "EIO EPERM",
}
_NOTHING, FAIL, FAIL_FROM_THEN_ON, KILL, KILL_AFTER, SHORT = range(6)  # as in shim.c
_MOST_ERRORS: Final = max(len(names.split()) for names in CALLS.values())

QUERIES: Final = ("đảng bộ", "bien dong", '"hoi nghi"', "mưa OR nắng", "số", "văn bản -mưa")
Answers = list[tuple[str, str, float, str]]

# What every message begins with.
_MESSAGE: Final = "vnsearch: "


class Fault(NamedTuple):
    """What happens to which call."""

    call: int  # from 1
    what: int
    errors: int = 0  # which of those that a call of its class can give

    def numbers(self) -> "ctypes.Array[ctypes.c_int]":
        """The errno for each class of calls."""
        names = [names.split() for names in CALLS.values()]
        chosen = [getattr(errno, of_call[self.errors % len(of_call)]) for of_call in names]
        return (ctypes.c_int * len(CALLS))(*chosen)


class Work(NamedTuple):
    """A command, and what it finds."""

    name: str
    folder: Path  # with `docs`, and the index `made` that the command finds, if any
    command: Sequence[str]
    faulty: str  # the folder whose calls may fail: that of the index, or the documents


def built(folder: Path) -> Path | None:
    """Compile the shim into a folder; None where there is no compiler that can."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / "shim.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, check=False)
    return library if done.returncode == 0 else None


def works(base: Path) -> list[Work]:
    """All there is to try, made ready below a folder."""
    lines = ({"id": n, "text": f"văn bản số {n} mưa"} for n in range(40))
    records = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    few, many = base / "few", base / "many"
    old = {"a.txt": "Đảng bộ họp hội nghị.", "b.txt": "Biển Đông có mưa.", "c.txt": "Hội nghị."}
    write_files(few / "docs", {**old, "r.jsonl": records, "in/e.txt": "Số mưa, số nắng."})
    index(few)
    write_files(few / "docs", {"a.txt": "Đảng bộ không họp.", "d.txt": "Nắng ở Biển Đông."})
    (few / "docs/c.txt").unlink()
    for n in range(9):  # one segment each, merged by the next run
        write_files(many / "docs", {f"{n}.txt": f"Đảng bộ số {n}. Mưa ở biển đông, hội nghị {n}."})
        index(many)
    write_files(many / "docs", {"9.txt": "Hội nghị thứ chín, nắng."})
    (many / "docs/3.txt").unlink()
    new = base / "new"
    shutil.copytree(few / "docs", new / "docs")
    run, search = ("index", "--jobs", "2"), ("search", "--json", "bien dong")
    return [
        Work("begin", new, (*run, str(new / "docs")), "index"),
        Work("renew", few, run, "index"),
        Work("merge", many, run, "index"),
        Work("rebuild", few, (*run, "--rebuild"), "index"),
        Work("renew, documents", few, run, "docs"),
        Work("rebuild, documents", few, (*run, "--rebuild"), "docs"),
        Work("search", few, search, "index"),
        Work("status", few, ("status", "--json"), "index"),
        Work("check", few, ("check", "--json"), "index"),
    ]


def index(folder: Path) -> None:
    """Bring the index that works find up to date."""
    update(folder / "made", [str(folder / "docs")], jobs=1)


def answers(index: Path) -> Answers:
    """What an index says to some queries."""
    with closing(Searcher(index)) as searcher:
        return [
            (query, hit.id, hit.score, hit.snippet.text)
            for query in QUERIES
            for hit in searcher.search(query, limit=100).hits
        ]


def documents(index: Path) -> dict[str, int]:
    """How many documents an index has of each file."""
    catalog, reader = open_index(Generations(index), embedded())
    with closing(catalog), closing(reader):
        return dict(reader.documents_by_source())


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str
    calls: int  # that could fail
    told: str  # the call that did


class Trial:
    """Some work, tried again and again with different faults."""

    def __init__(self, work: Work, shim: ctypes.CDLL) -> None:
        self.work, self._shim = work, shim
        self.index = work.folder / "index"
        self.begins = not (work.folder / "made").exists()
        self._reset()
        self.before: Answers | None = None if self.begins else answers(self.index)
        self.had = {} if self.begins else documents(self.index)
        done = self.run(None)
        assert done.code == EXIT_FOUND, done.err
        self.calls = done.calls
        self.out = done.out
        self.after = answers(self.index)

    def run(self, fault: Fault | None, *command: str) -> Done:
        """Run the command, or another one, in a forked process."""
        paths = [self.work.folder / name for name in ("out", "err")]
        child = os.fork()
        if child == 0:
            for number, path in enumerate(paths, 1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            below = os.fsencode(self.work.folder / self.work.faulty)
            target = fault or Fault(0, _NOTHING)
            if not command:
                self._shim.shim_arm(below, target.call, target.what, target.numbers())
            run_command([*(command or self.work.command), "--index", str(self.index)])
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self._shim.shim_disarm()
        out, err = (path.read_text("utf-8", "replace") for path in paths)
        return Done(code, out, err, self._shim.shim_count(), self._shim.shim_told().decode())

    def problems(self, fault: Fault) -> Iterator[str]:
        """Try with a fault; what is not as it should be."""
        self._reset()
        done = self.run(fault)
        yield from self._told_wrongly(done, fault)
        try:
            if self.work.command[0] == "index":
                yield from self._index_wrong(done, fault)
        except Exception as error:
            yield f"cannot be used: {error!r}"
        if not any(self.index.glob("generation-*")) and not self.begins:
            yield "the index is gone"
        yield from self._next_run_wrong()

    def _told_wrongly(self, done: Done, fault: Fault) -> Iterator[str]:
        """What is wrong with the exit code and the messages."""
        killed = fault.what in (KILL, KILL_AFTER) and done.code == -signal.SIGKILL
        codes = {EXIT_FOUND, EXIT_ERROR}
        if self.work.faulty == "docs":
            codes.add(EXIT_NOTHING)  # something was left undone, and that is told
        if not killed and done.code not in codes:
            yield f"exit code {done.code}"
        if done.code in (EXIT_NOTHING, EXIT_ERROR) and _MESSAGE not in done.err:
            yield "no message"
        for words in ("Traceback", "a fault of vnsearch", "damaged", "Exception ignored"):
            if words in done.err:
                yield f"says {words!r}: {done.err[-300:]}"
        reads = self.work.command[0] in ("search", "check")
        if reads and done.code == EXIT_FOUND and done.out != self.out:
            yield "another answer"

    def _index_wrong(self, done: Done, fault: Fault) -> Iterator[str]:
        """What is wrong with the index after a run."""
        if self.begins and not Generations(self.index).exists():
            if done.code == EXIT_FOUND:
                yield "no index, but exit code 0"
            return
        found = answers(self.index)
        wrong = self._answers_wrong if self.work.faulty == "index" else self._documents_wrong
        yield from wrong(found, done, fault)
        if damages := check(self.index).damages:
            yield f"not whole: {damages[0]}"

    def _answers_wrong(self, found: Answers, done: Done, fault: Fault) -> Iterator[str]:
        """What is wrong with the answers after a fault of the index."""
        if found not in (self.before, self.after):
            yield "a mixture"
        if done.code == EXIT_FOUND and found != self.after:
            yield "exit code 0, but as before"
        if done.code == EXIT_ERROR and found != self.before and "up to date" not in done.err:
            yield "exit code 2, but as after"
        # The old generation is kept while it is not known that the new one is on the disk.
        old_one = done.code == EXIT_ERROR and found == self.before
        if old_one and fault.what == FAIL and len(list(self.index.glob("generation-*"))) > 1:
            yield "a draft is left"

    def _documents_wrong(self, found: Answers, done: Done, _: Fault) -> Iterator[str]:
        """What is wrong with the index after a fault of the documents."""
        there = documents(self.index)
        kept = (name for name in self.had if os.path.exists(self.work.folder / name))
        yield from (f"{name} is lost" for name in kept if name not in there)
        if found != self.after and done.code >= 0 and not done.err:
            yield "something was left undone, and that is not told"

    def _next_run_wrong(self) -> Iterator[str]:
        """What is wrong after another run, without a fault."""
        done = self.run(None, "index", "--jobs", "1", str(self.work.folder / "docs"))
        if done.code != EXIT_FOUND:
            yield f"the next run fails: {done.code} {done.err}"
        elif self.work.command[0] == "index" and answers(self.index) != self.after:
            yield "the next run does not make it right"
        names = {path.name for path in self.index.rglob("*")}
        if sum(name.startswith("generation-") for name in names) != 1:
            yield "an old generation is left by the next run"
        yield from (f"{name} is left" for name in names if name.endswith((".new", ".part")))

    def _reset(self) -> None:
        shutil.rmtree(self.index, ignore_errors=True)
        if not self.begins:
            shutil.copytree(self.work.folder / "made", self.index)


def run_command(arguments: Sequence[str]) -> None:
    """Be the command, with two processes however little there is to read."""
    from vnsearch.cli import commands

    code: object = 99
    try:
        with (
            mock.patch.object(run, "_WORTH_PROCESSES", 0),
            mock.patch.object(pool, "_TASK_COST", 0),
        ):
            commands.main(arguments)
    except SystemExit as done:
        code = done.code
    except BaseException as error:
        os.write(2, f"Traceback: {error!r}".encode())
    finally:
        os._exit(code if isinstance(code, int) else 0)


def faults(calls: int) -> Iterator[Fault]:
    """All that can happen to so many calls."""
    for call in range(1, calls + 1):
        yield from (Fault(call, FAIL, errors) for errors in range(_MOST_ERRORS))
        yield from (Fault(call, FAIL_FROM_THEN_ON, errors) for errors in range(2))
        yield from (Fault(call, what) for what in (KILL, KILL_AFTER, SHORT))


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(base: Path, most: int | None, seed: int) -> int:
    """Try faults, print what is wrong; returns how many problems there are."""
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
    shim.shim_told.restype = ctypes.c_char_p
    trials = [Trial(work, shim) for work in works(base)]
    say(", ".join(f"{trial.work.name} {trial.calls} calls" for trial in trials))
    tried: Counter[str] = Counter()
    found, drawn = 0, random.Random(seed)
    for trial in trials:
        chosen = list(faults(trial.calls))
        if most is not None:
            chosen = drawn.sample(chosen, min(len(chosen), -(-most // len(trials))))
        for fault in chosen:
            problems = list(trial.problems(fault))
            told = shim.shim_told().decode()
            tried[trial.work.name] += bool(told)  # else it came to nothing
            found += len(problems)
            for problem in problems:
                say(f"{trial.work.name}: {fault}: {told}: {problem}")
    each = ", ".join(f"{name} {number}" for name, number in tried.items())
    say(f"{sum(tried.values())} faults ({each}): {found} problems")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--faults", type=int, help="about so many, drawn by lot")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        if "LD_PRELOAD" not in os.environ:
            library = built(Path(folder))
            if library is None:
                sys.exit("needs Linux and a C compiler")
            environment = {**os.environ, "LD_PRELOAD": str(library)}
            command = [sys.executable, "-m", "tests.shim.driver", *sys.argv[1:]]
            sys.exit(subprocess.run(command, env=environment, check=False).returncode)
        sys.exit(bool(main(Path(folder), options.faults, options.seed)))

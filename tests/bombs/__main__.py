"""What indexing 10 MB of each kind takes.

    python -m tests.bombs            through the real command, each by itself
    python -m tests.bombs eml txt    those whose names have one of these in them
    python -m tests.bombs --mb 1     another size

Told are the processor time of all processes and the memory of the largest. `!!` marks what is over
the limits of 20 s and 600 MB, in proportion to the size if it is another. The size is that of the
file; of one that is compressed, that of what is in it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from tests.bombs import Bomb, bombs

SIZE: Final = 10_000_000
SECONDS: Final = 20
MEGABYTES: Final = 600
_START: Final = 0.5, 80  # what a run takes in any case


class Taken(NamedTuple):
    """What indexing a file took, and gave."""

    seconds: float  # of processor time
    megabytes: int  # of the largest process
    documents: int
    reasons: list[str]  # why it, or parts of it, were skipped
    fault: str  # of the command; "" if it ended as it should


def _write_elsewhere(path: Path, bomb: Bomb, size: int) -> None:
    """Write a file in another process: what this one has of memory is counted for its children."""
    if (pid := os.fork()) == 0:
        try:
            path.write_bytes(bomb.make(size))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def measured(bomb: Bomb, size: int) -> Taken:
    """Index a file by itself."""
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder) / "docs"
        docs.mkdir()
        _write_elsewhere(docs / f"a{bomb.suffix}", bomb, size)
        command = [sys.executable, "-m", "vnsearch", "index", "docs", "--json"]
        with open(f"{folder}/out", "w+b") as out, open(f"{folder}/err", "w+b") as err:
            process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            answer, told = json.loads(out.read() or b"{}"), err.read().decode()
    skipped = [item["reason"] for item in answer.get("skipped", [])]
    fault = told[-300:] if process.returncode not in (0, 1) or "Traceback" in told else ""
    return Taken(
        usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024,
        answer.get("documents", -1), skipped, fault,
    )  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure the kinds chosen; returns how many are over the limits."""
    size = SIZE
    if arguments[:1] == ["--mb"]:
        size = int(1_000_000 * float(arguments[1]))
        arguments = arguments[2:]
    seconds, megabytes = (
        least + (most - least) * size / SIZE
        for least, most in zip(_START, (SECONDS, MEGABYTES), strict=True)
    )
    over = 0
    for bomb in bombs():
        if arguments and not any(word in bomb.name for word in arguments):
            continue
        taken = measured(bomb, size)
        is_over = taken.seconds > seconds or taken.megabytes > megabytes or bool(taken.fault)
        over += is_over
        reasons = f"  {taken.reasons[0][:70]}" if taken.reasons else ""
        sys.stdout.write(
            f"{'!!' if is_over else '  '} {bomb.name:34} {taken.seconds:6.1f} s "
            f"{taken.megabytes:5} MB {taken.documents:7} documents{reasons}{taken.fault}\n"
        )
        sys.stdout.flush()
    return over


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))

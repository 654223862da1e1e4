"""Run a command from a small process, so that what is measured is its own.

    python -I -S launch.py USAGE.json COMMAND...

A process counts as its own the memory of the one it was forked from, so a large program
cannot measure small ones itself. Writes wall and CPU seconds (with all child processes)
and the peak memory of the largest process in MB; ends with the exit code of the command.
"""

import os
import sys
import time

_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def main() -> int:
    """Run the command and write what it took."""
    file, *command = sys.argv[1:]
    started = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _MAXRSS_BYTES / 1e6
    with open(file, "w", encoding="utf-8") as out:
        out.write(f'{{"wall_s": {wall:.6f}, "cpu_s": {cpu:.6f}, "peak_mb": {peak:.3f}}}\n')
    return os.waitstatus_to_exitcode(status) & 0xFF


if __name__ == "__main__":
    sys.exit(main())

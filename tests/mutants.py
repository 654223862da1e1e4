"""Faults made by hand, and the tests that find them.

    python -m tests.mutants            all
    python -m tests.mutants sync       those whose names have this in them

Each is made in a copy of the project, where its test must fail. They are kinds of faults that
were once made, or that no test found: a rule that matters and is easy to leave out.
"""

# ruff: noqa: E501

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

REPOSITORY: Final = Path(__file__).resolve().parent.parent


class Mutant(NamedTuple):
    """A fault."""

    name: str
    file: str
    old: str  # what stands there
    new: str
    tests: str  # of which one fails


GENERATIONS: Final = "vnsearch/index/generations.py"
DURABILITY: Final = "tests/index/test_durability.py"
PLAN: Final = "vnsearch/indexing/plan.py"
ROOTS: Final = "vnsearch/indexing/roots.py"
UPDATE: Final = "tests/indexing/test_update.py"
RANKING: Final = "vnsearch/ranking.py"
WRITER: Final = "vnsearch/engines/whoosh/write/writer.py"

MUTANTS: Final = (
    Mutant("no sync of files", GENERATIONS, "                    sync(os.path.join(folder, name))\n", "                    pass\n", DURABILITY),
    Mutant("no sync of folders", GENERATIONS, "                sync(folder)\n", "", DURABILITY),
    Mutant("no sync of the draft's entry", GENERATIONS, "            sync(self.folder)  #", "            #", DURABILITY),
    Mutant("no sync of a new index", GENERATIONS, "                sync(self.folder.parent)  #", "                pass  #", DURABILITY),
    Mutant("no sync of the pointer", GENERATIONS, "            sync(pointer)\n", "", DURABILITY),
    Mutant("no sync after the rename", GENERATIONS, "        try:\n            sync(self.folder)\n", "        try:\n            pass\n", DURABILITY),
    Mutant("no other try of a reader", GENERATIONS, "if self._pointer() == pointer:", "if True:", "tests/index/test_opening.py"),
    Mutant("no wait for the clock tick", "vnsearch/indexing/hashing.py", "if not 0 <= age < _CLOCK_TICK_NS:", "if True:", UPDATE),
    Mutant("files below an unreadable folder are gone", PLAN, "outer for outer in above if outer in unseen", "outer for outer in above[:1] if outer in unseen", UPDATE),
    Mutant("a rebuild without what cannot be read", PLAN, "for name in (*known.files, *known.had)", "for name in known.files", UPDATE),
    Mutant("a nested root without its encoding", ROOTS, "root[1:] == ((), *outer[2:])", "not root.excludes", "tests/indexing/test_plan.py"),
    Mutant("question words weigh as others", RANKING, "QUESTION_WEIGHT: Final = 0.3", "QUESTION_WEIGHT: Final = 1.0", "tests/test_ranking.py"),
    Mutant("abbreviations weigh as much as words", RANKING, "ABBREVIATION_WEIGHT: Final = 0.3", "ABBREVIATION_WEIGHT: Final = 3.0", "tests/test_ranking.py"),
    Mutant("the last of equal passages is shown", "vnsearch/engines/whoosh/search/scorer.py", "(found[passage][0], -passage)", "(found[passage][0], passage)", "tests/search/test_searcher.py"),
    Mutant("a listing that fails is empty", "vnsearch/index/checksums.py", "onerror=_raise", "onerror=None", "tests/index/test_checksums.py"),
    Mutant("drafts are not compared", "vnsearch/indexing/update.py", "        check_draft(draft, engine)\n", "", "tests/index/test_check.py"),
    Mutant("all that fails is damage", "vnsearch/index/opening.py", "        raise VnsearchError(why, CHECK_DISK) from error\n    except VnsearchError", "        raise\n    except VnsearchError", "tests/index/test_opening.py"),
    Mutant("an inner root loses what it leaves out", ROOTS, 'taken["excludes"] = root.excludes', "pass", "tests/indexing/test_plan.py"),
    Mutant("forgetting one root looks at all", ROOTS, "if gone else everything(", "if False else everything(", "tests/indexing/test_plan.py"),
    Mutant("batches of any number of terms", "vnsearch/analysis/bulk.py", "if len(self.terms) > most_terms:", "if False:", "tests/engines/whoosh/test_writer.py"),
    Mutant("kept lines by place alone", "vnsearch/indexing/line_digests.py", "== digest\n", "!= NO_DIGEST\n", "tests/indexing/test_changed_lines.py"),
    Mutant("all of a changed file of lines", "vnsearch/indexing/reading.py", "if lines is not None and lines.has(item, digest):", "if False:", "tests/indexing/test_changed_lines.py"),
    Mutant("workers outlive their parent", "vnsearch/indexing/pool.py", "    processes.end_with_parent(parent)\n", "", "tests/indexing/test_pool.py tests/cli/test_commands.py"),
)  # fmt: skip


def survives(mutant: Mutant, copy: Path) -> bool:
    """Whether no test finds a fault, in a copy of the project."""
    path = copy / mutant.file
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: {mutant.file} has changed")
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [*command, *mutant.tests.split()],
        cwd=copy,
        env=environment,
        capture_output=True,
        check=False,
    )
    path.write_text(text, "utf-8")
    return done.returncode == 0


def main(only: str) -> int:
    """Make the faults whose names have `only` in them; returns how many survive."""
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".git", ".venv"))
        for mutant in MUTANTS:
            if only in mutant.name:
                alive = survives(mutant, copy)
                number += alive
                sys.stdout.write(f"{'SURVIVES' if alive else 'killed  '} {mutant.name}\n")
                sys.stdout.flush()
    return number


if __name__ == "__main__":
    sys.exit(bool(main(" ".join(sys.argv[1:]))))

"""Run Whoosh's own tests on its codec and on ours, and count those that pass.

    python benchmarks/whoosh_suite.py [--sdist DIR]

The tests are those of the sdist of the installed whoosh3, which is downloaded unless its
unpacked folder is given; they run in place. Ours is the codec of `tests.whoosh_codec`: the
readers with which Whoosh opens an index of the engine, on segments of any schema. Ends with 1
when a test that passes on Whoosh's codec fails on ours, and is not one of those in REASONS.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

QUERIES: Final = """queries matching searching results postings spans parsing parse_plugins nested
    sorting spelling reading weightings quality collector highlighting""".split()
WRITING: Final = "codecs columns fields flexible indexing misc mpwriter vectors writing".split()

# Tests that do not apply to another codec, or to one that does not pickle.
REASONS: Final = {
    "expects lengths rounded so that they fit a byte; ours are exact": """
        test_quality.py::test_max_field_length
        test_quality.py::test_minmax_field_length
        test_indexing.py::test_lengths
        test_indexing.py::test_many_lengths
        test_mpwriter.py::test_merge_serial
        test_mpwriter.py::test_merge_multi""",
    "adds a file to a segment that is there, by a method of W3Codec": """
        test_sorting.py::test_add_sortable""",
    "looks into the files of W3Codec": """
        test_codecs.py::test_corrupt_postings_block_raises_clear_error
        test_codecs.py::test_tiny_blocks_stored_uncompressed_round_trip""",
    "stores a tuple, which JSON does not have: it comes back as a list": """
        test_codecs.py::test_docwriter_two
        test_indexing.py::test_stored_tuple""",
    "writes positions that the field's format did not encode": """
        test_codecs.py::test_vector
        test_codecs.py::test_fieldwriter_single_term
        test_codecs.py::test_fieldwriter_two_terms
        test_codecs.py::test_fieldwriter_multiblock""",
    "starts processes anew, which know nothing of our codec": """
        test_mpwriter.py::test_mpwriter_explicit_start_method[spawn]
        test_mpwriter.py::test_mpwriter_explicit_start_method[forkserver]""",
}

Outcomes = Mapping[str, str]  # pytest's word for it, by the test's name

_OURS: Final = "VNSEARCH_SUITE_ON_OURS"
_OUTCOMES: Final = "VNSEARCH_SUITE_OUTCOMES"


def main() -> int:
    """Run the tests on both codecs and print the outcomes; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--sdist", type=Path, help="folder of the unpacked sdist of whoosh3")
    given: Path | None = parser.parse_args().sdist
    with downloaded() if given is None else _as_it_is(given) as sdist:
        stock, ours = run(sdist, ours=False), run(sdist, ours=True)
    return report(stock, ours)


@contextmanager
def downloaded() -> Iterator[Path]:
    """Download and unpack the sdist of the installed whoosh3, for as long as it is used."""
    with TemporaryDirectory() as folder:
        wanted = f"whoosh3=={version('whoosh3')}"
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "whoosh3"]
        subprocess.run([*pip, "-d", folder, wanted], check=True)
        (archive,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
        yield next(path for path in Path(folder).iterdir() if path.is_dir())


@contextmanager
def _as_it_is(folder: Path) -> Iterator[Path]:
    yield folder


def run(sdist: Path, *, ours: bool) -> Outcomes:
    """Run the tests on one of the codecs."""
    here = Path(__file__).resolve()
    with TemporaryDirectory() as folder:
        outcomes = Path(folder, "outcomes.json")
        path = os.pathsep.join([str(here.parent), str(here.parent.parent)])
        subprocess.run(
            [
                *(sys.executable, "-W", "ignore", "-m", "pytest", "-q", "--tb=no", "--no-header"),
                *("-p", here.stem, "-p", "no:cacheprovider", "-o", "filterwarnings="),
                "--continue-on-collection-errors",
                *(f"tests/test_{name}.py" for name in QUERIES + WRITING),
            ],
            cwd=sdist,
            env={**os.environ, "PYTHONPATH": path, _OURS: "1" * ours, _OUTCOMES: str(outcomes)},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        by_test: Outcomes = json.loads(outcomes.read_text("utf-8"))
        return by_test


def report(stock: Outcomes, ours: Outcomes) -> int:
    """Print how many tests pass; return 1 if one fails that should pass, else 0."""
    passing = [test for test, outcome in stock.items() if outcome == "passed"]
    failing = {test for test in passing if ours.get(test) != "passed"}
    _say("file", "stock", "ours")
    for title, names in (("queries and matchers", QUERIES), ("writing", WRITING)):
        chosen = {f"test_{name}.py" for name in names}
        counts = Counter(_file(test) for test in passing if _file(test) in chosen)
        failed = Counter(_file(test) for test in failing)
        for file, count in counts.items():
            _say(file, count, count - failed[file])
        _say(f"= {title}", counts.total(), counts.total() - sum(failed[f] for f in chosen))
    for reason, tests in REASONS.items():
        sys.stdout.write(f"\nDoes not apply: {reason}\n")
        for test in sorted(failing & set(tests.split())):
            sys.stdout.write(f"  {test}\n")
        failing -= set(tests.split())
    if failing:
        sys.stdout.write("\nFails:\n" + "".join(f"  {test}\n" for test in sorted(failing)))
    return int(bool(failing))


def _file(test: str) -> str:
    return test.partition("::")[0]


def _say(name: str, stock: object, ours: object) -> None:
    sys.stdout.write(f"{name:28}{stock!s:>7}{ours!s:>7}\n")


# Hooks that pytest calls: this file is its plugin, too.

_outcomes: dict[str, str] = {}


def pytest_configure() -> None:
    """Make our codec the default of Whoosh's writers, if the environment says so."""
    if os.environ.get(_OURS):
        import whoosh.codec
        import whoosh.codec.whoosh3

        from tests.whoosh_codec.codec import GenericCodec

        def ours(*_: object, **__: object) -> GenericCodec:
            return GenericCodec()

        whoosh.codec.default_codec = whoosh.codec.whoosh3.W3Codec = ours


def pytest_runtest_logreport(report: Any) -> None:
    """Note the outcome of a test; failures of its setup and teardown count, too."""
    if report.when == "call" or report.outcome != "passed":
        _outcomes[report.nodeid.removeprefix("tests/")] = report.outcome


def pytest_sessionfinish() -> None:
    """Write the outcomes to the file that the environment names."""
    if path := os.environ.get(_OUTCOMES):
        Path(path).write_text(json.dumps(_outcomes), "utf-8")


if __name__ == "__main__":
    sys.exit(main())

"""Files in files: archives as folders, attachments, what of them is read again, and limits."""

import io
import os
import re
import shutil
import subprocess
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests import formats, ole
from tests.conftest import Command
from vnsearch import readers
from vnsearch.index.catalog import Catalog
from vnsearch.index.generations import CATALOG, Generations
from vnsearch.indexing.roots import RootOptions
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.model import Changes, Hit
from vnsearch.readers import nested
from vnsearch.readers.base import Flaw, Held, Source
from vnsearch.search.searcher import Searcher
from vnsearch.vietnamese import encodings

Files = Mapping[str, bytes]


class Place:
    """A folder of documents, and its index."""

    def __init__(self, folder: Path) -> None:
        self.docs, self.index = folder / "docs", folder / ".vnsearch"
        self.docs.mkdir()

    def write(self, name: str, data: bytes) -> None:
        (self.docs / name).write_bytes(data)

    def update(self, **options: object) -> Changes:
        return update(self.index, [str(self.docs)], **options)  # type: ignore[arg-type]

    def hits(self, query: str) -> list[Hit]:
        with closing(Searcher(self.index)) as searcher:
            return [*searcher.search(query, limit=50, copies=True).hits]

    def ids(self, query: str) -> list[str]:
        return sorted(hit.id.removeprefix("docs/") for hit in self.hits(query))

    def reasons(self) -> dict[str, str]:
        return {
            item.path.rpartition("docs/")[2]: item.reason for item in status(self.index).skipped
        }


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def zipped(files: Files) -> bytes:
    return formats.packed(dict(files))


def tarred(files: Files, mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def message(files: Files, text: str = "Kính gửi phòng kế toán") -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "an@mau.example", "Thư gửi kèm"
    made.set_content(text)
    for name, data in files.items():
        made.add_attachment(data, "application", "octet-stream", filename=name)
    return bytes(made)


def mailbox(files: Files) -> bytes:
    return b"".join(b"From a@b Mon Jan  1\n" + message({n: d}) + b"\n\n" for n, d in files.items())


def by_program(files: Files, kind: str) -> bytes:
    """An archive that the program makes which also reads it."""
    if shutil.which("bsdtar") is None:
        pytest.skip("needs bsdtar (Debian: libarchive-tools)")
    command = ["bsdtar", "-c", "-f", "-", "--format", kind, "@-"]
    return subprocess.run(
        command, input=tarred(files, "w:"), capture_output=True, check=True
    ).stdout


CON_CO = "con cò bay lả bay la".encode()
HOLDERS: dict[str, Callable[[Files], bytes]] = {
    "a.zip": zipped,
    "a.tar": lambda files: tarred(files, "w:"),
    "a.tar.gz": tarred,
    "a.tgz": tarred,
    "a.tar.xz": lambda files: tarred(files, "w:xz"),
    "a.tbz2": lambda files: tarred(files, "w:bz2"),
    "a.eml": message,
    "a.mbox": mailbox,
    "a.msg": lambda files: ole.message({0x0037: "Thư gửi kèm", 0x1000: "Kính gửi"}, files),
    "khong-duoi": zipped,
    "a.7z": lambda files: by_program(files, "7zip"),
}


@pytest.mark.parametrize("name", HOLDERS)
def test_files_in_a_file_are_documents(name: str, place: Place) -> None:
    place.write(
        name, HOLDERS[name]({"b.docx": formats.docx("Cánh cò\ncon cò bay lả"), "c.txt": CON_CO})
    )
    done = place.update()
    own = int(name in ("a.eml", "a.msg", "a.mbox"))
    assert (done.added, done.skipped) == (2 + own, ())
    steps = ["1/", "2/"] if name == "a.mbox" else ["", ""]
    hits = sorted(place.hits("con cò bay lả"), key=lambda hit: hit.id)
    assert [hit.id for hit in hits] == [
        f"docs/{name}/{steps[0]}b.docx",
        f"docs/{name}/{steps[1]}c.txt",
    ]
    assert [hit.title for hit in hits] == ["Cánh cò", "con cò bay lả bay la"]
    assert hits[1].snippet.match is not None
    assert (hits[1].snippet.match.unit, hits[1].snippet.match.number) == ("line", 1)
    assert not any(hit.stale for hit in hits)
    again = place.update()
    assert (again.unchanged, again.bytes_read) == (2 + own, 0)


@pytest.mark.parametrize("name", HOLDERS)
def test_only_what_changed_in_a_file_is_read_again(name: str, place: Place) -> None:
    files = {"b.txt": b"mot", "c.txt": b"hai", "d.txt": b"ba"}
    place.write(name, HOLDERS[name](files))
    place.update()
    place.write(name, HOLDERS[name]({**files, "c.txt": b"bon", "e.txt": b"nam"}))
    assert all(hit.stale for hit in place.hits("mot"))
    now = status(place.index)
    assert (now.new, now.changed, now.removed) == (0, 1, 0)
    done = place.update()
    if name == "a.mbox":  # its files are called by the numbers of messages
        assert (done.added, done.changed, done.removed) == (1, 2, 0)
    else:
        own = int(name in ("a.eml", "a.msg"))  # the message itself
        assert (done.added, done.changed, done.removed, done.unchanged) == (1, 1 + own, 0, 2)
    assert [len(place.hits(word)) for word in ("mot", "hai", "bon", "nam")] == [1, 0, 1, 1]
    place.write(name, HOLDERS[name]({"b.txt": b"mot"}))
    assert place.update().removed == 3
    assert [len(place.hits(word)) for word in ("mot", "ba", "bon", "nam")] == [1, 0, 0, 0]
    (place.docs / name).unlink()
    place.write("khac.txt", b"khac")
    assert place.update().added == 1
    assert place.ids("mot OR khac") == ["khac.txt"]
    with closing(Catalog(Generations(place.index).current() / CATALOG)) as catalog:
        assert [*catalog.files()] == ["docs/khac.txt"]


def test_files_nest(place: Place) -> None:
    inner = zipped({"sâu/c.txt": CON_CO})
    place.write(
        "a.zip",
        zipped({"b.zip": inner, "thu.eml": message({"d.tar": tarred({"e.txt": CON_CO}, "w:")})}),
    )
    assert place.update().added == 3
    assert place.ids("cò") == ["a.zip/b.zip/sâu/c.txt", "a.zip/thu.eml/d.tar/e.txt"]
    place.write("a.zip", zipped({"b.zip": inner, "f.txt": b"moi"}))
    done = place.update()
    assert (done.added, done.removed, done.unchanged) == (1, 2, 1)


def test_files_nest_to_a_limit(place: Place) -> None:
    data = CON_CO
    for depth in range(6):
        data = zipped({f"{depth}.{'zip' if depth else 'txt'}": data})
    place.write("a.zip", data)
    place.update()
    assert place.reasons() == {"a.zip/5.zip/4.zip/3.zip/2.zip/1.zip": "over 4 files in one another"}


def test_excludes_globs_and_forgetting(place: Place, run: Command) -> None:
    files = {"hop-dong/b.txt": CON_CO, "nhap/c.txt": CON_CO, "d.log": CON_CO}
    place.write("a.zip", zipped({**files, "e.zip": zipped(files)}))
    place.update()
    assert len(place.ids("cò")) == 6
    place.update(options=RootOptions(["nhap/", "*.log"]))
    assert place.ids("cò") == ["a.zip/e.zip/hop-dong/b.txt", "a.zip/hop-dong/b.txt"]
    assert place.update().unchanged == 2
    place.update(options=RootOptions([]))
    assert len(place.ids("cò")) == 6
    for glob, count in (("docs/a.zip", 6), ("*.log", 2), ("a.zip/e.zip/**", 3), ("hop-dong/", 2)):
        assert run("search", "-c", "cò", "--in", glob).stdout.strip() == str(count), glob
    assert run("index", "--forget", "docs", "--quiet").returncode == 0
    assert run("search", "-c", "cò").stdout.strip() == "0"


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.eml", "a.mbox", "a.msg"])
def test_a_file_is_not_changed_by_what_is_left_out_of_it(name: str, place: Place) -> None:
    inner = zipped({"c.txt": CON_CO, "e.txt": b"le"})
    files = {"b.txt": CON_CO, "d.zip": inner, "thu.eml": message({"f.txt": b"moi"})}
    place.write(name, HOLDERS[name](files))
    all_files = place.update().added
    for excludes, removed in (["khong/"], 0), (["khac/"], 0), (["e.txt"], 1), (["e.txt", "x"], 0):
        done = place.update(options=RootOptions(excludes))
        all_files -= removed
        assert (done.added, done.changed, done.removed) == (0, 0, removed)
        assert done.unchanged == all_files


def test_hidden_files_are_left_out_and_others_told(place: Place) -> None:
    names = (".git/a.txt", "__MACOSX/._a.txt", "~$a.docx", "Thumbs.db", "a.jpg", "b.txt")
    place.write("a.zip", zipped(dict.fromkeys(names, CON_CO)))
    assert place.update().added == 1
    assert place.reasons() == {"a.zip/a.jpg": "format not supported (.jpg)"}


def test_names_of_files_are_cleaned(place: Place) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name in ("../../x.txt", "/etc/y.txt", "m\\n.txt", "x.txt", "x.txt", "a\x01b.txt"):
            archive.writestr(name, CON_CO)
    place.write("a.zip", buffer.getvalue())
    place.update()
    names = ["a b.txt", "etc/y.txt", "m/n.txt", "x (2).txt", "x (3).txt", "x.txt"]
    assert place.ids("cò") == [f"a.zip/{name}" for name in names]


@pytest.mark.parametrize("encoding", [encodings.WINDOWS_1258, encodings.TCVN3, "utf-8", "cp437"])
def test_names_in_old_encodings(encoding: str, place: Place) -> None:
    """As older programs write them: without saying which encoding it is."""
    names = ["Báo cáo tổng kết năm học.txt", "Kế hoạch tuyển sinh/Đề án.txt", "a.txt"]
    if encoding == "cp437":
        names = ["café.txt", "a.txt"]
    old = encoding in (encodings.WINDOWS_1258, encodings.TCVN3)
    raw = [formats.encoded(name, encoding) if old else name.encode(encoding) for name in names]
    stand_ins = [sign * len(name) for sign, name in zip("XYZ", raw, strict=False)]
    data = zipped(dict.fromkeys(stand_ins, CON_CO))
    for stand_in, name in zip(stand_ins, raw, strict=True):
        data = data.replace(stand_in.encode(), name)
    place.write("a.zip", data)
    place.update()
    assert place.ids("cò") == sorted(f"a.zip/{name}" for name in names)


def test_damaged_and_encrypted_ones_are_told(place: Place) -> None:
    good = zipped({"a.txt": CON_CO * 50, "b.txt": CON_CO * 40})
    place.write("cut.zip", good[: len(good) // 2])
    place.write("cut.tar.gz", tarred({"a.txt": os.urandom(50_000), "b.txt": CON_CO})[:30_000])
    at = good.index(b"a.txt") + len("a.txt") + 5
    place.write("wrong.zip", good[:at] + b"\xff\xff\xff" + good[at + 3 :])
    locked = bytearray(good)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(sign) + offset] |= 1
    place.write("locked.zip", bytes(locked))
    place.write("empty.zip", b"")
    place.write("text.zip", b"no archive")
    place.update()
    reasons = place.reasons()
    assert {name: reason for name, reason in reasons.items() if "cut" not in name} == {
        "wrong.zip/a.txt": reasons["wrong.zip/a.txt"],
        "locked.zip/a.txt": "encrypted",
        "empty.zip": "empty file",
        "text.zip": reasons["text.zip"],
    }
    for name in ("wrong.zip/a.txt", "text.zip", "cut.zip", "cut.tar.gz"):
        assert reasons[name].startswith("damaged")
    assert place.ids("cò") == ["locked.zip/b.txt", "wrong.zip/b.txt"]


def test_archives_that_a_program_reads(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    good = by_program({"a.txt": CON_CO, "b.txt": os.urandom(9_000)}, "7zip")
    place.write("a.7z", good)
    place.write("b.zip", zipped({"c.7z": good}))
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        place.update()
        reason = "7z archive: unpack it, or install bsdtar (Debian: libarchive-tools)"
        assert place.reasons() == {"a.7z": reason, "b.zip/c.7z": reason}
    assert place.update().added == 2
    assert place.ids("cò") == ["a.7z/a.txt", "b.zip/c.7z/a.txt"]
    place.write("a.7z", good[: len(good) // 2])
    place.write("d.rar", b"Rar!\x1a\x07\x00....")
    place.update()
    reasons = {reason for name, reason in place.reasons().items() if name in ("a.7z", "d.rar")}
    assert reasons == {"damaged, encrypted, or of a kind that bsdtar cannot read"}


def test_bombs_are_told_and_the_rest_is_read(place: Place) -> None:
    bomb = zipped({"a.txt": b"a " * 80_000_000})
    assert len(bomb) < 300_000
    place.write("a.zip", zipped({"bomb.zip": bomb, "cò.txt": CON_CO}))
    place.update()
    assert place.ids("cò") == ["a.zip/cò.txt"]
    (reason,) = place.reasons().values()
    assert reason == "too much data in one file, all decompressed"


@pytest.mark.parametrize(("size", "most"), [(1, 10_000), (1_000_000, 12_000), (10**9, 100_000)])
def test_too_many_files_for_the_size_are_told(size: int, most: int) -> None:
    def read(_: Source) -> Iterator[Held]:
        return (Held.of(f"{number}.txt", b"") for number in range(most + 2))

    nest = nested.Nest(size, 60, "", lambda _: None, lambda _: None)
    found = [*nest.items(read, Source(io.BufferedReader(io.BytesIO())))]
    assert found == [Flaw(f"over {most:,} files in it; the rest was not read")]


def test_a_file_that_breaks_its_reader_costs_only_itself(place: Place, run: Command) -> None:
    slow = b"<p>a b <i>c</i></p>" * 400_000
    place.write("a.zip", zipped({"a.txt": CON_CO, "b.html": slow, "c.txt": CON_CO}))
    done = run("index", "docs", VNSEARCH_READ_SECONDS="1")
    # Which one, a busy machine decides.
    limits = ("takes over 1 s of processor time to read", "takes too long to read")
    assert any(f"a.zip/b.html: {limit}; the next run" in done.stderr for limit in limits)
    assert place.ids("cò") == ["a.zip/a.txt", "a.zip/c.txt"]
    again = place.update()
    assert (again.added, again.unchanged) == (1, 2)


def test_a_new_version_of_a_reader_reads_files_in_files_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"b.csv": b"mot,hai", "c.txt": b"ba"}
    place.write("a.zip", zipped({**files, "d.zip": zipped(files)}))
    place.update()
    monkeypatch.setitem(readers.FORMATS, ".csv", readers.FORMATS[".csv"]._replace(version=99))
    assert status(place.index).changed == 1
    done = place.update()
    assert (done.changed, done.unchanged) == (2, 2)
    assert place.update().changed == 0


def test_an_archive_that_cannot_be_read_keeps_what_is_known(place: Place) -> None:
    place.write("a.zip", zipped({"b.txt": CON_CO}))
    place.write("c.txt", b"mot")
    place.update()
    (place.docs / "a.zip").touch()
    assert place.update().unchanged == 2
    assert place.update(rebuild=True).added == 2
    assert place.ids("cò") == ["a.zip/b.txt"]


def test_gitignore_is_remembered(place: Place, run: Command) -> None:
    place.write("a.txt", CON_CO)
    place.write("b.log", CON_CO)
    place.write(".gitignore", b"*.log\n")
    place.update()
    assert place.ids("cò") == ["a.txt", "b.log"]
    assert run("index", "docs", "--gitignore").returncode == 0
    assert place.update().unchanged == 1
    assert "without what git ignores" in run("status").stdout
    assert run("index", "docs", "--no-gitignore", "--json").returncode == 0
    assert place.ids("cò") == ["a.txt", "b.log"]
    assert run("index", "--gitignore").returncode == 2


def test_status_counts_files_by_format_and_by_reason(place: Place, run: Command) -> None:
    place.write("a.zip", zipped({"a.txt": CON_CO, "b.TXT": CON_CO, "c.jpg": b"x", "d.docx": b"x"}))
    place.write("README", CON_CO)
    place.write("e.jsonl", b'{"text": "a"}\n{}\n')
    place.write("f.jpg", b"x")
    place.write("g.docx", b"y")
    place.update()
    found = status(place.index)
    assert found.formats == {".txt": 2, "": 1, ".jsonl": 1}
    assert found.reasons == {"damaged": 2, "format not supported (.jpg)": 2}
    shown = re.sub(" +", " ", run("status").stdout)
    assert "formats 2 .txt, 1 no suffix, 1 .jsonl" in shown
    assert " 2: format not supported (.jpg)" in shown

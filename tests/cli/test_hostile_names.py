"""Names that are meant to break something, of files and of members of archives: by the real
command, each file is read, found, told and shown by its id."""

import json
import os
import tarfile
import unicodedata
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests import ole, samples
from tests.conftest import Command

NAMES = [
    b"\n",
    b" ",
    b"x...",
    b"-q",
    b"--help.txt",
    b"#",
    b"#~1",
    b"a#b.txt",
    b"a#~2.txt",
    b"%2e%2e.txt",
    b"*.txt",
    b"[a].txt",
    b"{a,b}.txt",
    b"?.txt",
    b"\\..\\a.txt",
    b"C:a.txt",
    b"CON.txt",
    b"a\tb.txt",
    b"a\rb.txt",
    b"a\nb.txt",
    b"\x1b[31mred.txt",
    b"\x1b]8;;x\x07a.txt",
    b"\x7f\x01.txt",
    b"\xff\xfe.txt",
    b"\xed\xa0\x80.txt",
    b"\xc0\xaf.txt",
    "‮txt.exe.txt".encode(),
    "á.txt".encode(),
    unicodedata.normalize("NFD", "á.txt").encode(),
    "\u0300\u0301.txt".encode(),
    "🎋.txt".encode(),
    b"'\"`$(x);&|.txt",
    b"[bold]x.txt",
    b"x" * 251 + b".txt",
    b"a.zip.txt",
    "ạ".encode() * 80,
    b" lead.txt",
    b"trail.txt ",
    b"trail.",
    b"<b>&amp;.txt",
    b"docs:1:a.txt",
    b"title:a.txt",
    b'"a phrase".txt',
    b"-a.txt",
    b"a~.txt",
    b"nul\xc2\x80l.txt",
    b"A.TXT",
    b"a.txt",
]
MEMBERS = [
    "/etc/passwd",
    "../../a.txt",
    "a/../../b.txt",
    "C:\\x\\y.txt",
    "\\\\host\\share\\a.txt",
    ".",
    "..",
    "/",
    "//",
    "a//b.txt",
    "a/./b.txt",
    "",
    " ",
    "\n.txt",
    "a\0b.txt",
    "\x1b[31m.txt",
    "#1",
    "a#~1.txt",
    "x" * 60_000 + ".txt",
    "/".join("d" * 200),
    "[bold].txt",
    "-q.txt",
    "\u202etxt.exe",
    "a.txt",
    "a.txt",
    "A.txt",
    "a.txt/b.txt",
    "a.zip/c.txt",
    "\u0300.txt",
    "ａ.txt",
    "dup/",
    "dup",
]


def phrase(number: int) -> str:
    return f"{samples.phrase_of(number)} thứ {number}"


def ids(run: Command, folder: Path) -> dict[str, str]:
    """All documents with their phrases, by id."""
    done = run("search", "--json", "--copies", "-n", "999", "mùa nước nổi", cwd=folder)
    assert done.returncode == 0, done.stderr
    done.stdout.encode()  # no lone surrogates
    hits = json.loads(done.stdout)["hits"]
    found = {hit["id"]: hit["snippet"]["text"] for hit in hits}
    assert len(found) == len(hits)
    return found


def check_output(run: Command, folder: Path, query: str) -> None:
    for arguments in (["-l"], ["-0"], ["--lines"], ["--color", "always"], []):
        done = run("search", *arguments, "--no-pager", query, cwd=folder)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        if arguments not in (["-l"], ["-0"]):
            text = done.stdout.replace("\x1b]8;", "").replace("\x1b\\", "")
            assert "\x1b]" not in text
            assert "\x1b[31mred" not in text
            assert "\x07" not in text


def test_files(tmp_path: Path, run: Command) -> None:
    folder = os.fsencode(tmp_path / "docs")
    os.mkdir(folder)
    made = []
    for number, name in enumerate(NAMES):
        with open(folder + b"/" + name, "wb") as file:
            file.write(phrase(number).encode())
        made.append(name)
    done = run("index", "docs", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"files: {len(made)} added")
    found = ids(run, tmp_path)
    assert len(found) == len(made)
    for identity, text in found.items():
        shown = run("show", identity, cwd=tmp_path)
        assert (shown.returncode, shown.stderr) == (0, ""), identity
        assert text in shown.stdout
    check_output(run, tmp_path, "mùa nước nổi")
    assert f"{len(made)} unchanged" in run("index", cwd=tmp_path).stdout
    assert run("check", cwd=tmp_path).returncode == 0


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, (name, data) in enumerate(files):
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.date_time = (1980 + number % 100, 1, 1, 0, 0, 0)
            archive.writestr(info, data)
    return buffer.getvalue()


def tarred(files: list[tuple[str, bytes]]) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name.replace("\0", ""))
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    return buffer.getvalue()


def mailed(files: list[tuple[str, bytes]]) -> bytes:
    parts = b"".join(
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment;"
        b' filename="' + name.encode().replace(b"\n", b"") + b'"\r\n\r\n' + data + b"\r\n"
        for name, data in files
    )
    head = b'From: a@b\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    return head + parts + b"--x--\r\n"


def outlook(files: list[tuple[str, bytes]]) -> bytes:
    return ole.message({0x0037: "x"}, {name: data for name, data in files if name})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("holder", "make"),
    [("a.zip", zipped), ("a.tar", tarred), ("a.eml", mailed), ("a.msg", outlook)],
)
def test_members(tmp_path: Path, run: Command, holder: str, make: object) -> None:
    assert callable(make)
    files = [(name, phrase(number).encode()) for number, name in enumerate(MEMBERS)]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / holder).write_bytes(make(files))
    done = run("index", "docs", cwd=tmp_path)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    found = ids(run, tmp_path)
    for at, identity in enumerate(found):
        # The text of an attachment without a name is that of its message.
        assert identity == f"docs/{holder}" or identity.startswith(f"docs/{holder}/")
        assert not {"..", "."} & {*identity.split("/")}
        if at % 4 == 0:
            shown = run("show", identity, cwd=tmp_path)
            assert shown.returncode == 0, identity
            assert "đang chờ mùa nước nổi" in shown.stdout, identity
    assert len(found) >= 25
    check_output(run, tmp_path, "mùa nước nổi")
    assert "added" in run("index", "--rebuild", cwd=tmp_path).stdout
    assert run("check", cwd=tmp_path).returncode == 0

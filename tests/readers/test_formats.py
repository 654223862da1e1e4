"""Formats: the same text in all of them, where a hit is in its file, and files that are broken."""

import bz2
import lzma
import re
import sys
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest

from tests import formats
from tests.conftest import CORPUS, Command
from vnsearch import readers
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.errors import UnusableFileError
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.model import Document
from vnsearch.readers.sandbox import Sandbox
from vnsearch.search.searcher import Searcher
from vnsearch.vietnamese import encodings

TEXT = formats.sample(CORPUS / "law" / "dang-ky-cu-tru.txt")
XML = '<?xml version="1.0"?>'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox()
    yield opened
    opened.close()


def documents(name: str, data: bytes, sandbox: Sandbox, encoding: str = "") -> list[Document]:
    found = readers.read(name, BufferedReader(BytesIO(data)), sandbox, encoding)
    return [item for item in found if isinstance(item, Document)]


def content(name: str, text: str = TEXT) -> bytes:
    made = formats.FORMATS[name](text)
    return made if isinstance(made, bytes) else made.encode()


def words(text: str) -> str:
    return " ".join(token.exact for token in tokenize(text))


@pytest.mark.parametrize("name", formats.FORMATS)
def test_the_same_text_gives_the_same_tokens_in_every_format(name: str, sandbox: Sandbox) -> None:
    found = documents(name, content(name), sandbox)[0]
    if "xlsx" not in name and "eml" not in name and "mbox" not in name:
        assert words(found.text) == words(TEXT)
    text = words(found.text)
    for line in TEXT.split("\n"):
        assert words(line) in text
    assert "Chuyên mục" not in found.text
    assert "Bản quyền" not in found.text
    if name.startswith("table"):  # its rows are no titles
        assert found.title == name.partition(".")[0]
    else:
        assert words(found.title) in words(TEXT)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("utf-8.txt", None),
        ("word.docx", None),
        ("page.html", None),
        ("utf-16-le.txt", "UTF-16-LE"),
        ("tcvn3.txt", encodings.TCVN3),
        ("vni.txt", encodings.VNI),
        ("viscii.txt", encodings.VISCII),
        ("vps.txt", encodings.VPS),
        ("windows-1258.txt", encodings.WINDOWS_1258),
        ("page-tcvn3.html", encodings.TCVN3),
        ("word-vni.docx", encodings.VNI),
        ("print-tcvn3.pdf", encodings.TCVN3),
        ("utf-8-misread.txt", encodings.MISREAD_UTF_8),
    ],
)
def test_encodings_are_detected(name: str, encoding: str | None, sandbox: Sandbox) -> None:
    found = documents(name, content(name), sandbox)[0].encoding
    assert found == (encoding and (encoding, True))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("print.pdf", "page"),
        ("slides.pptx", "slide"),
        ("book.epub", "chapter"),
        ("sheets.xlsx", "sheet"),
        ("table.csv", "line"),
        ("tcvn3.txt", "line"),
    ],
)
def test_where_a_hit_is_in_its_file(tmp_path: Path, name: str, unit: str) -> None:
    lines = [*["chữ khác cho đầy trang " * 30] * 3, "Nghị quyết về biển đảo", "hết"]
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / name).write_bytes(content(name, "\n".join(lines)))
    update(tmp_path / ".vnsearch", [str(folder)])
    searcher = Searcher(tmp_path / ".vnsearch")
    (hit,) = searcher.search('"nghị quyết về biển đảo"').hits
    searcher.close()
    assert hit.snippet.match is not None
    assert (hit.snippet.match.unit, hit.snippet.match.number) == (unit, 2 if unit == "sheet" else 4)
    assert bool(hit.snippet.match.name) == (unit == "sheet")


def test_messages_of_a_mailbox_are_documents(sandbox: Sandbox) -> None:
    first, second = documents("a.mbox", content("mailbox.mbox"), sandbox)
    assert (first.key, second.key) == ("1", "2")
    assert second.locator is not None
    assert second.locator[:2] == (2, "message")
    assert "van.thu@example.vn" in first.text


def test_old_mail_without_declared_encodings(sandbox: Sandbox) -> None:
    head, _, body = TEXT.partition("\n")
    data = b"From: a@b\nSubject: " + formats.encoded(head, encodings.TCVN3) + b"\n\n"
    (found,) = documents("a.eml", data + formats.encoded(body, encodings.TCVN3), sandbox)
    assert words(body) in words(found.text)
    assert words(found.title) == words(head)


def test_a_page_in_one_file(sandbox: Sandbox) -> None:
    page = formats.html(TEXT).encode()
    data = b'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
    data += b"Content-Type: text/html\nContent-Transfer-Encoding: 8bit\n\n" + page + b"\n--b--\n"
    (found,) = documents("a.mhtml", data, sandbox)
    assert words(TEXT) in words(found.text)


def test_what_was_deleted_from_a_document_is_not_found(sandbox: Sandbox) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    runs = "<w:r><w:t>còn</w:t></w:r><w:del><w:r><w:delText>mất</w:delText></w:r></w:del>"
    body = f"<w:document {space}><w:body><w:p>{runs}</w:p></w:body></w:document>"
    data = formats.packed({"word/document.xml": XML + body})
    assert documents("a.docx", data, sandbox)[0].text == "còn"


def test_the_encoding_may_be_set(tmp_path: Path, run: Command) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_bytes(formats.encoded("cà", encodings.VNI))
    assert run("index", "docs", cwd=tmp_path).returncode == 0
    assert run("search", "--exact", "cà", cwd=tmp_path).returncode == 1
    done = run("index", "docs", "--encoding", "vni", "--json", cwd=tmp_path)
    assert '"encoding": "VNI-Windows", "sure": true' in done.stdout
    assert run("search", "--exact", "cà", cwd=tmp_path).returncode == 0
    (folder / "a.txt").write_bytes(formats.encoded("là cà", encodings.VNI))
    run("index", cwd=tmp_path)  # remembered
    assert run("search", "--exact", "là cà", cwd=tmp_path).returncode == 0
    assert "VNI-Windows" in run("status", cwd=tmp_path).stdout
    wrong = run("index", "docs", "--encoding", "xyz", cwd=tmp_path)
    assert (wrong.returncode, "no such encoding: xyz" in wrong.stderr) == (2, True)
    assert run("index", "--encoding", "vni", cwd=tmp_path).returncode == 2


def test_doubt_is_reported(tmp_path: Path, run: Command) -> None:
    (tmp_path / "a.txt").write_bytes(b"A quoted \x93word\x94 in an English text.")
    done = run("index", "a.txt", cwd=tmp_path)
    assert done.returncode == 0
    assert "in doubt about a.txt: read as windows-1252" in done.stderr


def test_a_new_version_of_a_reader_reads_only_its_files_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    formats.make(tmp_path / "docs", TEXT, ["table.csv", "page.html", "utf-8.txt"])
    update(tmp_path / "ix", [str(tmp_path / "docs")])
    assert update(tmp_path / "ix").unchanged == 3
    raised = readers.FORMATS[".csv"]._replace(version=99)
    monkeypatch.setitem(readers.FORMATS, ".csv", raised)
    assert status(tmp_path / "ix").changed == 1
    done = update(tmp_path / "ix")
    assert (done.changed, done.unchanged) == (1, 2)
    assert update(tmp_path / "ix").changed == 0


@pytest.mark.parametrize(("name", "library"), [("print.pdf", "pypdfium2"), ("word.docx", "lxml")])
def test_without_its_library_a_format_is_skipped_and_read_when_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    formats.make(tmp_path / "docs", TEXT, [name, "utf-8.txt"])
    with monkeypatch.context() as patch:
        patch.setattr(readers, "_installed", lambda library: not library)
        done = update(tmp_path / "ix", [str(tmp_path / "docs")])
        (skipped,) = done.skipped
        assert skipped.reason.startswith(f"{library} is not installed: ")
        assert done.added == 1
    assert update(tmp_path / "ix").added == 1


@pytest.mark.parametrize(
    ("prefix", "pip", "remedy"),
    [
        ("/home/an/.local/pipx/venvs/vnsearch", True, "pipx inject vnsearch python-calamine"),
        ("/srv/env", True, "'/srv/my env/python' -m pip install python-calamine"),
        ("/srv/env", False, "uv pip install --python '/srv/my env/python' python-calamine"),
    ],
)
def test_what_installs_a_library_in_this_environment(
    monkeypatch: pytest.MonkeyPatch, prefix: str, pip: bool, remedy: str
) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "executable", "/srv/my env/python")
    monkeypatch.setattr(readers, "find_spec", lambda name: name if pip else None)
    assert readers._remedy("python_calamine") == remedy


def test_a_mixed_folder_of_many_files(tmp_path: Path, run: Command) -> None:
    """Each sample of the corpus, in some of the formats."""
    names = list(formats.FORMATS)
    at, count = 0, 0
    for path in sorted(CORPUS.rglob("*.txt")):
        chosen = [names[(at + step) % len(names)] for step in range(14)]
        at += 14
        formats.make(tmp_path / "docs", formats.sample(path), chosen, f"{path.stem}-")
        count += len(chosen)
    assert count >= 200
    done = run("index", "docs", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"files: {count} added;")
    assert "from TCVN3" in done.stdout
    assert run("search", "-c", "dang", cwd=tmp_path).returncode == 0


# ---- trouble ----

NESTED = "<a>" * 10_000 + "x" + "</a>" * 10_000
BOMB = formats.packed({"word/document.xml": b"<a>" + b" " * 101_000_000 + b"</a>"})
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "hahahahaha">'
    + "".join(f'<!ENTITY b{n} "{f"&b{n - 1 if n else str()};" * 10}">' for n in range(9))
    + "]><a><t>&b8;</t></a>"
)
TROUBLE: dict[str, tuple[bytes, str]] = {
    "zero.pdf": (b"", "empty file"),
    "zero.docx": (b"", "empty file"),
    "zero.xlsx": (b"", "empty file"),
    "zero.txt": (b"", "empty file"),
    "zero.eml": (b"", "no message"),
    "zero.mbox": (b"", "no messages"),
    "zero.csv": (b"", "empty file"),
    "wrong.docx": (b"%PDF-1.4 not a document", "damaged, or not what its name says"),
    "wrong.pdf": (b"PK\x03\x04 not a page", "damaged, or no PDF"),
    "wrong.epub": (b"text", "damaged, or not what its name says"),
    "wrong.xlsx": (b"text\0\1\2", "damaged"),
    "wrong.odt": (formats.packed({"a": "b"}), r"damaged \(no content.xml\)"),
    "cut.docx": (content("word.docx")[:5000], "damaged"),
    "cut.xlsx": (content("sheets.xlsx")[:2000], "damaged"),
    "cut.pptx": (content("slides.pptx")[:9000], "damaged"),
    "cut.odt": (content("writer.odt")[:600], "damaged"),
    "cut.epub": (content("book.epub")[:900], "damaged"),
    "cut.txt.gz": (content("utf-8.txt.gz")[:300], "damaged gzip"),
    "locked.pdf": (formats.locked_pdf("a"), "encrypted"),
    "locked.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "encrypted"),
    "scan.pdf": (formats.pdf(" "), "a scan"),
    "nested.docx": (formats.packed({"word/document.xml": NESTED}), "nested too deeply"),
    "nested.odt": (formats.packed({"content.xml": NESTED}), "nested too deeply"),
    "nested.epub": (formats.packed({"META-INF/container.xml": NESTED}), "nested too deeply"),
    "bomb.docx": (BOMB, "too large"),
    "laughs.docx": (formats.packed({"word/document.xml": LAUGHS}), "no text|damaged"),
    "binary.txt": (bytes(range(256)), "binary file"),
    "binary.py": (bytes(range(256)), "binary file"),
    "binary.xml": (bytes(range(256)), "binary file"),
    "binary.json": (bytes(range(256)), "binary file"),
    "binary": (bytes(range(256)), "binary file"),
    "zero": (b"", "empty file"),
    "zero.json": (b"", "empty file"),
    "numbers.json": (b"[1, 2]", "no text"),
    "objects.json": (b'[{"a": 1}, {"a": 2}]', "no text"),
    "nested.json": (b"[" * 100_000, "nested too deeply"),
    "empty.xml": (b"<a><b/></a>", "no text"),
    "cut.ipynb": (b'{"cells": [', "damaged"),
    "empty.ipynb": (b'{"cells": []}', "no text"),
    "cut.log.xz": (lzma.compress(TEXT.encode())[:200], "damaged xz file"),
    "cut.log.bz2": (bz2.compress(TEXT.encode())[:200], "damaged bzip2 file"),
    "wrong.log.bz2": (b"BZh9 no such", "damaged bzip2 file"),
    "wrong.log.zst": (b"no such", "damaged zstd file"),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLE)
def test_a_broken_file_has_a_reason(name: str, sandbox: Sandbox) -> None:
    data, reason = TROUBLE[name]
    with pytest.raises(UnusableFileError, match=reason):
        documents(name, data, sandbox)


def test_a_folder_of_broken_files_is_gone_through(tmp_path: Path, run: Command) -> None:
    folder = tmp_path / "docs"
    formats.make(folder, TEXT, ["word.docx"])
    for name, (data, _) in TROUBLE.items():
        (folder / name).write_bytes(data)
    (folder / "nested.html").write_text("<div>" * 10_000 + "sâu", "utf-8")
    done = run("index", "docs", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert len(re.findall('"reason"', done.stdout)) == len(TROUBLE)
    assert '"added": 2' in done.stdout
    assert "Traceback" not in done.stderr

"""Text in pictures: recognized once, kept when a run is interrupted, told where it is in doubt.

Most tests let a small program stand for Tesseract, which tells what it is asked and says what it is
told; the last one draws pages and lets Tesseract read them.
"""

import gzip
import json
import os
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests import formats, ole, papers
from tests.conftest import CORPUS, Command
from tests.indexing.test_nested import mailbox, message, tarred, zipped
from tests.readers.test_old_office import recall
from vnsearch.index.file_state import digest_of
from vnsearch.index.recognized import Recognized
from vnsearch.readers.ocr import Page

TEXT = "Biên bản bàn giao lò gạch"
# A program that reads a picture from its stdin. Its words are in `words`, a picture of the bytes
# `bad` is damaged, and each call is a line in `calls`.
STAND_IN = """\
#!{python}
import pathlib, sys, time
folder = pathlib.Path({folder!r})
if "--list-langs" in sys.argv:
    print("List of available languages (1):\\nvie")
    sys.exit()
picture = sys.stdin.buffer.read()
with open(folder / "calls", "a") as calls:
    print(len(picture), file=calls)
time.sleep(float((folder / "seconds").read_text()))
if picture == b"bad":
    sys.exit(1)
page = next((int(a.partition("=")[2]) for a in sys.argv if a.startswith("tessedit_page")), 0)
print("\\t".join("level page_num block par line word l t w h conf text".split()))
if page < 3:
    print("1", "1", *[0] * 8, "-1", "", sep="\\t")
    for n, word in enumerate((folder / "words").read_text("utf-8").split()):
        print(5, 1, 1, 1, 1, n, 0, 0, 0, 0, (folder / "sure").read_text(), word, sep="\\t")
"""


class StandIn:
    """The folder of the program, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "tesseract"
        program.write_text(STAND_IN.format(python=sys.executable, folder=str(folder)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.say(TEXT)

    def say(self, text: str, sure: int = 95, seconds: float = 0.0) -> None:
        for name, value in (("words", text), ("sure", sure), ("seconds", seconds)):
            (self.folder / name).write_text(str(value), "utf-8")

    def calls(self) -> int:
        """How often it was asked since the last call."""
        calls = self.folder / "calls"
        count = len(calls.read_text().splitlines()) if calls.exists() else 0
        calls.unlink(missing_ok=True)
        return count


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return StandIn(folder)


def scan(pages: int, text: str = "") -> bytes:
    """A PDF whose pages are pictures, with a line of text below."""
    picture = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
    picture += "/BitsPerComponent 8 /Length 1 >>\nstream\nx\nendstream"
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>",
        picture,
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    shown = f"q 400 0 0 600 0 0 cm /I Do Q BT /F 9 Tf 20 20 Td ({text}) Tj ET"
    for number in range(pages):
        objects += (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents "
            f"{6 + 2 * number} 0 R "
            "/Resources << /XObject << /I 3 0 R >> /Font << /F 4 0 R >> >> >>",
            formats._stream(shown),
        )
    return formats._pdf_of(objects, "")


def fax(pages: int) -> bytes:
    """The directories of a TIFF of so many pages, without a picture."""
    ends = [0 if n == pages else 8 + 6 * n for n in range(1, pages + 1)]
    return struct.pack("<2sHI", b"II", 42, 8) + b"".join(struct.pack("<HI", 0, at) for at in ends)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(scan(3, "Scanned by an app"))
    (folder / "photo.JPG").write_bytes(b"a picture")
    (folder / "broken.png").write_bytes(b"bad")
    (folder / "plain.txt").write_text("một tệp thường", "utf-8")
    return folder


def hits(run: Command, folder: Path, query: str = f'"{TEXT}"') -> dict[str, dict[str, object]]:
    found = json.loads(run("search", "--copies", "--json", query, cwd=folder).stdout)["hits"]
    return {hit["path"]: hit for hit in found}


@pytest.mark.usefixtures("docs")
def test_pictures_and_scans_are_found_at_their_pages(
    tmp_path: Path, run: Command, tesseract: StandIn
) -> None:
    without = run("index", "docs", cwd=tmp_path)
    assert "photo.JPG: format not supported (.JPG)" in without.stderr
    assert "2 added" in without.stdout  # of the scan a line that a program has put there
    done = run("index", "docs", "--ocr", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 added, 1 changed, 1 unchanged" in done.stdout
    assert "broken.png: damaged, or no picture that Tesseract can read" in done.stderr
    assert tesseract.calls() == 5
    found = hits(run, tmp_path)
    assert {path: hit["page"] for path, hit in found.items()} == {
        "docs/scan.pdf": 1, "docs/photo.JPG": 1,
    }  # fmt: skip
    assert not hits(run, tmp_path, "scanned by an app")
    assert "with text in pictures" in run("status", cwd=tmp_path).stdout


def test_nothing_is_recognized_twice(
    tmp_path: Path, run: Command, tesseract: StandIn, docs: Path
) -> None:
    run("index", "docs", "--ocr", cwd=tmp_path)
    assert tesseract.calls() == 5
    assert "3 unchanged" in run("index", cwd=tmp_path).stdout
    (docs / "moved.jpg").write_bytes(b"a picture")
    assert run("index", "--rebuild", cwd=tmp_path).returncode == 0
    assert tesseract.calls() == 0
    assert len(hits(run, tmp_path)) == 3
    (docs / "photo.JPG").write_bytes(b"another picture")
    run("index", cwd=tmp_path)  # the option is remembered
    assert tesseract.calls() == 1
    run("index", "docs", "--no-ocr", cwd=tmp_path)
    assert not hits(run, tmp_path)


@pytest.mark.parametrize("how", [signal.SIGINT, getattr(signal, "SIGKILL", 9)])
def test_an_interrupted_run_goes_on_where_it_was(
    tmp_path: Path, run: Command, tesseract: StandIn, docs: Path, how: signal.Signals
) -> None:
    (docs / "long.pdf").write_bytes(scan(20))
    tesseract.say(TEXT, seconds=0.3)
    command = [sys.executable, "-m", "vnsearch", "index", "docs", "--ocr", "--jobs", "2"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    kept = tmp_path / ".vnsearch" / "recognized"
    while process.poll() is None and count_of(kept) < 6:
        time.sleep(0.05)
    process.send_signal(how)
    assert process.wait(20) != 0
    before = count_of(kept)
    assert 6 <= before < 25
    assert not (tmp_path / ".vnsearch" / "current").exists()
    tesseract.calls()
    tesseract.say(TEXT)
    assert run("index", "docs", "--ocr", cwd=tmp_path).returncode == 0
    assert tesseract.calls() == 25 - before
    assert len(hits(run, tmp_path)) == 3


def count_of(folder: Path) -> int:
    """How many pages are kept."""
    if not folder.is_dir():
        return 0
    return sum(path.read_bytes().count(b"\n[") for path in folder.iterdir())


@pytest.mark.usefixtures("docs")
def test_text_in_doubt_is_told(tmp_path: Path, run: Command, tesseract: StandIn) -> None:
    tesseract.say(TEXT, sure=61)
    run("index", "docs", "--ocr", cwd=tmp_path)
    assert hits(run, tmp_path)["docs/scan.pdf"]["snippet"]["confidence"] == 0.61  # type: ignore[index]
    shown = run("search", TEXT, cwd=tmp_path).stdout
    assert "scan.pdf, page 1 (text in doubt: 61% sure)" in shown
    assert "confidence" not in json.dumps(hits(run, tmp_path, "tệp thường"))


@pytest.mark.usefixtures("docs")
def test_what_is_read_into_a_photograph_is_no_text(
    tmp_path: Path, run: Command, tesseract: StandIn
) -> None:
    tesseract.say("x~ |. ii", sure=20)
    done = run("index", "docs", "--ocr", cwd=tmp_path)
    assert "photo.JPG: no text in the picture" in done.stderr
    assert "scan.pdf: no text" in done.stderr


@pytest.mark.usefixtures("tesseract")
def test_pages_of_a_tiff_are_read_one_by_one(tmp_path: Path, run: Command) -> None:
    (tmp_path / "fax.tif").write_bytes(fax(3))
    run("index", "fax.tif", "--ocr", cwd=tmp_path)
    assert count_of(tmp_path / ".vnsearch" / "recognized") == 3
    assert list(hits(run, tmp_path)) == ["fax.tif"]


@pytest.mark.usefixtures("tesseract")
def test_recognized_text_goes_with_its_file(tmp_path: Path, run: Command, docs: Path) -> None:
    run("index", "docs", "--ocr", cwd=tmp_path)
    kept = tmp_path / ".vnsearch" / "recognized"
    assert len([*kept.iterdir()]) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    (docs / "scan.pdf").unlink()
    run("index", cwd=tmp_path)
    assert len([*kept.iterdir()]) == 2
    assert run("check", cwd=tmp_path).returncode == 0


@pytest.mark.usefixtures("docs")
def test_without_tesseract_it_is_told_how_to_get_it(
    tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("index", "docs", "--ocr", cwd=tmp_path)
    assert done.returncode == 2
    assert "Tesseract with Vietnamese is not installed" in done.stderr
    assert "apt install tesseract-ocr tesseract-ocr-vie" in done.stderr
    assert not (tmp_path / ".vnsearch").exists()


@pytest.mark.usefixtures("tesseract")
def test_when_tesseract_is_gone_what_was_read_stays_and_the_rest_waits(
    tmp_path: Path, run: Command, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("index", "docs", "--ocr", cwd=tmp_path)
    (docs / "new.png").write_bytes(b"a new picture")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        done = run("index", cwd=tmp_path)
        assert "new.png: the text in the picture was not recognized" in done.stderr
        assert len(hits(run, tmp_path)) == 2
    run("index", cwd=tmp_path)
    assert len(hits(run, tmp_path)) == 3


def holders(picture: bytes = b"a picture") -> dict[str, bytes]:
    """Files with pictures in them, by name."""
    return {
        "goi.zip": zipped({
            "ảnh/chụp.jpg": picture, "scan.pdf": scan(3), "hỏng.png": b"bad",
            "trong.zip": zipped({"chụp.png": b"another picture", "lời.txt": b"mot hai"}),
        }),
        "goi.tar.gz": tarred({"chụp.jpg": b"in a tape", "fax.tif": fax(3)}),
        "thu.eml": message({"chụp.bmp": b"by mail"}),
        "thu.mbox": mailbox({"chụp.webp": b"in a mailbox"}),
        "thu.msg": ole.message({0x1000: "Kính gửi"}, {"chụp.jpg": b"of Outlook"}),
    }  # fmt: skip


INSIDE = {
    "docs/goi.zip/ảnh/chụp.jpg", "docs/goi.zip/scan.pdf", "docs/goi.zip/trong.zip/chụp.png",
    "docs/goi.tar.gz/chụp.jpg", "docs/goi.tar.gz/fax.tif", "docs/thu.eml/chụp.bmp",
    "docs/thu.mbox/1/chụp.webp", "docs/thu.msg/chụp.jpg",
}  # fmt: skip


def ids(run: Command, folder: Path) -> set[str]:
    found = json.loads(run("search", "--copies", "--json", f'"{TEXT}"', "-n50", cwd=folder).stdout)
    return {hit["id"] for hit in found["hits"]}


@pytest.mark.parametrize("jobs", [1, 3])
def test_pictures_in_other_files(
    tmp_path: Path, run: Command, tesseract: StandIn, jobs: int
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, data in holders().items():
        (docs / name).write_bytes(data)
    run("index", "docs", cwd=tmp_path)
    assert not ids(run, tmp_path)
    done = run("index", "docs", "--ocr", "--jobs", str(jobs), cwd=tmp_path)
    assert ids(run, tmp_path) == INSIDE
    assert tesseract.calls() == 13
    assert hits(run, tmp_path)["docs/goi.zip/scan.pdf"]["snippet"]["confidence"] == 0.95  # type: ignore[index]
    assert "hỏng.png: damaged, or no picture that Tesseract can read" in done.stderr
    assert "unchanged" in run("index", cwd=tmp_path).stdout
    run("index", "--rebuild", cwd=tmp_path)
    assert tesseract.calls() == 0
    assert ids(run, tmp_path) == INSIDE
    (docs / "goi.zip").write_bytes(holders(b"a new picture")["goi.zip"])
    run("index", cwd=tmp_path)
    assert tesseract.calls() == 1
    assert ids(run, tmp_path) == INSIDE
    run("index", "docs", "--exclude", "*.jpg", "--exclude", "fax.*", cwd=tmp_path)
    assert ids(run, tmp_path) == {
        each for each in INSIDE if "jpg" not in each and "fax" not in each
    }
    run("index", "docs", "--no-ocr", cwd=tmp_path)
    assert not ids(run, tmp_path)


def test_what_is_left_out_of_other_files_is_not_recognized(
    tmp_path: Path, run: Command, tesseract: StandIn
) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.jpg": b"1", ".b.jpg": b"2", "c/d.jpg": b"3"}))
    run("index", "a.zip", "--ocr", "--exclude", "c/", cwd=tmp_path)
    assert tesseract.calls() == 1


def test_in_other_files_too_a_run_goes_on_where_it_was(
    tmp_path: Path, run: Command, tesseract: StandIn
) -> None:
    pictures = {f"{n}.jpg": b"picture %d" % n for n in range(9)}
    (tmp_path / "a.zip").write_bytes(zipped({**pictures, "b.pdf": scan(8)}))
    tesseract.say(TEXT, seconds=0.3)
    command = [sys.executable, "-m", "vnsearch", "index", "a.zip", "--ocr", "--jobs", "2"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    kept = tmp_path / ".vnsearch" / "recognized"
    while process.poll() is None and count_of(kept) < 6:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) != 0
    before = count_of(kept)
    assert 6 <= before < 17
    tesseract.calls()
    tesseract.say(TEXT)
    assert run("index", "a.zip", "--ocr", cwd=tmp_path).returncode == 0
    assert tesseract.calls() == 17 - before
    assert len(ids(run, tmp_path)) == 10


@pytest.mark.usefixtures("tesseract")
def test_in_other_files_what_was_not_recognized_waits(
    tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.jpg": b"1"}))
    run("index", "a.zip", "--ocr", cwd=tmp_path)
    (tmp_path / "a.zip").write_bytes(zipped({"a.jpg": b"1", "b.jpg": b"2", "c.txt": b"mot"}))
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        done = run("index", cwd=tmp_path)
        assert "b.jpg: the text in the picture was not recognized; the next run" in done.stderr
        assert ids(run, tmp_path) == {"a.zip/a.jpg"}
        assert "c.txt" in run("search", "mot", "-l", cwd=tmp_path).stdout
    run("index", cwd=tmp_path)
    assert ids(run, tmp_path) == {"a.zip/a.jpg", "a.zip/b.jpg"}


def test_what_is_not_looked_at_is_not_waited_for(
    tmp_path: Path, run: Command, tesseract: StandIn
) -> None:
    """Scans without a suffix, and newer Word by the name of the old one."""
    word = papers.PAPERS["so.docx"].make()
    assert isinstance(word, bytes)
    files = {"scan": scan(2), "so.doc": with_picture("so.docx", word)}
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "scan").write_bytes(files["scan"])
    (tmp_path / "docs" / "a.zip").write_bytes(zipped(files))
    done = run("index", "docs", "--ocr", cwd=tmp_path)
    assert done.stderr.count("scan: no text, only pictures of it (a scan)\n") == 2
    assert "next run" not in done.stderr
    again = json.loads(run("index", "--json", cwd=tmp_path).stdout)
    assert (again["changed"], again["bytes_read"], tesseract.calls()) == (0, 0, 0)


def test_a_compressed_scan_is_recognized(tmp_path: Path, run: Command, tesseract: StandIn) -> None:
    (tmp_path / "a.pdf.gz").write_bytes(gzip.compress(scan(2)))
    run("index", "a.pdf.gz", "--ocr", cwd=tmp_path)
    assert ids(run, tmp_path) == {"a.pdf.gz"}
    run("index", "--rebuild", cwd=tmp_path)
    assert tesseract.calls() == 2


def with_picture(name: str, data: bytes) -> bytes:
    """An office file with a picture in it; on its third slide, if it has slides."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {item: archive.read(item) for item in archive.namelist()}
    folder = {".docx": "word/media", ".pptx": "ppt/media"}.get(Path(name).suffix, "Pictures")
    parts[f"{folder}/image1.png"] = os.urandom(6_000)
    parts[f"{folder}/logo.png"] = b"small"
    if name.endswith(".pptx"):
        relations = "ppt/slides/_rels/slide3.xml.rels"
        new = '<Relationship Id="rId9" Type="image" Target="../media/image1.png"/></Relationships>'
        parts[relations] = str(parts[relations], "utf-8").replace("</Relationships>", new)  # type: ignore[arg-type]
    return formats.packed(parts)


def odp() -> bytes:
    """Three slides, on the last of which there is a picture."""
    link = 'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="Pictures/image1.png"'
    slides = [f"<page><p>Trang {n}</p></page>" for n in (1, 2)]
    slides.append(f"<page><frame><image {link}/></frame></page>")
    body = f"<body><presentation>{''.join(slides)}</presentation></body>"
    return formats.packed({"content.xml": f"<document>{body}</document>"})


def test_pictures_in_office_files(tmp_path: Path, run: Command, tesseract: StandIn) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    made = {name: papers.PAPERS[name].make() for name in ("so.docx", "so.odt", "chieu.pptx")}
    for name, data in {**made, "chieu.odp": odp()}.items():
        assert isinstance(data, bytes)
        (docs / name).write_bytes(with_picture(name, data))
    (docs / "goi.zip").write_bytes(zipped({"a.docx": (docs / "so.docx").read_bytes()}))
    run("index", "docs", cwd=tmp_path)
    assert not ids(run, tmp_path)
    run("index", "docs", "--ocr", cwd=tmp_path)
    assert tesseract.calls() == 5
    found = hits(run, tmp_path)
    assert {path: hit.get("slide") for path, hit in found.items()} == {
        "docs/so.docx": None, "docs/so.odt": None, "docs/chieu.pptx": 3, "docs/chieu.odp": 3,
        "docs/goi.zip/a.docx": None,
    }  # fmt: skip
    run("index", "--rebuild", cwd=tmp_path)
    assert tesseract.calls() == 0
    tesseract.say(TEXT, sure=70)
    (docs / "so.docx").write_bytes(with_picture("so.docx", (docs / "so.docx").read_bytes()))
    run("index", cwd=tmp_path)
    assert "docs/so.docx" not in hits(run, tmp_path)  # text in doubt is left out


def test_damaged_lines_of_kept_pages_cost_their_page(tmp_path: Path) -> None:
    kept, digest = Recognized(tmp_path / "recognized"), bytes(32)
    kept.add(digest, Page(1, "một", 0.5, 2))
    (path,) = (tmp_path / "recognized").iterdir()
    path.write_bytes(path.read_bytes() + b'\n[3, "cut o')
    kept.add(digest, Page(2, "hai", 1.0, 2))
    assert kept.pages(digest) == {1: Page(1, "một", 0.5, 2), 2: Page(2, "hai", 1.0, 2)}
    kept.keep({bytes(32)})
    assert kept.pages(digest)
    kept.keep(set())
    assert not kept.pages(digest)


HAS_TESSERACT = shutil.which("tesseract") is not None


@pytest.mark.skipif(not HAS_TESSERACT, reason="needs Tesseract with Vietnamese")
def test_drawn_pages_are_read(tmp_path: Path, run: Command) -> None:
    from tests import scans

    if not scans.has_fonts():
        pytest.skip("needs DejaVu fonts")
    texts = [
        formats.sample(CORPUS / name)[:1500].rpartition(" ")[0]
        for name in ("law/dang-ky-cu-tru.txt", "food/pho-bo.txt", "science/dien-mat-troi.txt")
    ]
    docs = tmp_path / "docs"
    docs.mkdir()
    pages = [scans.drawn(text, skew=0.8, noise=0.002) for text in texts[:2]]
    (docs / "scan.pdf").write_bytes(scans.saved(pages, "PDF"))
    slanted = scans.drawn(texts[2], skew=-1.5, noise=0.003, font=1)
    (docs / "slanted.png").write_bytes(scans.saved([slanted], "PNG"))
    coarse = scans.drawn(texts[1], 150, skew=0.5)
    (docs / "coarse.jpg").write_bytes(scans.saved([coarse], "JPEG", 150))
    assert run("index", "docs", "--ocr", cwd=tmp_path).returncode == 0
    kept = Recognized(tmp_path / ".vnsearch" / "recognized")

    def read_in(name: str) -> str:
        with (docs / name).open("rb", buffering=0) as file:
            return "\n".join(page.text for page in kept.pages(digest_of(file)).values())

    assert recall(read_in("scan.pdf"), "\n".join(texts[:2])) >= 0.97
    assert recall(read_in("slanted.png"), texts[2]) >= 0.97
    assert recall(read_in("coarse.jpg"), texts[1]) >= 0.95
    (first, *_) = hits(run, tmp_path, "dang ky thuong tru tam tru").values()
    assert (first["path"], first["page"]) == ("docs/scan.pdf", 1)

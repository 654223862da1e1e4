"""A folder of files as an office keeps them, made by the table tests/cases/office.tsv: papers,
sheets, slides, letters, scans and archives, in Unicode and in old encodings.

All of them speak of the same things, so that names, titles and phrases have to be told apart.
`python -m tests.office FOLDER` writes them. The older formats are written by LibreOffice.
"""

import json
import sys
import tarfile
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from html import escape
from io import BytesIO
from pathlib import Path, PurePosixPath
from subprocess import run
from typing import Any, Final, NamedTuple

from tests import formats, old_office, ole, scans
from tests.cases import rows
from vnsearch.vietnamese import encodings

_ENCODINGS: Final = {"tcvn3": encodings.TCVN3, "vni": encodings.VNI}
_FILLER: Final = (
    "Căn cứ quyết định bổ nhiệm hiệu trưởng và kế hoạch năm học đã được hội đồng trường thông qua.",
    "Báo cáo quý trước nêu rõ số thu, số chi; báo cáo quý này phải nộp trước ngày 3 hằng tháng.",
    "Danh sách học sinh các lớp 6, bảng lương tháng 9 và tháng 10 gửi kèm theo công văn.",
    "Biên bản họp hội đồng ghi đủ ý kiến, có chữ ký của thư ký và người chủ trì.",
    "Hợp đồng thuê nhà, tờ trình mua sắm và giấy giới thiệu lưu tại bộ phận văn thư.",
    "Các tổ dân phố tự kiểm tra phòng cháy, đăng ký tạm trú và tổng hợp về xã.",
    "Kinh phí lấy từ ngân sách đã giao, không được chi vượt dự toán.",
    "Trong quá trình thực hiện nếu có vướng mắc đề nghị phản ánh kịp thời để được hướng dẫn.",
    "Bảng giá, phụ lục thanh toán và báo giá phải có dấu của đơn vị cung cấp.",
    "Kế hoạch hè, lễ khánh thành và hội thi do đoàn thanh niên phối hợp với nhà trường.",
    "Sổ công văn đi, sổ quỹ tiền mặt được kiểm kê vào cuối năm.",
)
_AGENCY: Final = "ỦY BAN NHÂN DÂN XÃ BẾN TRANH"
_MOTTO: Final = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
_LINE: Final = 24  # of the phrase in texts
_PAGE_LINES: Final = 9  # of filler before it in papers
_CONVERTED: Final = {  # what LibreOffice writes, and of what
    ".doc": ".docx", ".rtf": ".docx", ".odt": ".docx", ".pdf": ".docx",
    ".xls": ".xlsx", ".ods": ".xlsx", ".ppt": ".pptx", ".pps": ".pptx", ".odp": ".pptx",
}  # fmt: skip


class File(NamedTuple):
    """A row of the table."""

    path: str  # in the folder; of a file in an archive or message, behind the name of that
    kind: str  # its encoding or fonts, the resolution of a scan, or what it is by content
    title: str
    phrase: str
    place: str  # unit and number, "" if the format has none
    named: str  # words of its name

    @property
    def suffix(self) -> str:
        """The suffix of its name."""
        return PurePosixPath(self.path).suffix.lower()

    @property
    def is_scan(self) -> bool:
        """Whether its text has to be recognized."""
        return self.kind.isdigit()

    @property
    def needs(self) -> str:
        """The programs that make or read it and may not be there."""
        if self.is_scan:
            return "tesseract"
        if ".7z/" in self.path:
            return "bsdtar"
        return "soffice" if self.suffix in _CONVERTED and self.kind not in ("tab", "html") else ""


FILES: Final = [File(*row) for row in rows("office.tsv")]


def _filler(file: File, count: int) -> list[str]:
    first = sum(file.path.encode()) % len(_FILLER)
    return [_FILLER[(first + n) % len(_FILLER)] for n in range(count)]


def _official(file: File) -> list[str]:
    """The lines of an official paper before its text."""
    kind, colon, subject = file.title.partition(": ")
    about = [kind, subject] if colon else [file.title]
    number = f"Số: {len(file.path)}/{'CV' if file.title.startswith('V/v') else 'QĐ'}-UBND"
    return [_AGENCY, *_MOTTO, number, "Bến Tranh, ngày 5 tháng 3 năm 2024", "", *about, ""]


def _lines(file: File) -> list[str]:
    """An official paper of plain text, its phrase in the line _LINE."""
    lines = _official(file)
    lines += _filler(file, _LINE - 1 - len(lines))
    return [*lines, f"{file.phrase[:1].upper()}{file.phrase[1:]}.", "Nơi nhận: như trên, lưu."]


# ---- by suffix ----


def _text(file: File) -> bytes:
    return _encoded("\n".join(_lines(file)), file)


def _encoded(text: str, file: File) -> bytes:
    if encoding := _ENCODINGS.get(file.kind):
        return formats.encoded(text, encoding)
    return unicodedata.normalize("NFD" if file.kind == "nfd" else "NFC", text).encode()


def _docx(file: File) -> bytes:
    from docx import Document
    from docx.enum.text import WD_BREAK

    document: Any = Document()
    encoding = _ENCODINGS.get(file.kind, old_office.UNICODE)
    old_office._set_fonts(document, old_office.FONTS[encoding][0])

    def add(text: str) -> None:
        text = unicodedata.normalize("NFD", text) if file.kind == "nfd" else text
        old_office._write(document.add_paragraph(), text, encoding)

    for line in (*_official(file), *_filler(file, _PAGE_LINES)):
        add(line)
    if file.suffix == ".pdf":
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    add(f"Điều hai: {file.phrase}.")
    table = document.add_table(len(old_office.ROWS), len(old_office.ROWS[0]))
    for row, texts in zip(table.rows, old_office.ROWS, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            old_office._write(cell.paragraphs[0], text, encoding)
    return old_office._saved(document)


def _xlsx(file: File) -> bytes:
    from openpyxl import Workbook

    book: Any = Workbook()
    encoding = _ENCODINGS.get(file.kind)

    def typed(text: str) -> str:
        return formats.misread(formats.encoded(text, encoding)) if encoding else text

    first, second = book.active, book.create_sheet(typed("Chi tiết"))
    first.append([typed(file.title)])
    for sheet in (first, second):
        for number, text in enumerate(_filler(file, 6), 1):
            sheet.append([number, typed(text), number * 1_500_000])
    second.append([7, typed(file.phrase), 250_000])
    return old_office._saved(book)


def _pptx(file: File) -> bytes:
    from pptx import Presentation

    deck: Any = Presentation()
    encoding = _ENCODINGS.get(file.kind, old_office.UNICODE)
    for title, *body in (
        (file.title, "Người trình bày: tổ văn phòng"),
        ("Nội dung", *_filler(file, 3)),
        ("Kết quả", file.phrase, *_filler(file, 2)),
        ("Cảm ơn", "Hết"),
    ):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        old_office._fill(slide.placeholders[0].text_frame.paragraphs[0], title, encoding)
        frame = slide.placeholders[1].text_frame
        for number, text in enumerate(body):
            paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
            old_office._fill(paragraph, text, encoding)
    return old_office._saved(deck)


def _macros(make: Callable[[File], bytes], kind: str, other: str) -> Callable[[File], bytes]:
    """As a template, a show, or with macros: the same by another type."""

    def made(file: File) -> bytes:
        import zipfile

        with zipfile.ZipFile(BytesIO(make(file))) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        types = parts["[Content_Types].xml"]
        assert kind.encode() in types
        parts["[Content_Types].xml"] = types.replace(kind.encode(), other.encode())
        return formats.packed(dict(parts))

    return made


def _table(sign: str) -> Callable[[File], bytes]:
    def make(file: File) -> bytes:
        cells = [["stt", "nội dung", "ghi chú"]]
        cells += [[str(n), text, ""] for n, text in enumerate(_filler(file, _LINE - 2), 1)]
        cells.append(["99", file.phrase, "x"])
        return _encoded("\n".join(sign.join(f'"{c}"' for c in row) for row in cells), file)

    return make


def _html(file: File) -> bytes:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in _lines(file) if line)
    head = '<meta charset="utf-8"><title>Untitled Document</title>'
    return f"<html><head>{head}</head><body>{paragraphs}</body></html>".encode()


def _message(file: File, name: str = "", data: bytes = b"") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = "Lê An <an@mau.example>", "van.thu@mau.example"
    made["Date"], made["Subject"] = "Tue, 5 Mar 2024 08:30:00 +0700", file.title
    text = _filler(file, 4)
    made.set_content("\n".join(text if name else [*text, file.phrase]))
    if name:
        made.add_attachment(data, "application", "octet-stream", filename=name)
    return made


def _mbox(file: File) -> bytes:
    other = File("khac", "", "Thư khác", "không có gì", "", "")
    parts = [bytes(_message(one)) for one in (other, file, other)]
    return b"".join(b"From an@mau Tue Mar  5 08:30:00 2024\n" + part + b"\n" for part in parts)


def _outlook(file: File) -> bytes:
    return ole.message({0x0037: file.title, 0x1000: "\r\n".join([*_filler(file, 4), file.phrase])})


def _mht(file: File) -> bytes:
    page = _html(file).replace(b"Untitled Document", file.title.encode())
    head = (
        "MIME-Version: 1.0\nFrom: <saved>\nSubject: trang\nContent-Type: text/html; charset=utf-8"
    )
    return f"{head}\nContent-Transfer-Encoding: 8bit\n\n".encode() + page


def _marked(head: str, tail: str = "", around: str = "%s") -> Callable[[File], bytes]:
    """Text of a format with signs; `head` may have the title, `around` is what stands around each
    line."""

    def make(file: File) -> bytes:
        lines = head.format(title=file.title).split("\n")
        lines += _filler(file, _LINE - 1 - len(lines))
        lines.append(file.phrase)
        lines[head.count("\n") + 1 :] = [around % text for text in lines[head.count("\n") + 1 :]]
        return ("\n".join(lines) + tail).encode()

    return make


def _subtitles(head: str, entry: str) -> Callable[[File], bytes]:
    def make(file: File) -> bytes:
        texts = [*_filler(file, 11), file.phrase]
        return (
            head + "".join(entry.format(n=n, text=text) for n, text in enumerate(texts, 1))
        ).encode()

    return make


def _records(file: File) -> list[str]:
    found = [{"tiêu đề": "Mục khác", "lời": text} for text in _filler(file, _LINE - 2)]
    found.append({"tiêu đề": file.title, "lời": file.phrase})
    return [json.dumps(record, ensure_ascii=False) for record in found]


def _notebook(file: File) -> bytes:
    cells = [
        {"cell_type": "markdown", "source": [f"# {file.title}\n"]},
        {"cell_type": "code", "source": "print(1)", "outputs": []},
        {"cell_type": "markdown", "source": [*_filler(file, 2), file.phrase]},
    ]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


def _epub(file: File) -> bytes:
    return formats.epub("\n".join((file.title, *_filler(file, 1), file.phrase, *_filler(file, 2))))


def _scan(file: File) -> bytes:
    dpi = int(file.kind)
    skew, noise = (1.5, 0.001) if dpi < 300 else (0.4, 0.0)
    head = [line for line in _official(file) if line]
    texts = ["\n".join((*head, *_filler(file, 2))), "\n".join((*_filler(file, 2), file.phrase))]
    if file.place == "page 1":
        texts = ["\n".join((*head, *_filler(file, 2), file.phrase))]
    pages = [scans.drawn(text, dpi, skew=skew, noise=noise) for text in texts]
    kind = {"jpg": "JPEG", "tif": "TIFF"}.get(file.suffix[1:], file.suffix[1:].upper())
    return scans.saved(pages, kind, dpi)


_SRT: Final = "{n}\n00:0{n}:00,000 --> 00:0{n}:09,000\n{text}\n\n"
_ASS: Final = "[Script Info]\nTitle: {title}\n[Events]\nFormat: Start, End, Text"
_MAKERS: Final[dict[str, Callable[[File], bytes]]] = {
    ".txt": _text,
    "": _text,
    ".docx": _docx,
    ".dotx": _macros(_docx, "document.main+xml", "template.main+xml"),
    ".xlsx": _xlsx,
    ".xlsm": _macros(
        _xlsx, "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "vnd.ms-excel.sheet.macroEnabled.main+xml",
    ),
    ".pptx": _pptx,
    ".ppsx": _macros(_pptx, "presentation.main+xml", "slideshow.main+xml"),
    ".csv": _table(","),
    ".tsv": _table("\t"),
    ".html": _html,
    ".eml": lambda file: bytes(_message(file)),
    ".msg": _outlook,
    ".mbox": _mbox,
    ".mht": _mht,
    ".md": _marked("---\ntags: [họp]\n---\n# {title}\n"),
    ".org": _marked("#+TITLE: {title}\n* TODO Một"),
    ".rst": _marked("{title}\n=====================\n"),
    ".tex": _marked("\\documentclass{{article}}\n\\title{{{title}}}\n", around="\\emph{%s}"),
    ".ipynb": _notebook,
    ".srt": _subtitles("", _SRT),
    ".vtt": _subtitles("WEBVTT\n\n", "00:0{n}:00.000 --> 00:0{n}:09.000\n{text}\n\n"),
    ".ass": _marked(_ASS, around="Dialogue: 0:00:01.00,0:00:02.00,%s"),
    ".json": lambda file: ("[\n" + ",\n".join(_records(file)) + "\n]").encode(),
    ".jsonl": lambda file: ("\n".join((_records(file)[0], *_records(file)))).encode(),
    ".xml": _marked('<?xml version="1.0"?>\n<a>', "</a>", "<b>%s</b>"),
    ".log": _marked("bắt đầu", around="2024-03-05 08:30:00 INFO %s"),
    ".yaml": _marked("# cấu hình", around="- '%s'"),
    ".py": _marked("# chương trình", around="print('%s')"),
    ".epub": _epub,
}  # fmt: skip


def _made(file: File) -> bytes:
    """The content of a file that needs no other program."""
    match file.kind, file.suffix:
        case ("tab", _):
            return _table("\t")(file).replace(b'"', b"")
        case ("html", _):
            return _html(file).replace(b"Untitled Document", file.title.encode())
        case ("unicode", suffix) if suffix.endswith(",s"):
            return b"Received: from a by b\n" + bytes(_message(file))
    if file.is_scan:
        return _scan(file)
    return _MAKERS[_CONVERTED.get(file.suffix, file.suffix)](file)


def _converted(files: Sequence[File], folder: Path) -> dict[str, bytes]:
    """What LibreOffice makes of files, in as few runs as there are formats."""
    done = {}
    for suffix in dict.fromkeys(file.suffix for file in files):
        chosen = [file for file in files if file.suffix == suffix]
        sources = [folder / f"{n}{_CONVERTED[suffix]}" for n in range(len(chosen))]
        for file, source in zip(chosen, sources, strict=True):
            source.write_bytes(_made(file))
        old_office.convert(sources, suffix[1:].replace("pps", "ppt"), folder)
        for file, source in zip(chosen, sources, strict=True):
            written = source.with_suffix(suffix.replace("pps", "ppt"))
            done[file.path] = written.read_bytes()
    return done


# ---- files in files ----


def _packed(path: str, files: dict[str, bytes]) -> bytes:
    """An archive or a message that holds files."""
    match PurePosixPath(path).suffix:
        case ".zip":
            return formats.packed(dict(files))
        case ".eml":
            ((name, data),) = files.items()
            return bytes(_message(File(path, "", "Gửi kèm tệp", "", "", ""), name, data))
        case ".msg":
            return ole.message({0x0037: "Gửi kèm tệp", 0x1000: "Xem tệp."}, files)
        case ".7z":
            return _by_bsdtar(files)
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    return buffer.getvalue()


def _by_bsdtar(files: dict[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        made = run(
            ["bsdtar", "-c", "--format=7zip", "-f", "-", "-C", folder, *files],
            check=True, capture_output=True,
        )  # fmt: skip
    return made.stdout


_HOLDERS: Final = (".zip", ".gz", ".7z", ".eml", ".msg")


def _in_holders(contents: dict[str, bytes]) -> dict[str, bytes]:
    """The files of the folder, those that are in others within these."""
    plain, held = dict[str, bytes](), dict[str, dict[str, bytes]]()
    for path, data in contents.items():
        steps = path.split("/")
        at = next((n for n, step in enumerate(steps[:-1]) if step.endswith(_HOLDERS)), -1)
        if at < 0:
            plain[path] = data
        else:
            held.setdefault("/".join(steps[: at + 1]), {})["/".join(steps[at + 1 :])] = data
    return plain | {path: _packed(path, _in_holders(files)) for path, files in held.items()}


def make(folder: Path, there: Sequence[str]) -> list[File]:
    """Write all files that can be made and read with the programs that are there; returns them."""
    files = [file for file in FILES if not file.needs or file.needs in there]
    by_program = [file for file in files if file.needs == "soffice"]
    with tempfile.TemporaryDirectory() as temporary:
        contents = _converted(by_program, Path(temporary))
    contents |= {file.path: _made(file) for file in files if file.path not in contents}
    for path, data in _in_holders(contents).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return files


def programs() -> list[str]:
    """The programs that are there, of those that some files need."""
    from shutil import which

    from vnsearch.readers import ocr, unpacking

    there = [name for name in ("soffice", unpacking.PROGRAM) if which(name)]
    return [*there, "tesseract"] if ocr.is_installed() and scans.has_fonts() else there


if __name__ == "__main__":
    make(Path(sys.argv[1]), programs())

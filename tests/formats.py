"""The same text in every format and encoding, as files: `python -m tests.formats FOLDER`.

Written by other means than those that read it, where there are such; the tables of old encodings
are those of `encodings`, which its own tests compare with others.
"""

import gzip
import json
import sys
import textwrap
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from email.header import Header
from email.message import EmailMessage
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Final

from vnsearch.vietnamese import encodings

_HALF_VOWELS: Final = "ăâêôơưĂÂÊÔƠƯ"
_VNI_MARK: Final = {marks: letter for letter, marks in encodings.VNI_MARKS.items()}
_VNI_LETTER: Final = {letter: byte for byte, letter in encodings.VNI_LETTERS.items()}


def encoded(text: str, encoding: str) -> bytes:
    """A text in an old encoding; capitals with tones, which TCVN3 lacks, as small letters."""
    text = unicodedata.normalize("NFC", text)
    if encoding == encodings.VNI:
        return "".join(map(_vni, text)).encode("cp1252", "replace")
    if encoding == encodings.WINDOWS_1258:
        return "".join(map(_apart, text)).encode("cp1258", "replace")
    table = encodings.BYTE_TABLES[encoding]
    letters = {letter: bytes([0x80 + at]) for at, letter in enumerate(table) if letter != "·"}
    controls = encodings.CONTROLS.get(encoding, {})
    letters |= {letter: sign.encode() for sign, letter in controls.items()}
    if encoding == encodings.TCVN3:  # capital fonts
        letters = {letter: byte for letter, byte in letters.items() if byte >= b"\xa1"}
        letters = {k: v for k, v in letters.items() if k.islower() or k in "ĂÂÊÔƠƯĐ"}
    return b"".join(
        letters.get(char) or letters.get(char.lower()) or char.encode("cp1252", "replace")
        for char in text
    )


def _vni(char: str) -> str:
    if char in _VNI_LETTER:
        return _VNI_LETTER[char]
    base, *marks = list(unicodedata.normalize("NFD", char))
    if not marks:
        return char
    if "\u031b" in marks:  # ơ, ư with a tone
        base = _VNI_LETTER["ơ" if base in "oO" else "ư"]
        base = base.upper() if char.isupper() else base
        marks.remove("\u031b")
    found = _VNI_MARK.get("".join(marks)) or _VNI_MARK["".join(reversed(marks))]
    return base + (found.upper() if char.isupper() else found)


def _apart(char: str) -> str:
    """A vowel and its tone as two characters, as in windows-1258."""
    marks = unicodedata.normalize("NFD", char)
    tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
    vowel = "".join(mark for mark in marks if mark not in tones)
    return unicodedata.normalize("NFC", vowel) + "".join(tones)


def misread(data: bytes) -> str:
    """Bytes taken for windows-1252."""
    undefined = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    return "".join(chr(b) if b in undefined else bytes([b]).decode("cp1252") for b in data)


def packed(files: dict[str, str | bytes]) -> bytes:
    """A zip archive."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(text: str) -> bytes:
    """Every other paragraph of which is in a table."""
    from docx import Document

    document, buffer = Document(), BytesIO()
    for number, line in enumerate(text.split("\n")):
        if number % 2:
            document.add_table(1, 1).cell(0, 0).text = line
        else:
            document.add_paragraph(line)
    document.save(buffer)
    return buffer.getvalue()


def pptx(text: str) -> bytes:
    """A line a slide."""
    from pptx import Presentation

    presentation, buffer = Presentation(), BytesIO()
    for line in text.split("\n"):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = line
    presentation.core_properties.title = ""
    presentation.save(buffer)
    return buffer.getvalue()


def xlsx(text: str) -> bytes:
    """A line a row, a word a cell, two sheets."""
    from openpyxl import Workbook

    book, buffer = Workbook(), BytesIO()
    lines = text.split("\n")
    book.active.title = "Một"
    for sheet, part in ((book.active, lines[:1]), (book.create_sheet("Hai"), lines[1:])):
        for line in part:
            sheet.append(line.split(" "))
    book.save(buffer)
    return buffer.getvalue()


def odt(text: str) -> bytes:
    """OpenDocument, by hand."""
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    spaces += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    lines = "".join(
        f"<text:p>{escape(line[:9])}<text:span>{escape(line[9:])}</text:span></text:p>"
        for line in text.split("\n")
    )
    body = f"<office:body><office:text>{lines}</office:text></office:body>"
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def epub(text: str) -> bytes:
    """A book, a line a chapter."""
    lines = text.split("\n")
    numbers = range(len(lines))
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
        'container"><rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles></container>',
        "OEBPS/a.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        + "".join(f'<item id="i{n}" href="c%20{n}.xhtml"/>' for n in numbers)
        + "</manifest><spine>"
        + "".join(f'<itemref idref="i{n}"/>' for n in numbers)
        + "</spine></package>",
    }
    for number, line in enumerate(lines):
        files[f"OEBPS/c {number}.xhtml"] = (
            '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
            f"<head><title>x</title></head><body><p>{escape(line)}</p></body></html>"
        )
    return packed(files)


def pdf(text: str, *, extra: str = "", heading: str = "") -> bytes:
    """A line a page, the first below a large `heading`, in a font that is not there, whose codes
    are those of UTF-16."""
    lines = text.split("\n")
    chars = sorted(set(text + heading) - {"\n"})
    mapping = "\n".join(f"<{ord(c):04x}> <{ord(c):04x}>" for c in chars)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
        "/CMapName /X def 1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(chars)} beginbfchar\n{mapping}\nendbfchar endcmap end end"
    )
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(lines)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(lines)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
        "/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(cmap),
    ]
    for number, line in enumerate(lines):
        rows = textwrap.wrap(line, 80)
        shown = " T* ".join(f"<{row.encode('utf-16-be').hex()}> Tj" for row in rows)
        if heading and not number:
            large = f"<{heading.encode('utf-16-be').hex()}> Tj"
            shown = f"2 0 0 2 20 740 Tm {large} 1 0 0 1 20 700 Tm {shown}"
        objects += (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 800] /Contents "
            f"{7 + 2 * number} 0 R /Resources << /Font << /F 3 0 R >> >> >>",
            _stream(f"BT /F 10 Tf 14 TL 20 700 Td {shown} ET"),
        )
    return _pdf_of(objects, extra)


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def _pdf_of(objects: Sequence[str], extra: str) -> bytes:
    data, starts = b"%PDF-1.5\n", []
    for number, item in enumerate(objects, 1):
        starts.append(len(data))
        data += f"{number} 0 obj\n{item}\nendobj\n".encode("latin-1")
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    size = len(objects) + 1
    head = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n"
    return (
        data
        + f"{head}<< /Size {size} /Root 1 0 R {extra}>>\nstartxref\n{len(data)}\n%%EOF\n".encode()
    )


def locked_pdf(text: str) -> bytes:
    """One that asks for a password."""
    key = "<" + "41" * 32 + ">"
    return pdf(text, extra=f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O {key} /U {key} >> "
               "/ID [<00> <00>] ")  # fmt: skip


def html(text: str, charset: str = "utf-8") -> str:
    """A page as browsers save it, with menus and a footer."""
    links = "".join(f'<li><a href="/{n}">Chuyên mục {n}</a></li>' for n in range(6))
    lines = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
    return (
        f'<html><head><meta charset="{charset}"><title></title><style>p {{}}</style></head><body>'
        f'<div class="menu-chinh"><ul>{links}</ul></div><div id="content">{lines}</div>'
        f'<div class="footer">Bản quyền</div><script>var a;</script></body></html>'
    )


def eml(text: str) -> bytes:
    """A message with an attachment."""
    title, _, body = text.partition("\n")
    message = EmailMessage()
    message["From"] = "Văn thư <van.thu@example.vn>"
    message.set_content(body)
    message.add_attachment(b"\0", "application", "octet-stream", filename="a.bin")
    # By itself: Python folds some subjects wrongly.
    return f"Subject: {Header(title, 'utf-8', maxlinelen=10_000).encode()}\n".encode() + bytes(
        message
    )


def mbox(text: str) -> bytes:
    """A mailbox of two."""
    return b"".join(b"From a@b Mon Jan  1\n" + eml(f"{text}\n{n}") + b"\n\n" for n in (1, 2))


def csv(text: str) -> str:
    """A word a cell."""
    return "\n".join(",".join(f'"{word}"' for word in line.split()) for line in text.split("\n"))


def jsonl(text: str) -> str:
    """One record."""
    return json.dumps({"id": "a", "text": text}, ensure_ascii=False)


FORMATS: Final[dict[str, Callable[[str], str | bytes]]] = {
    "utf-8.txt": str,
    "utf-8-bom.txt": lambda text: text.encode("utf-8-sig"),
    "nfd.txt": lambda text: unicodedata.normalize("NFD", text),
    "utf-16.txt": lambda text: text.encode("utf-16"),
    "utf-16-le.txt": lambda text: text.encode("utf-16-le"),
    "utf-16-be.txt": lambda text: text.encode("utf-16-be"),
    "tcvn3.txt": lambda text: encoded(text, encodings.TCVN3),
    "vni.txt": lambda text: encoded(text, encodings.VNI),
    "viscii.txt": lambda text: encoded(text, encodings.VISCII),
    "vps.txt": lambda text: encoded(text, encodings.VPS),
    "windows-1258.txt": lambda text: encoded(text, encodings.WINDOWS_1258),
    "tcvn3-misread.txt": lambda text: misread(encoded(text, encodings.TCVN3)),
    "vni-misread.md": lambda text: misread(encoded(text, encodings.VNI)),
    "utf-8-misread.txt": lambda text: misread(text.encode()),
    "utf-8.txt.gz": lambda text: gzip.compress(text.encode(), mtime=0),
    "markdown.md": str,
    "page.html": html,
    "page-tcvn3.html": lambda text: encoded(html(text, "x-user-defined"), encodings.TCVN3),
    "page-1258.html": lambda text: encoded(html(text, "windows-1258"), encodings.WINDOWS_1258),
    "record.jsonl": jsonl,
    "record-viscii.jsonl": lambda text: encoded(jsonl(text), encodings.VISCII),
    "table.csv": csv,
    "table.tsv": lambda text: text.replace(" ", "\t"),
    "table-vni.csv": lambda text: encoded(csv(text), encodings.VNI),
    "message.eml": eml,
    "mailbox.mbox": mbox,
    "word.docx": docx,
    "word-tcvn3.docx": lambda text: docx(misread(encoded(text, encodings.TCVN3))),
    "word-vni.docx": lambda text: docx(misread(encoded(text, encodings.VNI))),
    "writer.odt": odt,
    "slides.pptx": pptx,
    "sheets.xlsx": xlsx,
    "book.epub": epub,
    "print.pdf": pdf,
    "print-vni.pdf": lambda text: pdf(misread(encoded(text, encodings.VNI))),
    "print-tcvn3.pdf": lambda text: pdf(misread(encoded(text, encodings.TCVN3))),
}


def make(folder: Path, text: str, names: Sequence[str] = tuple(FORMATS), prefix: str = "") -> None:
    """Write a text into a folder, in the formats named."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        content = FORMATS[name](text)
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{prefix}{name}").write_bytes(data)


def sample(path: Path) -> str:
    """A text of the corpus, without empty lines, and without a sign that old encodings lack."""
    text = unicodedata.normalize("NFC", path.read_text("utf-8-sig")).replace("²", "2")
    return "\n".join(line for line in text.split("\n") if line.strip())


if __name__ == "__main__":
    from tests import papers, samples  # which import this module

    corpus = Path(__file__).resolve().parent.parent / "corpus"
    make(Path(sys.argv[1]), sample(corpus / "law" / "dang-ky-cu-tru.txt"))
    papers.make(Path(sys.argv[1]))
    samples.make(Path(sys.argv[1]) / "samples")

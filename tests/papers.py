"""Papers as an office keeps them, one in each format: with a title, a table, and a phrase whose
place in the file is known. `make formats` writes them, too."""

from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests import formats
from vnsearch.vietnamese import encodings

TITLE: Final = "Sổ theo dõi nuôi ong của thôn Đông"
ROW: Final = "Trần Văn Dũng | Hành chính | 18.500.000"
CELLS: Final = ROW.split(" | ")
PHRASE: Final = "bầy ong bay về phía đồi chè"
_FILLER: Final = "Một dòng chữ khác cho đầy trang giấy của cuốn sổ."


class Paper(NamedTuple):
    """How a paper is made, and where its phrase is."""

    make: Callable[[], str | bytes]
    unit: str = ""  # of the place, "" if the format has none
    number: int = 0


def _saved(thing: Any) -> bytes:
    buffer = BytesIO()
    thing.save(buffer)
    return buffer.getvalue()


def _official() -> str:
    head = "UBND XÃ MẪU          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 12/BC-UBND          "
    head += f"Độc lập - Tự do - Hạnh phúc\n\nBÁO CÁO\n{TITLE}\n{ROW}\n"
    return head + f"{_FILLER}\n" * 30 + PHRASE + "\n"


def _markdown() -> str:
    row = f"| **{CELLS[0]}** | {CELLS[1]} | {CELLS[2]} |\n"
    head = f"---\ntitle: {TITLE}\ntags: [ong, chè]\n---\n\n{row}"
    return head + "|---|---|---|\n" + f"{_FILLER}\n" * 30 + f"## _{PHRASE}_\n"


def _csv() -> str:
    return f"{TITLE}\n" + f"{_FILLER}\n" * 30 + ",".join(CELLS) + f'\n"hai\ndòng"\n{PHRASE}\n'


def _html() -> str:
    cells = "".join(f"<td><p>{cell}</p></td>" for cell in CELLS)
    return (
        f"<html><head><title>{TITLE}</title></head><body><table><tr>{cells}</tr></table>"
        f"<p>{PHRASE}<sup>1</sup></p></body></html>"
    )


def _docx() -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.title = "Document1"
    document.add_paragraph("Phòng tổ chức")
    document.add_heading(TITLE, 0)
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, CELLS, strict=True):
        cell.text = text
    document.add_paragraph(PHRASE)
    return _saved(document)


def _tcvn3_docx() -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.title = formats.misread(formats.encoded(TITLE, encodings.TCVN3))
    for text in (_FILLER, ROW, PHRASE):
        document.add_paragraph(formats.misread(formats.encoded(text, encodings.TCVN3)))
    return _saved(document)


def _xlsx() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append([TITLE])
    second = book.create_sheet("Lương")
    second.append([*CELLS[:2], 18_500_000])
    second["C1"].number_format = "#,##0"
    second.append([PHRASE])
    return _saved(book)


def _pptx() -> bytes:
    from pptx import Presentation
    from pptx.util import Cm

    deck = Presentation()
    slides = [deck.slides.add_slide(deck.slide_layouts[5]) for _ in range(3)]
    slides[0].shapes.title.text = TITLE
    made = slides[1].shapes.add_table(1, 3, Cm(1), Cm(1), Cm(9), Cm(2)).table
    for at, text in enumerate(CELLS):
        made.cell(0, at).text = text
    slides[2].notes_slide.notes_text_frame.text = PHRASE
    return _saved(deck)


_SPACES: Final = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def _open_document(kind: str, *parts: str) -> bytes:
    body = f"<office:body><office:{kind}>{''.join(parts)}</office:{kind}></office:body>"
    content = f"<office:document-content {_SPACES}>{body}</office:document-content>"
    return formats.packed({"content.xml": content})


def _table(name: str, *rows: list[str]) -> str:
    shown = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row)
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="{name}">{shown}</table:table>'


def _odt() -> bytes:
    first = f'<text:p>Phòng tổ chức</text:p><text:p text:style-name="Title">{TITLE}</text:p>'
    return _open_document("text", first, _table("B", CELLS), f"<text:p>{PHRASE}</text:p>")


def _ods() -> bytes:
    return _open_document("spreadsheet", _table("Sheet1", [TITLE]), _table("B", CELLS, [PHRASE]))


def _epub() -> bytes:
    return formats.epub(f"{TITLE}\n{ROW}\n{PHRASE}")


def _eml() -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "an@mau.example", "binh@mau.example"
    message["Subject"] = TITLE
    message.set_content(f"{ROW}\n{PHRASE}")
    message.add_attachment(b"\0", "application", "octet-stream", filename="so-ong.bin")
    return bytes(message)


def _rtf() -> str:
    def typed(text: str) -> str:
        return "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in text)

    cells = "".join(f"{typed(cell)}\\cell " for cell in CELLS)
    return (
        f"{{\\rtf1\\ansi{{\\info{{\\title {typed(TITLE)}}}}}{{\\stylesheet{{\\s0 Normal;}}}}"
        f"\\trowd\\intbl {cells}\\row\\pard {typed(PHRASE)}{{\\super 1}}\\par}}"
    )


def _msg() -> bytes:
    from tests import ole

    return ole.message({0x0037: TITLE, 0x1000: f"{ROW}\n{PHRASE}"}, ("so-ong.bin",))


def _old(name: str) -> Callable[[], bytes]:
    """A paper of this table that LibreOffice wrote in an older format."""
    return lambda: (Path(__file__).parent / "readers" / "old" / name).read_bytes()


PAPERS: Final = {
    "cong-van.txt": Paper(_official, "line", 37),
    "ghi-chu.md": Paper(_markdown, "line", 38),
    "bang.csv": Paper(_csv, "line", 35),
    "trang.html": Paper(_html),
    "so.docx": Paper(_docx),
    "so-cu.docx": Paper(_tcvn3_docx),
    "luong.xlsx": Paper(_xlsx, "sheet", 2),
    "chieu.pptx": Paper(_pptx, "slide", 3),
    "so.odt": Paper(_odt),
    "luong.ods": Paper(_ods, "sheet", 2),
    "sach.epub": Paper(_epub, "chapter", 3),
    "thu.eml": Paper(_eml),
    "so.doc": Paper(_old("so.doc")),
    "chieu.ppt": Paper(_old("chieu.ppt"), "slide", 3),
    "so.rtf": Paper(_rtf),
    "thu.msg": Paper(_msg),
    "in.pdf": Paper(
        lambda: formats.pdf(f"Phòng tổ chức của thôn\n{ROW}\n{PHRASE}", heading=TITLE), "page", 3
    ),
}


def make(folder: Path) -> None:
    """Write all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, paper in PAPERS.items():
        content = paper.make()
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

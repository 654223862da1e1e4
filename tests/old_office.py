"""Papers as offices wrote them until about 2010, in Unicode and in the fonts of TCVN3 and VNI: as
.docx and .pptx by python-docx and python-pptx, and in the older formats by LibreOffice.

`python -m tests.old_office FOLDER hai-ba-trung` writes them; some are kept in tests/readers/old.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from tests import formats, numbered, ole, papers
from vnsearch.vietnamese import encodings

CORPUS: Final = Path(__file__).resolve().parent.parent / "corpus"
UNICODE: Final = "Unicode"
FONTS: Final = {
    UNICODE: ("Times New Roman", "Times New Roman"),
    encodings.TCVN3: (".VnTime", ".VnTimeH"),
    encodings.VNI: ("VNI-Times", "VNI-Times"),
}
HEAD: Final = ("ỦY BAN NHÂN DÂN\nXÃ TÂN HỘI", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
ROWS: Final = (
    ("Họ và tên", "Chức vụ", "Ghi chú"),
    ("Nguyễn Thị Ước", "Kế toán trưởng", ""),
    ("Đặng Hữu Ổn", "Thủ quỹ", "Nghỉ phép từ ngày 12/5"),
)
HEADER: Final = "Sổ công văn đến của ủy ban"
FOOTER: Final = "Lưu tại văn phòng"
BOX: Final = "Khung chữ đặt bên lề giấy"
NOTES: Final = "Ghi chú của người trình bày cho trang này"
_SOFFICE: Final = shutil.which("soffice")

# A capital with a tone, which the fonts of TCVN3 have only as a small letter in a capital font.
_TONED_CAPITAL: Final = re.compile("([A-ZÀ-Ỹ][A-ZÀ-Ỹ .,:-]*[A-ZÀ-Ỹ]|[À-Ỹ])")


def runs(text: str, encoding: str) -> Iterator[tuple[str, str]]:
    """The fonts in which a text was written, and what was typed in each."""
    small, capital = FONTS[encoding]
    if encoding == UNICODE:
        yield small, text
        return
    for at, part in enumerate(_TONED_CAPITAL.split(text)):
        if not part:
            continue
        in_capitals = at % 2 and encoding == encodings.TCVN3 and part.isupper()
        typed = formats.misread(formats.encoded(part.lower() if in_capitals else part, encoding))
        yield (capital if in_capitals else small), typed


def texts() -> dict[str, str]:
    """Texts of the corpus by name, without signs that old encodings lack."""
    found = {}
    for path in sorted(CORPUS.rglob("*.txt")):
        text = re.sub("[^\n -~À-ỹ–‘’“”…]", " ", formats.sample(path))
        found[path.stem] = text
    return found


def paper(text: str, encoding: str) -> bytes:
    """An official paper (.docx): a head without borders, the text, a table, header and footer."""
    from docx import Document

    document = Document()
    _set_fonts(document, FONTS[encoding][0])
    head = document.add_table(1, 2)
    for cell, part in zip(head.rows[0].cells, HEAD, strict=True):
        for number, line in enumerate(part.split("\n")):
            _write(cell.paragraphs[0] if not number else cell.add_paragraph(), line, encoding)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number == len(lines) // 2:
            table = document.add_table(len(ROWS), len(ROWS[0]))
            for row, cells in zip(table.rows, ROWS, strict=True):
                for cell, part in zip(row.cells, cells, strict=True):
                    _write(cell.paragraphs[0], part, encoding)
        _write(document.add_paragraph(), line, encoding)
    section = document.sections[0]
    _write(section.header.paragraphs[0], HEADER, encoding)
    _write(section.footer.paragraphs[0], FOOTER, encoding)
    return _saved(document)


def _set_fonts(document: Any, font: str) -> None:
    from docx.oxml.ns import qn

    document.styles["Normal"].font.name = font
    fonts = document.styles["Normal"].element.rPr.rFonts
    for script in ("w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), font)


def _write(paragraph: Any, text: str, encoding: str) -> None:
    from docx.oxml.ns import qn

    for font, typed in runs(text, encoding):
        half = len(typed) // 2  # a run more, as editing leaves them
        for part in filter(None, (typed[:half], typed[half:])):
            run = paragraph.add_run(part)
            if font.endswith("H") or len(part) % 2:
                run.font.name = font
                run._element.rPr.rFonts.set(qn("w:cs"), font)


# The texts of the parts of a thorough paper, of which all but the last two are shown.
PARTS: Final = {
    "title": "Quy chế chi tiêu nội bộ",
    "first": "Cán bộ hưởng lương theo ngạch bậc hiện hành",
    "note": "Theo bảng lương đã được duyệt",
    "end_note": "Xem thêm phụ lục đính kèm",
    "item": "Mở sổ theo dõi riêng từng quỹ",
    "link": "trang thông tin của sở",
    "box": BOX,
    "header": HEADER,
    "footer": FOOTER,
    "address": "http://mau.example/khong-doc",
    "deleted": "đoạn đã gạch bỏ",
}
_SPACES: Final = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in {
        "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing",
        "fo": "xsl-fo-compatible", "svg": "svg-compatible",
    }.items()
)  # fmt: skip
_SPACES_BESIDE: Final = (
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def thorough(encoding: str) -> bytes:
    """A paper with a title by its style, a note, a list, a link, a text box, a table, a raised
    number and a deleted stretch (.fodt)."""

    def typed(name: str) -> str:
        return "".join(
            f'<text:span text:style-name="{"H" if font.endswith("H") else "S"}">{escape(text)}'
            "</text:span>"
            for font, text in runs(PARTS[name], encoding)
        )

    def note(kind: str, name: str) -> str:
        return (
            f'<text:note text:note-class="{kind}"><text:note-citation>1</text:note-citation>'
            f"<text:note-body><text:p>{typed(name)}</text:p></text:note-body></text:note>"
        )

    fonts = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties '
        f'style:font-name="{font}"/></style:style>'
        for name, font in zip("SH", FONTS[encoding], strict=True)
    )
    faces = "".join(
        f'<style:font-face style:name="{font}" svg:font-family="\'{font}\'"/>'
        for font in dict.fromkeys(FONTS[encoding])
    )
    cells = "".join(
        f"<table:table-cell><text:p>{typed(name)}</text:p><text:p>{n}</text:p></table:table-cell>"
        for n, name in enumerate(("item", "first"))
    )
    body = (
        f'<text:p text:style-name="Title">{typed("title")}</text:p>'
        f'<text:p>{typed("first")}<text:span text:style-name="R">2</text:span>'
        f'{note("footnote", "note")}{note("endnote", "end_note")}<text:change text:change-id="c"/>'
        "</text:p>"
        f"<text:list><text:list-item><text:p>{typed('item')}</text:p></text:list-item></text:list>"
        f'<text:p><text:a xlink:href="{PARTS["address"]}">{typed("link")}</text:a></text:p>'
        '<text:p><draw:frame text:anchor-type="paragraph" svg:width="8cm" svg:height="2cm">'
        f"<draw:text-box><text:p>{typed('box')}</text:p></draw:text-box></draw:frame></text:p>"
        f"<table:table><table:table-column/><table:table-column/>"
        f"<table:table-row>{cells}</table:table-row></table:table>"
    )
    deleted = (
        '<text:tracked-changes><text:changed-region xml:id="c" text:id="c"><text:deletion>'
        "<office:change-info><dc:date>2010-01-01T00:00:00</dc:date></office:change-info>"
        f"<text:p>{typed('deleted')}</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document {_SPACES} {_SPACES_BESIDE} office:version="1.2" '
        'office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:font-face-decls>{faces}</office:font-face-decls><office:styles>"
        '<style:style style:name="Standard" style:family="paragraph"/><style:style '
        'style:name="Title" style:family="paragraph" style:parent-style-name="Standard"/>'
        f"</office:styles><office:automatic-styles>{fonts}"
        '<style:style style:name="R" style:family="text"><style:text-properties '
        'style:text-position="super 58%"/></style:style><style:page-layout style:name="P"/>'
        "</office:automatic-styles><office:master-styles><style:master-page "
        'style:name="Standard" style:page-layout-name="P"><style:header><text:p>'
        f"{typed('header')}</text:p></style:header><style:footer><text:p>{typed('footer')}"
        "<text:page-number/></text:p></style:footer></style:master-page></office:master-styles>"
        f"<office:body><office:text>{deleted}{body}</office:text></office:body></office:document>"
    ).encode()


def slides(text: str, encoding: str) -> bytes:
    """A presentation (.pptx): title and text on each slide, a table on the last, notes."""
    from pptx import Presentation
    from pptx.util import Cm

    deck, lines = Presentation(), text.split("\n")
    for number in range(0, len(lines), 4):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        title, body = slide.placeholders[0], slide.placeholders[1]
        _fill(title.text_frame.paragraphs[0], lines[number][:100], encoding)
        for at, line in enumerate(lines[number + 1 : number + 4]):
            frame = body.text_frame
            _fill(frame.paragraphs[0] if not at else frame.add_paragraph(), line, encoding)
    _fill(slide.notes_slide.notes_text_frame.paragraphs[0], NOTES, encoding)
    table = slide.shapes.add_table(len(ROWS), 3, Cm(1), Cm(9), Cm(20), Cm(4)).table
    for row, cells in enumerate(ROWS):
        for column, part in enumerate(cells):
            _fill(table.cell(row, column).text_frame.paragraphs[0], part, encoding)
    box = slide.shapes.add_textbox(Cm(1), Cm(15), Cm(9), Cm(2))
    _fill(box.text_frame.paragraphs[0], BOX, encoding)
    return _saved(deck)


def _fill(paragraph: Any, text: str, encoding: str) -> None:
    for font, typed in runs(text, encoding):
        run = paragraph.add_run()
        run.text, run.font.name = typed, font


def _saved(thing: Any) -> bytes:
    buffer = BytesIO()
    thing.save(buffer)
    return buffer.getvalue()


def has_libreoffice() -> bool:
    """Whether there is LibreOffice to convert files with."""
    return _SOFFICE is not None


def convert(files: Sequence[Path], kind: str, folder: Path) -> None:
    """Let LibreOffice write files in another format into a folder; `kind`: a suffix, or one with
    the name of a filter."""
    assert _SOFFICE is not None
    if not files:  # it would wait for some
        return
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [_SOFFICE, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to",
             kind, "--outdir", folder, *files],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def _leave_out_thumbnail(path: Path) -> None:
    """Leave out the properties, whose picture is many times as large as the presentation."""
    from olefile import OleFileIO

    with OleFileIO(path) as opened:
        names = ("Current User", "PowerPoint Document")
        streams = {name: opened.openstream(name).read() for name in names}
    path.write_bytes(ole.container(streams))


def _made(name: str) -> bytes:
    content = papers.PAPERS[name].make()
    assert isinstance(content, bytes)
    return content


def _short(encoding: str) -> str:
    return encoding.partition("-")[0].lower()


def make(folder: Path, chosen: Sequence[str] = ()) -> None:
    """Write all texts, or the chosen ones, in all fonts and formats into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written, decks = [folder / "so.docx"], [folder / "chieu.pptx"]
    written[0].write_bytes(_made("so.docx"))
    written.append(folder / "danh-so.docx")
    written[-1].write_bytes(numbered.docx())
    decks[0].write_bytes(_made("chieu.pptx"))
    for encoding in FONTS:
        written.append(folder / f"quy-che-{_short(encoding)}.fodt")
        written[-1].write_bytes(thorough(encoding))
    for name, text in texts().items():
        if chosen and name not in chosen:
            continue
        for encoding in FONTS:
            stem = f"{name}-{_short(encoding)}"
            written.append(folder / f"{stem}.docx")
            written[-1].write_bytes(paper(text, encoding))
            decks.append(folder / f"{stem}.pptx")
            decks[-1].write_bytes(slides(text, encoding))
    convert(written, "doc", folder)
    convert(written, "rtf", folder)
    convert(decks, "ppt", folder)
    for path in folder.glob("*.ppt"):
        _leave_out_thumbnail(path)
    for path in (*written, *decks):
        path.unlink()


if __name__ == "__main__":
    make(Path(sys.argv[1]), sys.argv[2:])

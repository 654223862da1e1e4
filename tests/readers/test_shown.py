"""Text as it is shown: what office files, books and mail show beside their plain paragraphs."""

import datetime
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from typing import Any

import pytest

from tests import formats
from tests.cases import FILES, table
from vnsearch.model import Document
from vnsearch.readers import read
from vnsearch.readers.number_formats import format_of
from vnsearch.readers.sandbox import Sandbox
from vnsearch.readers.superscripts import gap

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox()
    yield opened
    opened.close()


def one(name: str, data: bytes, sandbox: Sandbox) -> Document:
    items = read(name, BufferedReader(BytesIO(data)), sandbox)
    (document,) = (item for item in items if isinstance(item, Document))
    return document


def saved(thing: Any) -> bytes:
    buffer = BytesIO()
    thing.save(buffer)
    return buffer.getvalue()


def paragraph(text: str, number: int = 0, level: int = 0, style: str = "") -> str:
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        properties += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def word(body: str, **parts: str) -> bytes:
    files: dict[str, str | bytes] = {
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"
    }
    for name, content in parts.items():
        files[f"word/{name}.xml"] = f"<w:{name} {W}>{content}</w:{name}>"
    return formats.packed(files)


def abstract(number: int, *levels: tuple[str, str]) -> str:
    inside = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{number}">{inside}</w:abstractNum>'


def test_tables_of_word_keep_rows_and_cells_apart(sandbox: Sandbox) -> None:
    from docx import Document as Word

    document = Word()
    rows = [("Trần Văn Dũng", "Hành chính", "18.500.000"), ("Lê Thị Na", "", "9.000.000")]
    made = document.add_table(2, 3)
    for at, row in enumerate(rows):
        for cell, text in zip(made.rows[at].cells, row, strict=True):
            cell.text = text
    document.add_table(1, 2).cell(0, 0).text = "một\nhai"
    text = one("a.docx", saved(document), sandbox).text
    expected = "Trần Văn Dũng | Hành chính | 18.500.000\nLê Thị Na | 9.000.000\nmột\nhai"
    assert text == expected


def test_headers_footers_and_titles_of_word(sandbox: Sandbox) -> None:
    from docx import Document as Word

    document = Word()
    document.core_properties.title = "Document1"
    document.sections[0].header.paragraphs[0].text = "MẬT khẩn"
    document.sections[0].footer.paragraphs[0].text = "- 7 -"
    document.add_paragraph("Phòng tổ chức")
    document.add_heading("Chương I. Mở đầu", 1)
    document.add_heading("Quy ước làng Đông", 1)
    found = one("a.docx", saved(document), sandbox)
    assert (found.title, found.text.split("\n")[-1]) == ("Quy ước làng Đông", "MẬT khẩn")
    document.add_heading("Sổ tay nuôi ong", 0)
    assert one("a.docx", saved(document), sandbox).title == "Sổ tay nuôi ong"
    document.core_properties.title = "Sổ ong"
    assert one("a.docx", saved(document), sandbox).title == "Sổ ong"


def test_automatic_numbers_of_word(sandbox: Sandbox) -> None:
    lists = abstract(0, ("decimal", "Điều %1."), ("lowerLetter", "%2)"), ("decimal", "%1.%3"))
    lists += abstract(1, ("upperRoman", "%1.")) + abstract(2, ("bullet", "•"))
    lists += "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{override}</w:num>'
        for number, of, override in [
            *((1, 0, ""), (2, 1, ""), (3, 2, "")),
            (
                *(4, 0),
                '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride>',
            ),
        ]
    )
    styles = (
        '<w:style w:styleId="Muc"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="MucCon"><w:basedOn w:val="Muc"/></w:style>'
        '<w:style w:styleId="X"><w:basedOn w:val="Y"/></w:style>'
        '<w:style w:styleId="Y"><w:basedOn w:val="X"/></w:style>'
    )
    body = [
        *(paragraph("một", 1), paragraph("a", 1, 1), paragraph("b", 1, 1), paragraph("c", 1, 2)),
        *(paragraph("hai", 1), paragraph("a lại", 1, 1), paragraph("thường"), paragraph("x", 3)),
        *(paragraph("mục", style="Muc"), paragraph("mục con", style="MucCon")),
        *(paragraph("vòng", style="X"), paragraph("không có", 77), paragraph("chín", 4)),
        paragraph("mười", 4),
    ]
    data = word("".join(body), numbering=lists, styles=styles)
    assert one("a.docx", data, sandbox).text.split("\n") == [
        *("Điều 1. một", "a) a", "b) b", "1.1 c", "Điều 2. hai", "a) a lại", "thường", "x"),
        *("I. mục", "II. mục con", "vòng", "không có", "Điều 9. chín", "Điều 10. mười"),
    ]


def test_a_damaged_part_without_text_costs_only_what_it_tells(sandbox: Sandbox) -> None:
    files: dict[str, str | bytes] = {
        "word/document.xml": f"<w:document {W}>{paragraph('thân')}</w:document>"
    }
    for part in ("word/numbering.xml", "word/styles.xml", "docProps/core.xml"):
        files[part] = "<"
    assert one("a.docx", formats.packed(files), sandbox).text == "thân"


def test_a_text_box_begins_a_line(sandbox: Sandbox) -> None:
    box = f"<w:r><w:txbxContent>{paragraph('hộp')}</w:txbxContent></w:r>"
    body = f"<w:p><w:r><w:t>trước</w:t></w:r>{box}<w:r><w:t>sau</w:t></w:r></w:p>"
    assert one("a.docx", word(body), sandbox).text == "trước\nhộp\nsau"


@pytest.mark.parametrize(
    ("text", "raised", "expected"),
    [
        *(("Phú Mẫu", "12", " "), ("thi hành", "6", " "), ("rồi.", "[3]", " "), ("ai", "*", " ")),
        *(("10", "6", " "), ("Mẫu", "1,2", " "), ("Mẫu", "(4)", " ")),
        *(("30 km", "2", ""), ("m", "3", ""), ("1", "st", ""), ("x", "2", ""), ("M", "lle", "")),
        ("cách ", "1", ""),
    ],
)
def test_numbers_of_notes_are_apart(text: str, raised: str, expected: str) -> None:
    assert gap(text, raised) == expected


def test_workbooks_show_dates_and_numbers(sandbox: Sandbox) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Lương"
    sheet["B3"], sheet["C3"], sheet["D3"] = datetime.date(1985, 8, 12), 15000000, 0.035
    sheet["B3"].number_format, sheet["C3"].number_format = "dd/mm/yyyy", "#,##0"
    sheet["D3"].number_format = "0.0%"
    sheet["B4"], sheet["C4"], sheet["D4"] = datetime.datetime(2024, 3, 2, 7, 5), 2.5, 7
    sheet["C4"].number_format = '#,##0.00 "đ"'
    second = book.create_sheet("Ghi chú")
    second["A1"] = 1234.5
    second["A1"].number_format = "#,##0.0"
    found = one("a/luong.xlsx", saved(book), sandbox)
    assert found.text.split("\n\f") == [
        "Lương\n12/08/1985 | 15.000.000 | 3,5%\n02/03/2024 07:05 | 2,50 | 7",
        "Ghi chú\n1.234,5",
    ]
    assert found.title == "Lương"
    book.properties.title = "Bảng lương tháng 3"
    assert one("a.xlsx", saved(book), sandbox).title == "Bảng lương tháng 3"


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        *(("0%", 0.5, "50%"), ("0.00%", 0.0355, "3,55%"), ("#,##0", 1e6, "1.000.000")),
        *(("#,##0.00_);(#,##0.00)", 1234.5, "1.234,50"), ("0.00", 2.5, "2,50")),
        *(('_-* #,##0 "₫"_-', 9000.0, "9.000"), ("[Red]#,##0", 1000.0, "1.000")),
        *(("General", 1.5, None), ("0", 7.0, None), ("0.00E+00", 5.0, None), ("# ?/?", 1.5, None)),
        *(("dd/mm/yyyy", 1.0, None), ("@", 1.0, None), ("", 1.0, None)),
    ],
)
def test_number_formats(code: str, number: float, shown: str | None) -> None:
    found = format_of(code)
    assert (found and found.shown(number)) == shown


def test_the_largest_text_of_a_pdf_is_its_title(sandbox: Sandbox) -> None:
    text = "Phòng tổ chức của thôn\nTrang sau"
    found = one("a.pdf", formats.pdf(text, heading="Sổ tay nuôi ong"), sandbox)
    assert found.title == "Sổ tay nuôi ong"
    for none in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "QUYẾT ĐỊNH", "Trang 1"):
        assert one("a.pdf", formats.pdf(text, heading=none), sandbox).title != none
    assert one("a.pdf", formats.pdf(text), sandbox).title == "Phòng tổ chức của thôn"


def test_sheets_of_opendocument(sandbox: Sandbox) -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    row = (
        "<table:table-row><table:table-cell><text:p>An</text:p></table:table-cell>"
        '<table:table-cell office:date-value="1985-08-12"><text:p>8/12/85</text:p>'
        "</table:table-cell>"
        "<table:table-cell/><table:table-cell><text:p>3,5%</text:p></table:table-cell>"
        "</table:table-row>"
    )
    tables = f'<table:table table:name="Một">{row}</table:table>'
    tables += f'<table:table table:name="Hai">{row}</table:table>'
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    found = one("a.ods", formats.packed({"content.xml": content}), sandbox)
    assert found.text == "Một\nAn | 12/08/1985 | 3,5%\n\fHai\nAn | 12/08/1985 | 3,5%"


def test_slides_with_tables_and_notes(sandbox: Sandbox) -> None:
    from pptx import Presentation
    from pptx.util import Cm

    deck = Presentation()
    deck.core_properties.title = "PowerPoint Presentation"
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    made = slide.shapes.add_table(1, 2, Cm(1), Cm(1), Cm(9), Cm(2)).table
    made.cell(0, 0).text, made.cell(0, 1).text = "giống lúa", "năng suất"
    slide.shapes.title.text = "Cây lúa nước"
    slide.notes_slide.notes_text_frame.text = "nói chậm"
    found = one("a.pptx", saved(deck), sandbox)
    assert found.title == "Cây lúa nước"
    assert found.text == "Cây lúa nước\ngiống lúa | năng suất\nnói chậm"


MAIL = (
    "From: An <a@x.example>\r\nTo: =?utf-8?q?C=C6=B0=E1=BB=9Dng?= <cuong@y.example>\r\n"
    "Cc: ketoan@x.example\r\nDate: Mon, 4 Mar 2024 09:05:00 +0700\r\nSubject: Xin nghi phep\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
    "Content-Type: text/plain; charset=utf-8\r\n\r\nxem tệp\r\n--x\r\n"
    'Content-Type: text/plain; name="gia.txt"\r\n'
    'Content-Disposition: attachment; filename="gia.txt"\r\n\r\nlaser\r\n--x--\r\n'
).encode()


def test_mail_has_its_people_date_and_attachments(sandbox: Sandbox) -> None:
    found = one("a.eml", MAIL, sandbox)
    assert found.title == "Xin nghi phep"
    assert found.text.split("\n")[1:] == [
        *("An <a@x.example>", "Cường <cuong@y.example>", "ketoan@x.example", "04/03/2024 09:05"),
        *("xem tệp", "gia.txt"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Subject: Xin", b"Subject: \xb1\xc0\xfc \xb4\xfa", id="8-bit subject"),
        pytest.param(b"Date: Mon", b"Date: \xff\xfe; Sau", id="a date that is none"),
        pytest.param(b"To: =?", b"To: \xe9\xe9 =?", id="8-bit recipient"),
        pytest.param(b"charset=utf-8", b"charset=khong-co", id="an unknown charset"),
        pytest.param(b"charset=utf-8", b"charset*0*=''%ff", id="a broken charset"),
        pytest.param(b'filename="gia.txt"', b"filename*=x'y'%ff", id="a broken name"),
        pytest.param(
            b"\r\n\r\nxem", b"\r\nContent-Transfer-Encoding: base64\r\n\r\nxem", id="base64"
        ),
        pytest.param("xem tệp".encode(), b"xem t\xff\xb1p", id="bytes of no encoding"),
        pytest.param(b"multipart/mixed", b"multipart/;;;", id="a broken type"),
    ],
)
def test_a_message_is_not_lost_for_one_bad_part(old: bytes, new: bytes, sandbox: Sandbox) -> None:
    assert old in MAIL
    assert "ketoan@x.example" in one("a.eml", MAIL.replace(old, new), sandbox).text


@table("files.tsv")
def test_small_files_that_were_read_wrongly(
    file: str, title: str, text: str, sandbox: Sandbox
) -> None:
    found = one(file, (FILES / file).read_bytes(), sandbox)
    assert found.title == title
    assert text in found.text

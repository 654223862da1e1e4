"""Text of PDF pages: hyphens at line ends, lines that are broken where there is no end."""

from io import BufferedReader, BytesIO
from pathlib import Path

import pytest

from tests import formats
from vnsearch.readers import pdf
from vnsearch.readers.base import Source
from vnsearch.readers.pdf_text import without_hyphens

SHORT_LINES = Path(__file__).parents[1] / "cases/files/short-lines.pdf"


def text_of(data: bytes) -> str:
    (document,) = pdf.read(Source(BufferedReader(BytesIO(data))))
    return document.text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("số 15/2020/NĐ\x02CP ngày", "số 15/2020/NĐ-CP ngày"),
        ("dịch covid\x0219 lan", "dịch covid-19 lan"),
        ("dịch covid-\n19 lan", "dịch covid-19 lan"),
        ("năm 2020\x022021", "năm 2020-2021"),
        ("QĐ\x02TTg", "QĐ-TTg"),
        ("trang bo-noi\x02vu.gov.vn", "trang bo-noi-vu.gov.vn"),
        ("Bà Rịa\x02Vũng Tàu", "Bà Rịa-Vũng Tàu"),
        ("Jean\x02Paul", "Jean-Paul"),
        ("cà\x02phê", "cà-phê"),
        ("infor\x02mation", "information"),
        ("infor\ufffe\nmation", "information"),
        ("(infor\x02mation)", "(information)"),
        ("infor-\nmation", "information"),
        ("con\x02tent", "content"),
        ("một -\nhai", "một -\nhai"),
        ("một \x02 hai", "một \x02 hai"),
    ],
)
def test_hyphens_at_line_ends(lines: str, text: str) -> None:
    assert without_hyphens(lines) == text


def test_a_number_broken_at_its_hyphen_is_whole() -> None:
    number = "15/2020/NĐ-CP"
    row = "từ " * 25
    found = text_of(formats.pdf(f"{row[: 79 - len('15/2020/NĐ-')].rstrip()} {number} ngày"))
    assert number in found


def test_pages_of_short_lines_have_whole_words() -> None:
    # Two fonts, each line shorter than a page is high: PDFium takes it for vertical writing.
    words = set(text_of(SHORT_LINES.read_bytes()).split()) - {"7"}  # the page
    assert words == {"bậc", "thất", "giảng", "chấp", "nhận", "mất"}

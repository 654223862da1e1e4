"""Readers: what each format gives as text and title, and how broken files fail."""

import codecs
import gzip
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cases import table
from tests.conftest import Command, Files, write_files
from tests.formats import encoded as encode_old
from tests.vietnamese.test_legacy import OTHERS
from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Encoding, Locator
from vnsearch.readers import finishing, format_of, read
from vnsearch.readers.base import Flaw, Source
from vnsearch.readers.sandbox import Sandbox
from vnsearch.vietnamese.legacy import looks_misread
from vnsearch.vietnamese.letters import nfc

MODEST = settings(max_examples=100, deadline=None)


SANDBOX = Sandbox()


@pytest.fixture(scope="module", autouse=True)
def _sandbox() -> Iterator[None]:
    yield
    SANDBOX.close()


def items(path: str, content: str | bytes) -> list[Document | Flaw]:
    data = content if isinstance(content, bytes) else content.encode()
    found = read(path, BufferedReader(BytesIO(data)), SANDBOX)
    return [
        item._replace(encoding=None) if isinstance(item, Document) else item
        for item in found
        if isinstance(item, Document | Flaw)
    ]


def decode(data: bytes) -> str:
    return Source(BufferedReader(BytesIO(data))).text()


def document(path: str, content: str | bytes) -> Document:
    (item,) = items(path, content)
    assert isinstance(item, Document)
    return item


def record(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("Việt\n".encode(), "Việt\n", id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 + "Việt".encode(), "Việt", id="UTF-8 with BOM"),
        pytest.param(codecs.BOM_UTF16_LE + "Việt".encode("utf-16-le"), "Việt", id="UTF-16 LE"),
        pytest.param(codecs.BOM_UTF16_BE + "Việt".encode("utf-16-be"), "Việt", id="UTF-16 BE"),
        pytest.param(b"a\r\nb\rc\n", "a\nb\nc\n", id="line ends"),
        pytest.param(codecs.BOM_UTF16_LE + "a\r\nb".encode("utf-16-le"), "a\nb", id="16-bit CRLF"),
        pytest.param("𠮷".encode(), "𠮷", id="beyond the BMP"),
        pytest.param("Việt".encode("utf-16-le"), "Việt", id="UTF-16 LE without BOM"),
        pytest.param("Việt".encode("utf-16-be"), "Việt", id="UTF-16 BE without BOM"),
        pytest.param(b"a\x0cb\x1b", "a\x0cb\x1b", id="control characters"),
    ],
)
def test_decode(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty file", id="empty"),
        pytest.param(b" \n\r\n\t", "empty file", id="blank"),
        pytest.param(codecs.BOM_UTF8, "empty file", id="BOM only"),
        pytest.param(codecs.BOM_UTF16_LE, "empty file", id="UTF-16 BOM only"),
        pytest.param(b"PK\x03\x04\x00\x00\xff", "binary file", id="binary"),
        pytest.param(bytes(range(256)) * 4, "binary file", id="any bytes"),
        pytest.param(b"a\0\0\0b" * 50, "binary file", id="many NULs"),
        pytest.param(bytes(range(0x80, 0x100)) * 9, "try --encoding", id="no encoding"),
    ],
)
def test_decode_refuses(data: bytes, reason: str) -> None:
    with pytest.raises(UnusableFileError, match=reason):
        decode(data)


VIETNAMESE = "Đảng bộ Hà Nội họp về việc xây dựng đường phố. " * 5


@pytest.mark.parametrize(
    ("data", "text", "flaws"),
    [
        pytest.param(b"dang\0bo", "dang\ufffdbo", 1, id="NUL in ASCII"),
        pytest.param(VIETNAMESE.encode() + b"\xff", VIETNAMESE + "\ufffd", 1, id="a wrong byte"),
        pytest.param(
            codecs.BOM_UTF8 + "Việt".encode() + b"\xff", "Việt\ufffd", 1, id="behind a BOM"
        ),
        pytest.param(
            VIETNAMESE.encode() + "ệ".encode()[:2], VIETNAMESE + "\ufffd\ufffd", 2, id="cut"
        ),
        pytest.param(
            VIETNAMESE.encode() + b"\xed\xa0\x80", VIETNAMESE + "\ufffd" * 3, 3, id="surrogate"
        ),
        pytest.param(VIETNAMESE.encode() + b"\0\0\xff", VIETNAMESE + "\ufffd" * 3, 3, id="several"),
        pytest.param(
            codecs.BOM_UTF16_LE + "đi".encode("utf-16-le") + b"b", "đi\ufffd", 1, id="cut UTF-16"
        ),
        pytest.param(
            codecs.BOM_UTF16_LE + b"\x00\xd8d\0", "\ufffdd", 1, id="a lone UTF-16 surrogate"
        ),
    ],
)
def test_a_wrong_byte_costs_that_byte(data: bytes, text: str, flaws: int) -> None:
    are = "1 byte is" if flaws == 1 else f"{flaws} bytes are"
    flaw = Flaw(f"{are} no text and shown as \ufffd")
    source = Source(BufferedReader(BytesIO(data)))
    assert (source.text(), [*source.flaws()], [*source.flaws()]) == (text, [flaw], [])
    for path, content in (("a.txt", data), ("a.md", data), ("a.html", data)):
        found, *told = items(path, content)
        assert isinstance(found, Document)
        assert found.text.startswith(text.rstrip("\ufffd").strip())
        assert told == [flaw]


def test_a_wrong_byte_of_a_record_costs_that_byte() -> None:
    good = record(text=VIETNAMESE).encode()
    bad = good.replace(b"h", b"\xff", 1)
    first, second, flaw, third = items("a.jsonl", good + bad + good)
    assert [type(item) for item in (first, second, third)] == [Document] * 3
    assert flaw == Flaw("line 2: 1 byte is no text and shown as \ufffd")


def test_lines_of_a_text_may_be_in_an_old_encoding() -> None:
    line = "Các hộ thống nhất sửa con đường dẫn ra trường học, nhà nước góp xi măng."
    old = encode_old(line, "TCVN3")
    data = b"\n".join([line.encode(), old, line.encode(), old, b"\xff " + line.encode()])
    source = Source(BufferedReader(BytesIO(data)))
    assert source.text().split("\n") == [line] * 4 + ["\ufffd " + line]
    assert source.encoding == Encoding("UTF-8, TCVN3", sure=True)
    assert [*source.flaws()] == [Flaw("1 byte is no text and shown as \ufffd")]


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages_are_read_as_guessed(language: str) -> None:
    text, encoding = OTHERS[language]
    source = Source(BufferedReader(BytesIO(text.encode(encoding, "replace"))))
    assert source.text() == text.encode(encoding, "replace").decode(encoding)
    assert source.encoding is not None
    assert not source.encoding.sure


def test_too_much_text_is_refused(tmp_path: Path, run: Command) -> None:
    too_long = b"a" * 1_000_001
    files: Files = {
        "docs/most.txt": too_long[1:],
        "docs/more.txt": too_long,
        "docs/more.txt.gz": gzip.compress(too_long),
        "docs/more.jsonl": record(text=too_long.decode()) + record(text="tốt"),
    }
    write_files(tmp_path, files)
    done = run("index", "docs", "--json", VNSEARCH_MAX_TEXT_MB="1")
    assert done.returncode == 0
    assert json.loads(done.stdout)["documents"] == 2
    assert {item["path"]: item["reason"] for item in json.loads(done.stdout)["skipped"]} == {
        "docs/more.txt": "too large (over 1 MB of text)",
        "docs/more.txt.gz": "too large (over 1 MB of text)",
        "docs/more.jsonl": "line 1: too long (over 1 MB)",
    }


@pytest.mark.parametrize(
    ("path", "supported"),
    [
        ("a.txt", True),
        ("b/A.TXT", True),
        ("a.md", True),
        ("a.html", True),
        ("a.htm", True),
        ("a.jsonl", True),
        ("a.txt.gz", True),
        ("a.JSONL.GZ", True),
        ("a.b.md", True),
        ("a", True),
        ("12.", True),
        ("a.2009", True),
        ("Số 5. Hà Nội", True),
        ("cur/1204680122.M3P7.may.example:2,S", True),
        ("new/1204680122.M3P7.example", True),
        ("a.gz", True),
        ("a.json", True),
        ("a.py.xz", True),
        ("a.mp4", False),
        ("a.7z", True),
        ("a.tar.gz", True),
        ("a.TGZ", True),
        ("a.unknown", False),
        ("a.txt.gz.gz", False),
        ("a.txt.bak", False),
        ("a.txt/b", True),
        ("a.unknown/b.mp4", False),
    ],
)
def test_formats_by_name(path: str, supported: bool) -> None:
    assert (format_of(path) is not None) == supported
    if not supported:
        with pytest.raises(UnusableFileError, match="format not supported"):
            items(path, "a")


def test_plain_text() -> None:
    assert document("a.txt", "Nghị quyết\r\nĐiều 1.") == Document(
        key="", title="Nghị quyết", text="Nghị quyết\nĐiều 1.", locator=Locator(1)
    )


def test_plain_texts_need_neither_repair_nor_normalizing() -> None:
    plain = [char for char in map(chr, range(sys.maxunicode + 1)) if finishing._is_plain(char)]
    assert {*" \t\naZ09.,%ăĐớỮ–“”"} <= {*plain}
    assert not {*"ß°×\xa0\u0301\ud800の"} & {*plain}
    for char in plain:
        # Beside a consonant: some vowels side by side are one letter in VNI.
        for text in (char, f"b{char}b", f"{char} " * 100):
            assert nfc(text) == text
            assert not looks_misread(text)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Baùo caùo thaùng", "Báo cáo tháng"),
        ("Xin nghæ pheùp chaêm con oám", "Xin nghỉ phép chăm con ốm"),
        ("Sæ quü tiÒn mÆt", "Sổ quỹ tiền mặt"),
        ("Chuyện kể ở Göttingen", "Chuyện kể ở Göttingen"),
        ("Où est le goût d'août", "Où est le goût d'août"),
        ("Señor Muñoz, año nuevo", "Señor Muñoz, año nuevo"),
        ("Hoà bình, tuỳ theo, quỷ sứ", "Hoà bình, tuỳ theo, quỷ sứ"),
    ],
)
def test_titles_in_old_encodings_beside_texts_of_today(title: str, expected: str) -> None:
    line = json.dumps({"title": title, "text": "Một văn bản ngày nay."})
    assert document("a.jsonl", line).title == expected


def test_texts_are_in_nfc() -> None:
    assert document("a.txt", "Vie\u0323\u0302t").text == "Việt"
    assert document("a.jsonl", record(text="Vie\u0323\u0302t", id="e\u0301")).key == "é"


@table("titles.tsv")
def test_first_line_as_title(text: str, title: str) -> None:
    assert document("a.txt", text).title == title
    assert document("a.jsonl", record(text=text)).title == title
    assert document("a.jsonl", record(text=text, title=" ")).title == title


@pytest.mark.parametrize(
    ("line", "title"),
    [
        pytest.param("a" * 120, "a" * 120, id="just short enough"),
        pytest.param("a" * 121, "a" * 120, id="one long word is cut"),
        pytest.param("ab " * 100, ("ab " * 40).rstrip(), id="cut at a word"),
        pytest.param("ệ" * 90 + " " + "b" * 60, "ệ" * 90, id="a long last word is left out"),
    ],
)
def test_long_titles(line: str, title: str) -> None:
    shortened = document("a.txt", line + "\nthân").title
    assert shortened in (title, title.rpartition(" ")[0])  # a word that just fits may go
    assert len(shortened) <= 120
    assert document("a.jsonl", record(text="thân", title=line)).title == shortened


@table("headings.tsv")
def test_markdown_titles(source: str, title: str) -> None:
    found = document("a.md", source)
    assert (found.title, found.locator) == (title, Locator(1))
    assert found.text.count("\n") == source.count("\n")


@table("markdown-shown.tsv")
def test_markdown_is_shown_without_its_signs(source: str, text: str) -> None:
    assert document("a.md", source).text == text


def test_front_matter_that_is_text() -> None:
    matter = "id: 7\ntags: [cây, 'lúa nước']\naliases:\n  - sổ tay\ndescription: >\n  tóm\n  lược"
    matter += "\ntitle: đầu đề\ndate: 2025-01-15\nkhách hàng: Tân Tiến"
    found = document("a.md", f"---\n{matter}\n---\nthân\n")
    assert found.text.split("\n") == [
        *("", "", "tags: cây, lúa nước", "aliases:", "sổ tay", "description:", "tóm", "lược"),
        *("", "date: 2025-01-15", "khách hàng: Tân Tiến", "", "thân", ""),
    ]


@pytest.mark.parametrize(
    ("matter", "title"),
    [
        pytest.param("title: Nghị quyết", "Nghị quyết", id="title"),
        pytest.param("date: 2020-01-01\ntitle: 'Số: 5'", "Số: 5", id="quoted"),
        pytest.param("title: >\n  Nghị\n  quyết", "Nghị quyết", id="folded"),
        pytest.param("title: 2020", "2020", id="number"),
        pytest.param("title:", "Đầu đề", id="empty"),
        pytest.param("title: ''", "Đầu đề", id="empty string"),
        pytest.param("author: A", "Đầu đề", id="none"),
        pytest.param("title: [a, b]", "Đầu đề", id="a list is no title"),
        pytest.param("title: {a: b}", "Đầu đề", id="a mapping is no title"),
        pytest.param("title: Số: 5", "Số: 5", id="a colon in the value, which is no YAML"),
        pytest.param("a: [\ntitle: [5", "[5", id="a bracket that is not closed"),
        pytest.param("title: 2020-13-45", "2020-13-45", id="a date that is none"),
    ],
)
def test_markdown_front_matter(matter: str, title: str) -> None:
    source = f"---\n{matter}\n---\n# Đầu đề\n\nthân\n"
    found = document("a.md", source)
    assert found.title == title
    assert found.text.endswith("\nĐầu đề\n\nthân\n")
    assert (found.text.count("\n"), found.locator) == (source.count("\n"), Locator(1))


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("---\nkhông phải\n\n---\n", id="text between rules"),
        pytest.param("---\n- a\n---\n", id="a list"),
        pytest.param("---\n---\n", id="nothing"),
        pytest.param("---\ntitle: a\n", id="not closed"),
        pytest.param("\n---\ntitle: a\n\n---\n", id="not at the beginning"),
        pytest.param("----\ntitle: a\n\n----\n", id="a longer rule"),
    ],
)
def test_what_is_no_front_matter_stays_text(head: str) -> None:
    source = head + "\n# Đầu đề\n"
    found = document("a.md", source)
    words = source.replace("#", "").replace("-", "").split()
    assert found.text.replace("-", "").split() == words
    assert (found.text.count("\n"), found.locator) == (source.count("\n"), Locator(1))


@pytest.mark.parametrize(
    "matter",
    ["title: Số: 5", "title: Số: 5\ndate: 2020-01-01", "title: [5", "title: 2020-13-45"],
)
def test_the_title_is_never_the_source_of_broken_front_matter(matter: str) -> None:
    # CommonMark reads a line above `---` as a heading.
    title = document("a.md", f"---\n{matter}\n---\n\n# Đầu đề\n").title
    assert not title.startswith("title:")


@pytest.mark.parametrize(
    "value",
    [
        "!!int ''",
        "!!float ''",
        "!!bool a",
        "!!timestamp a",
        "!!int _",
        r'"\UFFFFFFFF"',
        r'"\ud800"',
    ],
)
def test_odd_values_in_front_matter_do_no_harm(value: str) -> None:
    assert "thân" in document("a.md", f"---\ntitle: {value}\n---\nthân\n").text


def test_front_matter_may_end_with_dots_or_with_the_file() -> None:
    assert document("a.md", "---\ntitle: A\n...\nthân").text.strip() == "thân"
    assert document("a.md", "---\r\ntitle: A\r\n---\r\nthân").text.strip() == "thân"
    assert items("a.md", "---\ntitle: A\n---") == [Flaw("no words")]


@table("pages.tsv")
def test_html_text(source: str, text: str) -> None:
    found = document("a.html", f"<!doctype html><title>đề</title><body>{source}")
    assert (found.title, found.text, found.locator) == ("đề", text, None)
    assert document("a.htm", source).text == text


@table("page-titles.tsv")
def test_html_titles(source: str, title: str) -> None:
    assert document("a.html", source).title == title


@pytest.mark.parametrize(
    "source", ["<p></p>", "<title>a</title>", "<script>a</script>", "<!-- -->"]
)
def test_pages_without_text_are_refused(source: str) -> None:
    with pytest.raises(UnusableFileError, match="no text on the page"):
        items("a.html", source)


def test_jsonl_records() -> None:
    assert items("a.jsonl", record(id="x", title="Đề", text="thân\nbài") + record(text="hai")) == [
        Document(key="x", title="Đề", text="thân\nbài", locator=Locator(1, step=0)),
        Document(key="2", title="hai", text="hai", locator=Locator(2, step=0)),
    ]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"id": "a/b#c"}, "a/b#c"),
        ({"id": 7}, "7"),
        ({"id": 0}, "0"),
        ({"id": None}, "2"),
        ({}, "2"),
    ],
)
def test_jsonl_keys(row: dict[str, object], key: str) -> None:
    (found,) = items("a.jsonl", "\n" + record(text="a", **row))
    assert isinstance(found, Document)
    assert found.key == key


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"{", "not JSON", id="cut"),
        pytest.param(b"text", "not JSON", id="no JSON"),
        pytest.param(b"[1]", "not a JSON object", id="a list"),
        pytest.param(b"5", "not a JSON object", id="a number"),
        pytest.param(b"{}", "no text", id="no text"),
        pytest.param(b'{"text": 5}', "no text", id="text is a number"),
        pytest.param(b'{"text": null}', "no text", id="text is null"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="nested"),
        pytest.param(b'{"text": "a"} {"text": "b"}', "not JSON", id="two on a line"),
        pytest.param(b'{"id": ' + b"9" * 5000 + b', "text": "a"}', "", id="a number too long"),
    ],
)
def test_a_broken_line_is_a_flaw_and_the_rest_goes_on(line: bytes, reason: str) -> None:
    good = record(text="tốt").encode()
    before, flaw, after = items("a.jsonl", good + line + b"\n" + good)
    assert isinstance(flaw, Flaw)
    assert flaw.reason.startswith(f"line 2: {reason}")
    assert [item.key for item in (before, after) if isinstance(item, Document)] == ["1", "3"]


@pytest.mark.parametrize(
    ("row", "title", "text"),
    [
        ({"article": "Điều 1", "content": "thân"}, "Điều 1", "Điều 1\nthân"),
        ({"Title": "Đề", "a": ["b", {"c": "d"}], "n": 5}, "Đề", "Đề\nb\nd"),
        ({"text": " ", "câu hỏi": "hai", "id": "x"}, "hai", "hai\nx"),
        ({"lời": "một", "ảnh": "A" * 2000}, "một", "một"),
    ],
)
def test_jsonl_records_without_text(row: dict[str, object], title: str, text: str) -> None:
    assert items("a.jsonl", "\n" + record(**row)) == [
        Document(key="2", title=title, text=text.strip(), locator=Locator(2, step=0))
    ]


def test_jsonl_blank_lines_and_line_ends() -> None:
    content = "\r\n  \n" + record(text="a").replace("\n", "\r\n") + "\n" + record(text="b").strip()
    found = [item for item in items("a.jsonl", content) if isinstance(item, Document)]
    assert [(item.text, item.locator) for item in found] == [
        ("a", Locator(3, step=0)),
        ("b", Locator(5, step=0)),
    ]
    assert items("a.jsonl", "\n\n") == []


def test_records_before_damage_are_read() -> None:
    lines = [record(id=str(n), text=" ".join(map(str, range(n, n + 50)))) for n in range(2000)]
    data = gzip.compress("".join(lines).encode())
    items_read = read("a.jsonl.gz", BufferedReader(BytesIO(data[: len(data) // 2])), SANDBOX)
    found: list[Document | Flaw] = []

    def read_all() -> None:
        found.extend(item for item in items_read if isinstance(item, Document | Flaw))

    with pytest.raises(UnusableFileError, match="damaged gzip file"):
        read_all()
    keys = [item.key for item in found if isinstance(item, Document)]
    assert len(keys) > 500
    assert keys == [str(n) for n in range(len(keys))]


ENCODINGS: list[tuple[bytes, str]] = [
    (b"", "utf-8"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
CONTENTS = {
    "a.txt": "Việt Nam\nđề\n",
    "a.md": "# Việt Nam\n\nđề\n",
    "a.html": "<title>Việt Nam</title><p>đề",
    "a.jsonl": record(id="v", title="Việt Nam", text="đề") + "\n{\n" + record(text="ਊ\u0a0d\u0d0a"),
}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("path", CONTENTS)
@pytest.mark.parametrize(("bom", "encoding"), ENCODINGS, ids=lambda value: str(value)[:12])
def test_every_format_in_every_encoding(bom: bytes, encoding: str, path: str, suffix: str) -> None:
    data = bom + CONTENTS[path].encode(encoding)
    if suffix:
        data = gzip.compress(data[:20]) + gzip.compress(data[20:])  # two members are one file
    found = items(path + suffix, data)
    assert found == items(path, CONTENTS[path])
    assert isinstance(found[0], Document)
    assert found[0].title == "Việt Nam"


GOOD_GZIP = gzip.compress(record(text="tốt").encode() * 1000)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x1f\x8b", id="header cut"),
        pytest.param(GOOD_GZIP[:-1], id="end cut"),
        pytest.param(GOOD_GZIP[: len(GOOD_GZIP) // 2], id="middle cut"),
        pytest.param(GOOD_GZIP[:-8] + bytes(8), id="wrong checksum"),
        pytest.param(GOOD_GZIP[:20] + b"\xff" * 40 + GOOD_GZIP[60:], id="wrong data"),
        pytest.param(GOOD_GZIP + b"\x1f\x8b\x08", id="second member cut"),
        pytest.param(GOOD_GZIP + b"trash", id="something after it"),
        pytest.param(b"Vi\xe1\xbb\x87t", id="no gzip"),
    ],
)
@pytest.mark.parametrize("path", ["a.txt.gz", "a.md.gz", "a.html.gz", "a.jsonl.gz"])
def test_damaged_gzip_is_refused(path: str, data: bytes) -> None:
    with pytest.raises(UnusableFileError, match="damaged gzip file"):
        items(path, data)


def test_lone_surrogates_are_replaced() -> None:
    found = document("a.jsonl", r'{"id": "\udc80", "title": "\ud800", "text": "a\udfffb"}')
    assert (found.key, found.title, found.text) == ("\ufffd", "\ufffd", "a\ufffdb")


def encoded(texts: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    """Texts in the encodings that are understood, and in one that is not."""
    return st.builds(
        lambda text, encoding: encoding[0] + text.encode(encoding[1], "surrogatepass"),
        texts,
        st.sampled_from([*ENCODINGS, (b"", "utf-16-le")]),
    )


def pieces(*texts: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from([*texts, "đ", " ", "\n"]), max_size=20).map("".join)


HTML = pieces(
    *"<p> <br> <main> </main> <nav> </nav> <form> <svg> <style> <title> <h1> <td>".split(),
    *"<body> <frameset> <template> <article> &#0; &amp <!-- <![CDATA[ \x1e <p/hidden>".split(" "),
)
MARKDOWN = pieces(
    *"--- title: # = ` ``` ~~~ * _ [ ] ( ) ![ > - 1. & &#0; < <b> | !!int !!bool '".split(), "\t"
)
JSONL = pieces('{"text": "', '"}', '{"text":1}', '"id":', ",", "\\ud800", "\0", "[", "1e999", "NaN")

contents = st.one_of(st.binary(), *map(encoded, (st.text(), HTML, MARKDOWN, JSONL)))


@pytest.mark.parametrize("path", CONTENTS)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: (data, ""),
        lambda data: (gzip.compress(data), ".gz"),
        lambda data: (data, ".gz"),
    ],
    ids=["plain", "gzip", "no gzip"],
)
@MODEST
@given(data=contents)
@example(data=b"")
def test_no_bytes_make_a_reader_fail_otherwise(
    path: str, wrap: Callable[[bytes], tuple[bytes, str]], data: bytes
) -> None:
    data, suffix = wrap(data)
    found: list[Document | Flaw] = []
    with suppress(UnusableFileError):
        found = items(path + suffix, data)
    for item in found:
        if isinstance(item, Document):
            assert len(item.title) <= 200
            assert "\n" not in item.title
            (item.title + item.text + item.key).encode()
        else:
            assert item.reason


@pytest.mark.parametrize("path", ["a.txt", "a.md", "a.csv", "a.html", "a.jsonl"])
def test_stacked_marks_do_no_harm(path: str) -> None:
    # Unbounded, they take time that grows with the square: with as many, an hour.
    text = "a" + "\u0301\u0323" * 500_000 + " đảng bộ"
    content = record(text=text) if path == "a.jsonl" else text
    assert len(document(path, content).text) < 50

"""What one format is made of, again and again."""

# ruff: noqa: E501

import tarfile
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Final

from tests import formats
from tests.bombs.texts import OLD, PROSE, filled, numbered
from tests.bombs.wrapped import docx, ods, odt, zipped
from tests.formats import encoded


def _message(header: str) -> Callable[[int], bytes]:
    """A message with a header, of which what is in braces is again and again."""
    begin, unit, end = header.replace("{", "}").split("}")
    return lambda size: begin.encode() + filled(unit, size) + f"{end}\n\ndang bo".encode()


def _around(begin: str, unit: str, end: str = "") -> Callable[[int], bytes]:
    return lambda size: begin.encode() + filled(unit, size) + end.encode()


def _parts(unit: str) -> Callable[[int], bytes]:
    head = "Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n"
    return _around(head, f"--x\n{unit}\n", "--x--")


def _nested_parts(size: int) -> bytes:
    each = "Content-Type: multipart/mixed; boundary=x{0}\n\n--x{0}\n"
    return b"Subject: a\n" + numbered(each, size) + b"\n\ndang bo"


def _attached_files(size: int) -> bytes:
    head = b"Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n"
    return head + numbered("--x\nContent-Disposition: attachment; filename={}.txt\n\nđảng\n", size)


def _many_files(size: int) -> bytes:
    return zipped({f"thư mục {n}/{n}.txt": b"dang bo" for n in range(size // 120)})


def _many_in_tar(size: int) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number in range(size // 1024):
            info = tarfile.TarInfo(f"{number}.txt")
            info.size = 7
            archive.addfile(info, BytesIO(b"dang bo"))
    return buffer.getvalue()


def _zip_in_zip(size: int) -> bytes:
    data = zipped({"a.txt": filled(PROSE, size)})
    for number in range(20):
        data = zipped({f"{number}.zip": data})
    return data


def _pptx(size: int) -> bytes:
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    body = filled("<a:p><a:r><a:t>đảng bộ</a:t></a:r></a:p>", size).decode()
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped({
        "ppt/presentation.xml": (
            '<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
            f'xmlns:r="{relations}"><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>'
        ).encode(),
        "ppt/_rels/presentation.xml.rels": (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="r1" Target="slides/slide1.xml"/></Relationships>'
        ),
        "ppt/slides/slide1.xml": f"<a {space}>{body}</a>".encode(),
    })  # fmt: skip


def _xlsx(cells: Callable[[int], bytes]) -> Callable[[int], bytes]:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = b"http://schemas.openxmlformats.org/package/2006/relationships"
    return lambda size: zipped({
        "_rels/.rels": b'<Relationships xmlns="' + package + b'"><Relationship Id="r1" Type="'
        + relations + b'/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": b"<workbook " + space + b' xmlns:r="' + relations + b'"><sheets>'
        b'<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="' + package + b'"><Relationship '
        b'Id="r1" Type="' + relations + b'/worksheet" Target="worksheets/sheet1.xml"/>'
        b"</Relationships>",
        "xl/worksheets/sheet1.xml": b"<worksheet " + space + b"><sheetData>" + cells(size)
        + b"</sheetData></worksheet>",
    })  # fmt: skip


def _epub(size: int) -> bytes:
    text = "\n".join(["Đảng bộ họp"] * max(1, size // 300))
    return formats.epub(text)


def _pdf(size: int) -> bytes:
    return formats.pdf("\n".join([PROSE] * max(1, size // 1200)))


def _records(size: int) -> bytes:
    return b"[" + numbered('{{"title": "a {0}", "text": "đảng {0}"}},\n', size)[:-2] + b"]"


def _changing_mailbox(size: int) -> bytes:
    text = encoded("nước được người thường", "TCVN3")
    return filled(b"From a\nSubject: x\n\n" + text + b"\n\n", size)


STRUCTURES: Final[dict[str, Callable[[int], bytes]]] = {
    ".md quotes": partial(filled, "> - *a* **b** [c](d) `e`\n\n"),
    ".md front matter": _around("---\nx:\n", "- b\n", "---\nđảng bộ\n"),
    ".md links": lambda size: b"[" * size + b" dang bo",
    ".md emphasis": partial(filled, "*a "),
    ".md emphasis on one line": partial(filled, "*a* _b_ ~~c~~ "),
    ".md quotes in quotes": lambda size: b">" * size + b" dang bo",
    ".md fences": partial(filled, "```\na\n"),
    ".md backticks": lambda size: filled("` `` ", size),
    ".md headings": partial(filled, "# a\n"),
    ".md heading of spaces": lambda size: b"# a" + b" " * size + b"b # dang bo",
    ".md rules of tables": lambda size: b"| " * (size // 2) + b"dang bo",
    ".md rules": lambda size: filled("-", size) + b" dang bo",
    ".org emphasis": partial(filled, "*a /b =c "),
    ".org links": partial(filled, "[[a][b"),
    ".org drawers": partial(filled, ":a:\nđảng\n"),
    ".rst roles": partial(filled, ":a:`b `c "),
    ".rst rules": partial(filled, "= = "),
    ".rst emphasis": partial(filled, "*a **b "),
    ".rst backticks": partial(filled, "`a"),
    ".tex commands": partial(filled, "\\a{\\b[c]{d"),
    ".tex braces": lambda size: b"\\title{" + filled("{", size),
    ".tex title": partial(filled, "\\title{a{b}c{d}"),
    ".tex accents": partial(filled, "\\'{\\^e}"),
    ".tex backslashes": lambda size: filled("\\", size) + b" dang bo",
    ".srt times": partial(filled, "1\n00:00:01,000 --> 00:00:02,000\nđảng\n\n"),
    ".srt tags": partial(filled, "<v a><b>{\\a"),
    ".srt digits": lambda size: b" " * (size // 2) + filled("1", size // 2),
    ".ass commas": partial(filled, "[Script Info]\nDialogue: " + "a," * 60 + "đảng\n"),
    ".csv cells": partial(filled, PROSE.replace(" ", ",") + "\n"),
    ".csv commas": partial(filled, "a,"),
    ".csv one field": _around('"', PROSE, '"'),
    ".csv quote without end": _around('a,"', "x,y\n"),
    ".csv different rows": lambda size: numbered("{},đảng\n", size),
    ".json records": _records,
    ".json brackets": lambda size: b"[" * size,
    ".json nested": lambda size: b"[" * 900 + b'"dang"' + b"]" * 900 + b" " * (size - 1800),
    ".json numbers": lambda size: b"[" + filled("1,", size) + b"1]",
    ".json strings": lambda size: b"[" + filled('"đảng bộ",', size) + b'"a"]',
    ".json keys": lambda size: b"{" + numbered('"{}": "đảng",', size) + b'"a": 1}',
    ".json objects": lambda size: b"[" + filled('{"a":{}},', size) + b"1]",
    ".json quotes": lambda size: filled('"a" ', size),
    ".json digits": lambda size: filled("1", size),
    ".jsonl small": partial(filled, '{"text": "a b"}\n'),
    ".jsonl numbered": lambda size: numbered('{{"id": {0}, "text": "đảng {0}"}}\n', size),
    ".jsonl broken": partial(filled, '{"text": \n'),
    ".jsonl brackets": lambda size: b"[" * size,
    ".jsonl latin-1": partial(filled, '{"text": "été à la plage"}\n'.encode("latin-1")),
    ".jsonl tcvn3": partial(filled, b'{"text": "' + OLD.strip() * 5 + b'"}\n'),
    ".ipynb cells": _around('{"cells": [', '{"cell_type": "code", "source": ["đảng\\n"]},', "{}]}"),
    ".xml tags": partial(filled, "<a b='đảng bộ họp'>"),
    ".xml comments": partial(filled, "<!--"),
    ".xml less than": lambda size: filled("<", size) + b" dang bo",
    ".xml attributes": _around("<a ", "b='đảng bộ' ", ">đảng bộ</a>"),
    ".xml doctypes": partial(filled, "<!DOCTYPE a ["),
    ".xml entities": partial(filled, "&amp;&#7843;"),
    ".xml titles": partial(filled, "<title><a:title "),
    ".html div": partial(filled, "<div>x "),
    ".html b": lambda size: filled("<b>", size) + b"dang bo",
    ".html less than": lambda size: filled("<", size) + b"dang bo",
    ".html tables": lambda size: filled("<table><tr><td>", size) + b"dang bo",
    ".html lists of links": partial(filled, f"<ul>{'<li><a href=x>đảng bộ</a></li>' * 3}</ul>"),
    ".html attributes": lambda size: b"<div " + numbered("a{}=1 ", size) + b">dang bo</div>",
    ".html quoted": partial(filled, '<div a=">"><b x=">">x '),
    ".html raw text": _around("<svg>", "<title><textarea>"),
    ".html entities": partial(filled, "&amp;&#7843;"),
    ".html superscripts": partial(filled, "a<sup>1</sup>"),
    ".html cells": partial(filled, "<table><tr><td><p>a</p></td><td>b</td></tr></table>"),
    ".html headings": partial(filled, "<h2>đảng bộ</h2><ul><li><a>a</a></ul>"),
    ".html comments": partial(filled, "<!--"),
    ".rtf words": _around("{\\rtf1 ", "\\b a\\b0 ", "}"),
    ".rtf groups": _around("{\\rtf1 ", "{a}", "}"),
    ".rtf open groups": _around("{\\rtf1 ", "{"),
    ".rtf unicode": _around("{\\rtf1 ", "\\u7843?", "}"),
    ".rtf bytes": _around("{\\rtf1 ", "\\'e1", "}"),
    ".rtf fonts": _around("{\\rtf1 {\\fonttbl", "{\\f1 a;}", "}a}"),
    ".rtf font name": _around("{\\rtf1 {\\fonttbl{\\f1 ", "{b}a", "}}a}"),
    ".rtf title": _around("{\\rtf1 {\\info{\\title ", "{a}\\'e1", "}}a}"),
    ".rtf titles": _around("{\\rtf1{\\stylesheet{\\s1 title;}}", "{\\s1 a\\par}", "}"),
    ".rtf cells": _around("{\\rtf1 ", "\\intbl a\\cell b\\cell\\row ", "}"),
    ".rtf paragraphs": _around("{\\rtf1 ", "a\\par ", "}"),
    ".rtf superscripts": _around("{\\rtf1 ", "{\\super 1}a", "}"),
    ".rtf headers": _around("{\\rtf1 ", "{\\header a\\par}", "}"),
    ".eml parts": _parts("Content-Type: text/plain\n\ndang bo"),
    ".eml empty parts": _parts(""),
    ".eml parts of html": _parts("Content-Type: text/html\n\n<p>"),
    ".eml attached files": _attached_files,
    ".eml attached messages": _parts("Content-Type: message/rfc822\n\nSubject: a\n\ndang"),
    ".eml boundaries": _around("Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n",
                               "--x\n"),
    ".eml nested parts": _nested_parts,
    ".eml encoded subject": _message("Subject: {=?utf-8?q?a?= }"),
    ".eml encoded words": _message("Subject: =?utf-8?q?{=C3=A1}?="),
    ".eml folded subject": _message("Subject: a{\n b}"),
    ".eml subject": _message("Subject: {đảng bộ }"),
    ".eml brackets in from": _message("From: {(}"),
    ".eml quotes in from": _message("From: {\"a}"),
    ".eml addresses": _message("From: {a@b.c, }"),
    ".eml named addresses": _message("To: {Đảng bộ <a@b.c>, }"),
    ".eml groups": _message("To: {a:b@c.d;,}"),
    ".eml many headers": lambda size: numbered("X{}: a\n", size) + b"\ndang bo",
    ".eml many recipients": lambda size: filled("To: a@b.c\n", size) + b"\ndang bo",
    ".eml type": _message("Subject: a\nContent-Type: text/plain{; a=b}"),
    ".eml numbered type": lambda size: b"Subject: a\nContent-Type: text/plain" + numbered(
        "; a*{}=b", size) + b"\n\ndang bo",
    ".eml disposition": _message("Subject: a\nContent-Disposition: attachment{; filename*0=a}"),
    ".eml date": _message("Subject: a\nDate: {1 }"),
    ".eml message id": _message("Subject: a\nMessage-ID: {<a@b> }"),
    ".eml encoding": _message("Subject: a\nContent-Transfer-Encoding: {base64 }"),
    ".eml base64": lambda size: b"Subject: a\nContent-Transfer-Encoding: base64\n\n"
    + b64encode(filled(PROSE, size * 3 // 4)),
    ".eml quoted-printable": _around(
        "Subject: a\nContent-Transfer-Encoding: quoted-printable\n\n", "=C3=A1=\n"),
    ".eml uuencode": _around("Subject: a\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n",
                             "#8V%T\n"),
    ".mbox small messages": partial(filled, "From a\nSubject: x\n\ndang bo\n\n"),
    ".mbox of tcvn3": _changing_mailbox,
    ".mbox one message": _around("From a\nSubject: x\n\n", PROSE + "\n"),
    ".mbox attached files": partial(
        filled, "From a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        "Content-Disposition: attachment; filename=a.txt\n\ndang\n--x--\n\n"),
    ".mbox headers": partial(filled, "From a\nTo: a@b.c, d@e.f\n\n"),
    ".mbox different people": partial(numbered, "From a\nFrom: Ban Ke hoach <a{0}@b.vn>\n\n"),
    ".mbox quoted people": partial(numbered, 'From a\nFrom: "Ban, {0}" <a{0}@b.vn>\n\n'),
    ".zip many files": _many_files,
    ".zip in another": _zip_in_zip,
    ".tar many files": _many_in_tar,
    ".docx empty runs": lambda size: docx(filled("<w:r/>", size) + b"<w:p><w:r><w:t>a</w:t></w:r></w:p>"),
    ".docx empty paragraphs": lambda size: docx(filled("<w:p/>", size) + b"<w:p><w:r><w:t>a</w:t></w:r></w:p>"),
    ".docx nested": lambda size: docx(filled("<w:p>", size)),
    ".docx nested and closed": lambda size: docx(b"<w:tbl>" * 200 + b"a" + b"</w:tbl>" * 200 + b" " * size),
    ".docx tables": lambda size: docx(filled("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>", size)),
    ".docx attributes": lambda size: docx(b"<w:p " + numbered("a{}='1' ", size) + b"/>"),
    ".odt spaces": lambda size: odt(b"<text:p>" + filled('<text:s text:c="100000"/>', size) + b"a</text:p>"),
    ".odt spans": lambda size: odt(b"<text:p>" + filled("<text:span>a</text:span>", size) + b"</text:p>"),
    ".ods cells": lambda size: ods(filled("<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>", size)),
    ".ods repeated": lambda size: ods(filled('<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16000"><text:p>a</text:p></table:table-cell></table:table-row>', size)),
    ".xlsx cells": _xlsx(partial(filled, '<row><c t="inlineStr"><is><t>đảng</t></is></c></row>')),
    ".xlsx numbers": _xlsx(lambda size: numbered("<row><c><v>{}</v></c></row>", size)),
    ".xlsx far apart": _xlsx(partial(filled, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    ".pptx paragraphs": _pptx,
    ".epub chapters": _epub,
    ".pdf pages": _pdf,
}  # fmt: skip

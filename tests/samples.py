"""A file of each text-like format, with a phrase of its own whose place in it is known.

`make formats` writes them, too.
"""

import bz2
import json
import lzma
import tarfile
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from tests import formats

# One for each sample.
_WHAT: Final = (
    "cây đa|mái đình|con thuyền|cánh diều|ruộng lúa|vườn chè|bếp lửa|cối xay|khung cửi|lò gốm|"
    "tượng đất|tranh lợn|đèn lồng|trống đồng|chiêng cồng|sáo trúc|nón lá|áo tơi|guốc mộc|quạt nan|"
    "chiếu cói|giỏ tre|lưới cá|mắm tôm|bánh giầy|kẹo lạc|rượu nếp|trầu cau|mật ong|gạch nung|"
    "ngói âm|cổng chùa|giếng khơi|cầu khỉ|bờ rào|chuồng trâu|ổ gà|tổ én|hang dơi|đàn kiến|"
    "bầy sẻ|lũ cua|hoa gạo|quả thị|lá dong|rễ si|hạt sen|củ ấu|măng nứa|nấm rơm"
).split("|")


def phrase_of(number: int) -> str:
    """A phrase that no other number has."""
    return f"{_WHAT[number]} đang chờ mùa nước nổi"


class Sample(NamedTuple):
    """How a file is made of a phrase, and where that is in it."""

    make: Callable[[str], str | bytes]
    unit: str = ""  # of the place, "" if the format has none
    number: int = 0
    title: str = ""  # if it is not the name of the file; {} stands for the phrase
    inside: str = ""  # the path of the one in it that has the phrase


FILLER: Final = "Một dòng chữ khác cho đầy trang giấy."


def _srt(phrase: str) -> str:
    first, _, rest = phrase.partition(" mùa ")
    return (
        f"1\n00:00:01,000 --> 00:00:02,500\n{FILLER}\n\n2\n00:01:00,000 --> 00:01:09,000 X1:5\n"
        f"<i>{first}</i>\n{{\\an8}}mùa <font color=red>{rest}</font>\n"
    )


def _vtt(phrase: str) -> str:
    return (
        f"WEBVTT - phim\n\nSTYLE\n::cue {{ color: red }}\n\nNOTE\nghi chú\n\ncau-hai\n"
        f"00:01.000 --> 00:05.000 align:start\n<v Lan><c.x>{phrase}</c> &amp; hết\n"
    )


def _ass(phrase: str) -> str:
    return (
        "[Script Info]\nTitle: Phim của thôn\n\n[Events]\nFormat: Layer, Start, End, Style, Name, "
        "MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0"
        f",,{{\\i1}}{phrase.replace(' đang ', chr(92) + 'Nđang ')}{{\\i0}}, hết\n"
    )


def _json_list(phrase: str) -> str:
    rows = [{"so": 1, "nội dung": FILLER}, {"tiêu đề": "Sổ của thôn", "lời": ["a", {"b": phrase}]}]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _json_holding(phrase: str) -> str:
    rows = [{"id": f"r{n}", "text": FILLER, "title": "Khác"} for n in range(3)]
    rows[1] = {"id": "r1", "text": phrase, "title": "Sổ của thôn"}
    return json.dumps({"version": "1", "data": rows}, ensure_ascii=False, indent=1)


def _json_nested(phrase: str) -> str:
    value = {"menu": {"mở": FILLER, "đóng": [1, None, phrase.upper(), "x" * 2_000]}, "title": "Sổ"}
    return json.dumps(value, indent=2)


def _json_lines(phrase: str) -> str:
    rows = [{"q": FILLER}, {"q": phrase}]
    return "\n".join(json.dumps(row) for row in rows)


def _xml(phrase: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE a [<!ENTITY x "mất">\n]>\n<a>\n<!-- bỏ\n'
        f'--><title>Sổ của thôn</title>\n<b name="{phrase}" id="a1"/><c><![CDATA[hết]]>&lt;</c></a>'
    )


def _notebook(phrase: str) -> str:
    cells = [
        {"cell_type": "markdown", "source": ["# Sổ của thôn\n", "chữ **đậm**"]},
        {"cell_type": "code", "source": "print(1)", "outputs": [
            {"output_type": "stream", "text": ["1\n"]},
            {"output_type": "display_data", "data": {"image/png": "A" * 5_000}},
            {"output_type": "execute_result", "data": {"text/plain": [f"'{phrase}'"]}},
        ]},
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "cells": cells})


def _tex(phrase: str) -> str:
    return (
        "\\documentclass[a4paper]{article}\n\\usepackage{vietnam}\n\\title{\\textbf{Sổ của thôn}}\n"
        f"\\begin{{document}} % ghi chú\n\\section{{Một}}\\label{{s1}}\n{FILLER}\n"
        f"\\emph{{{phrase.replace(' ', '~', 1)}}} \\cite{{x}} giá 5\\%\n\\end{{document}}\n"
    )


# Accents of LaTeX, for the phrases of `phrase_of`.
_TEX_LETTERS: Final = {
    "ư": r"\uhorn ", "ơ": r"\ohorn{}", "ờ": r"\`{\ohorn}", "ợ": r"\d{\ohorn}", "ô": r"\^o",
    "ố": r"\'{\^o}", "ồ": r"\`\^o", "ộ": r"\d{\^o}", "đ": r"\dj{}", "á": r"\'{a}", "ả": r"\h{a}",
    "ã": r"\~{a}", "ạ": r"\d a", "ă": r"\u{a}", "ắ": r"\'{\u{a}}", "ê": r"\^{e}", "ế": r"\'{\^e}",
    "ề": r"\`{\^e}", "ò": r"\`o", "ú": r"\'u", "ũ": r"\~u", "ử": r"\h{\uhorn}", "ứ": r"\'{\uhorn}",
    "ướ": r"\uhorn\'{\ohorn}", "é": r"\'e", "ẽ": r"\~e", "í": r"\'{\i}", "ì": r"\`\i ",
    "ẻ": r"\h e", "ọ": r"\d o", "à": r"\`a", "ỉ": r"\h i", "ằ": r"\`{\u a}", "ó": r"\'o",
}  # fmt: skip


def _tex_accents(phrase: str) -> str:
    return f"{FILLER}\n" + "".join(_TEX_LETTERS.get(char, char) for char in phrase)


def _org(phrase: str) -> str:
    return (
        "#+TITLE: Sổ của thôn\n#+OPTIONS: toc:nil\n* TODO [#A] Một  :tag:\n:PROPERTIES:\n:ID: x1\n"
        f":END:\n# bỏ\n*{phrase}* và [[https://a.vn][một liên kết]]\n| a | b |\n"
    )


def _rst(phrase: str) -> str:
    who, _, rest = phrase.partition(" đang ")
    return (
        "========\nSổ của thôn\n========\n\n.. image:: a.png\n   :alt: x\n\n.. note:: "
        f"{FILLER}\n\n**{who}** đang :ref:`{rest} <dich>`\n"
    )


def _log(phrase: str) -> str:
    return f"2024-01-01 00:00:01 INFO {FILLER}\n" * 5 + f"2024-01-02 WARN [x] {phrase}: 5\n"


def _settings(mark: str) -> Callable[[str], str]:
    return lambda phrase: f"# chú thích\n[mục]\n\nlời{mark}'{phrase}'\n"


def _code(comment: str) -> Callable[[str], str]:
    return lambda phrase: f"{comment} {FILLER}\n\nx = '{phrase}'\n"


def _html_xls(phrase: str) -> str:
    return (
        f"<html><head><title>Sổ của thôn</title></head><table><tr><td>a<td>{phrase}</table></html>"
    )


def _xml_xls(phrase: str) -> str:
    return f'<?xml version="1.0"?>\n<Workbook>\n<Data type="String">{phrase}</Data></Workbook>'


def _tsv_xls(phrase: str) -> bytes:
    return f"stt\tnội dung\n1\t{phrase}\n".encode("utf-16")


def message(phrase: str) -> bytes:
    """A message as servers keep it."""
    made = EmailMessage()
    made["Received"], made["From"], made["Subject"] = "from a by b", "an@mau.example", "Sổ của thôn"
    made.set_content(phrase)
    return bytes(made)


def with_file(phrase: str, name: str, data: bytes) -> bytes:
    """A message with an attachment."""
    made = EmailMessage()
    made["From"], made["Subject"] = "an@mau.example", "Thư của thôn"
    made.set_content(FILLER)
    made.add_attachment(data, "application", "octet-stream", filename=name)
    assert phrase.encode() not in bytes(made)
    return bytes(made)


def _tarred(phrase: str) -> bytes:
    buffer, data = BytesIO(), _log(phrase).encode()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("nhật ký/may.log")
        info.size = len(data)
        archive.addfile(info, BytesIO(data))
    return buffer.getvalue()


def _attached(phrase: str) -> bytes:
    return with_file(phrase, "phu-luc.xlsx", formats.xlsx(f"{FILLER}\n{phrase}"))


def _outlook(phrase: str) -> bytes:
    from tests import ole

    return ole.message({0x0037: "Thư của thôn"}, {"phu-luc.docx": formats.docx(phrase)})


def _zstd(phrase: str) -> bytes:
    from vnsearch.engines.whoosh.format.compression import compress

    return compress(_log(phrase).encode())


SAMPLES: Final[dict[str, Sample]] = {
    "phim.srt": Sample(_srt, "line", 7),
    "phim.vtt": Sample(_vtt, "line", 11),
    "phim.ass": Sample(_ass, "line", 6, "Phim của thôn"),
    "danh-sach.json": Sample(_json_list, "line", 6, "Sổ của thôn"),
    "du-lieu.json": Sample(_json_holding, "line", 9, "Sổ của thôn"),
    "giao-dien.json": Sample(_json_nested, "line", 7, "Sổ"),
    "dong.json": Sample(_json_lines, "line", 2, "{}"),
    "dong.jsonl": Sample(_json_lines, "line", 2, "{}"),
    "dong.ndjson": Sample(_json_lines, "line", 2, "{}"),
    "so.xml": Sample(_xml, "line", 7, "Sổ của thôn"),
    "tin.rss": Sample(_xml, "line", 7, "Sổ của thôn"),
    "so-tay.ipynb": Sample(_notebook, "cell", 2, "Sổ của thôn"),
    "bai.tex": Sample(_tex, "line", 7, "Sổ của thôn"),
    "dau.tex": Sample(_tex_accents, "line", 2, FILLER),
    "so-tay.org": Sample(_org, "line", 8, "Sổ của thôn"),
    "so-tay.rst": Sample(_rst, "line", 10, "Sổ của thôn"),
    "may.log": Sample(_log, "line", 6),
    "cai-dat.yaml": Sample(_settings(": "), "line", 4),
    "cai-dat.toml": Sample(_settings(" = "), "line", 4),
    "cai-dat.ini": Sample(_settings("="), "line", 4),
    "ma.py": Sample(_code("#"), "line", 3),
    "ma.sql": Sample(_code("--"), "line", 3),
    "trang.xls": Sample(_html_xls, "", 0, "Sổ của thôn"),
    "bang.xls": Sample(_tsv_xls, "line", 2, "bang"),
    "so-2003.xls": Sample(_xml_xls, "line", 3, "{}"),
    "cur/1204680122.M3P7.may.example:2,S": Sample(message, "", 0, "Sổ của thôn"),
    "12.": Sample(message, "", 0, "Sổ của thôn"),
    "DOC_TRUOC": Sample(lambda phrase: f"{FILLER}\n{phrase}\n", "line", 2, FILLER),
    "Báo cáo 31.12.2009": Sample(lambda phrase: formats.docx(f"Sổ của thôn\n{phrase}"), "", 0,
                                 "Sổ của thôn"),
    "ban-in": Sample(lambda phrase: formats.pdf(f"Sổ của thôn xưa và nay\n{phrase}"), "page", 2,
                     "Sổ của thôn xưa và nay"),
    "may.log.xz": Sample(lambda phrase: lzma.compress(_log(phrase).encode()), "line", 6),
    "may.log.bz2": Sample(lambda phrase: bz2.compress(_log(phrase).encode()), "line", 6),
    "may.log.zst": Sample(_zstd, "line", 6),
    "goi.zip": Sample(
        lambda phrase: formats.packed({"hop-dong/b.docx": formats.docx(f"Sổ của thôn\n{phrase}")}),
        "", 0, "Sổ của thôn", "/hop-dong/b.docx",
    ),
    "long.zip": Sample(
        lambda phrase: formats.packed({"a.zip": formats.packed({"c.srt": _srt(phrase)})}),
        "line", 7, "c.srt", "/a.zip/c.srt",
    ),
    "may.tar.gz": Sample(_tarred, "line", 6, "may.log", "/nhật ký/may.log"),
    "thu.eml": Sample(_attached, "sheet", 2, "Một", "/phu-luc.xlsx"),
    "thu.mbox": Sample(
        lambda phrase: b"From a@b Mon Jan  1\n" + message(FILLER) + b"\n\nFrom a@b Mon Jan  1\n"
        + with_file(phrase, "ghi.txt", f"{FILLER}\n{phrase}".encode()),
        "line", 2, FILLER, "/2/ghi.txt",
    ),
    "thu.msg": Sample(_outlook, "", 0, "{}", "/phu-luc.docx"),
    "goi-khong-duoi": Sample(
        lambda phrase: formats.packed({"d.tex": _tex(phrase)}), "line", 7, "Sổ của thôn", "/d.tex"
    ),
}  # fmt: skip


def make(folder: Path) -> None:
    """Write all of them into a folder."""
    for number, (name, sample) in enumerate(SAMPLES.items()):
        content = sample.make(phrase_of(number))
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

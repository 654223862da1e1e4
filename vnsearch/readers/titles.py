"""Titles that tell documents apart: which of the names of a document is one, and which line.

A title that a file states may be that of a program or a template; the first line of an official
paper is the national motto. Both are the same in thousands of documents. The layout of official
papers is that of Decree 30/2020/NĐ-CP, appendix I: agency and motto, number and date, kind,
subject.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from vnsearch.vietnamese.letters import fold

MAX_LENGTH: Final = 120  # code points
_LOOK: Final = 6_000  # code points of a text in which its title is looked for
_MOST_LINES: Final = 60
_LONGEST: Final = 2 * MAX_LENGTH  # of a line, the rest is not looked at
_HEAD: Final = 12  # lines within which an official paper has its motto and its number

# ---- all patterns are of folded lines: lower case, without marks ----

_MOTTO: Final = re.compile(
    r"(nuoc )?cong hoa xa hoi chu nghia viet nam|(nuoc )?viet nam dan chu cong hoa|chxhcn viet nam"
    r"|doc lap ?\W* ?tu do ?\W* ?hanh phuc|dang cong san viet nam"
    r"|socialist republic of viet ?nam|independence ?\W* ?freedom ?\W* ?happiness"
)
_NUMBER: Final = re.compile(
    # A space only beside a sign, in one way each: else a line could be tried in 2^n ways.
    r"(luat |nghi quyet |lenh )?so( ky hieu)? ?[:.]? ?[\d.…_ ]*[/-] ?[^ ]{2,}"
    r"( ((?=[/-])|(?<=[/-] )(?![/-]))[^ ]+)*"
    r"|(luat |nghi quyet |lenh )?so( ky hieu)? ?: ?[\d.…_/ -]*"
)
_DATE: Final = re.compile(
    r"(.{1,40},? )?ngay ?[\d.…_ ]* ?thang ?[\d.…_ ]* ?nam ?[\d.…_ ]*"
    r"|(ngay ?:? ?)?[\d]{1,2}[/.-]\d{1,2}[/.-]\d{2,4}( \d\d?:\d\d)?"
)
_AGENCY: Final = re.compile(
    r"(uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd|quoc hoi|chinh phu|thu tuong chinh phu|chu tich "
    r"nuoc|bo (truong )?(giao duc|y te|noi vu|tai chinh|tu phap|cong an|quoc phong|ngoai giao|cong "
    r"thuong|nong nghiep|xay dung|giao thong|khoa hoc|thong tin|van hoa|lao dong|tai nguyen|ke "
    r"hoach)|so (giao duc|gd|y te|noi vu|tai|tu phap|xay|giao thong|khoa hoc|thong tin|van hoa|lao "
    r"dong|ke hoach|cong thuong|nong|ngoai vu|du lich)|phong (giao duc|gd)|truong (dai hoc|dh|cao "
    r"dang|cd|tieu hoc|th|thcs|thpt|ptdt|mam non|mau giao|trung)|dai hoc (quoc gia|bach khoa)"
    r"|(tong )?(cong ty|cuc)|chi cuc|tap doan|ngan hang|benh vien|trung tam|vien (kiem sat|nghien "
    r"cuu|han lam)|toa an|dang (bo|uy)|(tinh|huyen|thanh|quan|thi) uy|chi bo|lien doan|cong doan"
    r"|doan (tncs|thanh nien)|hoi (lien hiep|lhpn|nong dan|cuu chien|chu thap|khuyen hoc)"
    r"|ban (chap hanh|giam hieu|chi dao|quan ly|thuong vu|bi thu|dan van|tuyen giao|to chuc))\b.*"
)
_NEVER: Final = re.compile(
    r"(kinh (gui|thua)|dear|noi nhan)\b.*"
    r"|(trang|page|tr|slide|sheet|trang chieu|trang tinh)\.? ?\d+( ?(/|of|tren|-) ?\d+)?"
    r"|(toi |tuyet )?mat|hoa toc|(thuong )?(thuong )?khan|(ban )?du thao.{0,12}|ban sao|ban chinh"
    r"|(bieu )?mau( so)?:? ?[\w./-]*\d[\w./-]*|\(?(ban hanh )?kem theo .*|muc luc"
    r"|(table of )?contents"
    r"|(ho (va|,)? ?ten|lop|sbd|so bao danh|ma de( thi)?|de chinh thuc)\b ?[^\w ].*|de chinh thuc"
    r"|\(?de thi (gom|co) .*|[^<>@]*<?[^ @]+@[^ @]+>?(, .*)?"
)
_CODE: Final = re.compile(
    r"\s*(#!|#\s*(include|define|pragma|ifndef|ifdef|-\*-)|//|/\*|<!|<\?|%|--\s"
    r"|\"\"\"|'''|```|~~~|;;"
    r"|\\(documentclass|usepackage|input|begin)|(import|from|using|package|const|var|let) [\w.{*]"
    r"|[{}\[\]()]+\s*$)"
)

_KIND: Final = (
    r"quyet dinh|nghi quyet|nghi dinh|(thong tu|nghi quyet|quyet dinh) lien tich"
    r"|thong tu|(bo )?luat"
    r"|phap lenh|hien phap|sac lenh|lenh|chi thi|cong van|cong dien|to trinh|(bao cao"
    r"|ke hoach|thong "
    r"bao|bien ban|hop dong|quy che|quy dinh|quy chuan|huong dan|ket luan|phuong an|de an|du an"
    r"|chuong trinh|noi quy|(quy|huong) uoc|dieu le|tuyen bo|ban cam ket|phu luc|bang ke|danh sach)"
    r"|giay (moi|de nghi|uy quyen|gioi thieu|xac nhan|chung nhan|cam doan|phep)"
    r"|thu (moi|ngo|cam on)|don|phieu \w+( \w+)?|van ban hop nhat|giao an"
    r"|bai (giang|tap|thu hoach|tieu luan)|tieu luan|(luan (van|an)"
    r"|khoa luan|do an)( \w+){0,3}|de (thi|kiem tra|on tap|cuong|tai)( .*)?|sang kien kinh nghiem"
    r"|(chuong|phan|bai|phu luc|chuyen de|chu de|tuan|tiet|buoi) ([ivxl]+|\d+)"
)
_IS_KIND: Final = re.compile(rf"({_KIND}) ?:?")
_OF_KIND: Final = re.compile(rf"(mau )?({_KIND})\b(?! vi\b)")
_ABOUT: Final = re.compile(r"(v/v|ve viec|ve|vv)\b.*|(mon|de tai|chu de|chuyen de|lop)\b.*")
_BRIEF: Final = re.compile(r"(^|\W)(v ?/ ?v|ve viec)\b", re.IGNORECASE)
_BODY: Final = re.compile(
    r"(can cu|xet|theo|thuc hien|hom nay|ben [ab]|toi( ten)?|ho (va )?ten|thanh phan|thoi gian|dia "
    r"diem|giua|kinh|dieu \d+|chuong [ivx\d]+|muc [ivx\d]+|phan [ivx\d]+|[ivx]+\."
    r"|\d+\.|[a-z]\)|chu "
    r"tich|thu tuong|bo truong|giam doc|hieu truong|tong giam doc|chinh phu|quoc hoi"
    r"|quyet nghi)\b.*"
)

# Headings of parts of a document, folded.
_SECTION: Final = re.compile(
    r"((chuong|phan|muc|dieu|bai|tiet|chapter|section|part) ([ivx]+|\d+)|[ivx]+\.|\d+[.)]"
    r"|[a-z][.)]).*"
    r"|(loi (noi dau|mo dau|gioi thieu|cam on|cam doan|tua)|mo dau|dat van de|gioi thieu|tom tat"
    r"|abstract|introduction|preface|ket luan|tai lieu tham khao|dap an|huong dan giai)\W*"
)

# What programs and templates call any document, after digits and signs are left out.
_DEFAULTS: Final = frozenset(
    line.strip()
    for line in """
    powerpoint presentation; presentation; powerpoint; bai thuyet trinh; ban trinh bay;
    ban trinh bay powerpoint; bai thuyet trinh powerpoint; trinh bay powerpoint; bai trinh chieu;
    presentation powerpoint; presentacion de powerpoint; presentacion; apresentacao do powerpoint;
    presentazione di powerpoint; presentazione standard di powerpoint; powerpoint prasentation;
    prezentacja programu powerpoint; powerpoint presentatie; prezentace aplikace powerpoint;
    prezentare powerpoint; powerpoint sunusu; presentasi powerpoint; презентация powerpoint;
    powerpoint プレセンテーション; powerpoint プレゼンテーション;
    powerpoint 演示文稿; powerpoint 簡報;
    powerpoint 프레젠테이션; slide; slides; slide show; trang chieu; document; doc; new document;
    word document; microsoft word document; microsoft word; microsoft excel; microsoft powerpoint;
    tai lieu; tai lieu word; van ban; dokument; documento; untitled; untitled document; no title;
    noname; khong ten; khong co tieu de; khong tieu de; chua dat ten; tieu de; tieu de tai lieu;
    title; document title; title of document; titel; titre; titulo; sin titulo; sans titre; unknown;
    anonymous;
    unbenannt; ohne titel; book; workbook; sheet; sheets; trang tinh; so tinh; worksheet; classeur;
    libro; mappe; template; mau; theme; office theme; chu de office; default; default title; test;
    click to edit master title style; bam de sua kieu tieu de; nhap tieu de; them tieu de;
    bam de them tieu de; click to add title; add title; home; home page; index; trang chu; scan;
    scanned document; scanned image; camscanner; image; img;
    print; printed document; full page photo;
    my document; create pdf; pdf; layout; cover; bia;
    trang; page; text; email;
    (no subject); khong co chu de; khong chu de; re; fwd; unknown title; new page; google docs
    """.replace("\n", " ").split(";")
)
_DIGITS_AND_SIGNS: Final = re.compile(r"[\W\d_]+")
_FILE_NAME: Final = re.compile(
    r"(microsoft (word|excel|powerpoint|office \w+) - |https?://|www\.|file:/).*"
    r"|.*\.(docx?|xlsx?|pptx?|pdf|indd|qxd|rtf|txt|cdr|pmd?|p65|dvi|tex|odt|html?|wpd"
    r"|ai|psd|jpe?g|png)"
    r"|(isbn[ :-]*)?[\d -]{9,17}x?|[0-9a-f_-]{16,}|(img|dsc|scan|doc)[-_ ]?\d+.*"
    r"|[^ ]*\d[^ ]*_[^ ]*"
)
_TEMPLATE: Final = re.compile(
    r".*\b((powerpoint|ppt|word|slides?|presentation|business|free|google)\W+(\w+\W+)?templates?"
    r"|templates? (powerpoint|ppt|word)|(mau|hinh nen) (slide|powerpoint))\b.*"
)

_CELLS: Final = re.compile(r"\s*(?:\t| \| )\s*")
_COLUMNS: Final = re.compile(r"\s{3,}")  # as PDF and plain text have them
_MARKUP: Final = re.compile(r"^(#{1,6}|>|[-*+•])\s+|(?<=\s)#+$")


def first_title(stated: Iterable[str]) -> str:
    """The first of what a file states to be its title that is one; "" if none is."""
    for title in stated:
        title = " ".join(title.split())
        plain = _plain(title)
        if title and not (
            _is_default(plain)
            or _FILE_NAME.fullmatch(plain)
            or _TEMPLATE.match(plain)
            or _is_common(title)
        ):
            return title
    return ""


def is_generic(heading: str) -> bool:
    """Whether a heading is that of a part of a document, or only names the kind of a paper."""
    plain = " ".join(_plain(heading).split())
    return bool(_SECTION.fullmatch(plain) or _IS_KIND.fullmatch(plain))


def title_of(text: str, name: str) -> str:
    """The title of a text: the first line that is one, else the file's `name` without suffix, else
    the first line that there is."""
    if title := line_title(text):
        return title
    stem = PurePath(name).stem if name else ""
    if name.endswith(".gz"):
        stem = PurePath(stem).stem
    return shortened(stem or " ".join(text[:_LOOK].strip().partition("\n")[0].split()))


def line_title(text: str) -> str:
    """The first line of the beginning of a text that is a title; "" if none is."""
    lines = _lines(text[:_LOOK])
    marks = (at for at, line in enumerate(lines[:_HEAD]) if _is_official(line))
    head = max(marks, default=-1)  # the last line of the head of an official paper
    for at, line in enumerate(lines):
        about = _BRIEF.search(line)
        if about and at <= head + 2:
            return _continued(line[about.start(2) :], lines[at + 1 :])
        if line and not (_is_common(line) or (at < head and _is_agency(line))):
            return shortened(_joined(lines, at))
    return ""


def shortened(title: str) -> str:
    """A title cut at a space, if there is one, to at most MAX_LENGTH."""
    if len(title) <= MAX_LENGTH:
        return title
    return title[: MAX_LENGTH + 1].rpartition(" ")[0] or title[:MAX_LENGTH]


def _lines(text: str) -> list[str]:
    """The lines of a text without markup, blank ones empty. Columns side by side are lines each;
    rows of a table are left out."""
    lines: list[str] = []
    found = [_cells(line[:_LONGEST]) for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    for at, cells in enumerate(found):
        cells = [" ".join(_MARKUP.sub("", cell).strip("*_=~").split()) for cell in cells]
        near = found[at + 1 : at + 2] + found[max(0, at - 1) : at]
        table = len(cells) > 1 and any(len(other) > 1 for other in near)
        if not table or any(map(_is_official, cells)) or _BRIEF.search(cells[0]):
            lines += cells
    return lines


def _cells(line: str) -> list[str]:
    columns = _COLUMNS.split(line.strip())
    return columns if any(map(_is_official, columns)) else _CELLS.split(line.strip())


def _is_agency(line: str) -> bool:
    """Whether a line in the head of an official paper names who issued it; in capitals, unless a
    font drew it so."""
    plain = _plain(line)
    return (line.isupper() or bool(_AGENCY.fullmatch(plain))) and not _OF_KIND.match(plain)


@lru_cache(maxsize=256)
def _plain(line: str) -> str:
    """A line in lower case, without marks, as all patterns are."""
    return fold(line.lower())


@lru_cache(maxsize=256)
def _is_official(line: str) -> bool:
    """Whether a line is one of those at the head of an official paper: motto or number."""
    if len(line) > MAX_LENGTH:
        return False
    plain = _plain(line)
    return bool(_MOTTO.match(plain) or _NUMBER.fullmatch(plain))


def _is_common(line: str) -> bool:
    """Whether a line, or what a file states as its title, stands in many documents or is code."""
    if _CODE.match(line) or not any(map(str.isalpha, line)):
        return True
    if len(line) >= _LONGEST:  # a paragraph
        return False
    plain = _plain(line).strip()
    return bool(
        _is_default(plain)
        or _NUMBER.fullmatch(plain)
        or _DATE.fullmatch(plain)
        or _NEVER.fullmatch(plain)
        or _has_motto(plain)
        or _names_agency(line, plain)
    )


def _has_motto(plain: str) -> bool:
    """Whether a line is the motto, alone or beside an agency."""
    motto = _MOTTO.search(plain)
    return motto is not None and (
        motto.start() == 0 or _AGENCY.fullmatch(plain[: motto.start()]) is not None
    )


def _names_agency(line: str, plain: str) -> bool:
    agency = _AGENCY.fullmatch(plain)
    if agency is None or re.search(r"[,:;.!?]", line):
        return False
    name = line.split()[len(agency[1].split()) :]  # the rest is a name, not what the agency does
    return line.isupper() or all(word[0].isupper() or word[0].isdigit() for word in name)


def _is_default(plain: str) -> bool:
    return _DIGITS_AND_SIGNS.sub(" ", plain).strip() in _DEFAULTS


def _joined(lines: Sequence[str], at: int) -> str:
    """The line of a title with what belongs to it: the subject of a kind of paper, or the rest of
    a title in capitals."""
    line, behind = lines[at], lines[at + 1 :]
    kind = len(line) < MAX_LENGTH and _IS_KIND.fullmatch(_plain(line))
    if not kind:
        return _continued(line, behind) if line.isupper() else line
    while behind and (not behind[0] or _NEVER.fullmatch(_plain(behind[0]))):
        behind = behind[1:]
    if not behind or not _is_subject(behind[0]):
        return line.rstrip(" :")
    subject = _continued(behind[0], behind[1:])
    between = " " if line.isupper() and subject.isupper() else ": "
    return line.rstrip(" :") + between + subject


def _is_subject(line: str) -> bool:
    plain = _plain(line)
    if _ABOUT.match(plain):
        return True
    return not (_BODY.match(plain) or _is_common(line) or line.endswith((".", ";", ",")))


def _continued(line: str, behind: Sequence[str]) -> str:
    """A line with those behind it that go on with it: in capitals like it, or begun small."""
    for other in behind:
        if line.endswith((".", ";", ":")) or not other or _is_common(other):
            break
        same = line.isupper() and other.isupper() and not _BODY.match(_plain(other))
        if not (same or (other[0].islower() and not line.isupper())):
            break
        if len(line) + len(other) >= MAX_LENGTH:
            break
        line = f"{line} {other}"
    return shortened(line)

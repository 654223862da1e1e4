"""A paper (.docx) whose paragraphs are numbered automatically: by levels, styles and new starts."""

from io import BytesIO
from typing import Any, Final

# Of each line: its list and level, or style, or neither; its number; its text.
LINES: Final = (
    ((1, 0), "Chương I.", "Quy định chung"),
    ((1, 1), "Điều 1.", "Phạm vi điều chỉnh"),
    ((1, 2), "a)", "người lao động"),
    ((1, 2), "b)", "người sử dụng lao động"),
    ("Heading 2", "Điều 2.", "Giải thích từ ngữ"),
    ((1, 2), "a)", "hợp đồng là thỏa thuận"),
    ((1, 3), "2.1", "chi tiết của mục"),
    ((1, 0), "Chương II.", "Chế độ"),
    ("Heading 2", "Điều 1.", "Tiền lương"),
    (None, "", "Dòng không có số"),
    ((2, 0), "Câu 5:", "Một câu hỏi"),
    ((2, 0), "Câu 6:", "Câu hỏi nữa"),
    ((3, 0), "", "gạch đầu dòng"),
    ((4, 0), "Câu 1:", "Câu của bài khác"),
)
_LEVELS: Final = {
    1: (("upperRoman", "Chương %1.", 1), ("decimal", "Điều %2.", 1), ("lowerLetter", "%3)", 1),
        ("decimal", "%2.%4", 1)),
    2: (("decimal", "Câu %1:", 5),),
    3: (("bullet", "-", 1),),
}  # fmt: skip
_NEW_START: Final = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'


def docx() -> bytes:
    """The paper."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def add(parent: Any, name: str, attributes: str, inner: str) -> None:
        parent.append(parse_xml(f"<w:{name} {nsdecls('w')} {attributes}>{inner}</w:{name}>"))

    def number(properties: Any, place: tuple[int, int]) -> None:
        of_list, level = place
        inner = f'<w:ilvl w:val="{level}"/><w:numId w:val="{of_list}"/>'
        add(properties, "numPr", "", inner)

    document: Any = Document()
    numbering = document.part.numbering_part.element
    for item in [*numbering]:
        numbering.remove(item)
    for definition, levels in _LEVELS.items():
        inner = "".join(
            f'<w:lvl w:ilvl="{nth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for nth, (form, text, start) in enumerate(levels)
        )
        add(numbering, "abstractNum", f'w:abstractNumId="{definition}"', inner)
    for of_list, definition in (1, 1), (2, 2), (3, 3), (4, 2):
        inner = f'<w:abstractNumId w:val="{definition}"/>' + _NEW_START * (of_list == 4)
        add(numbering, "num", f'w:numId="{of_list}"', inner)
    number(document.styles["Heading 2"].element.get_or_add_pPr(), (1, 1))
    for place, _, text in LINES:
        style = place if isinstance(place, str) else None
        paragraph = document.add_paragraph(text, style=style)
        if isinstance(place, tuple):
            number(paragraph._p.get_or_add_pPr(), place)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()

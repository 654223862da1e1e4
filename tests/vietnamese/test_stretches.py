"""Texts in several encodings, and partly right: each word is read in its own."""

import random
import re
from collections.abc import Callable
from itertools import chain

import pytest

from tests.formats import encoded, misread
from tests.vietnamese.test_legacy import vietnamese
from vnsearch.vietnamese import legacy
from vnsearch.vietnamese.encodings import T5, TCVN3, VISCII, VNI, VPS

TCVN3_LINE = "C¨n cø biªn b¶n häp xãm, c¸c hé thèng nhÊt söa con ®­êng dÉn ra tr­êng häc."
VNI_LINE = "Thanh toaùn khoái löôïng coâng trình ñieän cuûa thaønh phoá theo hoaïch ñònh"
RIGHT_LINE = "Căn cứ biên bản họp xóm, các hộ thống nhất sửa con đường dẫn ra trường học."


@pytest.mark.parametrize(
    ("lines", "right"),
    [
        pytest.param(
            [TCVN3_LINE, "Sè: 28/2003/N§-CP", TCVN3_LINE],
            [RIGHT_LINE, "Số: 28/2003/NĐ-CP", RIGHT_LINE],
            id="a number",
        ),
        pytest.param(
            [TCVN3_LINE, "bè mÑ", TCVN3_LINE],
            [RIGHT_LINE, "bố mẹ", RIGHT_LINE],
            id="words that may be right as they are",
        ),
        pytest.param(
            ["Phép cộng hai ngôi: trong ph­¬ng thøc nµy kh«ng cã ®èi sè nµo kh¸c, b¸o tr­íc."],
            ["Phép cộng hai ngôi: trong phương thức này không có đối số nào khác, báo trước."],
            id="a right part of a line",
        ),
        pytest.param(
            [RIGHT_LINE, "bè cá trên sông, mùa hè", RIGHT_LINE, TCVN3_LINE, RIGHT_LINE],
            [RIGHT_LINE, "bè cá trên sông, mùa hè", RIGHT_LINE, RIGHT_LINE, RIGHT_LINE],
            id="right words that may be wrong",
        ),
        pytest.param(
            [*[TCVN3_LINE] * 8, VNI_LINE],
            [*[RIGHT_LINE] * 8,
             "Thanh toán khối lượng công trình điện của thành phố theo hoạch định"],
            id="another encoding at the end",
        ),
        pytest.param(
            ["H−íng dÉn n«ng d©n x∙ ta söa ®−êng n−íc, 5 − 3 = 2"],
            ["Hướng dẫn nông dân xã ta sửa đường nước, 5 − 3 = 2"],
            id="signs that PDF programs put",
        ),
        pytest.param(
            ["c«n cù bi¶n b£n håp xâm, nh\xa0 n÷îc gâp, \x9e÷íng d¨n ra tr÷íng håc"],
            ["căn cứ biên bản họp xóm, nhà nước góp, đường dẫn ra trường học"],
            id="T5",
        ),
    ],
)  # fmt: skip
def test_repairs_by_stretch(lines: list[str], right: list[str]) -> None:
    found = legacy.repair("\n".join(lines))
    assert found is not None
    assert found.text.split("\n") == right
    assert found.undecoded == 0


def test_what_is_left_is_counted() -> None:
    unknown = "z¨x q®w x¸z q©x z«w"
    found = legacy.repair("\n".join([*[TCVN3_LINE] * 5, unknown, unknown]))
    assert found is not None
    assert found.undecoded == 2
    assert found.text.split("\n")[-1] == found.text.split("\n")[-2]


def lines_of(text: str) -> list[str]:
    words = re.sub("[–—…₫°×½“”‘’]", " ", text).split()
    return [" ".join(words[at : at + 10]) for at in range(0, len(words), 10)]


MIXTURES: dict[str, Callable[[list[str], list[str]], list[str]]] = {
    "one after the other": lambda a, b: [*a, *b],
    "by turns": lambda a, b: [*chain(*zip(a, b, strict=False))],
    "in one line": lambda a, b: [f"{x}: {y}" for x, y in zip(a, b, strict=False)],
}
IN_LINES = ("one after the other", "by turns")
PAIRS = [
    (TCVN3, VNI, 0.99),
    (VNI, TCVN3, 0.99),
    (TCVN3, VPS, 0.9),
    (VISCII, VNI, 0.95),
    (TCVN3, T5, 0.9),
]
RIGHT_ELSEWHERE = [(TCVN3, "", 0.99), (VNI, "", 0.99), (VISCII, "", 0.95)]


@pytest.mark.parametrize(
    ("first", "second", "share", "mixture"),
    [
        *((*pair, mixture) for pair in PAIRS for mixture in IN_LINES),
        *((*pair, mixture) for pair in RIGHT_ELSEWHERE for mixture in MIXTURES),
    ],
)
def test_two_encodings_are_read_in_one_text(
    first: str, second: str, share: float, mixture: str
) -> None:
    def written(line: str, encoding: str) -> str:
        return misread(encoded(line, encoding)) if encoding else line

    chance, pieces = random.Random(3), vietnamese()
    words = same = 0
    for _ in range(12):
        one, two = map(lines_of, chance.sample(pieces, 2))
        mix = MIXTURES[mixture]
        made = mix([written(line, first) for line in one], [written(line, second) for line in two])
        found = legacy.repair("\n".join(made))
        read = (found.text if found else "\n".join(made)).lower().split()
        expected = "\n".join(mix(one, two)).lower().split()
        words += len(expected)
        same += sum(a == b for a, b in zip(read, expected, strict=False))
    assert same >= share * words

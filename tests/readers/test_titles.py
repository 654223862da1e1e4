"""Titles: judged by hand, of texts and of what files state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import table
from vnsearch.readers.titles import MAX_LENGTH, first_title, shortened, title_of


@table("first-titles.tsv")
def test_the_first_line_that_is_a_title(text: str, title: str) -> None:
    assert title_of(text, "thu muc/tep.txt") == title


@table("stated-titles.tsv")
def test_titles_of_programs_and_templates_are_none(stated: str, judged: str) -> None:
    assert first_title([stated]) == (stated if judged == "yes" else "")


def test_the_first_that_is_one() -> None:
    assert first_title(["", "Slide 1", " Cây  tre ", "Khác"]) == "Cây tre"
    assert first_title([]) == ""


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("a/BaoCao_Q3-2025.final.docx", "BaoCao_Q3-2025.final"),
        ("hop dong.txt.gz", "hop dong"),
        ("", "- 1 -"),
    ],
)
def test_the_name_of_the_file(name: str, title: str) -> None:
    assert title_of("- 1 -\n12", name) == title


@given(st.text(), st.text())
def test_any_text_has_a_title_that_is_short(text: str, name: str) -> None:
    for title in (title_of(text, name), shortened(text)):
        assert len(title) <= MAX_LENGTH
    if text.strip():
        assert title_of(text, "")


HEADS = ("so", "so ", "số ký hiệu: 1", "ngày 1", "kính gửi", "mẫu số ", "slide ", "isbn ", "(")


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("unit", ["-->", "- -", "-a/", " /a", "- -a", "1.-", "a@", "_1-", "/ a-"])
def test_no_line_is_tried_in_ever_more_ways(head: str, unit: str) -> None:
    """Each would take ages, if the ways to match it were tried that double with each unit."""
    assert title_of(f"{head}{unit * 70} của thôn", "a.txt")

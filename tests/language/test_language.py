"""Which language the environment asks for, and messages, numbers and dates in it."""

import pickle
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnsearch import language
from vnsearch.language import ENGLISH, VIETNAMESE, matching, writing


@pytest.fixture
def vietnamese() -> Iterator[None]:
    language.use(VIETNAMESE)
    yield
    language.use(ENGLISH)


# Variables of the environment -> the language, and why.
ASKED = [
    ({}, "en", "nothing is set, which is the locale C"),
    ({"LANG": "vi_VN.UTF-8"}, "vi", "the locale of the system"),
    ({"LANG": "vi_VN"}, "vi", "without an encoding"),
    ({"LANG": "vi"}, "vi", "without a country"),
    ({"LANG": "vi_VN.UTF-8@custom"}, "vi", "with a modifier"),
    ({"LANG": "en_US.UTF-8"}, "en", ""),
    ({"LANG": "de_DE.UTF-8"}, "en", "no catalog"),
    ({"LANG": "vi_VN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en", "messages may differ"),
    ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "vi_VN.UTF-8"}, "vi", "messages may differ"),
    ({"LC_MESSAGES": "vi_VN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en", "LC_ALL is above all"),
    ({"LANG": "vi_VN.UTF-8", "LC_ALL": ""}, "vi", "empty is not set"),
    ({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, "en", "scripts set it"),
    ({"LANG": "vi_VN.UTF-8", "LC_ALL": "POSIX"}, "en", "scripts set it"),
    ({"LC_ALL": "C", "LANGUAGE": "vi"}, "en", "gettext: C leaves LANGUAGE out"),
    ({"LANGUAGE": "vi"}, "en", "the same, when no locale is set"),
    ({"LC_ALL": "C.UTF-8", "LANGUAGE": "vi"}, "vi", "a list of languages"),
    ({"LANG": "en_US.UTF-8", "LANGUAGE": "vi:en"}, "vi", "the first of the list"),
    ({"LANG": "vi_VN.UTF-8", "LANGUAGE": "en:vi"}, "en", "English is a language, too"),
    ({"LANG": "vi_VN.UTF-8", "LANGUAGE": "fr:vi"}, "vi", "the first with a catalog"),
    ({"LANG": "vi_VN.UTF-8", "LANGUAGE": "fr"}, "en", "a list takes the place of the locale"),
    ({"LANG": "vi_VN.UTF-8", "LANGUAGE": ""}, "vi", "empty is not set"),
    ({"LANG": "en_US.UTF-8", "VNSEARCH_LANG": "vi"}, "vi", "our own variable is above all"),
    ({"LC_ALL": "vi_VN.UTF-8", "VNSEARCH_LANG": "en"}, "en", "our own variable is above all"),
    ({"LC_ALL": "C", "VNSEARCH_LANG": "vi_VN.UTF-8"}, "vi", "also with the locale C"),
    ({"LANG": "vi_VN.UTF-8", "VNSEARCH_LANG": "klingon"}, "vi", "what is none says nothing"),
    ({"LANG": "vietnamese"}, "en", "no name of a locale"),
    ({"LANG": "vi;rm -rf"}, "en", "no name of a locale"),
]


@pytest.mark.parametrize(("variables", "wanted", "why"), ASKED)
def test_the_environment_says_the_language(
    variables: dict[str, str], wanted: str, why: str
) -> None:
    assert language.asked_for(variables) == wanted, why


def test_english_is_the_source() -> None:
    text = "No such option {name!r}."
    assert language._(text) is text
    assert language.translated(text) is text
    assert language.ngettext("{n} file", "{n} files", 2) == "{n} files"


@pytest.mark.usefixtures("vietnamese")
def test_a_message_is_told_in_vietnamese_and_known_in_english() -> None:
    shown = language._("Invalid value: {message}").format(message=language._("unknown error"))
    assert shown == "Giá trị không hợp lệ: lỗi không rõ"
    assert language.english(shown) == "Invalid value: unknown error"
    again = pickle.loads(pickle.dumps(shown))  # from another process
    assert (again, language.english(again)) == (shown, "Invalid value: unknown error")
    assert language._("no message of ours") == "no message of ours"


@pytest.mark.usefixtures("vietnamese")
def test_numbers_have_one_form_in_vietnamese() -> None:
    one, many = "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"
    for number in (0, 1, 2):
        assert language.ngettext(one, many, number).format(args="a") == "Thừa tham số (a)"


NUMBERS = [
    (0, 0, "0", "0"),
    (999, 0, "999", "999"),
    (1234567, 0, "1,234,567", "1.234.567"),
    (3.5, 1, "3.5", "3,5"),
    (1234.56, 2, "1,234.56", "1.234,56"),
    (-1234.5, 1, "-1,234.5", "-1.234,5"),
]


@pytest.mark.parametrize(("value", "digits", "english", "vietnamese"), NUMBERS)
def test_numbers_are_written_as_the_language_has_them(
    value: float, digits: int, english: str, vietnamese: str
) -> None:
    assert writing.number(value, digits) == english
    language.use(VIETNAMESE)
    assert writing.number(value, digits) == vietnamese
    language.use(ENGLISH)


def test_dates_are_written_as_the_language_has_them() -> None:
    moment = datetime(2026, 3, 9, 7, 5, 1, tzinfo=timezone.utc)
    shown = writing.day, writing.minute, writing.second
    assert [show(moment) for show in shown] == [
        "2026-03-09",
        "2026-03-09 07:05",
        "2026-03-09 07:05:01",
    ]
    language.use(VIETNAMESE)
    assert [show(moment) for show in shown] == [
        "09/03/2026",
        "09/03/2026 07:05",
        "09/03/2026 07:05:01",
    ]
    language.use(ENGLISH)


MESSAGES = {
    "no text": "không có văn bản",
    "line {number}: {reason}": "dòng {number}: {reason}",
    "{reason}; the rest was not read": "{reason}; phần còn lại không được đọc",
    "too large (over {limit} MB of {kind})": "quá lớn (hơn {limit} MB {kind})",
    "text": "văn bản",
    "{place}: {what}": "{place}: {what}",
    "over {count} files in it": "chứa hơn {count} tệp",
}

# Texts made of messages -> in Vietnamese.
MADE = [
    ("no text", "không có văn bản"),
    ("line 7: no text", "dòng 7: không có văn bản"),
    ("no text; the rest was not read", "không có văn bản; phần còn lại không được đọc"),
    ("too large (over 100 MB of text)", "quá lớn (hơn 100 MB văn bản)"),
    ("a.zip/b: no text", "a.zip/b: không có văn bản"),
    ("a: b", "a: b"),
    ("what a library says: no text?", "what a library says: no text?"),
    ("line {number}: {reason}", "dòng {number}: {reason}"),
    ("line 7: {reason} {0} {{", "dòng 7: {reason} {0} {{"),
    ("line x: no text", "line x: không có văn bản"),
    ("over 10,000 files in it", "chứa hơn 10.000 tệp"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "wanted"), MADE)
def test_texts_made_of_messages_are_translated(text: str, wanted: str) -> None:
    assert matching.translate(text, MESSAGES) == wanted


@given(st.text(st.sampled_from("line :0{}();no text, the rest was not read"), max_size=40))
def test_any_text_can_be_translated(text: str) -> None:
    assert isinstance(matching.translate(text, MESSAGES), str)

"""Mail whose headers or parts are very many."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from vnsearch.model import Document
from vnsearch.readers.base import Flaw
from vnsearch.readers.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox(seconds=5)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("=?utf-8?b?xJDhuqNuZw==?= bo", "Đảng bo"),
        ("=?utf-8?q?=C4=90=E1=BA?=\n =?utf-8?q?=A3ng?= bo", "Đảng bo"),  # cut inside of a letter
        ("=?utf-8?q?a?= =?latin-1?q?=E1?=  b", "aá b"),
        ("=?utf-8?q?thong bao?=", "thong bao"),
        ("=?no-such?q?a?=", "=?no-such?q?a?="),
        ("=?utf-8?b?x?=", "=?utf-8?b?x?="),
        ('"Ban An" <a@b.c>', "Ban An <a@b.c>"),
        ('"Ban, An" <a@b.c>, d@e.f', '"Ban, An" <a@b.c>, d@e.f'),
        ('"=?utf-8?q?=C3=A1?=" <a@b.c>', "á <a@b.c>"),
        ("a@b.c (An)", "a@b.c (An)"),
        ('"a', '"a'),
    ],
)
def test_headers_are_shown_decoded(sandbox: Sandbox, written: str, shown: str) -> None:
    (found,) = sandbox.read("mail", f"From: {written}\nX: y\n\nthân".encode())
    assert isinstance(found, Document)
    assert found.text == f"{shown}\nthân"


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Subject", "đảng "),
        ("Subject", "=?utf-8?q?a?= "),
        ("Subject", "a\n b "),
        ("From", "("),
        ("From", '"a'),
        ("To", "a@b.c, "),
        ("Cc", "Ban A <a@b.c>,\n "),
    ],
)
def test_all_of_a_long_header_is_text(sandbox: Sandbox, name: str, unit: str) -> None:
    header = f"{name}: đầu {unit * 20_000} cuối"
    (found,) = sandbox.read("mail", f"{header}\nX: y\n\nthân".encode())
    assert isinstance(found, Document)
    words = found.text.split()
    assert {"đầu", "cuối", "thân"} <= {*words}


def with_parts(number: int) -> bytes:
    parts = "".join(f"--x\n\nphần {n}\n" for n in range(number))
    return f"Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n{parts}--x--\n".encode()


def test_the_first_parts_of_very_many_are_read(sandbox: Sandbox) -> None:
    found, flaw = sandbox.read("mail", with_parts(20_000))
    assert isinstance(found, Document)
    assert "phần 0" in found.text
    assert flaw == Flaw("over 10,000 parts; the rest was not read")
    (few,) = sandbox.read("mail", with_parts(200))
    assert isinstance(few, Document)


def test_lines_of_a_text_are_no_parts(sandbox: Sandbox) -> None:
    (found,) = sandbox.read("mail", b"Subject: a\n\n" + b"--\n" * 20_000 + b"dang bo")
    assert isinstance(found, Document)
    assert found.text.endswith("dang bo")

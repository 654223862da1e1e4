"""Scans that were changed, and what Tesseract makes of them: read or refused."""

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tests import formats, scans
from tests.conftest import CORPUS
from vnsearch.errors import UnusableFileError
from vnsearch.readers import ocr
from vnsearch.readers.sandbox import Sandbox

KINDS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "PDF")

pytestmark = pytest.mark.skipif(
    not (ocr.is_installed() and scans.has_fonts()), reason="needs Tesseract with vie, and DejaVu"
)


def line(text: str) -> Image.Image:
    """A picture as small as its line of text, so that many can be read."""
    picture = Image.new("L", (420, 60), 250)
    letters = ImageFont.truetype(scans._FONTS[0], 26)
    ImageDraw.Draw(picture).text((12, 12), text, fill=20, font=letters)
    return picture


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    pages = [line("Biên bản bàn giao"), line("Lò gạch của thôn")]
    return {kind: scans.saved(pages, kind) for kind in KINDS}


def pages(data: bytes, sandbox: Sandbox) -> Iterator[ocr.Page]:
    """All pages, as recognition asks for them: the known ones are left out."""
    known: dict[int, str] = {}
    while True:
        found = [*map(ocr.unpacked, sandbox.read("ocr", data, recognized=known, share=(0, 1)))]
        yield from found
        if not found or not data.startswith(ocr.MANY_PAGES):
            return
        known |= {page.number: page.text for page in found}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_picture(kind: str, made: dict[str, bytes], sandbox: Sandbox) -> None:
    found = [*pages(made[kind], sandbox)]
    assert [page.number for page in found] == [1, 2][: len(found)]
    assert len(found) == (2 if kind in ("TIFF", "PDF") else 1)
    assert found[0].text == "Biên bản bàn giao"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_lies_on_its_side_or_its_head(degrees: int, sandbox: Sandbox) -> None:
    text = formats.sample(CORPUS / "law" / "dang-ky-cu-tru.txt")[:700]
    page = scans.drawn(text, 150).rotate(degrees, expand=True)
    (found,) = pages(scans.saved([page], "PNG", 150), sandbox)
    words = text.split()
    assert sum(word in found.text.split() for word in words) >= 0.9 * len(words)


@settings(max_examples=int(os.environ.get("VNSEARCH_FUZZ", "10")), deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    changes=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=8)),
        min_size=1,
        max_size=3,
    ),
    size=st.floats(0.2, 1) | st.just(1.0),
)
def test_a_changed_scan_is_read_or_refused(
    kind: str,
    changes: list[tuple[float, int, bytes]],
    size: float,
    made: dict[str, bytes],
    sandbox: Sandbox,
) -> None:
    """Three thousand times with VNSEARCH_FUZZ=3000; each other half of the changes is in the head,
    which decides most."""
    data = made[kind]
    for nth, (at, cut, new) in enumerate(changes):
        begin = int(at * (len(data) if nth else min(400, len(data))))
        data = data[:begin] + new + data[begin + cut :]
    data = data[: int(size * len(data))]
    numbers = []
    with suppress(UnusableFileError):
        for page in pages(data, sandbox):
            numbers.append(page.number)
            assert 0 <= page.confidence <= 1
            page.text.encode()
    assert len(set(numbers)) == len(numbers)

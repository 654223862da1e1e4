"""The pictures in the READMEs: there, whole, small, and with nothing from elsewhere."""

import re
from xml.etree import ElementTree

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_pictures_are_whole(readme: str) -> None:
    names = re.findall(
        r"!\[[^]]+\]\((docs/pictures/[^)]+)\)", (REPOSITORY / readme).read_text("utf-8")
    )
    assert len(names) == 3
    assert all((".vi." in name) == (".vi." in readme) for name in names)
    for name in names:
        svg = (REPOSITORY / name).read_text("utf-8")
        assert len(svg) < 200_000
        assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"url\((?!#)|@import|<image|href=", svg)

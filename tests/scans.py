"""Scans made by drawing: pages of text as pictures, skewed and with noise, and PDF of these."""

import random
import textwrap
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_FONTS: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
_POINTS: Final = 12
_PAGE: Final = 8.27, 11.69  # inches
_COLUMNS: Final = 70


def has_fonts() -> bool:
    """Whether there are fonts to draw with."""
    return all(Path(font).exists() for font in _FONTS)


def drawn(
    text: str, dpi: int = 300, *, skew: float = 0.0, noise: float = 0.0, font: int = 0
) -> Image.Image:
    """A page of text; `skew` in degrees, `noise` the share of pixels that are specks."""
    page = Image.new("L", (round(_PAGE[0] * dpi), round(_PAGE[1] * dpi)), 250)
    letters = ImageFont.truetype(_FONTS[font], round(_POINTS * dpi / 72))
    lines = [row for line in text.split("\n") for row in (*textwrap.wrap(line, _COLUMNS), "")]
    ImageDraw.Draw(page).multiline_text(
        (dpi * 0.8, dpi * 0.8), "\n".join(lines), fill=20, font=letters, spacing=dpi / 20
    )
    if skew:
        page = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=250)
    if noise:
        chance = random.Random(dpi)
        for _ in range(round(noise * page.width * page.height)):
            at = chance.randrange(page.width), chance.randrange(page.height)
            page.putpixel(at, chance.randrange(256))
    return page


def saved(pages: Sequence[Image.Image], kind: str, dpi: int = 300) -> bytes:
    """Pages as a file: PDF and TIFF of all of them, else of the first."""
    buffer = BytesIO()
    first, *others = pages
    more = {"save_all": True, "append_images": others} if kind in ("PDF", "TIFF") else {}
    first.save(buffer, kind, resolution=dpi, dpi=(dpi, dpi), **more)
    return buffer.getvalue()

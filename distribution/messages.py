"""The messages in the code -> the catalog of translations: `make messages`, with Babel.

What is new there has no translation yet, and what is gone is dropped.
"""

import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from vnsearch.cli.commands import commands
from vnsearch.cli.help import CLICK
from vnsearch.cli.help import messages as messages_of

ROOT: Final = Path(__file__).resolve().parent.parent
CATALOG: Final = ROOT / "vnsearch/language/vi.po"
_KEYWORDS: Final = {"_": None, "ngettext": (1, 2)}
KEPT: Final = "kept in English"  # an index, or a comparison, has them so
# No line numbers, dates and names: these change with any edit, and all edit this file.
_HEADER: Final = """\
# The Vietnamese messages of vnsearch; `make messages` brings this file up to date.
msgid ""
msgstr ""
"Language: vi\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def main() -> None:
    """Bring the catalog up to date, and say what needs a translation."""
    catalog = updated(known())
    CATALOG.write_text(written(catalog), "utf-8")
    missing = [message.id for message in catalog if message.id and not any(message.string)]
    for text in missing:
        print(f"to be translated: {text if isinstance(text, str) else text[0]}")
    sys.exit(1 if missing else 0)


def known() -> Catalog:
    """The catalog as it is."""
    return read_po(io.BytesIO(CATALOG.read_bytes()), locale="vi")


def updated(catalog: Catalog) -> Catalog:
    """A catalog with the messages that there are now, and the translations known of them."""
    found = Catalog(locale="vi")
    for text, comment in messages():
        key = text if isinstance(text, str) else text[0]
        message = catalog.get(key)
        translation = ""
        if message is not None:
            string = message.string
            translation = string if isinstance(string, str) else string[0]
        plural = not isinstance(text, str)
        found.add(text, (translation,) if plural else translation, auto_comments=comment)
    return found


def written(catalog: Catalog) -> str:
    """The text of a catalog, sorted, with a header that does not change."""
    file = io.BytesIO()
    write_po(
        file, catalog, width=100, no_location=True, omit_header=True,
        sort_output=True, ignore_obsolete=True,
    )  # fmt: skip
    return _HEADER + file.getvalue().decode().strip() + "\n"


def messages() -> Iterator[tuple[str | tuple[str, str], list[str]]]:
    """Each message, or its singular and plural, and what translators are told of it."""
    own = (ROOT / "vnsearch", ["**.py"]), (ROOT / "distribution", ["manual.py"])
    kept = {text for where in own for text in in_code(*where, keywords={"N_": None})}
    for text in kept.union(*(in_code(*where) for where in own)):
        yield text, [KEPT] * (text in kept)
    for text in filter(None, messages_of(commands)):
        yield text, []
    folder = Path(click.__file__).parent
    for text in in_code(folder, [f"{name}.py" for name in CLICK]):
        yield text, ["click"]


def in_code(
    folder: Path,
    patterns: Iterable[str] = ("**.py",),
    keywords: Mapping[str, tuple[int, ...] | None] = _KEYWORDS,
) -> Iterator[str | tuple[str, str]]:
    """The messages in the modules of a folder."""
    methods = [(pattern, "python") for pattern in patterns]
    for _, _, text, _, _ in extract_from_dir(folder, methods, keywords=keywords):
        yield text if isinstance(text, str) else (text[0], text[1])


if __name__ == "__main__":
    main()

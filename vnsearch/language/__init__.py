"""The language of messages, English or Vietnamese: what the environment asks for.

English is the source, and costs nothing: no catalog is read, no module imported. The Vietnamese
catalog, `vi.po`, is read as it is when the first message is needed. That takes as long as gettext
takes for a compiled one, and there is none that could be missing or out of date.

Messages are written `_("{path} is not there").format(path=path)`. What is kept in an index, or
compared, is English, marked `N_("…")` where it is made and `translated` where it is shown.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

ENGLISH: Final = "en"
VIETNAMESE: Final = "vi"

_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts
_ENTRY: Final = re.compile(
    r"^(#\. kept in English\n)?(?:#, .*\n)?"
    r'msgid ((?:".*"\n)+)(?:msgid_plural (?:".*"\n)+)?msgstr(?:\[0\])? ((?:".*"\n)+)',
    re.MULTILINE,
)


class Messages(NamedTuple):
    """The messages of a catalog, in English, and their translations."""

    all: dict[str, str]
    kept: dict[str, str]  # those that are marked with `N_`


_catalog: Messages | None = None  # once it is read


def asked_for(environment: Mapping[str, str]) -> str:
    """The language that variables ask for, in the order of gettext: $VNSEARCH_LANG, then the list
    $LANGUAGE unless the locale is C, then the locale. Whether that is installed does not matter."""
    locale = next((value for name in _LOCALE if (value := environment.get(name))), "C")
    wanted = [environment.get("VNSEARCH_LANG", "")]
    if locale not in ("C", "POSIX"):
        wanted += (environment.get("LANGUAGE") or locale).split(":")
    languages = (re.split(r"[_.@-]", name)[0].lower() for name in wanted)
    return next((name for name in languages if name in (ENGLISH, VIETNAMESE)), ENGLISH)


_language: str = asked_for(os.environ)


def use(language: str) -> None:
    """Use a language, ENGLISH or VIETNAMESE, from now on."""
    global _language
    _language = language


def current() -> str:
    """The language in use."""
    return _language


class _Translation(str):
    """A translated text that knows what it is in English."""

    english: str

    def __new__(cls, text: str, english: str) -> "_Translation":
        found = super().__new__(cls, text)
        found.english = english
        return found

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (str(self), self.english)

    def format(self, *args: object, **values: object) -> "_Translation":
        """See `str.format`; values are English in English."""
        own = {name: english(item) for name, item in values.items()}
        return _Translation(super().format(*args, **values), self.english.format(*args, **own))


def _(text: str) -> str:
    """A message in the language in use; as it is where it has no translation."""
    if _language == ENGLISH:
        return text
    found = _messages().all.get(text)
    return text if found is None else _Translation(found, text)


def ngettext(one: str, many: str, number: int) -> str:
    """The message for a number of things. In Vietnamese there is one for all numbers."""
    source = one if number == 1 else many
    if _language == ENGLISH:
        return source
    found = _messages().all.get(one)
    return source if found is None else _Translation(found, source)


def N_(text: str) -> str:  # noqa: N802 (as everywhere with gettext)
    """A message as it is, marked for translation; see `translated`."""
    return text


def translated(text: str) -> str:
    """An English text that was made of marked messages, in the language in use; what is in it
    already stays so."""
    if _language == ENGLISH or isinstance(text, _Translation):
        return text
    from vnsearch.language import matching

    return _Translation(matching.translate(text, _messages().kept), text)


def english(text: object) -> object:
    """A translated text in English, for logs and programs; anything else as it is."""
    return text.english if isinstance(text, _Translation) else text


def _messages() -> Messages:
    global _catalog
    if _catalog is None:
        _catalog = read((Path(__file__).parent / f"{VIETNAMESE}.po").read_text("utf-8"))
    return _catalog


def read(catalog: str) -> Messages:
    """Messages and their translations in a catalog (.po), which has one form for all numbers."""
    from json import loads  # strings are escaped as in JSON

    entries = _ENTRY.findall(catalog)[1:]  # the first is the header
    quoted = ",".join(f"{one},{shown}" for _kept, one, shown in entries).replace('"\n"', "")
    texts: list[str] = loads(f"[{quoted}]")
    found = dict(zip(texts[::2], texts[1::2], strict=True))
    kept = {one: found[one] for entry, one in zip(entries, texts[::2], strict=True) if entry[0]}
    return Messages(found, kept)

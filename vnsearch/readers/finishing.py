"""What readers give -> documents as they are indexed: repaired, in NFC, with a title and words."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from vnsearch.analysis.tokenizer import any_word
from vnsearch.language import N_
from vnsearch.model import Document, Encoding, Locator
from vnsearch.readers import titles
from vnsearch.readers.base import Flaw, undecoded
from vnsearch.vietnamese import legacy
from vnsearch.vietnamese.letters import LETTERS, nfc
from vnsearch.vietnamese.lookalikes import restored

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# Texts of these characters alone, as most are, need neither repair nor normalization.
_is_plain: Final = re.compile(f"[\t\n -~{LETTERS}{LETTERS.upper()}–—…‘’“”]*").fullmatch


def finished(
    item: Document | Flaw, path: str = "", titled: bool = True
) -> Iterator[Document | Flaw]:
    """Yield a document repaired, normalized, and with a title; a flaw if it has no words, or lines
    that cannot be repaired.

    `path`: that of a file that is one document, whose name may be its title, and is unless it is
    `titled`: see `Format`.
    """
    if not isinstance(item, Document):
        yield item
        return
    key, title, text, locator, encoding, *_ = item
    del item  # its text may be large, and changed here
    title = " ".join(title.split())
    where = locator if key else None
    # A title may be of letters that are plain one by one, `Baùo caùo`.
    if not (_is_plain(title) and _is_plain(text)) or legacy.looks_misread(title):
        title, text = clean(title), clean(text)
        # A title alone is often too short to detect an encoding by.
        whole = f"{title}\n{text}" if legacy.looks_misread(text) else title
        if legacy.looks_misread(whole) and (better := legacy.repair(whole)) is not None:
            title, _, repaired = better.text.partition("\n")
            if repaired:
                text, encoding = repaired, Encoding(better.encoding, better.sure)
            if better.undecoded:
                yield _flaw(undecoded(better.undecoded).reason, where)
        title, text = restored(title), restored(text)
    if not any_word().search(text):
        yield _flaw(N_("no words"), where)
        return
    if not title and not key and not titled:
        title = clean(PurePath(path).name)
    title = titles.shortened(title) or titles.title_of(text, "" if key else clean(path))
    if locator and locator.unit == "sheet":  # the first line of each is its name
        names = (sheet.lstrip("\n").partition("\n")[0] for sheet in text.split("\f"))
        locator = locator._replace(names="\f".join(names))
    yield Document(clean(key), title, text, locator, encoding)


def clean(text: str) -> str:
    """A text in NFC, with U+FFFD for lone surrogates."""
    if text.isascii():
        return text
    try:
        text.encode("utf-16-le")  # the fastest check for lone surrogates, which are rare
    except UnicodeEncodeError:
        text = _LONE_SURROGATE.sub("\ufffd", text)
    return nfc(text)


def _flaw(reason: str, where: Locator | None) -> Flaw:
    if where is None:
        return Flaw(reason)
    told = N_("{unit} {number}: {reason}")
    return Flaw(told.format(unit=where.unit, number=where.number, reason=reason))

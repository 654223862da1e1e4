"""Types of files, as users name them: `pdf`, `word`, `sheet`; by the suffix of the name."""

from os.path import splitext
from typing import Final

from vnsearch.errors import VnsearchError
from vnsearch.language import _

# The suffixes of each type; that of a compression may follow any of them. What has none is text.
TYPES: Final[dict[str, tuple[str, ...]]] = {
    "text": ("", ".txt", ".text", ".log", ".rst", ".org", ".tex", ".srt", ".vtt", ".ass", ".ssa"),
    "markdown": (".md", ".markdown"),
    "page": (".html", ".htm", ".xhtml", ".mht", ".mhtml", ".rss"),
    "mail": (".eml", ".mbox", ".msg"),
    "pdf": (".pdf",),
    "word": (".docx", ".docm", ".dotx", ".dotm", ".doc", ".dot", ".odt", ".ott", ".rtf"),
    "slides": (
        ".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm", ".ppt", ".pps", ".odp", ".otp",
    ),
    "sheet": (
        ".xlsx", ".xlsm", ".xlsb", ".xltx", ".xltm", ".xls", ".xlt", ".ods", ".ots", ".csv", ".tsv",
    ),
    "book": (".epub", ".fb2", ".mobi"),
    "data": (".jsonl", ".ndjson", ".json", ".xml", ".yaml", ".yml", ".toml", ".ipynb"),
    "image": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif"),
    "archive": (".zip", ".tar", ".tgz", ".7z", ".rar"),
}  # fmt: skip
_COMPRESSIONS: Final = (".gz", ".bz2", ".xz", ".zst")

_TYPES_BY_SUFFIX: Final = {suffix: name for name, found in TYPES.items() for suffix in found}


def type_of(name: str) -> str:
    """The type of a file by its name: its suffix where no type has that."""
    suffix = suffix_of(name)
    return _TYPES_BY_SUFFIX.get(suffix, suffix[1:])


def suffix_of(name: str) -> str:
    """The suffix of a name in lower case, before that of a compression; "" where there is none."""
    stem, suffix = splitext(name.lower())
    return splitext(stem)[1] if suffix in _COMPRESSIONS else suffix


def suffixes_of(types: str) -> tuple[str, ...]:
    """The suffixes of types, or of suffixes, separated by commas; raises VnsearchError for what is
    neither."""
    found: list[str] = []
    for typed in filter(None, types.replace(" ", "").lower().split(",")):
        suffix = f".{typed.removeprefix('.')}"
        if typed not in TYPES and not _is_suffix(suffix):
            raise _wrong(_("no such type of files: {name}").format(name=typed))
        found += TYPES.get(typed, (suffix,))
    if types and not found:
        raise _wrong(_("no type of files is named in “{text}”").format(text=types))
    return tuple(found)


def _wrong(message: str) -> VnsearchError:
    advice = _("types are {names}, or suffixes such as docx").format(names=", ".join(TYPES))
    return VnsearchError(message, advice)


def _is_suffix(suffix: str) -> bool:
    """Whether files with a suffix can be in an index."""
    if suffix in _TYPES_BY_SUFFIX:
        return True
    from vnsearch.readers import FORMATS  # takes long to import, and is seldom needed

    return suffix in FORMATS

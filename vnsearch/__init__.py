"""vnsearch: full-text search for Vietnamese documents.

    import vnsearch

    with vnsearch.open() as index:
        for hit in index.search("dang bo ngoai giao"):
            print(hit.path, hit.place, hit.text)

All that can be imported from here comes from `vnsearch.api`, which is imported when it is first
used.
"""

TYPE_CHECKING = False  # of `typing`, whose import takes longer than all of this

if TYPE_CHECKING:
    from vnsearch.api import (
        Changes,
        Document,
        Excerpt,
        Hit,
        Index,
        IndexUnusableError,
        LockedError,
        NoIndexError,
        Passage,
        Place,
        Results,
        RootError,
        Status,
        Understood,
        UnknownIdError,
        VnsearchError,
        open,  # noqa: A004
    )

__version__ = "0.1.0"

__all__ = [
    "Changes",
    "Document",
    "Excerpt",
    "Hit",
    "Index",
    "IndexUnusableError",
    "LockedError",
    "NoIndexError",
    "Passage",
    "Place",
    "Results",
    "RootError",
    "Status",
    "Understood",
    "UnknownIdError",
    "VnsearchError",
    "open",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from vnsearch import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
